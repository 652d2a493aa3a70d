"""May this folder and this file be trusted with the truth? Asked before SQLite touches either."""

import os
import stat
from pathlib import Path

from orchestrator.errors import Unusable


def make_folder(folder: Path) -> None:
    """Make the state folder for its owner alone; one that is there stays as it is."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        return
    except OSError as error:
        raise cannot("make", folder, error) from error


def check_folder(folder: Path, *, writing: bool) -> None:
    """Refuse a folder into which somebody else can put files; Unusable says how to mend it."""
    found = _look(folder)
    if found is None or not stat.S_ISDIR(found.st_mode):
        message = f"{folder} is {'a symbolic link' if found and stat.S_ISLNK(found.st_mode) else 'not a folder'}"
        raise Unusable(message, hint=f"move {folder} away; `orchestrate run` makes a new one")
    if found.st_mode & 0o022:
        message = f"{folder} can be written by others (mode {stat.S_IMODE(found.st_mode):04o})"
        raise Unusable(message, hint=f"chmod 700 {folder}")
    if writing and found.st_uid != os.geteuid():
        message = f"{folder} belongs to another user (uid {found.st_uid})"
        raise Unusable(message, hint=f"chown {os.geteuid()} {folder}, or work as that user")
    if writing and not os.access(folder, os.W_OK):
        message = f"{folder} cannot be written"
        raise Unusable(message, hint=f"ls -ld {folder}, and look whether its file system is mounted read-only")


def check_file(path: Path) -> bool:
    """Say whether the ledger's file is there; Unusable for a link, an empty or a strange file."""
    for name in (path, beside(path, "-wal"), beside(path, "-shm")):
        found = _look(name)
        if found is not None and not stat.S_ISREG(found.st_mode):
            kind = "a symbolic link" if stat.S_ISLNK(found.st_mode) else "not a plain file"
            message = f"{name} is {kind}"
            raise Unusable(message, hint=f"move {name} away")
    found = _look(path)
    if found is not None and found.st_size == 0:
        message = f"{path} is empty: its content was lost"
        raise Unusable(message, hint="`orchestrate doctor --repair` moves it aside and begins a new ledger")
    return found is not None


def beside(path: Path, suffix: str) -> Path:
    """Return the path of a file that SQLite keeps beside the ledger."""
    return path.with_name(path.name + suffix)


def cannot(verb: str, path: Path, error: OSError) -> Unusable:
    """Make the error for a file that the system refuses."""
    return Unusable(f"cannot {verb} {path}: {error.strerror or error}", hint="`orchestrate doctor` looks at the folder")


def sync(path: Path) -> None:
    """Make sure that a file's content, or the names in a folder, survive a power cut."""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _look(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise cannot("look at", path, error) from error
