"""What is said of a function or pattern that a call returns: nothing but by using it."""

import re
from typing import Any

from .calling import Caller, Program
from .literals import Literals

_SAMPLES = ("'Hello World'", "'a10'", "['b', 'a']", "10", "-2.5", "b'abc'", "'a10', 'a2'", "['a', 'b'], ['c']", "")
_TEXTS = ("'room 10, -2.5 or 1e3'", "'Hello World'", "'ada@example.com'", "'2024-01-31T12:30:00'")
_SHORT = 60  # characters of a pattern that is read at a glance


class Applying:
    """Try what was returned on samples."""

    def __init__(self, literals: Literals, caller: Caller) -> None:
        self._literals = literals
        self._caller = caller

    def use(self, call: str, setup: tuple[str, ...], value: Any) -> tuple[str, Any] | None:
        """Return how it is used, to be put behind the call, and what that gives; None when no sample shows anything."""
        uses = [(f"({each})", each) for each in _SAMPLES]
        if isinstance(value, re.Pattern):
            uses = [(f".findall({each})", each) for each in _TEXTS]
        same: tuple[str, Any] | None = None
        for use, sample in uses:
            outcome = self._caller.repeat(Program(call + use, setup))
            text = self._literals.write(outcome.value) if outcome.kind == "value" and not outcome.how else None
            if text is None or outcome.value is None or outcome.value == [] or callable(outcome.value):
                continue
            if text != sample:
                return use, outcome.value
            same = same or (use, outcome.value)  # what gives back what it is given says less
        return same


def is_applied(value: Any) -> bool:
    """Say whether a value says more when it is used than by what it is."""
    is_long = isinstance(value, re.Pattern) and len(value.pattern) > _SHORT
    return is_long or (callable(value) and not isinstance(value, type))
