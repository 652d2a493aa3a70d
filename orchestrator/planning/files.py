"""Read the bytes of a document's files: regular files only, no more than a document may have."""

import os
import stat
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
