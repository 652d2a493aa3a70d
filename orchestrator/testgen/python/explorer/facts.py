"""What the source of a module says before anything of it runs."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .examples import calls_in, docstrings

Definition = ast.FunctionDef | ast.AsyncFunctionDef
_LONGEST_TEXT = 80
_REGEX_CALLS = frozenset(["compile", "match", "search", "sub", "findall", "fullmatch", "finditer", "split"])


@dataclass(frozen=True, slots=True)
class Literals:
    """Constants of a piece of source, in order and each once."""

    texts: tuple[str, ...] = ()
    numbers: tuple[int | float, ...] = ()


@dataclass(frozen=True, slots=True)
class ModuleFacts:
    """What is known of a module by reading it.

    `definitions` maps `name` and `Class.name` to nodes, `own` are the names that the module itself defines, `imports`
    maps a name to the statement that imports it, `examples` a callable's name to calls that docs show.
    `called_texts` stand in calls at the top of the module.
    """

    tree: ast.Module
    definitions: dict[str, Definition]
    setters: dict[str, Definition]
    classes: dict[str, ast.ClassDef]
    own: frozenset[str]
    imports: dict[str, str]
    module_literals: Literals
    called_texts: tuple[str, ...]
    patterns: tuple[str, ...]
    examples: dict[str, tuple[str, ...]]


def read_facts(source: str, package: str = "", documents: Sequence[str] = ()) -> ModuleFacts:
    """Parse a module; SyntaxError when it cannot be. `package` resolves relative imports.

    `documents` are texts beside the source that may show calls of it, such as a README.
    """
    tree = ast.parse(source)
    statements = list(_top_level(tree.body))
    classes = {node.name: node for node in statements if isinstance(node, ast.ClassDef)}
    setters: dict[str, Definition] = {}
    definitions: dict[str, Definition] = {node.name: node for node in statements if isinstance(node, Definition)}
    for name, node in classes.items():
        for member in _top_level(node.body):
            if isinstance(member, Definition):
                (setters if _is_setter(member) else definitions)[f"{name}.{member.name}"] = member
    assigned = [node for node in statements if isinstance(node, ast.Assign | ast.AnnAssign)]
    own = {*classes, *(name for name in definitions if "." not in name)}
    own.update(name for node in assigned for name in _targets(node))
    return ModuleFacts(
        tree=tree,
        definitions=definitions,
        setters=setters,
        classes=classes,
        own=frozenset(own),
        imports=dict(imports_of(statements, package)),
        module_literals=literals_of([*_called(statements), *assigned]),
        called_texts=literals_of(_called(statements)).texts,
        patterns=_patterns(tree),
        examples=calls_in([*docstrings(tree), *documents]),
    )


def literals_of(nodes: Sequence[ast.AST]) -> Literals:
    """Return the texts and numbers in these nodes, docstrings left out."""
    texts: dict[str, None] = {}
    numbers: dict[int | float, None] = {}
    for root in nodes:
        skipped = {id(part.value) for part in ast.walk(root) if isinstance(part, ast.Expr)}
        for node in ast.walk(root):
            if not isinstance(node, ast.Constant) or id(node) in skipped:
                continue
            if isinstance(node.value, str) and len(node.value) <= _LONGEST_TEXT:
                texts.setdefault(node.value)
            elif isinstance(node.value, int | float) and not isinstance(node.value, bool):
                numbers.setdefault(node.value)
    return Literals(texts=tuple(texts), numbers=tuple(numbers))


def environment_names(node: ast.AST) -> tuple[str, ...]:
    """Return the variables of the environment that a piece of source reads by name."""
    found: dict[str, None] = {}
    for each in ast.walk(node):
        if isinstance(each, ast.Subscript) and _is_environ(each.value):
            key: ast.expr | None = each.slice
        elif isinstance(each, ast.Call) and _reads_environment(each.func) and each.args:
            key = each.args[0]
        else:
            continue
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            found.setdefault(key.value)
    return tuple(found)


def decorators(node: Definition) -> tuple[str, ...]:
    """Return the source of a definition's decorators."""
    return tuple(ast.unparse(each) for each in node.decorator_list)


def _top_level(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a body, those under `if` and `try` too."""
    for node in body:
        yield node
        if isinstance(node, ast.If):
            yield from _top_level([*node.body, *node.orelse])
        elif isinstance(node, ast.Try):
            yield from _top_level(
                [*node.body, *(each for handler in node.handlers for each in handler.body), *node.orelse]
            )
        elif isinstance(node, ast.With):
            yield from _top_level(node.body)


def _called(statements: Sequence[ast.stmt]) -> list[ast.AST]:
    """Return the calls that stand alone at the top: what they register, other functions look up."""
    return [node.value for node in statements if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]


def _targets(node: ast.Assign | ast.AnnAssign) -> Iterator[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        for part in ast.walk(target):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                yield part.id


def imports_of(statements: Sequence[ast.stmt], package: str) -> Iterator[tuple[str, str]]:
    """Yield each imported name with the statement that imports it; `package` resolves relative imports."""
    for node in statements:
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                text = f"import {alias.name} as {alias.asname}" if alias.asname else f"import {alias.name}"
                yield name, text
        elif isinstance(node, ast.ImportFrom):
            module = _absolute(node, package)
            for alias in node.names:
                renamed = f" as {alias.asname}" if alias.asname and alias.asname != alias.name else ""
                yield alias.asname or alias.name, f"from {module} import {alias.name}{renamed}"


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    base = package.split(".")[: len(package.split(".")) - node.level + 1]
    return ".".join([*base, *([node.module] if node.module else [])])


def _is_setter(node: Definition) -> bool:
    return any(text.endswith((".setter", ".deleter")) for text in decorators(node))


def _is_environ(node: ast.expr) -> bool:
    return ast.unparse(node).endswith("environ")


def _reads_environment(function: ast.expr) -> bool:
    text = ast.unparse(function)
    return text.endswith(("getenv", "environ.get", "environ.pop"))


def _patterns(tree: ast.Module) -> tuple[str, ...]:
    """Return the regular expressions that the source compiles or uses."""
    found: dict[str, None] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args or not isinstance(node.func, ast.Attribute):
            continue
        first = node.args[0]
        is_call = (
            node.func.attr in _REGEX_CALLS and isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
        )
        if is_call and isinstance(first, ast.Constant) and isinstance(first.value, str):
            found.setdefault(first.value)
    return tuple(found)
