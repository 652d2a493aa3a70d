"""Which attributes an object has, and of which of them a test may speak."""

from typing import Any

_NOTHING = object()


def attribute(value: Any, name: str, default: Any = None) -> Any:
    """Return an attribute; the default also where the object's own way to look for it breaks down."""
    try:
        return getattr(value, name, default)
    except Exception:  # a foreign `__getattr__` may raise anything
        return default


def has(value: Any, name: str) -> bool:
    """Say whether an object has an attribute."""
    return attribute(value, name, _NOTHING) is not _NOTHING


def public_attributes(value: object) -> list[str]:
    """Return the names of what it holds and shows."""
    own = [name for name in getattr(value, "__dict__", {}) if not name.startswith("_")]
    properties = [
        name
        for kind in type(value).__mro__
        for name, each in vars(kind).items()
        if isinstance(each, property) and not name.startswith("_")
    ]
    slots = [
        name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ()) if not str(name).startswith("_")
    ]
    return list(dict.fromkeys([*own, *slots, *properties]))
