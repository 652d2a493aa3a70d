"""Keep what is needed to mend a bug of ours: the traceback, versions and the command line."""

import os
import platform
import sys
import tempfile
import traceback
from datetime import UTC, datetime

from orchestrator import __version__


def write_crash_file() -> str:
    """Write the current exception to a file and return its path; values of the environment never stand in it."""
    text = (
        f"orchestrate {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
        f"at {datetime.now(UTC).isoformat()}\n"
        f"command: {sys.argv[1:]!r}\n\n{traceback.format_exc()}"
    )
    folder = ".orchestrate" if os.path.isdir(".orchestrate") and os.access(".orchestrate", os.W_OK) else None
    handle, path = tempfile.mkstemp(prefix="crash-", suffix=".txt", dir=folder)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    return path
