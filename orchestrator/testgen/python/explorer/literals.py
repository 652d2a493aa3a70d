"""Write a value as source that a person would write, or say that there is no such form."""

import dataclasses
import datetime
import decimal
import enum
import fractions
import math
import pathlib
import re
import types
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .names import Names

LONGEST = 300  # characters of one literal
_ZEROS = re.compile(r"(, 0)+\)$")  # of hours, minutes and seconds: they go without saying
_LONGEST_TEXT = 160
_MOST_DIGITS = 40
_MOST_ITEMS = 24
_DEEPEST = 5
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}|/tmp/|\bat 0x|Werkzeug/\d")


class NoLiteral(Exception):
    """A value has no stable, short source form."""


def is_stable_text(text: str) -> bool:
    """Say whether a text holds no address, no path of this machine, nothing unprintable and is of readable length."""
    if len(text) > _LONGEST_TEXT or _ADDRESS.search(text):
        return False
    return all(each.isprintable() or each in "\n\t\r\x1b\x00" for each in text)


class Literals:
    """Write values with the names that a module's tests may use."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def write(self, value: object) -> str | None:
        """Return source that evaluates to an equal value, None when there is no stable, short one."""
        try:
            text = self._write(value, 0)
        except (NoLiteral, RecursionError):
            return None
        except Exception:  # a foreign `__eq__`, `__iter__` or property may raise anything
            return None
        return text if len(text) <= LONGEST else None

    def _write(self, value: Any, depth: int) -> str:
        if depth > _DEEPEST:
            raise NoLiteral
        if isinstance(value, enum.Enum):
            return self._member(value)
        writer = _PLAIN.get(type(value))
        if writer is not None:
            return writer(value)
        if type(value) in (list, tuple, set, frozenset):
            return self._items(value, depth)
        if type(value) is dict:
            return self._dict(value, depth)
        if isinstance(value, type | types.FunctionType | types.BuiltinFunctionType):
            return self._named(value)
        return self._record(value, depth)

    def _items(self, value: Iterable[Any], depth: int) -> str:
        items = list(value)
        if len(items) > _MOST_ITEMS:
            raise NoLiteral
        parts = [self._write(item, depth + 1) for item in items]
        if isinstance(value, set | frozenset):
            body = "{" + ", ".join(sorted(parts)) + "}" if parts else "set()"
            return body if isinstance(value, set) else f"frozenset({body if parts else ''})"
        if isinstance(value, tuple):
            return f"({parts[0]},)" if len(parts) == 1 else f"({', '.join(parts)})"
        return f"[{', '.join(parts)}]"

    def _dict(self, value: Mapping[Any, Any], depth: int) -> str:
        if len(value) > _MOST_ITEMS:
            raise NoLiteral
        pairs = [f"{self._write(key, depth + 1)}: {self._write(item, depth + 1)}" for key, item in value.items()]
        return "{" + ", ".join(pairs) + "}"

    def _member(self, value: enum.Enum) -> str:
        owner = self._names.of(type(value))
        if owner is None or value.name is None or not value.name.isidentifier():
            raise NoLiteral
        return f"{owner}.{value.name}"

    def _named(self, value: object) -> str:
        name = self._names.of(value)
        if name is None:
            raise NoLiteral
        return name

    def _record(self, value: Any, depth: int) -> str:
        """Write an instance that can be made anew from its fields and equals that copy."""
        kind = type(value)
        fields: dict[str, Any]
        if dataclasses.is_dataclass(kind):
            if kind.__eq__ is object.__eq__ or any(not each.init for each in dataclasses.fields(kind)):
                raise NoLiteral
            fields = {
                each.name: getattr(value, each.name)
                for each in dataclasses.fields(kind)
                if not _is_default(each, value)
            }
        elif hasattr(kind, "model_fields") and hasattr(kind, "model_construct"):
            fields = {name: getattr(value, name) for name in value.model_fields_set if name in kind.model_fields}
            fields = {name: fields[name] for name in kind.model_fields if name in fields}
        elif isinstance(value, tuple) and hasattr(kind, "_fields"):
            fields = dict(zip(kind._fields, value, strict=True))
        else:
            raise NoLiteral
        text = ", ".join(f"{name}={self._write(item, depth + 1)}" for name, item in fields.items())
        return f"{self._named(kind)}({text})"


def _is_default(field: "dataclasses.Field[Any]", value: object) -> bool:
    if field.default is dataclasses.MISSING:
        return False
    present = getattr(value, field.name)
    return type(present) is type(field.default) and bool(present == field.default)


def _integer(value: int) -> str:
    # Converting an enormous integer to text is slow, and refused beyond 4,300 digits.
    if value.bit_length() > _MOST_DIGITS * 4:
        raise NoLiteral
    text = repr(value)
    digits = text.rstrip("0")
    zeros = len(text) - len(digits)
    return f"{digits} * 10**{zeros}" if zeros >= 12 and digits != "1" else f"10**{zeros}" if zeros >= 12 else text


def _float(value: float) -> str:
    if math.isnan(value):
        raise NoLiteral  # equal to nothing
    return repr(value) if math.isfinite(value) else f'float("{value}")'


def _text(value: str) -> str:
    if not is_stable_text(value):
        raise NoLiteral
    return repr(value)


def _bytes(value: bytes) -> str:
    if len(value) > _LONGEST_TEXT:
        raise NoLiteral
    return repr(value)


def _pattern(value: "re.Pattern[Any]") -> str:
    if value.flags & ~re.UNICODE:
        raise NoLiteral
    return f"re.compile({value.pattern!r})"


def _length(value: datetime.timedelta) -> str:
    is_back = datetime.timedelta.min < value < datetime.timedelta(0) and -value < datetime.timedelta(1)
    return f"-{-value!r}" if is_back else repr(value)


def _zoned(value: datetime.datetime | datetime.time) -> str:
    if value.tzinfo is not None and not isinstance(value.tzinfo, datetime.timezone):
        raise NoLiteral
    return _ZEROS.sub(")", repr(value)) if isinstance(value, datetime.datetime) else repr(value)


_PLAIN: dict[type, Callable[[Any], str]] = {
    type(None): repr,
    bool: repr,
    int: _integer,
    float: _float,
    complex: repr,
    str: _text,
    bytes: _bytes,
    bytearray: lambda value: f"bytearray({_bytes(bytes(value))})",
    range: repr,
    datetime.date: repr,
    datetime.datetime: _zoned,
    datetime.time: _zoned,
    datetime.timedelta: _length,
    datetime.timezone: repr,
    decimal.Decimal: lambda value: f"decimal.{value!r}",
    fractions.Fraction: lambda value: f"fractions.{value!r}",
    uuid.UUID: lambda value: f"uuid.{value!r}",
    pathlib.PosixPath: lambda value: f"pathlib.Path({_text(str(value))})",
    pathlib.PurePosixPath: lambda value: f"pathlib.PurePosixPath({_text(str(value))})",
    re.Pattern: _pattern,
}
