"""Which tests of a project count as being there already."""

import pytest

from orchestrator.testgen.python.existing import find_tests
from orchestrator.testgen.python.explorer.turns import Turns


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("from shop.prices import total", True),
        ("from shop import prices", True),
        ("import shop.prices", True),
        ("import shop", True),
        ("from shop import other", True),
        ("import shopping", False),
        ("import shop.stock", False),
        ("import shop.(", False),
    ],
)
def test_files_that_import_the_module_or_its_package_count(tmp_path, line, counts):
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks/test_prices.py").write_text(line + "\n")
    assert find_tests(str(tmp_path), "shop.prices", "tests/test_prices.py") == ["checks/test_prices.py"] * counts


@pytest.mark.parametrize("place", ["node_modules/test_a.py", ".venv/test_a.py", "a.py", "own/test_own.py"])
def test_other_files_do_not(tmp_path, place):
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).write_text("import shop\n")
    assert find_tests(str(tmp_path), "shop", "own/test_own.py") == []


def test_files_that_name_the_module_come_before_those_of_its_package(tmp_path):
    """Of a large project only some can be run: those that are about the module."""
    for number in range(50):
        (tmp_path / f"test_{number:02}.py").write_text("import shop\n")
    (tmp_path / "test_prices.py").write_text("from shop import prices, stock\n")
    (tmp_path / "test_z.py").write_text("import shop.prices as mine\n")
    found = find_tests(str(tmp_path), "shop.prices", "tests/test_prices.py")
    assert found[:3] == ["test_prices.py", "test_z.py", "test_00.py"]
    assert len(found) == 40


def test_tests_of_a_project_that_take_long_get_no_more_turns():
    """Time runs from the first one on; without a limit there is no end."""
    clock = Clock()
    turns, endless = Turns(clock, 2.0), Turns(clock, None)
    found = []
    for _ in range(4):
        found.append((turns.has_turn(), turns.pytest_runtest_protocol(None, None), endless.has_turn()))
        clock.moment += 1.5
    assert found == [(True, None, True), (True, None, True), (False, True, True), (False, True, True)]


class Clock:
    """A stopwatch that stands until it is set."""

    moment = 1000.0

    def now(self) -> float:
        return self.moment
