"""Say whether a rendered text parses as what its file name promises, before anybody writes it.

Only parsers, never an interpreter: nothing of the text is executed.
"""

import ast
import json
import tomllib
import warnings
from collections.abc import Iterator
from pathlib import PurePosixPath

import yaml
from msgspec import Struct

_DEEPEST = 100
_SCRIPTS = frozenset((".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx"))
_JSON_WITH_COMMENTS = ("tsconfig", "jsconfig", "devcontainer")


class Syntax(Struct, frozen=True, kw_only=True):
    """What was found: a `problem` at a line (0 = nowhere in particular), or why it could not be looked at."""

    problem: str = ""
    line: int = 0
    skipped: str = ""


def check_syntax(path: str, text: str) -> Syntax:
    """Parse the text by the kind of its file name; kinds without a parser here are fine as they are."""
    name = PurePosixPath(path)
    if name.suffix in (".py", ".pyi"):
        return _python(text)
    if name.suffix == ".json" and not name.name.startswith(_JSON_WITH_COMMENTS):
        return _json(text)
    if name.suffix == ".toml":
        return _toml(text)
    if name.suffix in (".yml", ".yaml"):
        return _yaml(text, is_workflow=name.parent == PurePosixPath(".github/workflows"))
    if name.suffix in _SCRIPTS:
        return _script(text, jsx=name.suffix in (".jsx", ".tsx"))
    return Syntax()


def _python(text: str) -> Syntax:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd escape in a string is no reason to refuse the file
            ast.parse(text)
    except SyntaxError as error:
        return Syntax(problem=f"line {error.lineno}: {error.msg}", line=error.lineno or 0)
    except (ValueError, RecursionError, MemoryError) as error:
        return Syntax(problem=str(error) or "nested too deeply")
    return Syntax()


def _json(text: str) -> Syntax:
    try:
        json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        return Syntax(problem=f"line {error.lineno}: {error.msg}", line=error.lineno)
    except (ValueError, RecursionError) as error:
        return Syntax(problem=str(error))
    return Syntax()


def _refuse_constant(word: str) -> object:
    message = f"{word} is not JSON"
    raise ValueError(message)


def _toml(text: str) -> Syntax:
    try:
        tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return Syntax(problem=str(error))
    return Syntax()


class _Refused(Exception):
    """A document that libyaml reads and that still is not what it has to be."""

    def __init__(self, message: str, event: yaml.Event) -> None:
        super().__init__(message)
        self.line = event.start_mark.line + 1 if event.start_mark else 0


def _yaml(text: str, *, is_workflow: bool) -> Syntax:
    """Read the events only: building objects from hostile YAML can crash or hang, reading events cannot."""
    keys: set[str] = set()
    try:
        for key in _top_level_keys(text):
            keys.add(key)
    except _Refused as error:
        return Syntax(problem=f"line {error.line}: {error}", line=error.line)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        return Syntax(problem=f"line {line}: {error.problem}", line=line)
    except (yaml.YAMLError, ValueError) as error:
        return Syntax(problem=str(error).partition("\n")[0])
    missing = [key for key in ("on", "jobs") if key not in keys] if is_workflow else []
    if missing:
        return Syntax(problem=f"a workflow needs `on` and `jobs` at the top; {' and '.join(missing)} is missing")
    return Syntax()


def _top_level_keys(text: str) -> Iterator[str]:
    """Yield the keys of the outermost mapping; refuse duplicate keys and bottomless nesting on the way."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    open_nodes: list[set[str] | None] = []  # the keys of an open mapping, None for a sequence
    expects_key: list[bool] = []
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.CollectionEndEvent):
            open_nodes.pop()
            expects_key.pop()
        if not isinstance(event, yaml.NodeEvent):
            continue
        if open_nodes and (seen := open_nodes[-1]) is not None:
            if expects_key[-1] and isinstance(event, yaml.ScalarEvent):
                if event.value in seen:
                    raise _Refused(f"the key `{event.value}` stands here twice", event)
                seen.add(event.value)
                if len(open_nodes) == 1:
                    yield event.value
            expects_key[-1] = not expects_key[-1]
        if isinstance(event, yaml.CollectionStartEvent):
            open_nodes.append(set() if isinstance(event, yaml.MappingStartEvent) else None)
            expects_key.append(True)
            if len(open_nodes) > _DEEPEST:
                raise _Refused(f"nested deeper than {_DEEPEST} levels", event)


def _script(text: str, *, jsx: bool) -> Syntax:
    try:
        import tree_sitter
        import tree_sitter_typescript
    except ImportError:
        return Syntax(skipped="its syntax was not checked (pip install 'orchestrate[edits]')")
    grammars = [tree_sitter_typescript.language_tsx()]
    if not jsx:
        grammars.insert(0, tree_sitter_typescript.language_typescript())
    first_line = 0
    for grammar in grammars:  # plain .js may hold JSX as well, which only the second grammar knows
        tree = tree_sitter.Parser(tree_sitter.Language(grammar)).parse(text.encode())
        if not tree.root_node.has_error:
            return Syntax()
        first_line = first_line or _first_error(tree.root_node)
    return Syntax(problem=f"line {first_line}: syntax error", line=first_line)


def _first_error(node: object) -> int:
    """Return the line of the first node that the parser could not make sense of."""
    while True:
        inner = next((child for child in node.children if child.has_error), None)  # type: ignore[attr-defined]  # tree_sitter.Node, an extra
        if inner is None or node.type == "ERROR":  # type: ignore[attr-defined]  # as above
            return int(node.start_point[0]) + 1  # type: ignore[attr-defined]  # as above
        node = inner
