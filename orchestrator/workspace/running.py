"""Which commands run at this moment, in a file that outlives us: `.orchestrate/running`.

One fixed slot per command, written in place, so that telling costs a microsecond. It is not synced: it is about a
process that dies, not about a power cut.
"""

import os

from msgspec import Struct

from orchestrator.workspace.oserrors import translated

FILE_NAME = "running"
_SLOT = 512
_EMPTY = b"\n".rjust(_SLOT)


class WasRunning(Struct, frozen=True, kw_only=True):
    """The commands that ran when the engine died, and the run that they belong to."""

    run: str = ""
    attempts: tuple[tuple[str, int], ...] = ()


class RunningCommands:
    """The slots of one run; the first one names the run."""

    def __init__(self, state: int, run: str) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        with translated(f".orchestrate/{FILE_NAME}", "write"):
            self._file = os.open(FILE_NAME, flags, 0o600, dir_fd=state)
            os.pwrite(self._file, _line(run), 0)
        self._free: list[int] = []
        self._slots = 1

    def start(self, task: str, attempt: int) -> int:
        """Note a command and return its slot."""
        if self._free:
            slot = self._free.pop()
        else:
            slot, self._slots = self._slots, self._slots + 1
        os.pwrite(self._file, _line(f"{attempt} {task}"), slot * _SLOT)
        return slot

    def end(self, slot: int) -> None:
        """Note that the command of a slot ended."""
        os.pwrite(self._file, _EMPTY, slot * _SLOT)
        self._free.append(slot)

    def close(self) -> None:
        """Give the file back."""
        os.close(self._file)


def read_running(state: int) -> WasRunning:
    """Return what the slots say; nothing when there is no file."""
    try:
        with os.fdopen(os.open(FILE_NAME, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=state), "rb") as file:
            run, *slots = file.read().decode("utf-8", "replace").split("\n")
    except OSError:
        return WasRunning()
    attempts = []
    for slot in slots:
        number, _, task = slot.strip().partition(" ")
        if number.isdecimal() and task:
            attempts.append((task, int(number)))
    return WasRunning(run=run.strip(), attempts=tuple(attempts))


def forget_running(state: int) -> None:
    """Remove the file: what it told has been dealt with."""
    try:
        with translated(f".orchestrate/{FILE_NAME}", "remove"):
            os.unlink(FILE_NAME, dir_fd=state)
    except FileNotFoundError:
        pass


def _line(text: str) -> bytes:
    return text.encode("utf-8", "replace")[: _SLOT - 1].rjust(_SLOT - 1) + b"\n"
