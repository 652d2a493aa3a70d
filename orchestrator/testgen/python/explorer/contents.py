"""What an object holds: of a file in memory what was written into it, of a container its items."""

import io
import re
import sys
from collections.abc import Collection, Mapping, Set
from typing import Any

_PLAIN = (tuple, list, dict, str, bytes, int, float, set, frozenset)
_MOST = 25  # items
_LONGEST_WORD, _LONGEST_BYTES = 120, 15  # characters; bytes of which some are no text


def content(name: str, value: object) -> tuple[str, object]:
    """Return the expression and the value to assert about for a variable of this name."""
    if isinstance(value, io.StringIO | io.BytesIO) and not value.closed:
        return f"{name}.getvalue()", value.getvalue()
    return name, value


def equals(first: object, second: object) -> bool:
    """Say whether two values are equal; they are not where comparing them raises."""
    try:
        return bool(first == second)
    except Exception:  # a foreign `__eq__`
        return False


def is_opaque(value: object) -> bool:
    """Say whether nobody who reads a text or bytes can tell whether they are right: a digest, a packed body."""
    if type(value) is bytes and len(value) > _LONGEST_BYTES:
        return "\ufffd" in value.decode("utf-8", "replace")
    return type(value) is str and len(value) > _LONGEST_WORD and not re.search(r"\s", value)


def plain_form(value: object) -> Any:
    """Return the plain value that an object of a class below a plain one equals; None when there is none."""
    base: Any = next((each for each in _PLAIN if isinstance(value, each)), None)
    if base is None or type(value) is base:
        return None
    try:
        plain = base(value)
        return plain if value == plain and plain == value else None
    except Exception:  # a foreign `__eq__` may raise anything
        return None


def held(name: str, value: object) -> tuple[str, object] | None:
    """Return the expression for what a container of a class of its own holds, with its value; None when it is none."""
    if isinstance(value, str | bytes | type) or type(value).__module__ in sys.stdlib_module_names:
        return None
    try:
        if not isinstance(value, Collection) or len(value) > _MOST:
            return None
        if isinstance(value, Mapping):
            return f"dict({name})", dict(value)
        return (f"set({name})", set(value)) if isinstance(value, Set) else (f"list({name})", list(value))
    except Exception:  # a foreign container may raise anything
        return None
