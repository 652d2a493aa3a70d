"""A file's text and how it is written down: encoding, byte order mark, line ends.

UTF-8 unless a byte order mark says otherwise. Anything else is refused rather than guessed: a wrong guess would be
written back.
"""

import codecs

from msgspec import Struct

from orchestrator.errors import TaskFailed

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)  # the first one begins like UTF-16


class Coding(Struct, frozen=True, kw_only=True):
    """How a text becomes bytes."""

    name: str = "utf-8"
    mark: bytes = b""

    def encode(self, path: str, text: str) -> bytes:
        """Return the bytes of a text; TaskFailed when it has characters that cannot be written."""
        if self.mark:
            text = text.removeprefix("\ufeff")
        try:
            return self.mark + text.encode(self.name)
        except UnicodeEncodeError as error:
            character = ascii(text[error.start])
            raise TaskFailed(f"{path}: the character {character} cannot be written as {self.name}") from None


def decode(path: str, data: bytes) -> tuple[str, Coding]:
    """Return a file's text without its mark, and its coding; TaskFailed when it is not a text that we can keep."""
    if data.startswith(_UTF32):
        raise TaskFailed(f"{path}: UTF-32 is not supported; the file is left as it is", hint="convert it to UTF-8")
    coding = coding_of(data)
    try:
        return data[len(coding.mark) :].decode(coding.name), coding
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TaskFailed(
            f"{path}:{line}: not a UTF-8 text (byte {error.start}); it is left as it is",
            hint=f"convert it first, for instance `iconv -f LATIN1 -t UTF-8 {path}`",
        ) from None


def coding_of(data: bytes) -> Coding:
    """Return the coding that the file's byte order mark names; UTF-8 without one."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return Coding(name=name, mark=mark)
    return Coding()


def newline_of(text: str) -> str | None:
    r"""Return the line end that most lines of a text have ("\n" or "\r\n"); None when it has one line only."""
    windows = text.count("\r\n")
    unix = text.count("\n") - windows
    if not windows and not unix:
        return None
    return "\r\n" if windows > unix else "\n"


def with_newlines(text: str, newline: str) -> str:
    """Return the text with every line end replaced."""
    unix = text.replace("\r\n", "\n")
    return unix if newline == "\n" else unix.replace("\n", newline)
