"""Functions that functions return: decorators, keys, converters. Nothing can be said of a function but by calling it.

Each is a subject like a method of an object that the call of the outer function makes.
"""

import ast
import functools
import inspect
from collections.abc import Iterator, Sequence
from types import FunctionType, MethodType
from typing import Any

from .corpus import INSTANCE, Try
from .facts import Definition, ModuleFacts
from .finding import SubjectFinder
from .pools import Pools
from .subjects import Subject
from .wording import renamed

_SAYS_NOTHING = frozenset({"<lambda>", "wrapper", "wrapped", "inner", "func", "function", "f", "fn", "_"})
_MOST_KINDS = 3  # different functions that one function returns
_MOST_ATTRIBUTES = 6
_LONGEST = 160  # characters of the call that makes one
_OUTER = ("function", "static", "classmethod", "method")


class Returned:
    """Find subjects among the results of calls."""

    def __init__(self, finder: SubjectFinder, facts: ModuleFacts, pools: Pools) -> None:
        self._finder = finder
        self._facts = facts
        self._pools = pools

    def subjects(self, outer: Subject, tries: Sequence[Try]) -> list[Subject]:
        """Return what can be called of what the calls of a subject gave."""
        if outer.kind not in _OUTER:
            return []
        by_code: dict[object, list[tuple[str, Any, Try]]] = {}
        for made in [each for each in tries if not each.strange] or tries:
            value, expression = made.outcome.value, _expression(made)
            if made.outcome.kind == "value" and not made.outcome.how and expression and _is_made(value):
                by_code.setdefault(_code(value), []).append((expression, value, made))
        found: list[Subject] = []
        for group in list(by_code.values())[:_MOST_KINDS]:
            owner = self._owner(group[0][1])
            for expression, value, made in group:
                look = (made.outcome.goals, *sorted(vars(value) if hasattr(value, "__dict__") else ()), *_held(value))
                self._pools.instances.note_for(owner, expression, look)
            found += self._members(outer, owner, group[0][1])
        return found

    def _owner(self, value: Any) -> type:
        """Return a class that stands for functions of this kind."""
        name = getattr(_code(value), "co_name", "function")
        return type("function" if name in _SAYS_NOTHING or name.startswith("_") else name, (), {})

    def _members(self, outer: Subject, owner: type, value: Any) -> Iterator[Subject]:
        node = self._node(value)
        name, behind = f"{outer.name}.__call__", node or outer.node
        # A function that looks like the one that it wraps takes what it takes itself.
        own = _unmasked(value) if isinstance(value, FunctionType) and node is not None else value
        made = self._finder.make(name, own, behind, "method", owner)
        if made is not None:
            bound = value.keywords if isinstance(value, functools.partial) else {}
            made.parameters = [each for each in made.parameters if each.name not in bound]
            yield made
        attributes = [name for name in getattr(value, "__dict__", ()) if not name.startswith("_")]
        for name in attributes[:_MOST_ATTRIBUTES]:
            part = getattr(value, name)
            if not callable(part):
                yield Subject(f"{outer.name}.{name}", "property", [], node or outer.node, owner)
            elif (
                method := self._finder.make(f"{outer.name}.{name}", part, self._node(part), "method", owner)
            ) is not None:
                yield method

    def _node(self, value: Any) -> Definition | None:
        code = _code(value)
        for each in ast.walk(self._facts.tree) if code is not None else ():
            if isinstance(each, Definition) and each.name == code.co_name:
                first = min([each.lineno, *(part.lineno for part in each.decorator_list)])
                if first == code.co_firstlineno:
                    return each
        return None


def _expression(made: Try) -> str:
    """Return the call as one expression; empty when it needs steps before."""
    setup, text = made.program.setup, made.program.call
    if setup:
        start = setup[0].partition(" = ")
        text = renamed(text, INSTANCE, start[2]) if len(setup) == 1 and start[0] == INSTANCE else ""
    return text if len(text) <= _LONGEST else ""


def _is_made(value: Any) -> bool:
    """Say whether a value is a function that was made for the caller, and not one that the caller gave."""
    code = _code(value)
    if code is None or code.co_filename == "<test>":
        return False
    if isinstance(value, FunctionType):
        return "<locals>" in value.__code__.co_qualname
    return isinstance(value, functools.partial) or hasattr(value, "__wrapped__")


def _unmasked(value: FunctionType) -> FunctionType:
    """Return the function without what makes it look like the one that it wraps."""
    return FunctionType(value.__code__, value.__globals__, value.__name__, value.__defaults__, value.__closure__)


def _held(value: Any) -> list[tuple[str, str, bool]]:
    """Return what a function holds of the call that made it: names, types, and whether there is something in it."""
    names = value.__code__.co_freevars if isinstance(value, FunctionType) else ()
    cells = getattr(value, "__closure__", None) or ()
    found = []
    for name, cell in zip(names, cells, strict=False):
        try:
            found.append((name, type(cell.cell_contents).__name__, bool(cell.cell_contents)))
        except Exception:  # noqa: S112 - it may be empty, and a foreign `__bool__` may raise anything
            continue
    return found


def _code(value: Any) -> Any:
    for _ in range(5):
        if isinstance(value, FunctionType):
            return value.__code__
        if isinstance(value, functools.partial):
            value = value.func
        elif isinstance(value, MethodType):
            value = value.__func__
        elif inspect.isroutine(value) and hasattr(value, "__wrapped__"):
            value = value.__wrapped__
        else:
            return None
    return None
