"""Write an object of a class that can compare as the call that makes an equal one: `Version(1, 2)`."""

import decimal
import enum
import inspect
from collections.abc import Collection, Mapping
from typing import Any

from .attributes import attribute, has, public_attributes
from .contents import equals
from .literals import Literals
from .names import Names

_LONGEST = 120  # characters
_NOTHING = object()
_MOST_ITEMS = 25
_ORDERS = ([3, 1, 2], [2, 1, 3])  # neither is one in which sorting or hashing puts them
_BUILTIN: tuple[Any, ...] = (str, bytes, int, float, tuple, list, dict, set)


def rebuilt(value: Any, names: Names, literals: Literals) -> str | None:
    """Return the call; None when the class cannot compare, or when what it keeps is not what it was given."""
    kind = type(value)
    name = names.of(kind)
    if kind.__module__ == "builtins":
        return None
    base = next((each for each in _BUILTIN if isinstance(value, each)), None)
    if base is not None and not isinstance(value, enum.Enum):
        return literals.write(base(value)) if base(value) == value else None
    if name is None or name.startswith("_") or not any("__eq__" in vars(each) for each in kind.__mro__[:-1]):
        return None
    try:
        items = items_that_make(value)
        if items is not None:
            written = literals.write(items) if _notices_items(value, items) else None
            text = f"{name}({written if items else ''})"
            return text if written is not None and len(text) <= _LONGEST else None
        found = _arguments(value, kind, literals)
        if found is None:
            return None
        given, rest = found
        copy = kind(*given, **rest)
        is_same = type(copy == value) is bool and copy == value and _holds(copy) == _holds(value)
        parts = [literals.write(each) for each in given] + [
            f"{key}={literals.write(each)}" for key, each in rest.items()
        ]
    except Exception:  # whatever a foreign constructor, property or `__eq__` raises
        return None
    text = f"{name}({', '.join(map(str, parts))})"
    return text if is_same and len(text) <= _LONGEST else None


def items_that_make(value: Any) -> list[Any] | None:
    """Return the items of a container that keeps them in order and holds nothing but what comes of them."""
    kind: Any = type(value)
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Collection) or kind.__module__ == "builtins":
        return None
    try:
        copy, items = kind(list(value)), list(value)
        is_same = _holds(copy) == _holds(value) and list(copy) == items
        keeps_order = all(list(kind(each)) == each for each in _ORDERS)
    except Exception:  # whatever a foreign constructor or item raises
        return None
    return items if is_same and keeps_order and len(items) <= _MOST_ITEMS else None


def kept_beside(items: list[Any], value: Any) -> list[tuple[str, Any]]:
    """Return what a container keeps beside its items, as a place for each, by its public name."""
    kept = [(each, attribute(value, each)) for each in public_attributes(value)]
    return [(each, part) for each, part in kept if not (callable(part) or equals(part, items))]


def _notices_items(value: Any, items: list[Any]) -> bool:
    """Say whether comparing tells it from a container with other items, or with the same in another order."""
    kind = type(value)
    others = [items[:-1]] * bool(items) + [items[::-1]] * (items != items[::-1])
    return equals(kind(items) if items else kind(), value) and not any(equals(kind(each), value) for each in others)


def _arguments(value: Any, kind: type, literals: Literals) -> tuple[list[Any], dict[str, Any]] | None:
    """Return what to give to the constructor by position and by name; None when it is not known."""
    given: list[Any] = []
    rest: dict[str, Any] = {}
    for each in inspect.signature(kind).parameters.values():
        if each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD):
            continue
        held = _plain(attribute(value, each.name, _NOTHING))
        is_required = each.default is each.empty
        if held is _NOTHING or literals.write(held) is None:
            if is_required:
                return None
        elif is_required and each.kind is not each.KEYWORD_ONLY and not rest:
            given.append(held)
        elif is_required or type(held) is not type(each.default) or held != each.default:
            rest[each.name] = held
    return given, rest


def _plain(value: Any) -> Any:
    """Return a whole decimal number as a person writes it."""
    is_whole = isinstance(value, decimal.Decimal) and value.is_finite() and value == value.to_integral_value()
    return int(value) if is_whole else value


def _holds(value: Any) -> Any:
    if has(value, "__dict__"):
        return vars(value)
    names = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
    return [attribute(value, name) for name in names]
