"""Write a file that the user asked for by name, whole or not at all."""

import os
import tempfile
from pathlib import Path

from orchestrator.errors import Unusable, UsageError


def write_new_text(path: Path, text: str, *, replace: bool = False, hint: str | None = None) -> None:
    """Write a text file; UsageError when it is there and may not be replaced, Unusable when it cannot be written."""
    if not replace and path.exists():
        message = f"{path} is there already"
        raise UsageError(message, hint=hint)
    try:
        handle, temporary = tempfile.mkstemp(prefix=".orch-", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            os.chmod(temporary, 0o666 & ~_umask())
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}"
        raise Unusable(message, hint="check that the folder exists, its permissions and the free space") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
