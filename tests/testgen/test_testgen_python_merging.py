"""Bringing new tests into a file in which a person worked."""

import pytest

from orchestrator.errors import TaskFailed
from orchestrator.testgen.generator import Present
from orchestrator.testgen.python.merging import History, memory_of, merge, only_theirs, parts_of, read_history

WRITTEN = '''\
"""Tests of ``shop``."""

import pytest

from shop import total


def test_total():
    assert total(2) == 2


def test_total_raises():
    with pytest.raises(ValueError):
        total(-1)
'''
OBSERVATIONS = {"test_total": ["total(2)"], "test_total_raises": ["total(-1)"]}
MEMORY = memory_of(WRITTEN, History(), OBSERVATIONS)


def history_of(text: str, memory=MEMORY) -> History:
    return read_history(Present(text=text, memory=memory), "tests/test_shop.py")


def edited(old: str, new: str) -> str:
    assert old in WRITTEN
    return WRITTEN.replace(old, new)


def test_a_file_that_nobody_touched_is_written_anew():
    history = history_of(WRITTEN)
    assert (history.theirs, history.settled) == ((), frozenset())
    assert merge("new text\n", history) == "new text\n"


def test_a_test_that_a_person_edited_stays_and_its_observation_is_not_made_again():
    text = edited("total(2) == 2", "total(3) == 3")
    history = history_of(text)
    assert history.taken_over == {"total(2)"}
    regenerated = edited("def test_total():\n    assert total(2) == 2\n\n\n", "")
    merged = merge(regenerated, history)
    assert merged == text


def test_what_a_person_added_stays_behind_what_it_stood_behind():
    text = edited(
        "def test_total_raises",
        "def test_mine():\n    # a thought\n    assert total(5) == 5\n\n\ndef test_total_raises",
    )
    more = WRITTEN + "\n\ndef test_total_none():\n    assert total(0) == 0\n"
    names = [part.name for part in parts_of(merge(more, history_of(text))) if part.kind == "test"]
    assert names == ["test_total", "test_mine", "test_total_raises", "test_total_none"]


def test_imports_and_docstring_of_a_person_stay():
    text = edited('"""Tests of ``shop``."""\n\nimport pytest\n', '"""Ours."""\n\nimport math\n\nimport pytest\n')
    more = WRITTEN + "\n\ndef test_total_none():\n    assert total(0) == 0\n"
    merged = merge(more, history_of(text))
    assert merged.startswith('"""Ours."""\n\nimport pytest\n\nfrom shop import total\nimport math\n')
    assert "test_total_none" in merged


def test_merging_twice_gives_the_same_bytes():
    text = edited(
        "def test_total_raises", "import math\n\n\ndef test_mine():\n    assert math.pi\n\n\ndef test_total_raises"
    )
    more = WRITTEN + "\n\ndef test_total_none():\n    assert total(0) == 0\n"
    history = history_of(text)
    once = merge(more, history)
    memory = memory_of(once, history, {**OBSERVATIONS, "test_total_none": ["total(0)"]})
    assert merge(more, history_of(once, memory)) == once


def test_a_test_that_a_person_removed_is_remembered_for_good():
    text = edited("def test_total():\n    assert total(2) == 2\n\n\n", "")
    history = history_of(text)
    assert history.removed == {"total(2)"}
    memory = memory_of(text, history, {"test_total_raises": ["total(-1)"]})
    assert history_of(text, memory).removed == {"total(2)"}


def test_a_test_that_a_person_renamed_is_theirs():
    text = edited("def test_total()", "def test_of_two()")
    history = history_of(text)
    assert (history.removed, history.names) == ({"total(2)"}, {"test_of_two"})


def test_a_comment_above_a_test_makes_it_a_persons():
    text = edited("def test_total_raises", "# why this matters\ndef test_total_raises")
    assert history_of(text).names == {"test_total_raises"}


def test_what_is_a_persons_can_be_run_alone():
    text = edited("total(2) == 2", "total(3) == 3")
    names = [part.name for part in parts_of(only_theirs(history_of(text))) if part.kind == "test"]
    assert names == ["test_total"]
    assert only_theirs(history_of(WRITTEN)) == ""


def test_a_file_that_cannot_be_parsed_is_left_alone():
    with pytest.raises(TaskFailed, match=r"^tests/test_shop.py cannot be parsed: "):
        history_of("def test_(:\n")
