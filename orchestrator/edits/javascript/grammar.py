"""Parse JavaScript and TypeScript with tree-sitter, which comes with the extra `edits`.

One grammar reads both: TypeScript's, and its TSX form for what that one does not take.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

from orchestrator.edits.result import EditCode, Refusal
from orchestrator.errors import MissingTool

if TYPE_CHECKING:
    from tree_sitter import Node, Parser
else:
    Node = Any

__all__ = ["Node", "parse"]


@cache
def _parsers() -> "tuple[Parser, ...]":
    try:
        import tree_sitter
        import tree_sitter_typescript
    except ImportError as error:
        message = f"editing JavaScript needs {error.name}, which is not installed"
        raise MissingTool(message, hint="pip install 'orchestrate[edits]'") from error
    languages = (tree_sitter_typescript.language_typescript(), tree_sitter_typescript.language_tsx())
    return tuple(tree_sitter.Parser(tree_sitter.Language(language)) for language in languages)


def parse(text: str) -> "Node":
    """Return the root of the syntax tree; Refusal E_PARSE with the place of the first mistake.

    MissingTool when the grammar is not installed.
    """
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Refusal(EditCode.PARSE, "the text holds half of a character pair") from error
    first = None
    for parser in _parsers():
        root = parser.parse(data).root_node
        if not root.has_error:
            return root
        first = first or root
    assert first is not None
    row, column = _first_error(first)
    raise Refusal(EditCode.PARSE, f"line {row + 1}, column {column + 1}: this is no JavaScript that can be read")


def _first_error(root: "Node") -> tuple[int, int]:
    node = root
    while True:
        below = next((child for child in node.children if child.has_error or child.is_missing), None)
        if node.is_error or below is None:
            return (node.start_point[0], node.start_point[1])
        node = below
