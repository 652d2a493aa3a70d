"""What is left for the moment when the disk is full: a ballast file to free, and a plain file for what has no room.

A run that meets a full disk must still say how it ended. Freeing the ballast gives the ledger room for that; facts that
cannot be written even so go to `emergency.jsonl`, for a person to read (they are not facts: nobody was told that they
are kept).
"""

import logging
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from orchestrator.ledger.codec import Packed, as_json

BALLAST_BYTES = 256 * 1024

_log = logging.getLogger(__name__)


class Reserve:
    """The ballast and the emergency file of a state folder."""

    def __init__(self, folder: Path) -> None:
        self._ballast = folder / "ballast"
        self._emergency = folder / "emergency.jsonl"

    def fill(self) -> None:
        """Make the ballast if it is not there; OSError when the disk has no room for it."""
        if self._ballast.exists() and self._ballast.stat().st_size == BALLAST_BYTES:
            return
        file = os.open(self._ballast, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            # Not only made that long: a hole takes no room and gives none back. A power cut may take the file, and
            # then the next run makes it again.
            os.posix_fallocate(file, 0, BALLAST_BYTES)
        finally:
            os.close(file)

    def free(self) -> bool:
        """Give the room of the ballast back; False when it was given back before."""
        try:
            self._ballast.unlink()
        except OSError:
            return False
        return True

    def save(self, rows: Sequence[Packed], reason: str) -> None:
        """Append rows that cannot be written to the emergency file; when that fails too, say so in the log."""
        stamp = datetime.now(UTC).isoformat()
        lines = "".join(as_json({"saved": stamp, "reason": reason, "fact": row}) + "\n" for row in rows)
        try:
            file = os.open(
                self._emergency, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
            )
            try:
                os.write(file, lines.encode())
                os.fsync(file)
            finally:
                os.close(file)
        except FileNotFoundError:
            return  # the folder itself is gone, and what ends the run says so
        except OSError as error:
            _log.error("cannot save %d facts to %s: %s", len(rows), self._emergency, error)
