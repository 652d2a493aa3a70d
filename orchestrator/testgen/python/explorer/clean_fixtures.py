"""Fixtures of the project that set variables of the environment for a test, or take them out of it."""

import ast
import inspect
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any


def cleaned_by(conftests: Iterable[ModuleType]) -> tuple[list[str], dict[str, list[str]]]:
    """Return the variables that every test finds as the project wants them, and by fixture those that it takes out."""
    always: list[str] = []
    asked: dict[str, list[str]] = {}
    for module in conftests:
        for node, is_for_every in _fixtures(module):
            taken, put = (_variables(node, method, vars(module)) for method in ("delenv", "setenv"))
            if is_for_every:
                always += [*taken, *put]
            elif cleaned := [each for each in taken if each not in put]:
                asked[node.name] = cleaned
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


def _variables(node: ast.FunctionDef, method: str, known: Mapping[str, Any]) -> list[str]:
    """Return what a method of `monkeypatch` is called with: names as they stand, or those that a loop goes through."""
    loops: dict[ast.AST, ast.For] = {}
    for loop in ast.walk(node):  # from the outside in: the innermost one counts
        if isinstance(loop, ast.For):
            loops.update(dict.fromkeys(ast.walk(loop), loop))
    found: list[str] = []
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and call.args and getattr(call.func, "attr", "") == method:
            given: ast.AST = call.args[0]
            if call in loops and ast.unparse(loops[call].target) == ast.unparse(given):
                given = loops[call].iter
            texts = known.get(given.id, ()) if isinstance(given, ast.Name) else map(_constant, ast.walk(given))
            found += [each for each in texts if isinstance(each, str)]
    return found


def _constant(node: ast.AST) -> object:
    return node.value if isinstance(node, ast.Constant) else None
