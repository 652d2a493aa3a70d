"""How many columns a text takes on a terminal, and texts of an exact number of columns.

Only for text that went through `sanitize`. Rich knows this too, but costs the quick commands half of their time.
"""


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


def pad(text: str, width: int) -> str:
    """Return the text with spaces behind it up to `width` columns."""
    return text + " " * (width - cells(text))
