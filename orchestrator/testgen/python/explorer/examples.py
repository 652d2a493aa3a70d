"""Calls that docs show, in docstrings and beside the source: what a person chose to explain a function by.

Variables of an example are replaced by what was put into them.
"""

import ast
import doctest
import re
import sys
from collections.abc import Iterable, Iterator

_FENCED = re.compile(r"```(?:python|py)\n(.*?)```", re.DOTALL)
_LONGEST_VALUE = 160  # characters of what is put in for a variable


def docstrings(tree: ast.Module) -> Iterator[str]:
    """Yield the docstrings of a module, its classes and its functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text:
                yield text


def calls_in(texts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the calls that texts show, by the name of what is called."""
    found: dict[str, dict[str, None]] = {}
    for text in texts:
        for snippet in _snippets(text):
            for call in (each for each in ast.walk(snippet) if isinstance(each, ast.Call)):
                name = ast.unparse(call.func).rpartition(".")[2]
                found.setdefault(name, {}).setdefault(ast.unparse(_Plain().visit(call)))
    return {name: tuple(calls) for name, calls in found.items()}


def _snippets(text: str) -> Iterator[ast.Module]:
    """Yield the session that a text shows, and each of its blocks of source."""
    for statements in (_session(text), *(_parsed(each) for each in _FENCED.findall(text))):
        try:
            yield _with_values(statements)
        except (ValueError, RecursionError):
            continue


def _session(text: str) -> list[ast.stmt]:
    """Return the statements behind prompts; what is no Python, or not laid out as a session, is passed over."""
    found: list[ast.stmt] = []
    for block in re.split(r"\n[ \t]*\n", text) if ">>>" in text else ():
        try:
            examples = doctest.DocTestParser().get_examples(block)
        except ValueError:
            continue
        for example in examples:
            found += _parsed(example.source)
    return found


def _parsed(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        return []


class _Plain(ast.NodeTransformer):
    """Write what a document spells out for its readers as a test would: `"x"` for `u"x"`, `5` for `int(5)`."""

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        node.kind = None
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        value = node.args[0].value if len(node.args) == 1 and isinstance(node.args[0], ast.Constant) else None
        is_same = isinstance(node.func, ast.Name) and node.func.id == type(value).__name__
        return node.args[0] if is_same and not node.keywords else node


class _PutIn(ast.NodeTransformer):
    def __init__(self) -> None:
        self.values: dict[str, ast.expr] = {}

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.values.get(node.id, node) if isinstance(node.ctx, ast.Load) else node


def _with_values(statements: list[ast.stmt]) -> ast.Module:
    """Replace variables by what was assigned to them before, and short names of standard modules by their own."""
    put_in, standard = _PutIn(), {*sys.stdlib_module_names}
    for node in statements:
        put_in.visit(node)
        if isinstance(node, ast.Import):
            renamed = [each for each in node.names if each.asname and each.name in standard]
            put_in.values.update({str(each.asname): ast.Name(each.name, ast.Load()) for each in renamed})
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            put_in.values.pop(node.targets[0].id, None)
            if _is_plain(node.value, standard):
                put_in.values[node.targets[0].id] = node.value
    return ast.Module(body=statements, type_ignores=[])


def _is_plain(value: ast.expr, standard: set[str]) -> bool:
    """Say whether a value is a literal, or made of literals by a short call into the standard library."""
    try:
        ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError):
        names = {each.id for each in ast.walk(value) if isinstance(each, ast.Name)}
        return isinstance(value, ast.Call) and names <= standard and len(ast.unparse(value)) <= _LONGEST_VALUE
    return True
