"""One run at a time per repository: an OS lock that dies with its owner.

The lock is `flock` on a file that is never removed (removing it would let two runs hold two files of one name). Who
holds it stands in a side file, written after locking and therefore only a hint; whether it is held is asked of the
kernel. No lock can be left behind, so none ever has to be broken.
"""

import contextlib
import errno
import fcntl
import json
import os
import stat
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from msgspec import Struct
from msgspec.structs import asdict, replace

from orchestrator.errors import LockHeld, Unusable
from orchestrator.workspace.oserrors import what_helps

# Whoever asks whether the lock is held has it for an instant when it is free; a run that starts then tries again.
_PATIENCE = 0.03  # seconds
_PAUSE = 0.002

_CAREFUL = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_BUSY = frozenset({errno.EAGAIN, errno.EACCES})
_HOLDER_BYTES = 64 * 1024


class Holder(Struct, frozen=True, kw_only=True):
    """Who holds the lock, as it said itself; `boot` tells one start of the machine from another."""

    pid: int
    host: str
    since: str
    command: tuple[str, ...]
    boot: str = ""
    run: str | None = None

    def __str__(self) -> str:
        run = f"run {self.run}, " if self.run else ""
        return f"{run}process {self.pid} on {self.host} since {self.since}: {' '.join(self.command)}"


class RunLock:
    """The lock of a repository, usually on `.orchestrate/lock`; a context manager.

    Programs that are started do not inherit it. A forked child that goes on running Python shares it: the lock is
    free when the last of them is gone.
    """

    def __init__(self, path: Path, *, command: Sequence[str] = ()) -> None:
        """`command` is what the holder is shown to be doing; that of this process if it is empty."""
        self._path = path
        self._command = tuple(command or sys.argv)
        self._file: int | None = None
        self._holder: Holder | None = None

    def acquire(self) -> None:
        """Take the lock or raise LockHeld, which names the holder; Unusable where locking does not work."""
        file = _open(self._path, os.O_RDWR | os.O_CREAT)
        try:
            taken = _try_for_a_moment(file)
        except OSError as error:
            os.close(file)
            raise _cannot_lock(self._path, error) from error
        if not taken:
            os.close(file)
            raise _held(self._path)
        self._file = file
        self._announce(
            Holder(
                pid=os.getpid(),
                host=os.uname().nodename,
                since=datetime.now(UTC).isoformat(timespec="seconds"),
                command=self._command,
                boot=_boot_id(),
            )
        )

    def announce(self, run: str) -> None:
        """Say which run is carried out under the lock, and by which process."""
        if self._holder is not None:
            self._announce(replace(self._holder, run=run, pid=os.getpid()))

    def release(self) -> None:
        """Give the lock back; the file stays."""
        if self._file is None:
            return
        with contextlib.suppress(OSError):
            _side_file(self._path).unlink()
        os.close(self._file)
        self._file = self._holder = None

    def __enter__(self) -> Self:
        if self._file is None:
            self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _announce(self, holder: Holder) -> None:
        """Replace the side file; whoever reads it meanwhile sees the old one or the new one."""
        self._holder = holder
        side = _side_file(self._path)
        draft = side.with_name(f"{side.name}.new")  # only the holder writes it
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            with os.fdopen(os.open(draft, flags, 0o600), "w", encoding="ascii") as text:
                json.dump(asdict(holder), text)
            draft.replace(side)
        except OSError as error:
            self.release()
            raise _cannot_lock(side, error) from error


def refuse_if_held(path: Path) -> None:
    """Raise LockHeld, which names the holder, when a run holds the lock. Makes no file."""
    if is_held(path):
        raise _held(path)


def is_held(path: Path) -> bool:
    """Say whether a run holds the lock. Makes no file, and does not get in the way of a run that starts."""
    try:
        file = os.open(path, os.O_RDONLY | _CAREFUL)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise _cannot_lock(path, error) from error
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _BUSY:
            return True
        raise _cannot_lock(path, error) from error
    finally:
        os.close(file)
    return False


def holder(path: Path) -> Holder | None:
    """Return who holds the lock; None when nobody does, or the holder has not said yet who it is."""
    return _read_holder(path) if is_held(path) else None


def _open(path: Path, flags: int) -> int:
    try:
        file = os.open(path, flags | _CAREFUL, 0o600)
    except OSError as error:
        raise _cannot_lock(path, error) from error
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        message = f"{path} is not a plain file"
        raise Unusable(message, hint=f"move {path} away")
    return file


def _try_for_a_moment(file: int) -> bool:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in _BUSY:
                raise
            if time.monotonic() >= deadline:
                return False
            time.sleep(_PAUSE)
        else:
            return True


def _held(path: Path) -> LockHeld:
    who = _read_holder(path)
    message = f"another run works on this repository: {who}" if who else "another run works on this repository"
    return LockHeld(message, hint="`orchestrate status` shows it, `orchestrate cancel` ends it")


def _cannot_lock(path: Path, error: OSError) -> Unusable:
    message = f"cannot lock {path}: {os.strerror(error.errno or 0)}"
    if error.errno in (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL):
        return Unusable(message, hint="this file system has no locks (a network share?): work on a local copy")
    if error.errno in (errno.ELOOP, errno.EMLINK):
        return Unusable(f"{path} is a symbolic link", hint=f"move {path} away")
    usual = f"ls -ld {path.parent}; the folder must be yours and writable"
    return Unusable(message, hint=what_helps(error.errno or 0, "try again") or usual)


def _read_holder(path: Path) -> Holder | None:
    try:
        file = os.open(_side_file(path), os.O_RDONLY | _CAREFUL)
        with os.fdopen(file, "rb") as text:
            said = json.loads(text.read(_HOLDER_BYTES))
        return Holder(
            pid=int(said["pid"]),
            host=str(said["host"]),
            since=str(said["since"]),
            command=tuple(str(word) for word in said["command"]),
            boot=str(said["boot"]),
            run=None if said["run"] is None else str(said["run"]),
        )
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None  # it is a hint, and may be torn, old or missing


def _side_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.holder")


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
