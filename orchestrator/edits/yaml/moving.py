"""The patch that gives an item of a block list another place: its lines move as they are, with their comments."""

from orchestrator.edits.patch import Patch, patch
from orchestrator.edits.yaml.lines import above_entry, after_entry, dash_of, entry_column, entry_end, eol_near
from orchestrator.edits.yaml.tree import Node, Tree


def move_patch(tree: Tree, node: Node, index: int, target: int) -> Patch:
    """Return the patch that makes the item at an index the one at another index; blank lines keep their places."""
    text, column = tree.text, entry_column(tree, node)
    first, last = sorted((index, target))
    spans = [
        (
            above_entry(text, dash_of(tree, node, at), column),
            after_entry(text, entry_end(tree, node, at), column),
        )
        for at in range(first, last + 1)
    ]
    eol = eol_near(text, spans[0][1], "\n")
    items = [text[start:stop] if text[start:stop].endswith("\n") else text[start:stop] + eol for start, stop in spans]
    gaps = [text[spans[at][1] : spans[at + 1][0]] for at in range(len(spans) - 1)]
    items.insert(target - first, items.pop(index - first))
    new = "".join(item + gap for item, gap in zip(items, [*gaps, ""], strict=True))
    start, stop = spans[0][0], spans[-1][1]
    return patch(text, start, stop, new if text[start:stop].endswith("\n") else new.removesuffix(eol))
