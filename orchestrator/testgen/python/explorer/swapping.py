"""Put a mutant in the place of what runs: code of living functions is replaced, module state and routes stay.

Meant for a forked child, nothing is put back.
"""

import ast
import gc
import itertools
import re
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

from .ticking import add_ticks

_MODULE_NAMES = ("__name__", "__file__", "__package__", "__spec__", "__loader__", "__builtins__", "__path__")
_DEEPEST = 3
_MOST_ITEMS = 500


def code_objects(code: CodeType) -> Iterator[CodeType]:
    """Yield a code object and all that are nested in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from code_objects(constant)


class Swapper:
    """Replace the code of living functions by that of a mutant; meant for a forked child, nothing is put back."""

    def __init__(self, path: str) -> None:
        """Collect the functions whose code comes from this file."""
        self._path = path
        self._functions: dict[tuple[str, int], list[FunctionType]] = {}
        self._free: dict[int, set[str]] = {}  # first line → variables of the surroundings, as `super()` needs one
        for each in gc.get_objects():
            if isinstance(each, FunctionType) and each.__code__.co_filename == path:
                self._functions.setdefault(_key(each.__code__), []).append(each)
                self._free.setdefault(each.__code__.co_firstlineno, set()).update(each.__code__.co_freevars)

    def apply(self, tree: ast.Module) -> None:
        """Give every function the code that it has in this tree; it counts its steps."""
        add_ticks(tree)
        self._keep_free_variables(tree)
        for code in code_objects(compile(tree, self._path, "exec", dont_inherit=True)):
            for function in self._functions.get(_key(code), ()):
                if len(function.__code__.co_freevars) == len(code.co_freevars):
                    function.__code__ = code

    def _keep_free_variables(self, tree: ast.Module) -> None:
        """Name what functions use of their surroundings: a living one takes no code that uses less of it."""
        for node in [each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]:
            first = min(each.lineno for each in (node, *node.decorator_list))
            names: list[ast.expr] = [ast.Name(each, ast.Load()) for each in sorted(self._free.get(first, ()))]
            if names:
                never = ast.If(ast.Constant(value=False), [ast.Expr(ast.Tuple(names, ast.Load()))], [])
                node.body.append(ast.fix_missing_locations(ast.copy_location(never, node.body[-1])))


def rebuild_tables(namespace: dict[str, Any], tree: ast.Module, path: str) -> None:
    """Run a module anew and take over the plain data that it makes: what functions do during the import shows there."""
    fresh = {name: namespace.get(name) for name in _MODULE_NAMES}
    try:
        exec(compile(tree, path, "exec", dont_inherit=True), fresh)  # noqa: S102 - the module under test, once more
    except Exception:  # the mutant cannot be imported: nothing to take over
        return
    for name, value in fresh.items():
        if name in namespace and name not in _MODULE_NAMES and _is_plain(value, 0):
            namespace[name] = value


def _is_plain(value: object, depth: int) -> bool:
    if type(value) in (str, bytes, int, float, bool, re.Pattern, type(None)):
        return depth > 0 or type(value) not in (bool, type(None))
    if type(value) in (list, tuple, set, frozenset):
        return depth < _DEEPEST and all(_is_plain(each, depth + 1) for each in itertools.islice(value, _MOST_ITEMS))  # type: ignore[call-overload]
    if type(value) is dict:
        pairs = itertools.islice(value.items(), _MOST_ITEMS)
        return depth < _DEEPEST and all(_is_plain(part, depth + 1) for pair in pairs for part in pair)
    return False


def _key(code: CodeType) -> tuple[str, int]:
    return code.co_qualname, code.co_firstlineno
