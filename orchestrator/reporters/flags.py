"""The flags of a run that the next command needs too, so that what is said can be typed as it stands."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

_PLACE = frozenset({"-c", "--config", "-C", "--directory", "--project"})  # where: of every command
_PLAN = frozenset({"--profile", "-D", "--param"})  # which plan: of commands that make one


@dataclass(frozen=True, kw_only=True, slots=True)
class Flags:
    """Text to put behind a command: `place` behind any, `plan` behind `run`; with a space in front, or empty."""

    place: str = ""
    plan: str = ""


NO_FLAGS = Flags()


def flags_of(command: Sequence[str]) -> Flags:
    """Return what a command line says about the place and the plan."""
    place: list[str] = []
    plan: list[str] = []
    words = iter(command)
    for word in words:
        name, sign, _ = word.partition("=")
        found = place if name in _PLACE else plan if name in _PLAN else None
        if found is None:
            continue
        found.append(word)
        if not sign:
            found += [value for value in (next(words, None),) if value is not None]
    return Flags(place=_joined(place), plan=_joined(plan))


def _joined(words: Sequence[str]) -> str:
    return f" {shlex.join(words)}" if words else ""
