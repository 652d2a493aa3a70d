"""Which of the commands that run at the same time may have changed a path.

What a command declares is locked for the others, so it is its own. One that says what it writes is not taken for one
that wrote elsewhere, unless all say so. Only those that run need to be asked: when one of them ends, all that it may
have changed is recorded, but for what the rule gives to those that go on.
"""

from collections.abc import Sequence
from typing import Protocol, TypeVar


class Command(Protocol):
    """A command that runs, of a task; `writes` are the paths that it declares, None when it declares nothing."""

    @property
    def task(self) -> str:
        """Return the id of its task."""

    @property
    def writes(self) -> tuple[str, ...] | None:
        """Return what it says it will write."""


_Command = TypeVar("_Command", bound=Command)


def owns(command: Command, path: str) -> bool:
    """Say whether the path lies in what the command declared."""
    return command.writes is not None and any(_lies_in(path, place) for place in command.writes)


def makers(path: str, running: Sequence[_Command]) -> Sequence[_Command]:
    """Return those of the running commands that may have changed a path, in their order; some, when any runs."""
    owners = [one for one in running if owns(one, path)]
    return owners or [one for one in running if one.writes is None] or running


def other_tasks(task: str, path: str, running: Sequence[Command]) -> tuple[str, ...]:
    """Return the tasks whose commands may have changed the path instead of one of this task."""
    return tuple(dict.fromkeys(one.task for one in makers(path, running) if one.task != task))


def _lies_in(path: str, place: str) -> bool:
    folder = place.rstrip("/") + "/"
    return path == place or path + "/" == folder or path.startswith(folder)
