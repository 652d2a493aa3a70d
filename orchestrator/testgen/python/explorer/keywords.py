"""Which keywords and keys a function takes, as its code shows."""

import ast
import inspect
from collections.abc import Iterator
from typing import Any

from .facts import Definition


def forwarded_to(node: Definition, name: str) -> Iterator[str]:
    """Yield the names of functions and classes that are called with `**name`."""
    for each in ast.walk(node):
        if not isinstance(each, ast.Call) or not isinstance(each.func, ast.Name):
            continue
        if any(word.arg is None and ast.unparse(word.value) == name for word in each.keywords):
            yield each.func.id


def keywords_of(target: Any) -> list[inspect.Parameter]:
    """Return the parameters of a callable that have a default and can be given by name."""
    try:
        parameters = list(inspect.signature(target).parameters.values())
    except (ValueError, TypeError):
        return []
    taken = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [each for each in parameters if each.kind in taken and each.default is not inspect.Parameter.empty]


def looked_up(node: Definition, name: str) -> Iterator[str]:
    """Yield the texts that are used as keys of a parameter."""
    for each in ast.walk(node):
        key: ast.expr | None = None
        if isinstance(each, ast.Subscript) and ast.unparse(each.value) == name:
            key = each.slice
        elif isinstance(each, ast.Call) and each.args and ast.unparse(each.func) in (f"{name}.get", f"{name}.pop"):
            key = each.args[0]
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value
