"""The text of a value, where it is brief: writing a long one takes long, and nobody would read it."""

from typing import Any

_MOST = 100  # characters
_OTHER = 8  # characters that a number with a fraction, or a value of any other class, is counted as


def brief_text(value: object) -> str | None:
    """Return how a value is written, None where that would be long."""
    if _room_after(value, _MOST) < 0:
        return None
    try:
        text = repr(value)
    except Exception:  # a foreign `__repr__`
        return None
    return text if len(text) <= 2 * _MOST else None


def _room_after(value: Any, room: int) -> int:
    """Return how many characters are left behind a value, below 0 when there is no room for it."""
    if type(value) in (str, bytes):
        return room - len(value)
    if type(value) is int:
        return room - value.bit_length() // 4
    if type(value) is dict:
        value = [part for entry in list(value.items())[:room] for part in entry]
    elif type(value) not in (list, tuple, set, frozenset):
        return room - _OTHER
    for item in value:
        room = _room_after(item, room - 1)
        if room < 0:
            break
    return room
