"""Names that a module imports for type checkers only: its hints say them, and nothing else of it has them."""

import ast
import contextlib
import functools
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from .facts import imports_of
from .state import is_of_project, is_path_of_project

_LEVELS = 3  # of modules behind a module


def import_for_types(module: ModuleType, project: str) -> None:
    """Import the project's modules that a module, and those whose classes it uses, import for type checkers only."""
    level, seen = [module], {module.__name__}
    for _ in range(_LEVELS):
        named = [name for each in level for name in (*_imported_for_types(each), *_used_by(each)) if name not in seen]
        seen.update(named)
        level = [sys.modules[name] for name in dict.fromkeys(named) if _is_imported(name, project)]


def names_for_types(module: ModuleType) -> dict[str, Any]:
    """Return what is imported for type checkers only, as far as it is there or belongs to the standard library."""
    found: dict[str, Any] = {}
    for name, statement in _statements(module).items():
        source = statement.split()[1]
        if name in vars(module) or not (source in sys.modules or source.partition(".")[0] in sys.stdlib_module_names):
            continue
        with contextlib.suppress(Exception):  # as above
            scratch: dict[str, Any] = {}
            exec(statement, scratch)  # noqa: S102 - an import that the module itself states
            found[name] = scratch[name]
    return found


def _imported_for_types(module: ModuleType) -> Iterator[str]:
    """Yield the modules that a module names for type checkers only; of `from . import cart` also that one."""
    for name, statement in _statements(module).items():
        source = statement.split()[1]
        yield from (source, f"{source}.{name}") if statement.startswith("from ") else (source,)


def _used_by(module: ModuleType) -> Iterator[str]:
    """Yield the modules that a module has names from."""
    for value in list(vars(module).values()):
        name = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
        if isinstance(value, ModuleType | type) and isinstance(name, str):
            yield name


def _is_near(top: str, project: str) -> bool:
    """Say whether a package or module at the top is one of the project's, without importing what is another's."""
    spec = None if top in sys.stdlib_module_names else importlib.util.find_spec(top)
    places = [*(spec.submodule_search_locations or ()), spec.origin] if spec is not None else []
    return any(each is not None and is_path_of_project(each, project) for each in places)


def _is_imported(name: str, project: str) -> bool:
    """Import a module when it is one of the project's; say whether it is there."""
    try:
        if name not in sys.modules and _is_near(name.partition(".")[0], project):
            importlib.import_module(name)
    except Exception:  # whatever a foreign module raises: its names stay unknown
        return False
    return is_of_project(name, project)


@functools.lru_cache(maxsize=500)
def _statements(module: ModuleType) -> dict[str, str]:
    """Return the imports for type checkers only, by the name that each gives."""
    try:
        tree = ast.parse(inspect.getsource(module))
    except (OSError, TypeError, SyntaxError, ValueError):
        return {}
    package = module.__name__ if hasattr(module, "__path__") else module.__name__.rpartition(".")[0]
    return dict(imports_of(list(_only_for_types(tree)), package))


def _only_for_types(tree: ast.Module) -> Iterator[ast.stmt]:
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).rpartition(".")[2] == "TYPE_CHECKING":
            yield from node.body
