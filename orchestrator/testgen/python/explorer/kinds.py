"""Which kinds of values a parameter takes: from its hint, its default, how the code uses it, its docs, its name.

A kind is a short word (`str`, `list`) or a tuple: `("one", (expressions,))` for closed sets, `("class", class)`,
`("list", kind)`, `("dict", kind, kind)`, `("tuple", kinds)`.
"""

import argparse
import ast
import enum
import inspect
import io
import re
import types
import typing
from collections import Counter
from typing import Any

from .kind_tables import BY_METHOD, BY_NAME, CLASSES, FUNCTIONS, MAPPINGS, SEQUENCES, SETS, SHAPES, WORDS, Kind
from .names import Names
from .operands import is_name

Weights = dict[Kind, float]

_DEEPEST = 4
_MOST_TOGETHER = 24
_ERRORS = ("ValueError", "KeyError")
_ASKED = {"isgenerator": "generator", "isgeneratorfunction": "callable", "isawaitable": "awaitable", "isclass": "type"}


def of_hint(hint: Any, names: Names, depth: int = 0) -> list[Kind]:
    """Return the kinds that a hint allows, most telling first; empty when it says nothing."""
    if hint is inspect.Parameter.empty or depth > _DEEPEST:
        return []
    if hint is None:
        return ["none"]
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return of_hint(arguments[0], names, depth)
    if origin is typing.Union or origin is types.UnionType:
        found = [kind for each in arguments for kind in of_hint(each, names, depth + 1)]
        has_numbers = any(inspect.isclass(each) and issubclass(each, enum.IntEnum | enum.IntFlag) for each in arguments)
        return [kind for kind in dict.fromkeys(found) if not (has_numbers and kind == "int")]  # its members say more
    if origin is typing.Literal:
        return [("one", tuple(repr(each) for each in arguments))]
    if isinstance(hint, typing.TypeVar):
        bounds = [hint.__bound__] if hint.__bound__ else list(hint.__constraints__)
        return [kind for each in bounds for kind in of_hint(each, names, depth + 1)] or ["any"]
    if isinstance(hint, str | typing.ForwardRef):
        return _of_written(hint if isinstance(hint, str) else hint.__forward_arg__, names, depth)
    return _of_class(hint, origin, arguments, names, depth)


def of_hint_and_name(hint: Any, name: str, names: Names) -> list[Kind]:
    """Return the kinds that a hint allows; where it allows anything, what the name of the parameter is sure of."""
    named = of_name(name)
    return [named if each == "any" and isinstance(named, tuple) else each for each in of_hint(hint, names)]


def _of_class(hint: Any, origin: Any, arguments: tuple[Any, ...], names: Names, depth: int) -> list[Kind]:
    base = origin or hint
    if base is type and arguments:
        return _of_classes(arguments[0], names)
    if base in MAPPINGS and len(arguments) == 2:
        key, value = (of_hint(each, names, depth + 1) or ["any"] for each in arguments)
        return [("dict", key[0], value[0])]
    if base in SETS and arguments:
        return [("set", kind) for kind in of_hint(arguments[0], names, depth + 1)] or ["set"]
    if base in SEQUENCES and arguments:
        inner = of_hint(arguments[0], names, depth + 1) or ["any"]
        return [("list", kind) for kind in inner[:3]]
    if base is tuple and arguments:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return [("list", kind) for kind in of_hint(arguments[0], names, depth + 1)]
        return [("tuple", tuple((of_hint(each, names, depth + 1) or ["any"])[0] for each in arguments))]
    if base in SHAPES:
        return [SHAPES[base]]
    if base in MAPPINGS or base in SETS or base in SEQUENCES:
        return ["dict" if base in MAPPINGS else "set" if base in SETS else "list"]
    try:
        if base in CLASSES:
            return [CLASSES[base]]
    except TypeError:
        return ["any"]
    if inspect.isclass(base):
        return _of_own_class(base, names)
    return ["any"]


def _of_classes(hint: Any, names: Names) -> list[Kind]:
    """Return for `type[X]` the class itself and its subclasses, as far as a test can name them."""
    owner = hint.__bound__ if isinstance(hint, typing.TypeVar) else hint
    if not inspect.isclass(owner) or owner in (object, Any):
        return ["type"]
    if owner.__module__ == "builtins":
        return [("one", _ERRORS)] if issubclass(owner, BaseException) else ["type"]
    found = [names.of(each) for each in (owner, *owner.__subclasses__())]
    written = tuple(each for each in found if each is not None)
    return [("one", written)] if written else ["type"]


