"""How many columns a text takes on a terminal, and texts of an exact number of columns.

Only for text that went through `sanitize`. Rich knows this too, but costs the quick commands half of their time.
"""

from collections.abc import Iterable

_NARROW = 12  # columns that an id may always take


def cells(text: str) -> int:
    """Return the number of columns: two for wide characters, none for combining marks."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def _cells(char: str) -> int:
    if char < "\u0300" or "\u2190" <= char < "\u2300" or "\u2500" <= char < "\u25fd":
        return 1  # letters, arrows, frames: our own glyphs among them
    import unicodedata  # a megabyte of tables, for what is written in other scripts

    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def clip(text: str, width: int, ellipsis: str = "…") -> str:
    """Return the text cut to at most `width` columns, with an ellipsis when something was cut; 0 = unlimited."""
    if width <= 0 or cells(text) <= width:
        return text
    room = width - cells(ellipsis)
    kept = []
    for char in text:
        room -= _cells(char)
        if room < 0:
            break
        kept.append(char)
    return ("".join(kept) + ellipsis)[:width]


def clip_middle(text: str, width: int, ellipsis: str = "…") -> str:
    """Return the text cut to `width` columns with its beginning and its end: ids of one family differ there."""
    if cells(text) <= width:
        return text
    room = max(0, width - cells(ellipsis))
    end = ""
    for char in reversed(text):
        if cells(char + end) > room // 2:
            break
        end = char + end
    return clip(text, width - cells(end), ellipsis) + end if room else ellipsis[:width]


def id_column(ids: Iterable[str], width: int) -> int:
    """Return the columns for ids that stand beneath one another on a terminal of `width` columns (0 = no terminal).

    An id that takes more than a third of it sticks out, and pushes only its own line.
    """
    most = max(_NARROW, width // 3) if width else None
    return max((wide for wide in map(cells, ids) if most is None or wide <= most), default=0)


def pad(text: str, width: int) -> str:
    """Return the text with spaces behind it up to `width` columns."""
    return text + " " * (width - cells(text))
