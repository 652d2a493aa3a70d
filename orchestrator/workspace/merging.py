"""Three-way merge of lines: what two parties did to one text, if they did not touch the same place."""

from difflib import SequenceMatcher

_MOST_LINES = 20_000  # comparing takes time that grows with the product of both sizes
Hunk = tuple[int, int, list[bytes]]  # lines of the base from, up to; what stands there instead


def merged(base: bytes, one: bytes, other: bytes) -> bytes | None:
    """Return the base with the changes of both; None when they touch each other, or it is no text of lines."""
    lines = [text.splitlines(keepends=True) for text in (base, one, other)]
    if any(b"\0" in text for text in (base, one, other)) or max(map(len, lines)) > _MOST_LINES:
        return None
    hunks = sorted(_hunks(lines[0], lines[1]) + _hunks(lines[0], lines[2]), key=lambda hunk: hunk[:2])
    result: list[bytes] = []
    at = -1
    for start, end, new in hunks:
        if start <= at:
            return None  # next to each other is too near: nobody could say which comes first
        result += [*lines[0][max(at, 0) : start], *new]
        at = end
    return b"".join([*result, *lines[0][max(at, 0) :]])


def _hunks(base: list[bytes], changed: list[bytes]) -> list[Hunk]:
    found = SequenceMatcher(None, base, changed, autojunk=False).get_opcodes()
    return [(start, end, changed[low:high]) for kind, start, end, low, high in found if kind != "equal"]
