"""Which paths a handler may name: a check of the text alone, before any file is touched.

The text check is the first wall and gives the clear messages; the second one stands on the opened directory
(`confined.py`), because a text cannot know about symbolic links.

Paths are text everywhere. A file name that is not UTF-8 is written with one private-use character per stray byte
(U+EF00 + byte), so that every name has exactly one text form which JSON, SQLite and a terminal can carry.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from orchestrator.errors import PathRefused

STATE_FOLDER = ".orchestrate"
TEMP_NAME = re.compile(r"\.orch-[0-9a-f]{12}")

_LONGEST_NAME = 255
_LONGEST_PATH = 4000
_STRAY = 0xEF00  # + the byte, 0x80 to 0xFF
_STRAY_BYTES = re.compile("[\uef80-\uefff]")
# Controls, line separators and bidirectional marks make a path look like another one on a terminal; lone surrogates
# would be a second spelling of the same bytes.
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
# Code points that HFS+ ignores when it compares names.
_IGNORABLE = re.compile("[\u200b-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")
_PROTECTED = frozenset({".git", STATE_FOLDER})
# What NTFS and FAT call these folders in eight characters.
_SHORT_NAMES = frozenset({"git~1", "orches~1"})


@lru_cache(maxsize=4096)  # one path is asked about several times in a row, and its text never says anything else
def check_path(path: str) -> str:
    """Return the path when a handler may name it; PathRefused otherwise."""
    _check_text(path)
    for name in path.split("/"):
        _check_name(path, name)
        if name != name.strip() or name.endswith("."):
            raise _refused(path, "has a name that begins or ends with a space or ends with a dot")
    return path


def check_recorded(path: str) -> str:
    """Return a path that was seen in the tree and recorded; PathRefused when it leads out or into protected folders.

    Commands may make names that we would not (`aux.`, a line break); they have to be undone all the same.
    """
    if not path or "\0" in path or _SURROGATES.search(path):
        raise _refused(path, "is not a path")
    for name in path.split("/"):
        _check_name(path, name)
    return path


def is_protected(name: str) -> bool:
    """Say whether a file name stands for `.git` or `.orchestrate` on any file system."""
    plain = _IGNORABLE.sub("", name).casefold().split(":")[0].rstrip(". ")
    return plain in _PROTECTED or plain in _SHORT_NAMES


def parents(path: str) -> Iterator[str]:
    """Yield the folders above a path, outermost first, without the root."""
    at = path.find("/")
    while at != -1:
        yield path[:at]
        at = path.find("/", at + 1)


def parent_of(path: str) -> str:
    """Return the folder of a path, "" for the root."""
    return path.rpartition("/")[0]


def joined(folder: str, name: str) -> str:
    """Return the path of a name in a folder."""
    return f"{folder}/{name}" if folder else name


def to_bytes(path: str) -> bytes:
    """Return the bytes that the operating system knows a path by."""
    if path.isascii():
        return path.encode("ascii")
    stray = _STRAY_BYTES.sub(lambda match: chr(0xDC00 + ord(match[0]) - _STRAY), path)
    try:
        return stray.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise _refused(path, "has a character that no file name can have") from None


def from_bytes(name: bytes) -> str:
    """Return the text form of a file name; `to_bytes` is its exact inverse."""
    text = name.decode("utf-8", "surrogateescape")
    if text.isascii():
        return text
    # A real U+EF80 to U+EFFF is written as its three bytes, else it would come back as a stray one.
    text = _STRAY_BYTES.sub(lambda match: "".join(chr(_STRAY + byte) for byte in match[0].encode()), text)
    return re.sub("[\udc80-\udcff]", lambda match: chr(_STRAY + ord(match[0]) - 0xDC00), text)


def _check_text(path: str) -> None:
    if not isinstance(path, str) or not path:
        raise _refused(path, "is not a path")
    if _HIDDEN.search(path):
        raise _refused(path, "has a control character in it")
    if path.startswith(("/", "~")) or "\\" in path or path[1:2] == ":":
        raise _refused(path, "is not a relative path with forward slashes")
    if len(to_bytes(path)) > _LONGEST_PATH:
        raise _refused(path[:60] + "…", "is too long")


def _check_name(path: str, name: str) -> None:
    if name in ("", ".", ".."):
        raise _refused(path, "has an empty, `.` or `..` part and may lead out of the repository")
    if is_protected(name):
        raise PathRefused(
            f"{path!r} leads into a protected folder ({name!r})",
            hint="`.git` and `.orchestrate` are never written through the workspace",
        )
    if len(to_bytes(name)) > _LONGEST_NAME:
        raise _refused(path[:60] + "…", "has a name longer than 255 bytes")


def _refused(path: object, why: str) -> PathRefused:
    return PathRefused(f"{path!r} {why}", hint="name a file below the repository root, like `src/app.ts`")
