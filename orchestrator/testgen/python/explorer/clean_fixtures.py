"""Fixtures of the project that set variables of the environment for a test, or take them out of it."""

import ast
import inspect
from collections.abc import Iterable, Iterator
from types import ModuleType


def cleaned_by(conftests: Iterable[ModuleType]) -> tuple[list[str], dict[str, list[str]]]:
    """Return the variables that every test finds as the project wants them, and by fixture those that others do."""
    always: list[str] = []
    asked: dict[str, list[str]] = {}
    for module in conftests:
        for node, is_for_every in _fixtures(module):
            names = _variables(node)
            if is_for_every:
                always += names
            elif names:
                asked[node.name] = names
    return always, asked


def _fixtures(module: ModuleType) -> Iterator[tuple[ast.FunctionDef, bool]]:
    try:
        tree = ast.parse(inspect.getsource(module))
    except (OSError, TypeError, SyntaxError):
        return
    for node in tree.body:
        marks = [ast.unparse(each) for each in getattr(node, "decorator_list", ())]
        if isinstance(node, ast.FunctionDef) and any("fixture" in each and "name=" not in each for each in marks):
            yield node, any("autouse=True" in each for each in marks)


def _variables(node: ast.FunctionDef) -> list[str]:
    members = {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}
    if not members & {"delenv", "setenv"}:
        return []
    return [each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)]
