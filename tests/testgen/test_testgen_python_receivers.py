"""On which objects generated tests show a method: such as let a reader see what it keeps, changes and resets."""

import re

import pytest

SOURCE = """
class Release:
    def __init__(self, major, minor=0, patch=0):
        self.major = int(major)
        self.minor = int(minor)
        self.patch = int(patch)

    def __eq__(self, other):
        return isinstance(other, Release) and vars(self) == vars(other)

    __hash__ = None

    def next_minor(self):
        return Release(self.major, self.minor + 1)

    def next_patch(self):
        return Release(self.major, self.minor, self.patch + 1)

    def __iter__(self):
        yield from (self.major, self.minor, self.patch)

    def __str__(self):
        return f"{self.major}.{self.minor}.{self.patch}"
"""


@pytest.fixture(scope="module")
def text(workbench) -> str:
    workbench.write("releases.py", SOURCE)
    return workbench.generate("releases.py").text


@pytest.mark.parametrize(("method", "result"), [("next_minor", "1, minor=3"), ("next_patch", "1, minor=2, patch=4")])
def test_a_method_is_shown_on_an_object_whose_numbers_are_set_and_differ(text, method, result):
    body = re.search(rf"def test_\w*{method}\w*\((?:.|\n)*?(?=\n\n\n|\Z)", text)
    assert body is not None
    assert "Release(1, minor=2, patch=3)" in body[0]
    assert f"Release({result})" in body[0]


def test_an_object_that_tells_its_numbers_has_different_ones(text):
    assert "== [1, 2, 3]" in text
    assert '"1.2.3"' in text
