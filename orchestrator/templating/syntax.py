"""What an expression reads, taken from its syntax tree."""

from jinja2 import nodes

from orchestrator.templating.names import Names, names_of_chains


def names_of(tree: nodes.Node) -> Names:
    """Return what is read by an expression; expressions bind no names, so every name in one is free."""
    return names_of_chains(_chains(tree))


def _chains(node: nodes.Node) -> list[tuple[str, ...]]:
    """Return `("tasks", "1.1", "outputs")` for each `tasks['1.1'].outputs`."""
    chain = _chain(node)
    if chain:
        return [chain]
    return [found for child in node.iter_child_nodes() for found in _chains(child)]


def _chain(node: nodes.Node) -> tuple[str, ...]:
    if isinstance(node, nodes.Name):
        return (node.name,) if node.ctx == "load" else ()
    if isinstance(node, nodes.Getattr):
        below = _chain(node.node)
        return (*below, node.attr) if below else ()
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
        below = _chain(node.node)
        return (*below, node.arg.value) if below else ()
    return ()
