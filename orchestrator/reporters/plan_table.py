"""Rows in columns; a column in which nothing stands is left out, the widest give way on a narrow terminal."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from orchestrator.reporters.cells import cells, clip, pad
from orchestrator.reporters.sanitize import line
from orchestrator.reporters.style import Look

_GAP = 2
_NARROWEST = 8
_FLEXIBLE = ("name", "writes", "remark")


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One task as words; the field names are the column heads."""

    id: str
    place: str
    name: str
    type: str
    writes: str = ""
    priority: str = ""
    after: str = ""
    expected: str = ""
    remark: str = ""


def render_table(rows: Sequence[Row], look: Look) -> str:
    """Return the table; every line ends with a newline, and no line is wider than the look allows."""
    texts = {field.name: [line(getattr(row, field.name)) for row in rows] for field in fields(Row)}
    columns = {name: column for name, column in texts.items() if any(column)}
    widths = {name: max(cells(name), *map(cells, column)) for name, column in columns.items()}
    if look.width:
        _narrow(widths, look.width)
    lines = [look.paint("bold", _join([(name.upper(), widths[name]) for name in columns], look))]
    for number in range(len(rows)):
        lines.append(_join([(columns[name][number], widths[name]) for name in columns], look))
    return "".join(f"{text}\n" for text in lines)


def _narrow(widths: dict[str, int], width: int) -> None:
    """Take columns away from the widest flexible one until the table fits or nothing can give way."""
    while sum(widths.values()) + _GAP * (len(widths) - 1) > width:
        candidates = [name for name in _FLEXIBLE if widths.get(name, 0) > _NARROWEST]
        if not candidates:
            return
        widths[max(candidates, key=widths.__getitem__)] -= 1


def _join(entries: Sequence[tuple[str, int]], look: Look) -> str:
    text = (" " * _GAP).join(pad(clip(text, width, look.glyph("ellipsis")), width) for text, width in entries)
    return clip(text.rstrip(), look.width, look.glyph("ellipsis"))
