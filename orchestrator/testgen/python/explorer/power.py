"""What `==` would not notice: a class may compare without one of its fields, or with objects of other classes."""

import dataclasses
import datetime
import inspect
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .attributes import attribute, has
from .body import Body
from .calling import Caller
from .calls_in_words import outcome_in_words
from .contents import equals
from .corpus import INSTANCE, Try
from .names import Names
from .tables import Tables
from .wording import followed

_NOTHING = object()
_EXPECTED = " == expected"
_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
_OF_TIMEDELTA = ("days", "seconds", "microseconds")  # it has no signature that could be asked


class Power:
    """Write tests of objects whose claims notice what the call did; `of` gives the claims about an expression."""

    def __init__(self, names: Names, caller: Caller, tables: Tables, of: Callable[[str, Any], list[str]]) -> None:
        self._names = names
        self._caller = caller
        self._tables = tables
        self._of = of

    def with_unseen(self, made: Try, call: str, check: str) -> Body:
        """Return a test that says, beside or instead of a comparison, what that would not notice."""
        value, setup = made.outcome.value, made.program.setup
        namespace = self._caller.run(setup) if made.instance == INSTANCE else None
        before = namespace[INSTANCE] if namespace is not None else None
        fields = unseen(value, before)
        if len(fields) == 1 and equals(before, value):
            field, part = f".{fields[0]}", attribute(value, fields[0])
            if claims := self._of(followed(call, field), part):
                body = Body((*setup, *claims), label=outcome_in_words(made, part))
                return self._tables.with_row(made, body, part, field)
        claims = [each for name in fields for each in self._of(f"result.{name}", attribute(value, name))]
        kind = self._names.of(type(value))
        others = [each for each in vars(self._names.module).values() if isinstance(each, type)]
        if kind is not None and _changes_class(made, before) and equals_others(value, others):
            claims.insert(0, f"assert type(result) is {kind}")
        compared = Body((*setup, check), label=outcome_in_words(made, value))
        row = self._tables.with_row(made, compared, value) if not fields else compared
        if not claims:
            return row
        lines = (*setup, f"result = {call}", f"assert result{check.removeprefix(f'assert {call}')}", *claims)
        table = "\n".join([f"result = {row.table.removesuffix(_EXPECTED)}", f"assert result{_EXPECTED}", *claims])
        is_row = row.table.endswith(_EXPECTED)
        return dataclasses.replace(row, lines=lines, table=table if is_row else "", wide="", options="")


def _changes_class(made: Try, before: Any) -> bool:
    """Say whether it depends on the call of which class its result is."""
    pairs = zip(made.arguments, made.subject.parameters, strict=True)
    has_option = any(argument is not None and not parameter.is_required for argument, parameter in pairs)
    return has_option if before is None else type(before) is not type(made.outcome.value)


def is_made(value: object) -> bool:
    """Say whether it is an object of a class with fields and a comparison of its own, be it of the standard library."""
    return type(value).__module__ != "builtins" and not isinstance(value, type) and not callable(value)


def unseen(value: Any, before: Any = _NOTHING) -> list[str]:
    """Return the public fields that a call made other than they were and that comparing its result passes over.

    `before` is the object that was called on; of a result of another class each field was what its class makes it.
    """
    kind = type(value)
    parameters = _parameters(kind)
    held = {name: attribute(value, name) for name in parameters if has(value, name)}
    found = []
    for name, present in held.items():
        was = attribute(before, name, _NOTHING) if type(before) is kind else parameters[name]
        if name.startswith("_") or (type(was) is type(present) and equals(was, present)):
            continue
        if any(_is_alike(value, kind, held, name, other) for other in _others(present, was)):
            found.append(name)
    return found


def equals_others(value: Any, kinds: Iterable[type]) -> bool:
    """Say whether an object of another of these classes that holds the same would pass for it."""
    return any(kind is not type(value) and _passes_for(value, kind) for kind in (*kinds, datetime.timedelta))


def _is_alike(value: Any, kind: type, held: dict[str, Any], name: str, other: Any) -> bool:
    """Say whether an object that differs in one field equals this one."""
    try:
        variant = kind(**{**held, name: other})
        return not equals(attribute(variant, name), held[name]) and equals(value, variant)
    except Exception:  # a foreign constructor may refuse anything
        return False


def _others(present: Any, was: Any) -> Iterator[Any]:
    if was is not _NOTHING and was is not inspect.Parameter.empty:
        yield was
    if type(present) in (int, float):
        yield present + 1
    elif type(present) is str:
        yield present + "1"
    elif isinstance(present, datetime.timedelta):
        yield present + datetime.timedelta(1)


def _passes_for(value: Any, kind: type) -> bool:
    names = _OF_TIMEDELTA if kind is datetime.timedelta else tuple(_parameters(kind))
    held = {name: attribute(value, name) for name in names if has(value, name)}
    if not held:
        return False
    try:
        return equals(value, kind(**held))
    except Exception:  # as above
        return False


def _parameters(kind: type) -> dict[str, Any]:
    """Return the names that a constructor takes, with their defaults; none where it takes others besides."""
    try:
        found = inspect.signature(kind).parameters.values()
    except (TypeError, ValueError):
        return {}
    return {each.name: each.default for each in found if each.kind in _NAMED}
