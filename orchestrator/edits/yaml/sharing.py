"""Whether an edit of a place changes that place only: anchors carry it elsewhere, odd spellings hide where it ends."""

from orchestrator.edits.result import EditCode, Refusal
from orchestrator.edits.yaml.paths import shown
from orchestrator.edits.yaml.tree import ALIAS, Node, Path, Tree


def editable(tree: Tree, path: Path) -> Node:
    """Return the node at a path after checking that an edit inside of it changes one place only."""
    node = tree.root
    for at in range(len(path) + 1):
        if node.kind == ALIAS or (node.anchor is not None and node.anchor in tree.aliased):
            raise Refusal(EditCode.ALIAS, f"{shown(path[:at])} is shared by an anchor, it would change elsewhere")
        if node.is_odd:
            line = tree.place(node.start)[0]
            raise Refusal(EditCode.PRECONDITION, f"line {line}: {shown(path[:at])} is written oddly")
        if at < len(path):
            following = node.child(path[at])
            if following is None:
                raise Refusal(EditCode.NOT_FOUND, f"there is no {shown(path[: at + 1])}")
            node = following
    return node


def refuse_shared(tree: Tree, path: Path, node: Node) -> None:
    """Refuse what holds an anchor that an alias elsewhere stands for."""
    if any(below.anchor is not None and below.anchor in tree.aliased for below in node.walk()):
        raise Refusal(EditCode.ALIAS, f"{shown(path)} holds an anchor that is used elsewhere")


def in_flow(tree: Tree, path: Path) -> bool:
    """Say whether a place is inside of `{}` or `[]`."""
    nodes = [tree.find(path[:at]) for at in range(len(path) + 1)]
    return any(node is not None and node.flow for node in nodes)
