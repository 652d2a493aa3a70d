"""What the source of a test file says: which names come from the module, and which of them are asserted about."""

import ast
from collections.abc import Iterator


def imported_names(text: str, module: str) -> frozenset[str]:
    """Return the names that a test file binds to the module, its members or its package."""
    package = module.rpartition(".")[0]
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module in (module, package):
            found |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {_bound(alias) for alias in node.names if alias.name in (module, package)}
    return frozenset(found)


def bound_names(text: str) -> dict[str, str]:
    """Return the names that an import statement binds, each with a statement that binds only it."""
    found = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            found.update({alias.asname or alias.name: f"from {module} import {_as(alias)}" for alias in node.names})
        elif isinstance(node, ast.Import):
            found.update({_bound(alias): f"import {_as(alias)}" for alias in node.names})
    return found


def asserted_names(text: str) -> dict[str, frozenset[str]]:
    """Return for each test function the names that stand in assertions, or that lead to a name that does."""
    return {node.name: _asserted(node) for node in test_functions(ast.parse(text))}


def test_functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield the test functions of a file, also those in classes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            yield node


test_functions.__test__ = False  # type: ignore[attr-defined]  # pytest must not collect it


def _asserted(function: ast.FunctionDef | ast.AsyncFunctionDef) -> frozenset[str]:
    found: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            found |= _names(node.test)
        elif isinstance(node, ast.With | ast.AsyncWith):  # with pytest.raises(...): what is inside is asserted about
            found |= set().union(*(_names(each) for each in node.body))
    assignments = [node for node in ast.walk(function) if isinstance(node, ast.Assign)]
    for node in reversed(assignments):
        if found & set().union(*(_names(target) for target in node.targets)):
            found |= _names(node.value)
    return frozenset(found)


def _names(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _as(alias: ast.alias) -> str:
    return f"{alias.name} as {alias.asname}" if alias.asname else alias.name
