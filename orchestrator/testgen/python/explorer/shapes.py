"""Arguments made to measure: functions of the arity with which the code calls them, objects with what it reads."""

import ast
import functools
import inspect
from collections.abc import Hashable, Iterator

from .base_values import BASE
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
    found: list[str] = []
    arities = _arities(tree).get(name, set())
    if 0 in arities:  # a clock, a counter, a factory
        found += ["lambda: 1", "itertools.count().__next__"]
    for arity in sorted(arities - {0})[:2]:
        names = [chr(ord("a") + position) for position in range(arity)]
        head = f"lambda {', '.join(names)}: "
        found += [head + each for each in (*names, "None", "True", "False")]
        if arity > 1:
            found.append(f"{head}({', '.join(names[-2:])})")
        found.append(f"{head}{names[-1]} + 10")
        if _is_entered(tree, name):
            found.insert(0, f"{head}contextlib.nullcontext()")
    return [*found, *(text for text in BASE["callable"] if found and _takes(text) & arities)]


@functools.lru_cache(maxsize=50)
def _takes(function: str) -> frozenset[int]:
    """Return with how many arguments one of the plain functions can be called."""
    node = ast.parse(function, mode="eval").body
    if not isinstance(node, ast.Lambda):
        return frozenset({2 if "operator." in function else 1})
    return frozenset(range(6)) if node.args.vararg else frozenset({len(node.args.args)})


def _is_entered(tree: ast.AST, name: str) -> bool:
    """Say whether the code enters what a call of this name gives."""
    blocks = (each for each in ast.walk(tree) if isinstance(each, ast.With | ast.AsyncWith))
    entered = (item.context_expr for each in blocks for item in each.items)
    return any(isinstance(each, ast.Call) and _called(each) == name for each in entered)


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else str(getattr(call.func, "id", ""))


@functools.lru_cache(maxsize=2)
def _arities(tree: ast.AST) -> dict[str, set[int]]:
    """Return with how many arguments, all given by position, each name is called."""
    found: dict[str, set[int]] = {}
    for each in ast.walk(tree):
        if isinstance(each, ast.Call) and not each.keywords and not any(isinstance(a, ast.Starred) for a in each.args):
            found.setdefault(_called(each), set()).add(len(each.args))
    return found


def kept_as(node: Definition, name: str) -> list[str]:
    """Return the attributes of `self` in which the code keeps what has this name."""
    return [
        target.attr
        for each in ast.walk(node)
        if isinstance(each, ast.Assign | ast.AnnAssign) and isinstance(each.value, ast.Name) and each.value.id == name
        for target in (each.targets if isinstance(each, ast.Assign) else (each.target,))
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self"
    ]


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
        if isinstance(value, type) and value.__module__ == names.module.__name__:
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


@functools.lru_cache(maxsize=500)
def _set_in(owner: Hashable) -> frozenset[str]:
    try:
        tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(owner)))  # type: ignore[arg-type]  # a class
    except (OSError, TypeError, SyntaxError, ValueError):
        return frozenset()
    return frozenset(
        each.attr
        for each in ast.walk(tree)
        if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == "self"
    )
