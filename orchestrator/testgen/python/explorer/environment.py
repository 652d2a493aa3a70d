"""Variables of the environment that a module reads: while it is imported, in its settings classes, in functions."""

import ast
import os
import traceback
from collections.abc import Iterator
from dataclasses import dataclass

_SETTINGS = "BaseSettings"
_CONVERSIONS = {"int": "int", "float": "float", "bool": "bool", "PositiveInt": "int", "NonNegativeInt": "int"}


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable. `owner` is the settings class or the function that reads it, empty: importing the module does."""

    name: str
    owner: str
    line: int
    is_required: bool = False
    kind: str = "str"
    choices: tuple[str, ...] = ()
    attribute: str = ""  # of a settings class


def variables_of(tree: ast.Module) -> tuple[Variable, ...]:
    """Return the variables that a module reads by name, each once for each reader."""
    found: dict[tuple[str, str], Variable] = {}
    for node in _outside_functions(tree):
        for each in _reads(node):
            found.setdefault((each.owner, each.name), each)
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base).endswith(_SETTINGS) for base in node.bases):
            for each in _fields(node):
                found.setdefault((each.owner, each.name), each)
        elif isinstance(node, ast.FunctionDef):
            for part in ast.walk(node):
                for each in _reads(part, node.name):
                    found.setdefault((each.owner, each.name), each)
    return tuple(found.values())


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from _outside_functions(child)


def _reads(node: ast.AST, owner: str = "") -> Iterator[Variable]:
    """Yield what a node reads itself; a conversion around it says which kind of text is wanted."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) in _CONVERSIONS and node.args:
        for each in _plain_reads(node.args[0], owner):
            yield Variable(each.name, owner, each.line, each.is_required, _CONVERSIONS[ast.unparse(node.func)])
    elif isinstance(node, ast.Compare):
        texts = tuple(
            part.value
            for side in node.comparators
            for part in ast.walk(side)
            if isinstance(part, ast.Constant) and isinstance(part.value, str)
        )
        for inner in ast.walk(node.left):
            for each in _plain_reads(inner, owner):
                yield Variable(each.name, owner, each.line, each.is_required, each.kind, texts)
    else:
        yield from _plain_reads(node, owner)


def _plain_reads(node: ast.AST, owner: str) -> Iterator[Variable]:
    key: ast.expr | None = None
    is_required = False
    if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("environ"):
        key, is_required = node.slice, True
    elif isinstance(node, ast.Call) and node.args and ast.unparse(node.func).endswith(("getenv", "environ.get")):
        key = node.args[0]
    if isinstance(key, ast.Constant) and isinstance(key.value, str):
        yield Variable(key.value, owner, getattr(node, "lineno", 0), is_required)


def _fields(node: ast.ClassDef) -> Iterator[Variable]:
    """Yield the variables of a settings class: its annotated fields, in capitals behind the prefix."""
    prefix = next(
        (
            word.value.value
            for each in ast.walk(node)
            for word in (each.keywords if isinstance(each, ast.Call) else ())
            if word.arg == "env_prefix" and isinstance(word.value, ast.Constant) and isinstance(word.value.value, str)
        ),
        "",
    )
    for each in node.body:
        if not isinstance(each, ast.AnnAssign) or not isinstance(each.target, ast.Name):
            continue
        field = each.target.id
        if field == "model_config" or ast.unparse(each.annotation).startswith("ClassVar"):
            continue
        alias = next(
            (
                word.value.value
                for word in (each.value.keywords if isinstance(each.value, ast.Call) else ())
                if word.arg in ("alias", "validation_alias", "env") and isinstance(word.value, ast.Constant)
            ),
            "",
        )
        hint = ast.unparse(each.annotation)
        first = each.value.args[0] if isinstance(each.value, ast.Call) and each.value.args else each.value
        is_required = first is None or (isinstance(first, ast.Constant) and first.value is Ellipsis)
        kind = next((kind for word, kind in _CONVERSIONS.items() if word in hint.replace(" ", "").split("|")), "str")
        choices = tuple(
            part.value
            for part in (ast.walk(each.annotation) if "Literal" in hint else ())
            if isinstance(part, ast.Constant) and isinstance(part.value, str)
        )
        name = str(alias) or f"{prefix}{field}".upper()
        yield Variable(name, node.name, each.lineno, is_required, kind, choices, field)


def missing_variables(error: BaseException) -> list[str]:
    """Return the variables of the environment for want of which an import ended so."""
    codes = [frame.f_code for frame, _ in traceback.walk_tb(error.__traceback__)]
    if codes and codes[-1] is type(os.environ).__getitem__.__code__:
        return [str(each) for each in error.args]
    if any("pydantic_settings" in code.co_filename for code in codes) and hasattr(error, "errors"):
        return [str(each["loc"][0]).upper() for each in error.errors() if each["type"] == "missing" and each["loc"]]
    return []
