"""Fit written calls to parameters, and tell arguments that the hints do not allow."""

import ast
import builtins
import inspect

from .names import Names
from .subjects import Argument, Arguments, Subject

_OPENINGS = {"list": "[(", "set": "{s", "dict": "{", "tuple": "(", "str": "'\"", "bytes": "b"}


def is_strange(argument: str, hinted: frozenset[object]) -> bool:
    """Say whether an expression is plainly of a kind that the hints do not allow."""
    words = {each if isinstance(each, str) else each[0] for each in hinted if isinstance(each, str | tuple)}
    if not words or not words <= {"list", "set", "dict", "tuple", "str", "bytes", "int", "float", "none", "bool"}:
        return False
    if argument in ("True", "False", "None"):
        return (argument == "None" and "none" not in words) or (argument != "None" and "bool" not in words)
    if argument.lstrip("-")[:1].isdigit():
        return not words & {"int", "float"} or ("." in argument and "float" not in words)
    return not any(argument.startswith(tuple(_OPENINGS.get(word, ""))) for word in words if word in _OPENINGS)


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
