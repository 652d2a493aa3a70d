"""Calls that a project's documents show come first: nothing explains a function better than what its author chose."""

import pytest

from orchestrator.testgen.python.explorer.documents import documents_for
from orchestrator.testgen.python.explorer.examples import calls_in
from orchestrator.testgen.python.explorer.facts import read_facts

SOURCE = """
def shorten(text: str, width: int = 20, mark: str = "...") -> str:
    if len(text) <= width:
        return text
    return text[:width].rstrip() + mark
"""
README = """
# Shorten

```python
from shop import shorten

text = "Ships in three days"
assert shorten(text, width=5) == "Ships..."
```
"""


def test_variables_of_an_example_are_replaced_by_what_was_put_into_them():
    assert calls_in([README])["shorten"] == ("shorten('Ships in three days', width=5)",)


def test_an_example_names_modules_of_the_standard_library_by_their_own_names():
    text = ">>> import datetime as dt\n>>> day = dt.date(2024, 1, 31)\n>>> shop.due(day, dt.timedelta(days=3))\n"
    assert calls_in([text])["due"] == ("shop.due(datetime.date(2024, 1, 31), datetime.timedelta(days=3))",)


def test_what_is_no_python_between_prompts_is_passed_over():
    text = "    >>> shorten('one')\n    'one'\n\n>>>shorten('glued')\n\n>>> shorten('two'\n\n>>> shorten('three')\n"
    assert calls_in([text])["shorten"] == ("shorten('one')", "shorten('three')")


def test_docstrings_come_before_documents():
    source = 'def f(x):\n    """\n    >>> f(1)\n    2\n    """\n'
    assert read_facts(source, "", [">>> f(2)\n"]).examples["f"] == ("f(1)", "f(2)")


@pytest.fixture
def project(tmp_path):
    for path in ("README.md", "docs/use.rst", "docs/logo.svg", "packages/a/README.rst", "packages/a/src/a.py"):
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(path)
    return tmp_path


def test_documents_are_those_of_the_module_s_own_folders_and_then_the_project_s(project):
    found = documents_for(str(project / "packages/a/src/a.py"), str(project))
    assert found == ["packages/a/README.rst", "README.md", "docs/use.rst"]


def test_a_document_that_is_no_text_or_too_large_is_left_out(project):
    (project / "README.md").write_bytes(b"\xff\xfe")
    (project / "docs/use.rst").write_text("a" * 300_000)
    assert documents_for(str(project / "packages/a/src/a.py"), str(project)) == ["packages/a/README.rst"]


def test_an_unpacked_package_has_its_readme_in_its_description(project):
    place = project / "a-1.0.dist-info/METADATA"
    place.parent.mkdir()
    place.write_text("Name: a\n")
    assert documents_for(str(project / "packages/a/src/a.py"), str(project))[-1] == "Name: a\n"


def test_a_call_of_the_readme_is_tested(workbench):
    workbench.write("shop.py", SOURCE)
    workbench.write("README.md", README)
    rows = workbench.generate("shop.py", budget=30).text
    assert '("Ships in three days", 5, "Ships...")' in rows or '"Ships in three days", width=5) == "Ships..."' in rows


LONG = """
    >>> shorten("The parcel of your order ships in three days from a warehouse", width=34, mark=" (and so on)")
"""


def test_a_long_example_counts_as_one(workbench):
    workbench.write("shop.py", SOURCE)
    workbench.write("README.md", LONG)
    assert "The parcel of your order" in workbench.generate("shop.py", budget=30).text


KNOWN = "".join(f"    if code == 'code-{number}':\n        return {number}\n" for number in range(60))
CODES = (
    f"def rank(code: str) -> int:\n{KNOWN}    if sum(map(ord, code)) % 997 == {sum(map(ord, 'gamma')) % 997}:\n"
    "        return -1\n    return -2\n"
)


def test_all_examples_are_tried_before_what_the_comparisons_of_one_suggest(workbench):
    """What the comparisons suggest is more than the calls that this budget has."""
    workbench.write("codes.py", CODES)
    workbench.write("docs/codes.md", "    >>> rank('alpha')\n\n    >>> rank('beta')\n\n    >>> rank('gamma')\n")
    with workbench.counted_time():
        made = workbench.generate("codes.py", budget=3)
    assert made.calls > 550
    assert '("gamma", -1)' in made.text
