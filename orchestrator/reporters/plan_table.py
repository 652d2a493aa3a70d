"""Rows in columns; a column in which nothing stands is left out.

On a narrow terminal the columns that say least are left out, and long texts are cut.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import fields

from orchestrator.reporters.cells import cells, clip, clip_middle, pad
from orchestrator.reporters.style import Look
from orchestrator.sanitize import line

_GAP = 2
_LEAST = {"id": 24, "name": 20, "writes": 16, "remark": 12}  # columns that may become this narrow
_DISPENSABLE = ("place", "expected", "after", "priority", "type", "writes")


class Row(Struct, frozen=True, kw_only=True):
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
    lines = [look.paint("bold", _join([(name.upper(), widths[name]) for name in widths], look))]
    for number in range(len(rows)):
        lines.append(_join([(columns[name][number], widths[name]) for name in widths], look))
    return "".join(f"{text}\n" for text in lines)


def _narrow(widths: dict[str, int], width: int) -> None:
    """Leave out columns until the rest can fit, then make the widest flexible ones narrower until it does."""
    for name in _DISPENSABLE:
        if _total({name: min(wide, _LEAST.get(name, wide)) for name, wide in widths.items()}) <= width:
            break
        widths.pop(name, None)
    while _total(widths) > width:
        candidates = [name for name in widths if widths[name] > _LEAST.get(name, widths[name])]
        if not candidates:
            return
        widths[max(candidates, key=widths.__getitem__)] -= 1


def _total(widths: Mapping[str, int]) -> int:
    return sum(widths.values()) + _GAP * (len(widths) - 1)


def _join(entries: Sequence[tuple[str, int]], look: Look) -> str:
    ellipsis, (first, *rest) = look.glyph("ellipsis"), entries
    shown = [(clip_middle(*first, ellipsis), first[1]), *((clip(*each, ellipsis), each[1]) for each in rest)]
    text = (" " * _GAP).join(pad(*each) for each in shown)
    return clip(text.rstrip(), look.width, look.glyph("ellipsis"))
