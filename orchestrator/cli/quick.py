"""Read a command line that has nothing special: loading typer takes longer than many a command.

What is special in any way (a mistake, `--help`, an option by its environment twin, short options written together, a
kind of value that is not known here) is left to typer: either both understand the same, or this one says nothing.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from inspect import Parameter
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args, get_origin

from orchestrator.cli.options import Command, Spec, kind_of

Kinds: TypeAlias = Mapping[str, tuple[Any, Spec]]  # of parameters, by name

_UNSAID = object()
_KNOWN = {"min"}  # what `Spec.more` may hold


def read_plainly(
    command: Command, words: Sequence[str], environ: Mapping[str, str] = os.environ
) -> dict[str, Any] | None:
    """Return a value for every parameter of the command; None when typer has to read the line."""
    kinds = {p.name: kind_of(p) for p in command.parameters}
    if any(spec.envvar and environ.get(spec.envvar) for _, spec in kinds.values()):
        return None
    try:
        given = _given(kinds, iter(words))
    except _Special:
        return None
    values = {p.name: given.get(p.name, p.default) for p in command.parameters}
    return None if Parameter.empty in values.values() else values


class _Special(Exception):
    pass


def _given(kinds: Kinds, words: Iterator[str]) -> dict[str, Any]:
    """Return what is said."""
    options = {text: name for name, (_, spec) in kinds.items() for text in spec.names}
    places = [name for name, (kind, spec) in kinds.items() if not spec.names and _is_plain(kind)]
    given: dict[str, Any] = {}
    for word in words:
        if not word.startswith("-"):
            name, text = _next(places), word
        else:
            option, equals, text = word.partition("=") if word.startswith("--") else (word, "", "")
            name = options.get(option, "")
            if not name:
                raise _Special
            if kinds[name][0] is not bool and not equals:
                text = next(words, "")
            elif equals and kinds[name][0] is bool:
                raise _Special
        _put(given, name, *kinds[name], text)
    return given


def _next(places: list[str]) -> str:
    if not places:
        raise _Special
    return places.pop(0)


def _is_plain(kind: Any) -> bool:
    """Say whether an argument is one word."""
    return kind in (str, Path) or get_origin(kind) is Literal


def _put(given: dict[str, Any], name: str, kind: Any, spec: Spec, text: str) -> None:
    if get_origin(kind) is list:
        given.setdefault(name, []).append(_value(get_args(kind)[0], spec, text))
    elif name in given:
        raise _Special
    else:
        given[name] = _value(kind, spec, text)


def _value(kind: Any, spec: Spec, text: str) -> Any:
    """Return what a word means."""
    if not _KNOWN.issuperset(spec.more):
        raise _Special
    if kind is bool:
        return True
    if not text or text.startswith("-"):
        raise _Special
    value: Any = _UNSAID
    if kind is str:
        value = text
    elif kind is Path and (not os.path.lexists(text) or os.access(text, os.R_OK)):
        value = Path(text)
    elif kind is int and text.isascii() and text.isdecimal() and int(text) >= spec.more.get("min", 0):
        value = int(text)
    elif get_origin(kind) is Literal and text in get_args(kind):
        value = text
    if value is _UNSAID:
        raise _Special
    return value
