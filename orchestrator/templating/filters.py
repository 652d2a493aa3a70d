"""The filters and tests that templates may use: an allow list.

Taken from Jinja2 where the result cannot grow beyond its input; written here where it can. None of them calls what it
is given, and none depends on the clock, on chance or on the machine.
"""

import posixpath
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from jinja2 import filters as builtin
from jinja2 import tests as builtin_tests

from orchestrator.templating.meter import TooMuch, counted, sized
from orchestrator.templating.values import to_json, to_text

WIDEST_INDENT = 200
MOST_DIGITS = 15


def join(value: Iterable[object], separator: str = "") -> str:
    """Return the items as text, with the separator between them."""
    pieces: list[str] = []
    length = 0
    for item in value:
        pieces.append(to_text(item))
        length += len(pieces[-1]) + len(separator)
        sized(length)
    return separator.join(pieces)


def replace(value: object, old: str, new: str, count: int = -1) -> str:
    """Return the text with each `old` (or the first `count`) replaced."""
    text = to_text(value)
    found = text.count(old) if count < 0 else min(count, text.count(old))
    sized(len(text) + found * (len(new) - len(old)))
    return text.replace(old, new, count)


def indent(value: object, width: int | str = 4, first: bool = False, blank: bool = False) -> str:
    """Return the text with its lines moved to the right, the first one only when asked, empty ones only when asked."""
    margin = width if isinstance(width, str) else " " * min(max(width, 0), WIDEST_INDENT)
    if len(margin) > WIDEST_INDENT:
        message = f"it indents by more than {WIDEST_INDENT} characters"
        raise TooMuch(message)
    text = to_text(value)
    lines = text.split("\n")
    sized(len(text) + len(lines) * len(margin))
    return "\n".join(
        margin + line if (line or blank) and (first or number) else line for number, line in enumerate(lines)
    )


def rounded(value: float, precision: int = 0) -> float:
    """Return the number rounded to some digits behind the point; a whole number when there are none."""
    if abs(precision) > MOST_DIGITS:
        message = f"it rounds to more than {MOST_DIGITS} digits"
        raise TooMuch(message)
    return round(value, precision) if precision else round(value)


def as_list(value: Iterable[object]) -> list[object]:
    """Return the items as a list, the characters of a text included."""
    result = []
    for item in value:
        result.append(item)
        counted(len(result))
    return result


def tojson(value: object, indent: int | None = None) -> str:
    """Return the JSON text of a value; `indent` is at most 8."""
    return to_json(value, None if indent is None else min(max(indent, 0), 8))


def basename(value: str) -> str:
    """Return the last part of a path."""
    return posixpath.basename(value.rstrip("/"))


def dirname(value: str) -> str:
    """Return the folder of a path."""
    return posixpath.dirname(value.rstrip("/"))


def stem(value: str) -> str:
    """Return the last part of a path without its extension: `auth.service` for `src/auth.service.ts`."""
    return posixpath.splitext(basename(value))[0]


_BUILTIN = (
    "abs capitalize count d default dictsort e escape first float int items last length lower map max min reject "
    "rejectattr reverse select selectattr sort sum title trim truncate unique upper"
)
FILTERS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        **{name: builtin.FILTERS[name] for name in _BUILTIN.split()},
        "basename": basename,
        "dirname": dirname,
        "indent": indent,
        "join": join,
        "json": tojson,
        "list": as_list,
        "replace": replace,
        "round": rounded,
        "stem": stem,
        "string": to_text,
        "tojson": tojson,
    }
)

_TESTS = (
    "boolean defined divisibleby eq equalto even false float ge greaterthan gt in integer iterable le lessthan lower "
    "lt mapping ne none number odd sequence string true undefined upper == != > >= < <="
)
_all_tests: dict[str, Any] = dict(builtin_tests.TESTS)
TESTS: Mapping[str, Callable[..., Any]] = MappingProxyType({name: _all_tests[name] for name in _TESTS.split()})
