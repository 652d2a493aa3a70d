"""What makes no difference is left out of calls: a flag that a function does not look at shows nothing."""

import enum
import re
import types

import pytest

from orchestrator.testgen.python.explorer.facts import read_facts
from orchestrator.testgen.python.explorer.members import fewer_members, with_fewer_members
from orchestrator.testgen.python.explorer.names import Names

SOURCE = '''
import enum


class Mark(enum.IntFlag):
    DEFAULT = 0
    LOUD = 1
    TWICE = 2
    LAST = 4


def marker(how: Mark):
    """Return a function that marks a text."""
    if how & Mark.LOUD:
        return lambda text: text.upper()
    if how & Mark.TWICE:
        return lambda text: text + text
    return lambda text: text.lower()


def size(how: Mark, text: str) -> int:
    if how & Mark.TWICE:
        return len(text) * 2
    return len(text)
'''


class Mark(enum.IntFlag):
    NONE = 0
    LOUD = 1
    TWICE = 2
    LAST = 4


@pytest.fixture
def names():
    module = types.ModuleType("shop")
    module.Mark = Mark
    return Names(module, read_facts("Mark = 1"))


def test_fewer_members_are_none_then_each_alone_then_all_but_one(names):
    found = [each.replace("shop.", "") for each in fewer_members("Mark.LOUD | Mark.TWICE | Mark.LAST", names)]
    assert found[:4] == ["Mark.NONE", "Mark.LOUD", "Mark.TWICE", "Mark.LAST"]
    assert found[4:] == ["Mark.TWICE | Mark.LAST", "Mark.LOUD | Mark.LAST", "Mark.LOUD | Mark.TWICE"]


def test_what_is_no_member_has_no_fewer(names):
    assert [*fewer_members("Mark.NONE", names), *fewer_members("'a'", names), *fewer_members("str.upper", names)] == []


def test_calls_are_written_with_fewer_members_one_argument_at_a_time(names):
    assert list(with_fewer_members("f('a', Mark.LOUD)", names)) == ["f('a', Mark.NONE)"]


@pytest.fixture(scope="module")
def made(workbench):
    workbench.write("marks.py", SOURCE)
    return workbench.generate("marks.py", budget=40)


def test_flags_that_make_no_difference_are_not_given(made):
    assert "LAST" not in made.text
    assert set(re.findall(r"\(Mark\.(\w+), \"\w+\", \d+\)", made.text)) == {"TWICE", "DEFAULT"}


def test_flags_that_make_one_are_told_apart_by_what_is_returned(made):
    claims = re.findall(r'\(Mark\.(\w+), "([^"]+)"\)', made.text)
    assert {"LOUD", "TWICE", "DEFAULT"} == {flag for flag, _ in claims}


SORTED = '''
def ordered(items: list, key=None, first: bool = False) -> list:
    """Return the items in order."""
    found = sorted(items, key=str) if first else list(items)
    return sorted(found, key=key) if key is not None else found
'''


def test_keys_that_tell_items_apart_stand_in_for_those_that_tell_none(workbench):
    workbench.write("ordering.py", SORTED)
    text = workbench.generate("ordering.py", budget=30).text
    assert "key" in text and "lambda" not in text


PARCEL = """
class Parcel:
    def __init__(self, size: int, *, fragile: bool = False, marks: tuple = (), hook=print):
        self.hook = hook
        self.size = size
        self.fragile = fragile
        self.marks = marks
        self.price = size * 2 + (5 if fragile else 1)
"""


BOX = '''
class Box:
    def __init__(self, size: int, mark: str = "x", wide: bool = False):
        self.size = size
        self.mark = mark
        self.wide = wide

    def doubled(self) -> int:
        """Return twice the size."""
        if self.size > 10:
            return 20
        return self.size * 2

    def shown(self) -> str:
        """Return as many marks."""
        if self.wide:
            return " ".join(self.mark * self.size)
        return self.mark * self.size
'''


def test_objects_are_made_without_the_options_that_make_no_difference(workbench):
    workbench.write("boxes.py", BOX)
    text = workbench.generate("boxes.py", budget=30).text
    doubled = [each for each in text.split("\n\n\n") if ".doubled()" in each]
    assert doubled and not [each for each in doubled if "mark=" in each or "wide=" in each]
    assert "wide=True" in text


def test_of_an_object_that_is_made_with_options_only_what_they_change_is_claimed(workbench):
    workbench.write("parcels.py", PARCEL)
    text = workbench.generate("parcels.py", budget=20).text
    parts = [each for each in text.split("\n\n\n") if "def test_parcel_with_fragile" in each]
    assert parts and "result.fragile" in parts[0] and "result.size" not in parts[0]
    assert "hook=" not in text
