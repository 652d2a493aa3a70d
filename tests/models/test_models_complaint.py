"""What a person is told of a value that does not fit."""

from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from orchestrator.models.complaint import complaint


class Wanted(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    number: int = Field(default=1, ge=1, le=9)
    text: str | None = Field(default=None, pattern="^a")
    words: list[str] = Field(default=["x"], min_length=1)
    choice: Literal["a", "b"] = "a"
    flag: bool = False
    pairs: dict[str, str] = {}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"number": "3"}, 'must be a whole number, not "3"'),
        ({"number": 0}, "must be at least 1, not 0"),
        ({"number": 10}, "must be at most 9, not 10"),
        ({"text": "b"}, 'cannot be "b"; it has to fit ^a'),
        ({"words": []}, "must not be empty"),
        ({"words": "x"}, 'must be a list, not "x"'),
        ({"choice": "c"}, "must be 'a' or 'b', not \"c\""),
        ({"flag": {}}, "must be true or false, not a mapping"),
        ({"pairs": None}, "must be a mapping, not nothing"),
        ({"other": 1}, "is not known"),
    ],
)
def test_a_value_that_does_not_fit_is_told_in_plain_words(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as raised:
        Wanted.model_validate(given)
    assert complaint(raised.value.errors(include_url=False)[0]) == said


def test_what_is_missing_is_needed() -> None:
    assert complaint({"type": "missing", "input": {}}) == "is needed"
