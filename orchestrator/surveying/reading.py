"""Read what may be missing, broken or no text at all: then there is nothing to learn from it."""

from orchestrator.edits.action import Tree


def text_or_nothing(tree: Tree, path: str) -> str:
    """Return the text of a file, "" when it cannot be read."""
    try:
        return tree.read_text(path)
    except (OSError, UnicodeDecodeError):
        return ""
