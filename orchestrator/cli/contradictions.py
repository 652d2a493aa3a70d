"""Refuse options that take each other back: whichever won in silence, somebody would have meant the other one."""

import os
from collections.abc import Iterable
from typing import Protocol, TypeAlias, runtime_checkable

from orchestrator.errors import UsageError

Pair: TypeAlias = tuple[bool, str, str]  # whether both were said, the one, the other


@runtime_checkable
class Contradicting(Protocol):
    """A group of options of which not all go together."""

    @property
    def contradictions(self) -> Iterable[Pair]:
        """Return the pairs that do not."""


def refuse_contradictions(group: object) -> None:
    """Raise UsageError for the first pair of options that take each other back."""
    if isinstance(group, Contradicting):
        refuse(*group.contradictions)


def refuse(*pairs: Pair) -> None:
    """Raise UsageError for the first of the pairs of which both were said."""
    for are_said, one, other in pairs:
        if are_said:
            message = f"{one} and {other} contradict each other"
            raise UsageError(message, hint=_way_out((one, other)))


def _way_out(options: Iterable[str]) -> str:
    """Return what to do, with the variables of the environment that say one of the options."""
    twins = ("ORCHESTRATE_" + option.split(maxsplit=1)[0][2:].upper().replace("-", "_") for option in options)
    found = [twin for twin in twins if os.environ.get(twin)]
    return f"leave one of them out{f'; {found[0]} is set in the environment' if found else ''}"
