"""Whether every value of a call is shown to be of a kind that its hint allows: only such a crash is a defect.

`meant` asks the reverse, whether a value is plainly none of them: a test may be written where nobody knows, a
defect is claimed only where somebody does. Read from the text, since the call itself may change its values.
"""

import ast
import inspect
import math
import typing
from collections.abc import Iterable

from .corpus import Try
from .kind_tables import Kind
from .kinds import of_hint
from .names import Names

_BARE = {"list": ast.List, "dict": ast.Dict, "set": ast.Set}


def fits_hints(made: Try, names: Names) -> bool:
    """Say whether arguments, and those of the instance's constructor, are of kinds that the hints allow."""
    subject = made.subject
    if not subject.parameters and (subject.owner is None or not made.program.setup):
        return False
    for parameter, argument in zip(subject.parameters, made.arguments, strict=True):
        if argument is None:
            continue
        if not isinstance(argument, str) or not _is_one_of(_parsed(argument), parameter.hinted, names):
            return False
    return subject.owner is None or all(_is_plain_step(step, subject.owner, names) for step in made.program.setup)


def _is_plain_step(step: str, owner: type, names: Names) -> bool:
    """Say whether a step before the call makes the instance of values that fit, or calls something without values."""
    try:
        (statement,) = ast.parse(step).body
    except (SyntaxError, ValueError):
        return False
    value = statement.value if isinstance(statement, ast.Assign | ast.Expr) else None
    if not isinstance(value, ast.Call):
        return False
    if isinstance(value.func, ast.Name) and value.func.id == owner.__name__:
        return _is_made_well(value, owner, names)
    return not value.args and not value.keywords


def _is_made_well(call: ast.Call, owner: type, names: Names) -> bool:
    try:
        bound = inspect.signature(owner).bind(*call.args, **{each.arg or "": each.value for each in call.keywords})
        hints = typing.get_type_hints(inspect.getattr_static(owner, "__init__"))
    except Exception:  # no signature, names that cannot be resolved, or arguments that do not fit it
        return False
    return all(
        name in hints and isinstance(value, ast.expr) and _is_one_of(value, of_hint(hints[name], names), names)
        for name, value in bound.arguments.items()
    )


def _parsed(argument: str) -> ast.expr | None:
    try:
        return ast.parse(argument, mode="eval").body
    except (SyntaxError, ValueError):
        return None


def _is_one_of(node: ast.expr | None, kinds: Iterable[Kind], names: Names) -> bool:
    return node is not None and any(_is_of(node, kind, names) for kind in kinds)


def _is_of(node: ast.expr, kind: Kind, names: Names) -> bool:
    if isinstance(kind, tuple):
        return _is_compound(node, kind, names)
    if kind in _BARE:
        return isinstance(node, _BARE[kind])
    value = _constant(node)
    match kind:
        case "str" | "bytes" | "bool":
            return type(value).__name__ == kind
        case "none":
            return isinstance(node, ast.Constant) and value is None
        case "int":
            return type(value) is int
        case "float":
            return type(value) in (int, float) and math.isfinite(typing.cast("float", value))
    return False


def _is_compound(node: ast.expr, kind: tuple[typing.Any, ...], names: Names) -> bool:
    match kind[0], node:
        case "one", _:
            return ast.unparse(node) in kind[1]
        case "class", ast.Call(func=ast.Name(id=name)) if name == kind[1].__name__:
            return _is_made_well(node, kind[1], names)
        case "list", ast.List(elts=parts) | ast.Tuple(elts=parts):
            return all(_is_of(part, kind[1], names) for part in parts)
        case "set", ast.Set(elts=parts):
            return all(_is_of(part, kind[1], names) for part in parts)
        case "tuple", ast.Tuple(elts=parts) if len(parts) == len(kind[1]):
            return all(_is_of(part, each, names) for part, each in zip(parts, kind[1], strict=True))
        case "dict", ast.Dict(keys=keys, values=values):
            fit = all(key is not None and _is_of(key, kind[1], names) for key in keys)
            return fit and all(_is_of(value, kind[2], names) for value in values)
    return False


def _constant(node: ast.expr) -> object:
    """Return the value of a constant, also of a negative number; Ellipsis for anything else."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _constant(node.operand)
        return -value if isinstance(value, int | float) else ...
    return node.value if isinstance(node, ast.Constant) else ...
