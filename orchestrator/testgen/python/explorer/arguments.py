"""Fit written calls to parameters, and tell arguments that the hints do not allow."""

import ast
import builtins
import functools
import inspect
import typing
from collections.abc import Collection, Sequence
from typing import Any

from .names import Names
from .subjects import Argument, Arguments, Parameter, Subject

_KINDS = {
    ast.List: "list", ast.ListComp: "list", ast.Tuple: "tuple", ast.Dict: "dict", ast.Set: "set",
    ast.Lambda: "callable", ast.GeneratorExp: "generator",
}  # fmt: skip
_CALLS = {
    "datetime.datetime": "datetime", "datetime.date": "date", "datetime.time": "time", "decimal.Decimal": "decimal",
    "datetime.timedelta": "timedelta", "float": "float", "int": "int", "set": "set", "iter": "iterator",
    "range": "iterator", "types.SimpleNamespace": "double", "re.compile": "pattern", "pathlib.Path": "path",
    "io.StringIO": "file", "io.BytesIO": "file", "fractions.Fraction": "fraction", "uuid.UUID": "uuid",
}  # fmt: skip
_ALSO = {  # what else a caller may well hand over
    "float": {"int"}, "list": {"tuple", "iterator", "generator"}, "iterator": {"list", "tuple", "generator", "str"},
    "generator": {"list", "iterator"}, "date": {"datetime"}, "path": {"str"}, "set": {"list"}, "decimal": {"int"},
    "tuple": {"list"}, "type": {"callable"},
}  # fmt: skip
_LEAST_WEIGHT = 2.0  # what speaks for a kind more than nothing


def is_strange(argument: str, parameter: Parameter, least: float = _LEAST_WEIGHT) -> bool:
    """Say whether an expression is plainly of a kind that the hints do not allow, or that nothing speaks for.

    Where there is no hint, `least` is how much has to speak for a kind.
    """
    kind = _kind_of(argument)
    allowed = parameter.hinted or {each for each, weight in parameter.weights.items() if weight >= least}
    if type(parameter.default) is bool and not parameter.hinted:
        allowed = {"bool"}  # what is true in some other way looks like a mistake
    if not kind or not allowed or "any" in allowed:
        return False
    if kind == "double":
        return bool(parameter.hinted)
    if kind == "none" and parameter.default is None:
        return False
    return not _fits(ast.parse(argument, mode="eval").body, allowed)


def _fits(node: ast.expr, allowed: Collection[Any]) -> bool:
    """Say whether an expression, and what stands in it, is of one of these kinds."""
    text = ast.unparse(node)
    kind = _kind_of(text)
    words = {each if isinstance(each, str) else each[0] for each in allowed}
    if not kind or "any" in words or any(text in each[1] for each in allowed if each[0] == "one"):
        return True
    if any(_is_instance(text, each[1]) for each in allowed if each[0] == "class"):
        return True
    if kind not in words.union(*(_ALSO.get(each, ()) for each in words)):
        return False
    shapes = [each[1] for each in allowed if isinstance(each, tuple) and each[0] == "tuple"]
    is_shaped = bool(shapes) and "list" not in words and "tuple" not in allowed
    if is_shaped and isinstance(node, ast.List | ast.Tuple):
        return any(_has_shape(node.elts, each) for each in shapes)
    inner = [each[1] for each in allowed if isinstance(each, tuple) and each[0] in ("list", "set")]
    if kind not in words and len(inner) < len(words & {"list", "set"}):
        return True
    items = node.elts if isinstance(node, ast.List | ast.Tuple | ast.Set) else []
    return not inner or all(_fits(each, inner) for each in items)


def _has_shape(items: Sequence[ast.expr], kinds: Sequence[Any]) -> bool:
    """Say whether the items of a tuple are as many and of the kinds that its hint names."""
    return len(items) == len(kinds) and all(_fits(item, (kind,)) for item, kind in zip(items, kinds, strict=True))


def _is_instance(text: str, owner: type) -> bool:
    """Say whether a literal is what a class of numbers, an abstract class or a typed dictionary asks for."""
    try:
        value = ast.literal_eval(text)
        return isinstance(value, dict) if typing.is_typeddict(owner) else isinstance(value, owner)
    except (
        ValueError,
        TypeError,
        SyntaxError,
        MemoryError,
        RecursionError,
    ):  # no literal, or a class that is not asked
        return False


@functools.lru_cache(maxsize=20_000)
def _kind_of(argument: str) -> str:
    """Return the word for the kind of a literal; empty where the expression does not show it."""
    try:
        node = ast.parse(argument, mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        return ""
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    if isinstance(node, ast.Constant):
        name = type(node.value).__name__
        return "none" if node.value is None else name if name in ("str", "bytes", "int", "float", "bool") else ""
    if isinstance(node, ast.Call):
        return _CALLS.get(ast.unparse(node.func), "")
    if isinstance(node, ast.Name):
        return "callable" if callable(getattr(builtins, node.id, None)) else ""
    if isinstance(node, ast.BinOp) and isinstance(node.left, ast.Constant):
        return "int" if isinstance(node.left.value, int) else ""
    return _KINDS.get(type(node), "")


def match_call(subject: Subject, call: ast.Call, names: Names) -> Arguments | None:
    """Fit the arguments of a written call to the parameters; None when they use unknown names."""
    arguments: list[Argument] = [None] * len(subject.parameters)
    by_name = {each.name: position for position, each in enumerate(subject.parameters)}
    known = names.namespace()
    for part in [*call.args, *(each.value for each in call.keywords)]:
        bound = {each.arg for each in ast.walk(part) if isinstance(each, ast.arg)}
        used = {each.id for each in ast.walk(part) if isinstance(each, ast.Name)}
        if isinstance(part, ast.Starred) or any(
            n not in known and n not in bound and not hasattr(builtins, n) for n in used
        ):
            return None
    rest = next((i for i, p in enumerate(subject.parameters) if p.kind is inspect.Parameter.VAR_POSITIONAL), None)
    for position, part in enumerate(call.args):
        if rest is not None and position >= rest:
            arguments[rest] = (*(arguments[rest] or ()), ast.unparse(part))
        elif position < len(arguments):
            arguments[position] = ast.unparse(part)
        else:
            return None
    for keyword in call.keywords:
        if keyword.arg not in by_name:
            return None
        arguments[by_name[keyword.arg]] = ast.unparse(keyword.value)
    return tuple(arguments)
