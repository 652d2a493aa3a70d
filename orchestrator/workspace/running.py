"""Which commands run at this moment, in a file that outlives us: `.orchestrate/running`.

One fixed slot per command, written in place, so that telling costs a microsecond. It is not synced: it is about a
process that dies, not about a power cut.
"""

import os
from contextlib import suppress

from msgspec import DecodeError, Struct, json

from orchestrator.workspace.oserrors import translated

FILE_NAME = "running"
_SLOT = 2048
_EMPTY = b"\n".rjust(_SLOT)


class StartedCommand(Struct, frozen=True, array_like=True):
    """A command of an attempt, with the paths that it declares; None when it declares nothing."""

    task: str
    number: int
    writes: tuple[str, ...] | None = None

    @property
    def attempt(self) -> tuple[str, int]:
        """Return its task with the number of the attempt."""
        return self.task, self.number


class WasRunning(Struct, frozen=True, kw_only=True):
    """The commands that ran when the engine died, and the run that they belong to."""

    run: str = ""
    commands: tuple[StartedCommand, ...] = ()


class RunningCommands:
    """The slots of one run; the first one names the run."""

    def __init__(self, state: int, run: str) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        with translated(f".orchestrate/{FILE_NAME}", "write"):
            self._file = os.open(FILE_NAME, flags, 0o600, dir_fd=state)
            os.pwrite(self._file, _line(run.encode()), 0)
        self._free: list[int] = []
        self._slots = 1

    def start(self, command: StartedCommand) -> int:
        """Note a command and return its slot."""
        if self._free:
            slot = self._free.pop()
        else:
            slot, self._slots = self._slots, self._slots + 1
        os.pwrite(self._file, _told(command), slot * _SLOT)
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
    commands = []
    for slot in filter(str.strip, slots):
        with suppress(DecodeError):  # the engine died while it wrote
            commands.append(json.decode(slot, type=StartedCommand))
    return WasRunning(run=run.strip(), commands=tuple(commands))


def forget_running(state: int) -> None:
    """Remove the file: what it told has been dealt with."""
    try:
        with translated(f".orchestrate/{FILE_NAME}", "remove"):
            os.unlink(FILE_NAME, dir_fd=state)
    except FileNotFoundError:
        pass


def _told(command: StartedCommand) -> bytes:
    """Return a slot; of declared paths as many as find room: what is changed in the others names more commands."""
    writes, told = command.writes, json.encode(command)
    while writes and len(told) >= _SLOT:
        writes = writes[: len(writes) // 2]
        told = json.encode(StartedCommand(command.task, command.number, writes))
    return _line(told)


def _line(text: bytes) -> bytes:
    return text[: _SLOT - 1].rjust(_SLOT - 1) + b"\n"
