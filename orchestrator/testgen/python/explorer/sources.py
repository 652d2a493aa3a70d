"""The definitions of functions and classes that stand in other modules than the one that is explored."""

import ast
import functools
import inspect
import textwrap
from typing import Any

from .facts import Definition


@functools.lru_cache(maxsize=500)
def definition_of(function: Any) -> Definition | None:
    """Return the definition of a function; None where its source is not to be had."""
    return next((each for each in _statements(function) if isinstance(each, Definition)), None)


@functools.lru_cache(maxsize=100)
def class_of(owner: type) -> ast.ClassDef | None:
    """Return the definition of a class; None where its source is not to be had."""
    return next((each for each in _statements(owner) if isinstance(each, ast.ClassDef)), None)


def _statements(value: Any) -> list[ast.stmt]:
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(value))).body
    except (OSError, TypeError, SyntaxError, ValueError):
        return []
