"""The end of what a program printed is told in whole lines."""

import pytest

from orchestrator.testgen.last_lines import LONGEST, last_lines
from orchestrator.testgen.python.complaints import what_went_wrong

WARNED = f"plugins.py:9: {'a word ' * 100}\n  see https://example.com/reference.html#Warning\n  config = yield\n"
BROKEN = """\
ImportError while loading conftest '/tmp/one/project/tests/conftest.py'.
{tests}/conftest.py:3: in <module>
    from app.settings import settings
../project/src/app/settings.py:9: in <module>
    settings = read("app.yaml")
E   pydantic_core.ValidationError: 1 validation error for Settings
E   port
E     Input should be a number
"""


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        ("one\ntwo\n", "one\ntwo"),
        (f"{'long ' * LONGEST}\none\ntwo\n\n", "one\ntwo"),
        ("long" * LONGEST, ("long" * LONGEST)[:LONGEST]),
        ("", ""),
    ],
)
def test_no_line_is_cut_in_the_middle_but_one_that_is_too_long_by_itself(printed: str, told: str) -> None:
    assert last_lines(printed) == told


@pytest.mark.parametrize("tests", ["../project/tests", "/home/ada/shop/tests", "../../../home/ada/shop/tests"])
def test_the_last_error_is_told_behind_the_place_in_the_conftest_and_nothing_that_follows_it(tests: str) -> None:
    assert what_went_wrong(BROKEN.format(tests=tests) + WARNED, "/home/ada/shop") == (
        "tests/conftest.py:3: pydantic_core.ValidationError: 1 validation error for Settings\n"
        "port\nInput should be a number"
    )


def test_what_has_no_error_of_python_is_told_by_its_last_lines() -> None:
    printed = f"{'x' * LONGEST}\nERROR: unknown option --frob\n"
    assert what_went_wrong(printed, "/home/ada/shop") == "ERROR: unknown option --frob"
