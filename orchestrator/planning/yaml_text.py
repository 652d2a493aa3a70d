"""The bytes of a file as text that can be shown safely: UTF-8, bounded, without characters that deceive the eye."""

import re
from collections.abc import Iterator
from itertools import islice

from orchestrator.errors import Place, Problem
from orchestrator.planning.nodes import Source

MAX_BYTES = 16 * 1024 * 1024
MOST_TOLD = 20

# C0 without tab and line ends, DEL, C1, line and paragraph separators, bidirectional controls, byte order mark.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")


class Unreadable(Exception):
    """Reading cannot go on; carries the reason."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def decode(data: bytes, file: str) -> Source:
    """Return the text without its byte order mark; Unreadable when it is too large or not UTF-8."""
    if len(data) > MAX_BYTES:
        raise Unreadable(
            Problem(
                code="E009",
                message=f"the file is larger than {MAX_BYTES // 1024 // 1024} MB",
                place=Place(file=file, line=1, column=1, end_column=2),
                hint="split it and `include:` the parts",
            )
        )
    try:
        return Source(file, data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        good = data[: error.start].decode("utf-8-sig", errors="replace")
        source = Source(file, good + data[error.start : error.start + 80].decode("utf-8", errors="replace"))
        line, column = _line_and_column(good, len(good))
        message = f"the file is not UTF-8: byte 0x{data[error.start]:02x} does not belong here"
        place = source.place(line, column, line, column + 1)
        hint = "save the file as UTF-8"
        raise Unreadable(Problem(code="E001", message=message, place=place, hint=hint)) from None


def control_characters(source: Source) -> Iterator[Problem]:
    """Yield a problem for each of the first characters that have no place in a text."""
    for found in islice(CONTROL.finditer(source.text), MOST_TOLD):
        line, column = _line_and_column(source.text, found.start())
        yield Problem(
            code="E003",
            message=f"control character U+{ord(found.group()):04X} is not allowed",
            place=source.place(line, column, line, column + 1),
            hint="remove it",
        )


def _line_and_column(text: str, index: int) -> tuple[int, int]:
    before = text[:index].replace("\r\n", "\n").replace("\r", "\n")
    return before.count("\n"), len(before) - before.rfind("\n") - 1
