"""Make texts that a regular expression matches, so that the code behind a match is reached."""

import importlib
import random
import re
from collections.abc import Iterable
from typing import Any

# The only way to a parsed expression.
sre_parse: Any = importlib.import_module("re._parser")

_CATEGORIES = {
    "CATEGORY_DIGIT": "0192",
    "CATEGORY_NOT_DIGIT": "ab ",
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_SPACE": "ab1",
    "CATEGORY_WORD": "abZ1_",
    "CATEGORY_NOT_WORD": " -.",
}
# Numbers that a person would write, by how long they are; now and then others, for what they lead to.
_USUAL = {
    1: ("1", "3", "5"),
    2: ("10", "12", "05"),
    3: ("100", "120"),
    4: ("2024", "1999"),
    6: ("202410",),
    8: ("20241005",),
}
_MOSTLY = 0.8
_ANY_DIGIT = ([("RANGE", "(48, 57)")], [("CATEGORY", "CATEGORY_DIGIT")])
_ANYTHING = "ab1 Z-_."
_LONGEST = 120
_FLAGS = int(re.VERBOSE | re.DOTALL | re.MULTILINE | re.ASCII)


def matching_texts(pattern: str, rng: random.Random, count: int = 2, flags: int = 0) -> list[str]:
    """Return up to `count` different texts that should match; none when the expression cannot be parsed."""
    try:
        parsed = list(sre_parse.parse(pattern, flags & _FLAGS))
    except (re.error, RecursionError, OverflowError):
        return []
    found: dict[str, None] = {}
    for _ in range(count * 4):
        try:
            text = _text(parsed, rng)
        except (RecursionError, OverflowError):
            break
        if len(text) <= _LONGEST:
            found.setdefault(text)
        if len(found) >= count:
            break
    return list(found)


def _text(items: Iterable[Any], rng: random.Random) -> str:
    return "".join(_one(str(operation), argument, rng) for operation, argument in items)


def _one(operation: str, argument: Any, rng: random.Random) -> str:
    if operation == "LITERAL":
        return chr(argument)
    if operation == "NOT_LITERAL":
        return "a" if argument != ord("a") else "b"
    if operation == "ANY":
        return rng.choice(_ANYTHING)
    if operation == "IN":
        return rng.choice(_members(argument))
    if operation == "CATEGORY":
        return rng.choice(_CATEGORIES.get(str(argument), "a"))
    if operation in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, most, inner = argument
        if least > _LONGEST:  # the text would be too long, and take as long to make
            raise OverflowError
        times = rng.choice([least, min(int(most), least + 1), min(int(most), least + 2)])
        if _is_digit(inner) and times in _USUAL and rng.random() < _MOSTLY:
            return rng.choice(_USUAL[times])
        return "".join(_text(inner, rng) for _ in range(times))
    if operation in ("SUBPATTERN", "ATOMIC_GROUP"):
        return _text(argument[-1] if operation == "SUBPATTERN" else argument, rng)
    if operation == "BRANCH":
        return _text(rng.choice(argument[1]), rng)
    return ""  # anchors, assertions and references match without text of their own


def _is_digit(items: Iterable[Any]) -> bool:
    """Say whether an expression matches any one digit and nothing else."""
    [(operation, argument), *more] = [*items] or [("", None)]
    parts = argument if str(operation) == "IN" else [(operation, argument)]
    return not more and [(str(kind), str(value)) for kind, value in parts] in _ANY_DIGIT


def _members(parts: Iterable[Any]) -> str:
    allowed, is_negated = "", False
    for kind, value in parts:
        name = str(kind)
        if name == "NEGATE":
            is_negated = True
        elif name == "LITERAL":
            allowed += chr(value)
        elif name == "RANGE":
            allowed += chr(value[0]) + chr(value[1]) + chr((value[0] + value[1]) // 2)
        elif name == "CATEGORY":
            allowed += _CATEGORIES.get(str(value), "")
    if is_negated:
        allowed = "".join(each for each in _ANYTHING if each not in allowed) or "~"
    return allowed or "a"
