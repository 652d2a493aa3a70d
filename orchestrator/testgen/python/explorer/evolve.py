"""Change an expression a little, as a fuzzer changes bytes: by literals, elements and arguments of constructors."""

import ast
import random
from collections.abc import Callable, Sequence
from typing import Any

_CHARACTERS = "a1 _-.:,/[]{}()%+*?T\né"
_SUFFIXES = ("a", " ", "1", "_", "-", ".", ",", "A", "\n", ":", "/")
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
                return ast.unparse(ast.fix_missing_locations(tree))
        return None

    def _change_node(self, node: ast.expr, texts: Sequence[str]) -> bool:
        if isinstance(node, ast.Constant):
            return self._change_constant(node, texts)
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            return self._change_items(node)
        if isinstance(node, ast.Dict):
            return self._change_dict(node)
        if isinstance(node, ast.Call):
            return self._change_call(node)
        return False

    def _change_constant(self, node: ast.Constant, texts: Sequence[str]) -> bool:
        value = node.value
        if isinstance(value, str):
            if texts and self._rng.random() < 0.4:
                chosen = ast.literal_eval(self._rng.choice(texts))
                node.value = chosen if self._rng.random() < 0.6 else f"{value} {chosen}"
            else:
                node.value = self._text(value)
        elif isinstance(value, bool):
            node.value = not value
        elif isinstance(value, int):
            node.value = self._rng.choice([value + 1, abs(value - 1), value * 2, value // 2, value * 10, value + 7, 0])
        elif isinstance(value, float):
            node.value = self._rng.choice([value + 1, value * 10, value / 10, value / 2, 0.0, 1.0])
            return bool(abs(node.value) < 1e300)
        else:
            return False
        return True

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

    def _change_items(self, node: ast.List | ast.Tuple | ast.Set) -> bool:
        items = node.elts
        way = self._rng.randrange(4)
        if way == 0 and items:
            items.append(self._rng.choice(items))
        elif way == 1 and len(items) > (1 if isinstance(node, ast.Set) else 0):
            del items[self._rng.randrange(len(items))]
        elif way == 2 and len(items) > 1:
            items.reverse()
        elif len(items) > 1:
            self._rng.shuffle(items)
        else:
            return False
        return True

    def _change_dict(self, node: ast.Dict) -> bool:
        if not node.keys:
            return False
        at = self._rng.randrange(len(node.keys))
        if self._rng.random() < 0.4:
            del node.keys[at], node.values[at]
            return True
        return self._change_node(node.values[at], ())

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


def splice(arguments: Sequence[Any], compared: Sequence[tuple[int, object, object]]) -> list[tuple[int, str]]:
    """Return (position, expression): arguments in which one side of a comparison was replaced by the other."""
    found: dict[tuple[int, str], None] = {}
    for position, argument in enumerate(arguments):
        value = _literal(argument)
        if value is None:
            continue
        for _, first, second in compared[:80]:
            for old, new in ((first, second), (second, first)):
                for changed in _put_in(value, old, new):
                    found.setdefault((position, repr(changed)))
    return list(found)


def _literal(argument: object) -> object:
    try:
        return ast.literal_eval(argument) if isinstance(argument, str) else None
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def _put_in(value: object, old: object, new: object) -> list[object]:
    if type(value) is str and type(old) is str and type(new) is str and len(value) < 200 and len(new) < 40:
        if old == value:
            return [new, new + value, value + new]
        return [value.replace(old, new, 1)] if old and old in value else []
    if type(value) is int and type(old) is int and type(new) is int and value == old:
        return [new, new + 1, new - 1]
    if type(value) is float and type(new) in (int, float) and value == old:
        assert isinstance(new, int | float)
        return [float(new), float(new) + 1]
    return []


def _spots(tree: ast.Expression) -> list[ast.expr]:
    keys = {id(key) for node in ast.walk(tree) if isinstance(node, ast.Dict) for key in node.keys if key is not None}
    functions = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant | ast.List | ast.Tuple | ast.Set | ast.Dict | ast.Call)
        and id(node) not in keys
        and id(node) not in functions
    ]
