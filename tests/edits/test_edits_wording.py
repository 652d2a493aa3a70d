"""Values in sentences look as they do in a file."""

import pytest

from orchestrator.edits.wording import worded
from orchestrator.models.json import Json


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"group": "ci", "cancel-in-progress": True}, "{group: ci, cancel-in-progress: true}"),
        ([1, "x", None], "[1, x, null]"),
        ("it's", '"it\'s"'),
        (False, "false"),
    ],
)
def test_a_value_is_said_as_it_is_written(value: Json, said: str) -> None:
    assert worded(value) == said


def test_a_long_value_is_cut_off() -> None:
    assert worded("a" * 30, 10) == '"aaaaaa...'