def _of_own_class(base: type, names: Names) -> list[Kind]:
    if base is argparse.Namespace:
        return ["any"]
    if issubclass(base, enum.Enum):
        owner = names.of(base)
        return (
            [("one", (*(f"{owner}.{each.name}" for each in base), *_together(base, owner or "")))] if owner else ["any"]
        )
    if issubclass(base, io.IOBase) or base in (typing.IO, typing.TextIO, typing.BinaryIO):
        return ["file"]
    if issubclass(base, BaseException):
        return ["error"]
    if getattr(base, "_is_protocol", False):
        return ["int", "float"] if base.__name__.startswith("Supports") else ["any"]
    if base.__name__.startswith("Supports"):  # a protocol for type checkers only: nobody makes one
        return ["any"]
    return [("class", base)]


def _together(base: type[enum.Enum], owner: str) -> list[str]:
    """Return members of flags set together: each with the next, and with one farther on."""
    values = {each.name: each.value for each in base}
    bits = [name for name, value in values.items() if isinstance(value, int) and value and not value & (value - 1)]
    if not issubclass(base, enum.Flag | enum.IntEnum) or len(bits) < 3 or len(bits) < len(values) / 2:
        return []
    pairs = [(bits[i], bits[(i + step) % len(bits)]) for step in (1, len(bits) // 2) for i in range(len(bits))]
    return [f"{owner}.{first} | {owner}.{second}" for first, second in pairs[:_MOST_TOGETHER] if first != second]


def _of_written(text: str, names: Names, depth: int) -> list[Kind]:
    """Return the kinds of a hint that could not be resolved, as far as its text tells them."""
    try:
        node = ast.parse(text, mode="eval").body
    except SyntaxError:
        return _of_text(text)
    if isinstance(node, ast.BinOp):
        sides = [_of_written(ast.unparse(side), names, depth + 1) for side in (node.left, node.right)]
        return list(dict.fromkeys(kind for side in sides for kind in side))
    if not isinstance(node, ast.Subscript) or depth > _DEEPEST:
        word = ast.unparse(node).rpartition(".")[2]
        known = getattr(names.module, word, None)
        return (
            of_hint(known, names, depth + 1)
            if inspect.isclass(known)
            else _of_text(word) or ["none"] * (word == "None")
        )
    outer = ast.unparse(node.value).rpartition(".")[2].lower()
    if outer in ("list", "sequence", "iterable", "collection"):
        inner = _of_written(ast.unparse(node.slice), names, depth + 1) or ["any"]
        return [("list", kind) for kind in inner[:3]]
    return ["dict"] if outer.endswith("mapping") else _of_text(outer if outer in WORDS else text)


def _of_text(text: str) -> list[Kind]:
    words = re.findall(r"[A-Za-z]+", text)
    return list(dict.fromkeys(WORDS[word.lower()] for word in words if word.lower() in WORDS))


def of_default(default: object) -> Kind | None:
    """Return the kind of a default value; None says nothing."""
    if default is None or default is inspect.Parameter.empty:
        return None
    kind = CLASSES.get(type(default))
    return kind or ("callable" if callable(default) else None)


def said_by_members(parameter: inspect.Parameter, node: ast.AST | None, names: Names) -> Any:
    """Return the enumeration of a default, or whose members the code compares a parameter with and nothing else.

    It stands for a hint; `Parameter.empty` where there is none.
    """
    default = parameter.default
    if isinstance(default, enum.Enum):
        return type(default)
    if node is None or default not in (None, inspect.Parameter.empty):
        return inspect.Parameter.empty
    found: set[Any] = set()
    for each in ast.walk(node):
        sides = [each.left, *each.comparators] if isinstance(each, ast.Compare) else []
        if isinstance(each, ast.BinOp) and isinstance(each.op, ast.BitAnd):
            sides = [each.left, each.right]
        if any(is_name(side, parameter.name) for side in sides):
            found |= {_owner_of_member(side, names) for side in sides if not is_name(side, parameter.name)}
    owner = found.pop() if len(found) == 1 else None
    return inspect.Parameter.empty if owner is None else owner | None if default is None else owner


def _owner_of_member(node: ast.expr, names: Names) -> type[enum.Enum] | None:
    """Return the enumeration of which an expression names a member."""
    if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
        return None
    owner = getattr(names.module, node.value.id, None)
    is_one = inspect.isclass(owner) and issubclass(owner, enum.Enum) and node.attr in owner.__members__
    return owner if is_one else None


def of_usage(node: ast.AST, name: str, names: Names) -> Counter[Kind]:
    """Weigh kinds by how the code uses the parameter; `self.x` is a name as well."""
    found: Counter[Kind] = Counter()
    for each in ast.walk(node):
        _of_place(each, name, found)
        if isinstance(each, ast.Attribute) and is_name(each.value, name):
            method = BY_METHOD.get(each.attr)
            if method:
                found[method] += 3
        elif isinstance(each, ast.Call):
            _of_call(each, name, names, found)
        elif isinstance(each, ast.For | ast.comprehension) and is_name(each.iter, name):
            found["list"] += 3
            found["str"] += 1
        elif isinstance(each, ast.AsyncFor) and is_name(each.iter, name):
            found["stream"] += 4
        elif isinstance(each, ast.Compare) and any(is_name(side, name) for side in (each.left, *each.comparators)):
            for side in (each.left, *each.comparators):
                kind = CLASSES.get(type(side.value)) if isinstance(side, ast.Constant) else None
                if kind:
                    found[kind] += 2
        elif isinstance(each, ast.Subscript) and is_name(each.value, name):
            is_key = isinstance(each.slice, ast.Constant) and isinstance(each.slice.value, str)
            found["dict" if is_key else "list"] += 3 if is_key else 1
        elif isinstance(each, ast.If) and is_name(each.test, name):
            found["bool"] += 1
    return found


def _of_place(node: ast.AST, name: str, found: Counter[Kind]) -> None:
    """Weigh the kinds of what stands in square brackets, behind `with` or beside an operator."""
    if isinstance(node, ast.Subscript) and is_name(node.slice, name):
        found["str"] += 2
        found["int"] += 2
    elif isinstance(node, ast.With | ast.AsyncWith) and any(is_name(each.context_expr, name) for each in node.items):
        found["manager"] += 4
    elif isinstance(node, ast.BinOp) and (is_name(node.left, name) or is_name(node.right, name)):
        other = node.right if is_name(node.left, name) else node.left
        if not is_name(other, "self"):  # the class's own methods say what they take
            found["str" if isinstance(other, ast.Constant) and isinstance(other.value, str) else "int"] += 2


def _of_call(call: ast.Call, name: str, names: Names, found: Counter[Kind]) -> None:
    if is_name(call.func, name):
        found["callable"] += 4
    for position, argument in enumerate(call.args):
        if not is_name(argument, name):
            continue
        function = ast.unparse(call.func).rpartition(".")[2]
        if function in _ASKED:
            found[_ASKED[function]] += 3
        elif function == "hasattr" and isinstance(call.args[-1], ast.Constant):
            found[BY_METHOD.get(str(call.args[-1].value), "any")] += 3
        if isinstance(call.func, ast.Attribute):
            if call.func.attr in ("match", "search", "sub", "findall", "split", "fullmatch", "finditer"):
                found["str"] += 3
        elif isinstance(call.func, ast.Name) and call.func.id == "isinstance" and position == 0:
            classes = call.args[1].elts if isinstance(call.args[1], ast.Tuple) else [call.args[1]]
            for each in classes:
                _of_checked_class(each, names, found)
        elif isinstance(call.func, ast.Name) and call.func.id in FUNCTIONS:
            kind, weight = FUNCTIONS[call.func.id]
            found[kind] += int(weight)


def _of_checked_class(node: ast.expr, names: Names, found: Counter[Kind]) -> None:
    word = ast.unparse(node).rpartition(".")[2]
    checked = getattr(names.module, word, None)
    if inspect.isclass(checked):
        for kind in of_hint(checked, names):
            found[kind] += 3
    elif word.lower() in WORDS:
        found[WORDS[word.lower()]] += 3


def of_docs(text: str, name: str) -> list[Kind]:
    """Return the kinds that a docstring names for a parameter (reST, Google and NumPy style)."""
    escaped = re.escape(name)
    found = re.findall(rf":type\s+{escaped}\s*:\s*([^\n]*)", text)
    found += re.findall(rf":param\s+([\w\[\]., |]+)\s+{escaped}\s*:", text)
    found += re.findall(rf"^\s*{escaped}\s*\(([^)]*)\)\s*:", text, re.MULTILINE)
    found += re.findall(rf"^\s*{escaped}\s*:\s*(\w[^\n]*)$", text, re.MULTILINE)
    found += re.findall(rf"\b{escaped} (datetime|date|timedelta|string|integer|float|tuple|callable|function)\b", text)
    return [kind for part in found for kind in _of_text(part)]


def of_name(name: str) -> Kind | None:
    """Return the kind that a parameter's name suggests."""
    return next((kind for pattern, kind in BY_NAME if pattern.search(name)), None)
