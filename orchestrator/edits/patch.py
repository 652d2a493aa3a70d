"""Replacements in a text, by character offset: what every edit is made of.

A patch carries the text that it replaces, so that it can be checked before it is applied, and inverted for undo.
Offsets are those of the text before; all patches of one file speak of the same text.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True, order=True)
class Patch:
    """Replace `old`, which stands at `start` up to `end` (exclusive), by `new`."""

    start: int
    end: int
    old: str
    new: str

    @property
    def growth(self) -> int:
        """Return by how many characters the text gets longer."""
        return len(self.new) - len(self.old)


class PatchMismatch(ValueError):
    """The text is not the one that the patch was made for, or two patches overlap."""


def patch(text: str, start: int, end: int, new: str) -> Patch:
    """Make the patch that replaces a span of a text."""
    return Patch(start, end, text[start:end], new)


def in_order(patches: Iterable[Patch]) -> tuple[Patch, ...]:
    """Sort patches by place; PatchMismatch when two of them overlap."""
    ordered = tuple(sorted(patches, key=lambda item: (item.start, item.end)))
    for before, after in pairwise(ordered):
        if after.start < before.end:
            message = f"two patches overlap at offset {after.start}"
            raise PatchMismatch(message)
    return ordered


def apply(text: str, patches: Iterable[Patch]) -> str:
    """Return the patched text; PatchMismatch when the text is not the one that the patches were made for."""
    parts: list[str] = []
    at = 0
    for item in in_order(patches):
        if text[item.start : item.end] != item.old or len(item.old) != item.end - item.start:
            message = f"the text at offset {item.start} is not what the patch replaces"
            raise PatchMismatch(message)
        parts += [text[at : item.start], item.new]
        at = item.end
    parts.append(text[at:])
    return "".join(parts)


def invert(patches: Iterable[Patch]) -> tuple[Patch, ...]:
    """Return the patches that lead from the patched text back to the text before."""
    back: list[Patch] = []
    shift = 0
    for item in in_order(patches):
        start = item.start + shift
        back.append(Patch(start, start + len(item.new), item.new, item.old))
        shift += item.growth
    return tuple(back)


def is_untouched_outside(before: str, after: str, patches: Sequence[Patch]) -> bool:
    """Say whether `after` is `before` but for the patches: every run of text between them stands there in order."""
    at_before = at_after = 0
    for item in in_order(patches):
        run = item.start - at_before
        if before[at_before : item.start] != after[at_after : at_after + run]:
            return False
        at_after += run
        if not after.startswith(item.new, at_after):
            return False
        at_before, at_after = item.end, at_after + len(item.new)
    return before[at_before:] == after[at_after:]


def compose(steps: Iterable[Sequence[Patch]], before: str) -> tuple[Patch, ...]:
    """Return one set of patches on `before` that does what the steps do one after another.

    Each step's offsets are those of the text that the steps ahead of it left.
    """
    pieces = _Pieces(before)
    for step in steps:
        pieces.replace(in_order(step))
    return pieces.patches()


def unified_diff(path: str, before: str | None, after: str) -> str:
    """Return the unified diff of one file; `before` is None for a new file."""
    import difflib  # most who import this module show no diff

    old = (before or "").splitlines(keepends=True)
    new = after.splitlines(keepends=True)
    lines = difflib.unified_diff(old, new, "/dev/null" if before is None else f"a/{path}", f"b/{path}")
    parts = []
    for line in lines:
        parts.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(parts)


class _Pieces:
    """A text as a list of pieces: spans of the first text, and what was put between them."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._list: list[tuple[int, int] | str] = [(0, len(text))]

    def replace(self, patches: Sequence[Patch]) -> None:
        """Make replacements in the present text, in their order, in one pass over the pieces."""
        old, self._list = deque(self._list), []
        at = 0
        for item in patches:
            self._list += _taken(old, item.start - at)
            _taken(old, item.end - item.start)
            self._list.append(item.new)
            at = item.end
        self._list += old

    def patches(self) -> tuple[Patch, ...]:
        """Return what differs from the first text, as patches on it."""
        made: list[Patch] = []
        at = 0
        new = ""
        for piece in [*self._list, (len(self._text), len(self._text))]:
            if isinstance(piece, str):
                new += piece
                continue
            if new != self._text[at : piece[0]]:
                made.append(patch(self._text, at, piece[0], new))
            at, new = piece[1], ""
        return tuple(_trimmed(item) for item in made)


def _taken(pieces: deque[tuple[int, int] | str], size: int) -> list[tuple[int, int] | str]:
    """Take so many characters from the front of some pieces."""
    found: list[tuple[int, int] | str] = []
    while size > 0:
        piece = pieces.popleft()
        length = len(piece) if isinstance(piece, str) else piece[1] - piece[0]
        if length > size:
            cut = (piece[:size], piece[size:]) if isinstance(piece, str) else _halves(piece, size)
            pieces.appendleft(cut[1])
            piece, length = cut[0], size
        found.append(piece)
        size -= length
    return found


def _halves(span: tuple[int, int], size: int) -> tuple[tuple[int, int], tuple[int, int]]:
    middle = span[0] + size
    return (span[0], middle), (middle, span[1])


def _trimmed(item: Patch) -> Patch:
    """Leave out what the patch replaces by itself at both of its ends."""
    least = min(len(item.old), len(item.new))
    head = next((i for i in range(least) if item.old[i] != item.new[i]), least)
    rest = least - head
    tail = next((i for i in range(rest) if item.old[-1 - i] != item.new[-1 - i]), rest)
    old, new = item.old[head : len(item.old) - tail], item.new[head : len(item.new) - tail]
    return Patch(item.start + head, item.end - tail, old, new)
