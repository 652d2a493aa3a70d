"""How one file differs between two points: what previews, reviews and reports show."""

from msgspec import Struct


class FileDiff(Struct, frozen=True, kw_only=True):
    """One file before and after.

    `status` is new, deleted, modified or mode (only its permissions change). `text` is a unified diff with git's
    headers, without colours; of a binary file it only says that it differs. Modes are permission bits.
    """

    path: str
    status: str
    text: str
    added: int = 0
    removed: int = 0
    binary: bool = False
    mode_before: int | None = None
    mode_after: int | None = None
