"""What SQLite complains about, in words that say what to type."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestrator.errors import Unusable
from orchestrator.ledger.codec import damaged

BUSY_SECONDS = 5.0
_PRIMARY = 0xFF  # the lower byte of an extended code is the code
_NEARLY_FULL = 64 * 1024


@contextmanager
def told_in_words(path: Path) -> Iterator[None]:
    """Turn what SQLite raises about the ledger at `path` into Unusable."""
    try:
        yield
    except sqlite3.Error as error:
        raise in_words(path, error) from error
    except UnicodeDecodeError as error:  # SQLite's message cites the damaged text
        message = f"{path}: {error.object.decode(errors='backslashreplace')}"
        raise damaged(message) from error


def in_words(path: Path, error: sqlite3.Error) -> Unusable:
    """Return the error that says what is wrong with the ledger at `path` and what to type."""
    code = getattr(error, "sqlite_errorcode", None)
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    if is_full(error, path.parent):
        return Unusable(f"no room left on the disk for {path}", hint="free some space, then `orchestrate resume`")
    match None if code is None else code & _PRIMARY:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            message = f"another program has had {path} locked for {BUSY_SECONDS:.0f} seconds"
            return Unusable(message, hint="end it (a database browser, perhaps), then `orchestrate resume`")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return Unusable(f"{path} cannot be written: it is read-only", hint=f"chmod u+w {path} {path.parent}")
        case sqlite3.SQLITE_CANTOPEN:
            return Unusable(f"{path} cannot be opened ({name})", hint=f"ls -la {path.parent}")
        case sqlite3.SQLITE_IOERR:
            return Unusable(
                f"the disk failed under {path} ({name})", hint="look at the disk, then `orchestrate doctor`"
            )
        case _:
            return damaged(f"{path}: {error}")


def is_full(error: sqlite3.Error, folder: Path) -> bool:
    """Say whether the disk has no room left; a write that fails for it may be told as an I/O error only."""
    code = getattr(error, "sqlite_errorcode", 0)
    if code & _PRIMARY == sqlite3.SQLITE_FULL:
        return True
    if code not in (sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE):
        return False
    try:
        disk = os.statvfs(folder)
    except OSError:
        return False
    return disk.f_bavail * disk.f_frsize < _NEARLY_FULL
