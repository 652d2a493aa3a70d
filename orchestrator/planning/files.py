"""Read the bytes of a document's files: regular files only, no more than a document may have."""

import hashlib
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from orchestrator.planning.yaml_text import MAX_BYTES


def read_bounded(path: Path) -> bytes:
    """Return the content, one byte more than allowed at most; OSError when it is no readable regular file."""
    # O_NONBLOCK: opening a named pipe would wait for a writer.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            what = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
            raise OSError(0, f"it is {what}")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(MAX_BYTES + 1)
    finally:
        os.close(descriptor)


def shown_name(path: Path) -> str:
    """Return the shortest name for messages: relative when the file lies beneath the current folder."""
    absolute = os.path.abspath(path)
    try:
        relative = os.path.relpath(absolute)
    except (ValueError, FileNotFoundError):  # the current folder is gone
        return str(path)
    return absolute if relative.startswith("..") else relative


def digest_of(contents: Iterable[bytes]) -> str:
    """Hash each file's length with its bytes, so that moving text between files is a change."""
    parts = list(contents)
    if len(parts) == 1:
        return hashlib.sha256(parts[0]).hexdigest()
    total = hashlib.sha256()
    for part in parts:
        total.update(f"{len(part)}\n".encode())
        total.update(part)
    return total.hexdigest()
