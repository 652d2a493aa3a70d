"""Arguments made to measure: functions of the arity with which the code calls them, objects with what it reads."""

import ast
import inspect
from collections.abc import Iterator
from typing import Any

from .facts import Definition
from .kind_tables import BY_METHOD, Kind
from .names import Names
from .words import words_for

_VALUES = ("1", "'a'", "None")
_MOST_ATTRIBUTES = 10
_PLAIN_METHODS = frozenset(
    {*BY_METHOD, "append", "pop", "get", "update", "index", "count", "copy", "remove", "clear", "close"}
)


def functions_for(tree: ast.AST, name: str) -> list[str]:
    """Return functions that take as many arguments as the code passes to what has this name."""
    arities = {
        len(each.args)
        for each in ast.walk(tree)
        if isinstance(each, ast.Call) and ast.unparse(each.func).rpartition(".")[2] == name and not each.keywords
    }
    found: list[str] = []
    for arity in sorted(arities - {0})[:2]:
        names = [chr(ord("a") + position) for position in range(arity)]
        head = f"lambda {', '.join(names)}: "
        found += [head + each for each in (*names, "None", "True", "False")]
        if arity > 1:
            found.append(f"{head}({', '.join(names[-2:])})")
    return found


def attributes_read(node: Definition, name: str) -> tuple[dict[str, int | None], set[str]]:
    """Return the attributes that the code takes from a name (of methods the number of arguments), and those it sets."""
    called = {id(each.func): len(each.args) for each in ast.walk(node) if isinstance(each, ast.Call)}
    read: dict[str, int | None] = {}
    stored: set[str] = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == name:
            if isinstance(each.ctx, ast.Load):
                read[each.attr] = called.get(id(each), read.get(each.attr))
            else:
                stored.add(each.attr)
    return read, stored


def classes_with(names: Names, attributes: set[str]) -> Iterator[Kind]:
    """Yield the module's classes that have all these attributes."""
    for value in vars(names.module).values():
        if inspect.isclass(value) and value.__module__ == names.module.__name__:
            known = {*dir(value), *_set_in(value)}
            if attributes <= known:
                yield ("class", value)


def doubles(node: Definition, name: str, base: str) -> tuple[str, ...]:
    """Return expressions of plain objects that have what the code reads; none when a plain value has it too."""
    read, _ = attributes_read(node, name)
    telling = {each for each in read if not each.startswith("__")}
    if not telling or telling <= _PLAIN_METHODS or len(telling) > _MOST_ATTRIBUTES:
        return ()
    made = []
    for number in range(3):
        parts = [f"{each}={_value(each, read[each], number)}" for each in sorted(telling)]
        made.append(f"{base}({', '.join(parts)})")
    return tuple(made)


def _value(name: str, arguments: int | None, number: int) -> str:
    words = words_for(name)
    plain = repr(words[number % len(words)]) if words else _VALUES[number % len(_VALUES)]
    return plain if arguments is None else f"lambda *args: {plain}"


def _set_in(owner: Any) -> set[str]:
    try:
        tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(owner)))
    except (OSError, TypeError, SyntaxError, ValueError):
        return set()
    return {
        each.attr
        for each in ast.walk(tree)
        if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == "self"
    }
