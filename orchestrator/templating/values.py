"""What goes into a template and what comes out of it: JSON values, nothing with methods of its own."""

import json
from collections.abc import Iterator, Mapping

from orchestrator.models.json import Json
from orchestrator.templating.meter import TooMuch, counted, sized

DEPTH = 60
_SCALARS = frozenset({str, int, float, bool, type(None)})
_ENCODER = json.JSONEncoder(ensure_ascii=False)


def plain(value: object, depth: int = 0) -> Json:
    """Return a value in JSON types alone, so that no object ever reaches a template.

    TypeError names a type that has no place there: that is a mistake of the caller, not of a template.
    """
    if type(value) in _SCALARS:
        return value
    if depth > DEPTH:
        message = f"its values are nested deeper than {DEPTH}"
        raise TooMuch(message)
    if isinstance(value, str):  # a StrEnum, a Markup
        return "".join(value)
    if isinstance(value, Mapping):
        return {_key(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, depth + 1) for item in value]
    message = f"a {type(value).__name__} is no JSON value"
    raise TypeError(message)


def listed(items: Iterator[object]) -> list[object]:
    """Return what a lazy filter (`map`, `select`) yields."""
    result = []
    for item in items:
        result.append(item)
        counted(len(result))
    return result


def to_text(value: object) -> str:
    """Return text as it is and everything else as JSON: `true`, `null`, `["a", 1]`."""
    if isinstance(value, str):
        return value
    return str(value) if type(value) is int else to_json(value)


def to_json(value: object, indent: int | None = None) -> str:
    """Return the JSON text of a value; TooMuch before it grows too long."""
    encoder = _ENCODER if indent is None else json.JSONEncoder(ensure_ascii=False, indent=indent)
    pieces = []
    length = 0
    for piece in encoder.iterencode(listed(value) if isinstance(value, Iterator) else value):
        pieces.append(piece)
        length += len(piece)
        sized(length)
    return "".join(pieces)


def _key(key: object) -> str:
    if isinstance(key, str):
        return "".join(key)
    message = f"{key!r} is no JSON key"
    raise TypeError(message)
