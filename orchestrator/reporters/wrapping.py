"""Break long lines between words, so that what continues stays beneath its own branch of a tree."""

import re

from orchestrator.reporters.cells import cells

_SGR = re.compile(r"\x1b\[[0-9;]*m")
_OFF = "\x1b[0m"
_NARROWEST = 24  # columns for the text; below that a terminal may break where it likes


def wrap(text: str, width: int, *, first: str, then: str) -> list[str]:
    """Return `first` + text as lines of at most `width` columns, the further ones behind `then`; 0 = one line.

    Only our own colours may be in the text. A word that is wider than a line stays whole.
    """
    room = width - cells(then)
    if width <= 0 or room < _NARROWEST:
        return [first + text]
    lines = [""]
    colour, used = "", cells(_SGR.sub("", first))
    for part in re.split(r"(?<=\S)(?= )", text):
        wide = cells(_SGR.sub("", part))
        if used + wide > width and lines[-1]:
            lines[-1] += _OFF if colour else ""
            part = part.lstrip(" ")
            lines.append(colour)
            used, wide = cells(then), cells(_SGR.sub("", part))
        lines[-1] += part
        used += wide
        for code in _SGR.findall(part):
            colour = "" if code == _OFF else code
    return [(then if number else first) + each for number, each in enumerate(lines)]


def wrap_line(text: str, width: int) -> list[str]:
    """Return a line of a listing broken between words, what continues two columns further in; 0 = one line."""
    rest = text.lstrip(" ")
    margin = " " * (len(text) - len(rest))
    return wrap(rest, width, first=margin, then=f"{margin}  ")
