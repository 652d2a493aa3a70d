r"""The lines of a unified diff: hunks with three lines of context, `\ No newline at end of file` where it is so."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import takewhile
from typing import TypeAlias

Opcode: TypeAlias = tuple[str, int, int, int, int]

_CONTEXT = 3
# The comparison is quadratic in what differs; beyond this product of line counts the middle is shown as replaced.
_MOST_WORK = 25_000_000
_NO_NEWLINE = "\\ No newline at end of file\n"


def hunks(before: str, after: str) -> Iterator[str]:
    """Yield the lines of the hunks, each with its line end."""
    old, new = _lines(before), _lines(after)
    start = max(_common(old, new) - _CONTEXT, 0)
    rest_old, rest_new = old[start:], new[start:]
    tail = max(_common(rest_old[::-1], rest_new[::-1]) - _CONTEXT, 0)
    old_part, new_part = rest_old[: len(rest_old) - tail], rest_new[: len(rest_new) - tail]
    for group in _groups(old_part, new_part):
        yield _header(group, start)
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                yield from _marked(" ", old_part[i1:i2])
            else:
                yield from _marked("-", old_part[i1:i2])
                yield from _marked("+", new_part[j1:j2])


def _lines(text: str) -> list[str]:
    """Split at line feeds only: a form feed or U+2028 within a line does not end it."""
    lines = [line + "\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))


def _groups(old: Sequence[str], new: Sequence[str]) -> Iterator[Sequence[Opcode]]:
    if len(old) * len(new) > _MOST_WORK:
        return iter([[("replace", 0, len(old), 0, len(new))]])
    return iter(SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(_CONTEXT))


def _header(group: Sequence[Opcode], offset: int) -> str:
    first, last = group[0], group[-1]
    old = _range(first[1] + offset, last[2] + offset)
    new = _range(first[3] + offset, last[4] + offset)
    return f"@@ -{old} +{new} @@\n"


def _range(start: int, stop: int) -> str:
    length = stop - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"


def _marked(mark: str, lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        yield mark + line
        if not line.endswith("\n"):
            yield "\n"
            yield _NO_NEWLINE
