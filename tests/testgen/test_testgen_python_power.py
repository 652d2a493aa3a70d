"""What a claim of a generated test would notice: fields that `==` passes over are asserted by themselves."""

import datetime
import re
import types

import pytest

from orchestrator.testgen.python.explorer.corpus import is_own
from orchestrator.testgen.python.explorer.facts import read_facts
from orchestrator.testgen.python.explorer.literals import Literals
from orchestrator.testgen.python.explorer.names import Names
from orchestrator.testgen.python.explorer.power import equals_others, unseen
from orchestrator.testgen.python.explorer.stumbling import is_stumble

SOURCE = '''
import datetime


class Release:
    """A number with a build, which does not count when two are compared."""

    def __init__(self, number, build=None):
        self.number = number
        self.build = build

    def __eq__(self, other):
        return isinstance(other, Release) and self.number == other.number

    __hash__ = None

    def with_build(self, build):
        return Release(self.number, build)

    def next(self):
        return Release(self.number + 1)

    def __or__(self, build: str):
        return Release(self.number, build)


class Bag:
    """What is in it, in order."""

    def __init__(self, items=()):
        self.items = list(dict.fromkeys(items))
        self.map = {each: place for place, each in enumerate(self.items)}

    def __eq__(self, other):
        return list(self) == list(other)

    __hash__ = None

    def __contains__(self, item):
        return item in self.map

    def __iter__(self):
        return iter(self.items)

    def __len__(self):
        return len(self.items)

    def reversed(self):
        return Bag(reversed(self.items))

    def add_all(self, items):
        try:
            for each in items:
                self.add(each)
        except TypeError:
            raise ValueError(f"Argument needs to be an iterable, got {type(items)}")

    def add(self, item):
        if item not in self.map:
            self.map[item] = len(self.items)
            self.items.append(item)
'''


class Release:
    def __init__(self, number: int, build: str | None = None) -> None:
        self.number, self.build = number, build

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Release) and self.number == other.number

    __hash__ = None  # type: ignore[assignment]


class Span(datetime.timedelta):
    """A class that compares as the one below it."""


@pytest.mark.parametrize(
    ("value", "before", "fields"),
    [
        (Release(1, "a"), Release(1), ["build"]),
        (Release(2, "a"), Release(1, "a"), []),
        (Release(1, "a"), None, ["build"]),
        (Release(1), None, []),
    ],
)
def test_a_field_that_was_changed_and_does_not_count_is_unseen(value, before, fields):
    assert unseen(value, before) == fields


def test_a_length_of_time_passes_for_one_of_another_class():
    assert equals_others(Span(1), [Span])
    assert not equals_others(Release(1), [Release, Span])


@pytest.fixture(scope="module")
def text(workbench) -> str:
    workbench.write("release.py", SOURCE)
    return workbench.generate("release.py", budget=40).text


def test_a_field_that_comparing_passes_over_is_asserted(text):
    assert re.search(r"with_build\(.*\)\.build == ", text)
    assert not re.search(r"with_build\([^()]*\) == ", text)


def test_a_field_of_what_an_operator_gives_is_that_of_the_whole(text):
    assert re.search(r"assert \(release \| (.+)\)\.build == \1$", text, re.MULTILINE)


def test_a_container_is_told_by_its_items_alone(text):
    assert ".items ==" not in text and "set(" not in text
    assert re.search(r"reversed\(\) == Bag\(\[|list\(\w+\.reversed\(\)\) == \[", text)


def test_no_error_is_pinned_into_which_the_code_stumbled(text):
    assert re.search(r"Argument needs.*\n.*add_all\(1\)", text)
    assert not re.search(r"Argument needs.*\n.*add_all\(\[\[", text)


def _fails_below(value: object) -> None:
    hash(value)


@pytest.mark.parametrize(("call", "expected"), [(_fails_below, True), (hash, False)])
def test_an_error_that_stands_for_one_further_down_is_a_stumble(call, expected):
    with pytest.raises(ValueError, match="no value") as caught:
        try:
            call([])
        except TypeError:
            message = "no value"
            raise ValueError(message)  # noqa: B904 - that is what such code does
    assert is_stumble(caught.value) is expected


def test_a_short_time_back_is_written_as_one():
    names = Names(types.ModuleType("shop"), read_facts(""))
    back = -datetime.timedelta(seconds=1)
    assert Literals(names).write(back) == "-datetime.timedelta(seconds=1)"


@pytest.mark.parametrize(
    ("argument", "expected"),
    [("instance[0]", True), ("instance.items", True), ("instance.sign('a')", False), ("'instance'", False)],
)
def test_what_is_taken_from_the_object_under_test_is_its_own(argument, expected):
    assert is_own(argument) is expected
