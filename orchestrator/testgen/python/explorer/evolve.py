"""Change an expression a little, as a fuzzer changes bytes: by literals, elements and arguments of constructors."""

import ast
import random
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .regexes import matching_texts

_CHARACTERS = "a1 _-.:,/[]{}()%+*?T\né"
_SUFFIXES = ("a", " ", "1", "_", "-", ".", ",", "A", "\n", ":", "/")
_PLAIN = (str, int, float, bytes)
_VALUES = (
    "None",
    "True",
    "False",
    "0",
    "1",
    "2.5",
    "'x'",
    "''",
    "[]",
    "['x', 'y']",
    "{'a': 1}",
    "[1, [2, 3]]",
    "(1, 2)",
)
_MOST_COMPARED = 120
_MOST_CONSTANTS = 12
_MOST_ITEMS = 8
_LONGEST, _LONGEST_NEW = 200, 40  # characters
_ZERO = re.compile(r"-0(?![\w.])")  # nobody writes a negative zero
_LARGEST = 10**9
Constructor = Callable[[str], Sequence[tuple[str, list[str]]]]


class Evolver:
    """Make variants of expressions.

    `arguments_of` gives, for the name of a class, its parameters with what to try for each.
    """

    def __init__(self, rng: random.Random, arguments_of: Constructor) -> None:
        self._rng = rng
        self._arguments_of = arguments_of

    def change(self, expression: str, texts: Sequence[str] = ()) -> str | None:
        """Return a variant, None when there is nothing to change. `texts` are literals to put in."""
        try:
            tree = ast.parse(expression, mode="eval")
        except (SyntaxError, ValueError, RecursionError):
            return None
        spots = list(_spots(tree))
        if not spots:
            return None
        for _ in range(3):
            node = self._rng.choice(spots)
            if self._change_node(node, texts):
                return _ZERO.sub("0", ast.unparse(ast.fix_missing_locations(tree)))
        return None

    def _change_node(self, node: ast.expr, texts: Sequence[str]) -> bool:
        if isinstance(node, ast.Constant):
            return self._change_constant(node, texts)
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            return self._change_items(node, texts)
        if isinstance(node, ast.Dict):
            return self._change_dict(node, texts)
        if isinstance(node, ast.Call):
            return self._change_call(node)
        return False

    def _change_constant(self, node: ast.Constant, texts: Sequence[str]) -> bool:
        value = node.value
        if isinstance(value, str):
            if texts and self._rng.random() < 0.4:
                node.value = self._with_text(value, str(ast.literal_eval(self._rng.choice(texts))))
            else:
                node.value = self._text(value)
        elif isinstance(value, bool):
            node.value = not value
        elif isinstance(value, int):
            node.value = self._rng.choice([value + 1, abs(value - 1), value * 2, value // 2, value * 10, value + 7, 0])
        elif isinstance(value, bytes):
            at = self._rng.randrange(len(value) + 1)
            node.value = self._rng.choice([value[:at], value + b"a", value[:at] + b"\xff" + value[at:], value + value])
        elif isinstance(value, float):
            node.value = self._rng.choice([value + 1, value * 10, value / 10, value / 2, 0.0, 1.0])
            return bool(abs(node.value) < 1e300)
        else:
            return False
        return True

    def _with_text(self, value: str, chosen: str) -> str:
        way = self._rng.randrange(7)
        at = self._rng.randrange(len(value) + 1)
        ways = (f"{value} {chosen}", value + chosen, chosen + value, value[:at] + chosen + value[at:])
        return ways[way] if way < len(ways) else chosen

    def _text(self, value: str) -> str:
        way = self._rng.randrange(6)
        if not value or way == 0:
            return value + self._rng.choice(_SUFFIXES)
        at = self._rng.randrange(len(value))
        if way == 1:
            return value[:at] + value[at + 1 :]
        if way == 2:
            return value[:at] + self._rng.choice(_CHARACTERS) + value[at:]
        if way == 3:
            return value + value if len(value) < 60 else value[:at]
        return value.swapcase() if way == 4 else value[:at]

    def _change_items(self, node: ast.List | ast.Tuple | ast.Set, texts: Sequence[str]) -> bool:
        items = node.elts
        way = self._rng.randrange(6)
        if way == 0 and items:
            items.append(self._rng.choice(items))
        elif way == 1 and len(items) > (1 if isinstance(node, ast.Set) else 0):
            del items[self._rng.randrange(len(items))]
        elif way == 2 and len(items) > 1:
            items.reverse()
        elif way == 3 and len(items) > 1:
            self._rng.shuffle(items)
        elif not isinstance(node, ast.Set):
            value = self._value(texts)
            if way == 4 and items:
                items[self._rng.randrange(len(items))] = value
            else:
                items.insert(self._rng.randrange(len(items) + 1), value)
        else:
            return False
        return True

    def _value(self, texts: Sequence[str]) -> ast.expr:
        """Return some plain value, often one that the code knows."""
        text = self._rng.choice(texts) if texts and self._rng.random() < 0.4 else self._rng.choice(_VALUES)
        return ast.parse(text, mode="eval").body

    def _change_dict(self, node: ast.Dict, texts: Sequence[str]) -> bool:
        if not node.keys or self._rng.random() < 0.15:
            node.keys.append(ast.parse(self._rng.choice(texts or ("'a'", "'b'")), mode="eval").body)
            node.values.append(self._value(texts))
            return True
        at = self._rng.randrange(len(node.keys))
        way = self._rng.random()
        if way < 0.2:
            del node.keys[at], node.values[at]
        elif way < 0.4:
            node.values[at] = self._value(texts)
        elif way < 0.55 and texts:
            node.keys[at] = ast.parse(self._rng.choice(texts), mode="eval").body
        elif way < 0.65:
            node.values[at] = ast.List([node.values[at], self._value(texts)], ast.Load())
        else:
            return self._change_node(node.values[at], texts)
        return True

    def _change_call(self, node: ast.Call) -> bool:
        parameters = [(name, pool) for name, pool in self._arguments_of(ast.unparse(node.func)) if pool]
        if not parameters:
            return False
        name, pool = self._rng.choice(parameters)
        present = next((each for each in node.keywords if each.arg == name), None)
        if present is not None and self._rng.random() < 0.15:
            node.keywords.remove(present)
            return True
        value = ast.parse(self._rng.choice(pool), mode="eval").body
        if present is not None:
            present.value = value
        elif not node.args:
            node.keywords.append(ast.keyword(arg=name, value=value))
        else:
            return False
        return True


def splice(
    arguments: Sequence[Any], compared: Sequence[tuple[int, object, object]], rng: random.Random
) -> list[tuple[int, str]]:
    """Return (position, expression): arguments in which one side of a comparison was put in place of the other."""
    pairs = list(dict.fromkeys(_pairs(compared[:_MOST_COMPARED])))
    found: dict[tuple[int, str], None] = {}
    for position, argument in enumerate(arguments):
        tree = parsed(argument)
        constants = [node for node in _spots(tree) if isinstance(node, ast.Constant)] if tree is not None else []
        for node in constants[:_MOST_CONSTANTS]:
            value = node.value
            for old, new in pairs:
                for changed in _put_in(value, old, new, rng):
                    node.value = changed  # type: ignore[assignment]  # of the same plain type
                    found.setdefault((position, ast.unparse(tree)))  # type: ignore[arg-type]  # it has constants
            node.value = value
    return list(found)


def _pairs(compared: Sequence[tuple[int, object, object]]) -> Iterator[tuple[object, object]]:
    """Yield what to replace by what: plain values, both ways; items of a container; texts that a pattern matches."""
    for _, first, second in compared:
        if isinstance(second, re.Pattern) or isinstance(first, re.Pattern):
            for pattern, text in ((first, second), (second, first)):
                if isinstance(pattern, re.Pattern) and type(text) is str:
                    yield text, _Pattern(pattern)
        elif type(second) in (list, tuple, set, frozenset, dict):
            items = sorted(second, key=repr) if type(second) in (set, frozenset) else list(second)  # type: ignore[call-overload]
            yield from (
                (first, item) for item in items[:_MOST_ITEMS] if type(item) is type(first) and type(item) in _PLAIN
            )
        elif type(first) in _PLAIN and type(second) in _PLAIN:
            yield first, second
            yield second, first


@dataclass(frozen=True, slots=True)
class _Pattern:
    pattern: "re.Pattern[Any]"


def parsed(argument: object) -> ast.Expression | None:
    """Return the tree of an expression; None of what is none."""
    try:
        return ast.parse(argument, mode="eval") if isinstance(argument, str) else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _put_in(value: object, old: object, new: object, rng: random.Random) -> list[object]:
    if type(value) is str and type(old) is str and isinstance(new, _Pattern):
        return _put_match_in(value, old, new, rng)
    if type(value) in (str, bytes) and type(old) is type(value) and type(new) is type(value):
        if len(value) > _LONGEST or len(new) > _LONGEST_NEW:  # type: ignore[arg-type]  # texts, as are the following
            return []
        if old == value:
            return [new, new + value, value + new]  # type: ignore[operator]
        return [value.replace(old, new, 1)] if old and old in value else []  # type: ignore[attr-defined, operator]
    if type(value) is str and type(old) is bytes and type(new) is bytes and old.isascii() and new.isascii():
        return _put_in(value, old.decode(), new.decode(), rng)  # what is given as text is looked at as bytes
    if type(value) is int and type(old) is int and type(new) is int and value == old:
        return [new, new + 1, new - 1]
    if type(value) is str and type(old) is int and type(new) is int:
        return [*_put_digits_in(value, old, new), *_put_character_in(value, old, new)]
    if type(value) is float and type(new) in (int, float) and value == old:
        assert isinstance(new, int | float)
        return [float(new), float(new) + 1]
    return []


def _put_digits_in(value: str, old: int, new: int) -> list[object]:
    if str(old) not in value or abs(new) >= _LARGEST:
        return []
    return [value.replace(str(old), str(each), 1) for each in (new, new + 1)]


def _put_character_in(value: str, old: int, new: int) -> list[object]:
    """Return texts with another character: code compared the number of one of theirs."""
    if not 9 < old < sys.maxunicode or chr(old) not in value:
        return []
    numbers = [each for each in (new, new + 1, new - 1) if 9 < each < sys.maxunicode and not 0xD800 <= each < 0xE000]
    return [value.replace(chr(old), chr(each), 1) for each in numbers]


def _put_match_in(value: str, old: str, new: _Pattern, rng: random.Random) -> list[object]:
    if not isinstance(new.pattern.pattern, str) or len(value) > _LONGEST or old not in value:
        return []
    matches = matching_texts(new.pattern.pattern, rng, 3, new.pattern.flags)
    return [value.replace(old, each, 1) if old else each for each in matches]


def _spots(tree: ast.Expression) -> list[ast.expr]:
    keys = {id(key) for node in ast.walk(tree) if isinstance(node, ast.Dict) for key in node.keys if key is not None}
    functions = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    # 10**9 is one number; nobody writes `0 ** 1`
    sums = [node for node in ast.walk(tree) if isinstance(node, ast.BinOp)]
    parts = {id(side) for node in sums for side in (node.left, node.right) if isinstance(side, ast.Constant)}
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant | ast.List | ast.Tuple | ast.Set | ast.Dict | ast.Call)
        and id(node) not in keys
        and id(node) not in functions
        and id(node) not in parts
    ]
