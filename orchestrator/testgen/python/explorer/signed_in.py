"""What tells routes who is signed in: replaced, so that a request needs no token.

It is whatever asks for a security scheme of the framework, by itself or through what it depends on. What a route does
with the answer tells what the answer has to hold.
"""

import ast
import importlib
import inspect
import typing
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .names import Names
from .sources import definition_of
from .words import words_for

_DEEPEST = 6
_IDENTIFIER = "a5c3f3a0-5e1c-4c7b-9d2e-0b1f6c8d7e9a"
_LATER = 4_102_444_800  # seconds: in the year 2100


def find_signed_in(routes: Sequence[Any], names: Names) -> dict[str, tuple[Any, str]]:
    """Return for what a test writes as a dependency: the dependency, and an expression of what it is to answer."""
    found: dict[str, tuple[Any, list[Any], list[tuple[Any, str]]]] = {}
    for route in routes:
        for each, hint, user in _asking(getattr(route, "dependant", None)):
            written = _written(each.call, names)
            if written is not None:
                _, hints, users = found.setdefault(written, (each.call, [], []))
                hints.append(hint)
                users.append((user, each.name))
    return {
        written: (call, text)
        for written, (call, hints, users) in found.items()
        if not any(hasattr(hint, "__table__") for hint in hints)  # a row: the database has it
        if (text := _answer(hints, users)) is not None
    }


def _asking(dependant: Any, depth: int = 0) -> Iterator[tuple[Any, Any, Any]]:
    """Yield the outermost dependencies that ask who is signed in: with the hint of their user, and the user."""
    if dependant is None or depth > _DEEPEST:
        return
    try:
        hints = typing.get_type_hints(dependant.call)
    except Exception:  # a hint may name what exists for type checkers only
        hints = {}
    for each in dependant.dependencies:
        if _asks(each):
            yield each, hints.get(each.name), dependant.call
        else:
            yield from _asking(each, depth + 1)


def _asks(dependant: Any, depth: int = 0) -> bool:
    scheme = importlib.import_module("fastapi.security.base").SecurityBase
    if isinstance(dependant.call, scheme):
        return True
    return depth < _DEEPEST and any(_asks(each, depth + 1) for each in dependant.dependencies)


def _written(call: Any, names: Names) -> str | None:
    """Return how a test writes a dependency; one inside of a `Depends(…)` that has a name is reached through it."""
    name = names.of(call)
    if name is not None:
        return name
    for each, value in vars(names.module).items():
        if getattr(value, "dependency", None) is call and type(value).__name__ == "Depends":
            return f"{names.own(each)}.dependency"
    return None


def _answer(hints: Sequence[Any], users: Sequence[tuple[Any, str]]) -> str | None:
    """Return what is answered: a mapping with the keys that are looked up, else what the hint says is plain."""
    shape: dict[str, Any] = {}
    for user, name in users:
        node = definition_of(inspect.unwrap(user)) if name and inspect.isfunction(inspect.unwrap(user)) else None
        for each in ast.walk(node) if node is not None else ():
            keys = _keys(each, name)
            if keys:
                _put(shape, keys)
    if shape:
        return repr(_filled(shape))
    kinds = {hint for hint in hints if hint is not None}
    if kinds <= {bool, dict, type(None), Any} or not kinds:
        return "{}" if dict in kinds else "True"
    return repr("ada") if kinds == {str} else None


def _keys(node: ast.AST, name: str) -> list[str]:
    """Return the keys of `name["a"]["b"]` or `name.get("a")["b"]`, outermost first; nothing for anything else."""
    keys: list[str] = []
    while True:
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            key, node = node.slice.value, node.value
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "get"
            and node.args
        ):
            key = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
            node = node.func.value
        else:
            break
        if not isinstance(key, str):
            return []
        keys.insert(0, key)
    return keys if isinstance(node, ast.Name) and node.id == name else []


def _put(shape: dict[str, Any], keys: Sequence[str]) -> None:
    for key in keys[:-1]:
        shape = shape.setdefault(key, {})
    shape.setdefault(keys[-1], {})


def _filled(shape: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _filled(inner) if inner else _value(key) for key, inner in shape.items()}


def _value(key: str) -> Any:
    word = key.lower()
    if word.endswith(("uid", "uuid", "jti")):
        return _IDENTIFIER
    if word.endswith("id"):
        return 1
    if word in ("exp", "expires"):
        return _LATER
    if word.startswith(("is_", "has_", "can_")) or word in ("active", "admin", "verified", "superuser"):
        return True
    return (words_for(word) or ("ada",))[0]
