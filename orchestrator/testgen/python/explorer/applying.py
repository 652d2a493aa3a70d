"""What is said of a function or pattern that a call returns: nothing but by using it."""

import ast
import inspect
import re
from collections.abc import Sequence
from typing import Any

from .arguments import is_strange
from .calling import Caller, Program
from .kinds import of_hint
from .literals import Literals
from .meant import plain_parameter, taken_by
from .names import Names
from .subjects import hints_of
from .wording import followed

_ENCODED = "'café'.encode()"
_SAMPLES = (
    "['room ', 10], 'room 10'",
    "'Room 10'",
    "'a10'",
    "['b', 'a']",
    "10",
    "-2.5",
    _ENCODED,
    "b'Room 10'",
    "'a10', 'a2'",
    "['a', 'b'], ['c']",
    "",
)
_TEXTS = ("'room 10, -2.5 or 1e3'", "'Hello World'", "'ada@example.com'", "'2024-01-31T12:30:00'")
_SHORT = 60  # characters of a pattern that is read at a glance


class Applying:
    """Try what was returned on samples."""

    def __init__(self, literals: Literals, caller: Caller, names: Names) -> None:
        self._literals = literals
        self._names = names
        self._caller = caller
        self._slow: set[tuple[str, tuple[str, ...]]] = set()  # calls whose results nobody waits for again

    def use(self, call: str, setup: tuple[str, ...], value: Any, promised: Any) -> tuple[str, Any] | None:
        """Return how it is used, to be put behind the call, and what that gives; None when no sample shows anything.

        `promised` is the hint of what returned it.
        """
        uses = [(f"({each})", each) for each in _SAMPLES if self._is_meant(value, each, taken_by(promised))]
        if isinstance(value, re.Pattern):
            uses = [(f".findall({each})", each) for each in _TEXTS]
        same: tuple[str, Any] | None = None
        if (call, setup) in self._slow:
            return None
        for use, sample in uses:
            outcome = self._caller.repeat(Program(followed(call, use), setup))
            if outcome.kind == "slow":
                self._slow.add((call, setup))
                return None
            text = self._literals.write(outcome.value) if outcome.kind == "value" and not outcome.how else None
            if text is None or outcome.value is None or outcome.value == [] or callable(outcome.value):
                continue
            if sample == _ENCODED and not isinstance(outcome.value, str):
                continue  # only what decodes is told apart by letters that each encoding writes otherwise
            if text != sample:
                return use, outcome.value
            same = same or (use, outcome.value)  # what gives back what it is given says less
        return same

    def told(self, call: str, setup: tuple[str, ...], value: Any, promised: Any) -> str:
        """Return in words how what a call returns is used and what that gives; empty when no sample shows anything."""
        used = self.use(call, setup, value, promised)
        return f"{used[0]} {self._literals.write(used[1])}" if used is not None else ""

    def _is_meant(self, value: Any, sample: str, promised: Sequence[Any]) -> bool:
        """Say whether a function takes so many arguments, and its hints such ones; True where it does not say."""
        call = ast.parse(f"f({sample})", mode="eval").body
        assert isinstance(call, ast.Call)
        if promised and len(promised) != len(call.args):
            return False
        try:
            signature = inspect.signature(value)
            bound = signature.bind(*(ast.unparse(each) for each in call.args))
        except TypeError:
            return False
        except ValueError:  # it has no signature
            return True
        if any(name.startswith("_") for name in bound.arguments):
            return False
        hints = hints_of(value)
        own = [hints.get(name, inspect.Parameter.empty) for name in bound.arguments]
        for text, *given in zip(bound.args, own, promised or own, strict=False):
            kinds = [frozenset(of_hint(each, self._names)) for each in given]
            if any(each and is_strange(text, plain_parameter(each)) for each in kinds):
                return False
        return True


def is_applied(value: Any) -> bool:
    """Say whether a value says more when it is used than by what it is."""
    is_long = isinstance(value, re.Pattern) and len(value.pattern) > _SHORT
    return is_long or (callable(value) and not isinstance(value, type))
