"""What an expression reads, taken from its syntax tree."""

from typing import NamedTuple

from jinja2 import nodes


class Names(NamedTuple):
    """The free names of an expression, the paths below them, and the tasks whose outputs it asks for."""

    free: frozenset[str]
    paths: tuple[str, ...]
    tasks: frozenset[str]


def names_of(tree: nodes.Node) -> Names:
    """Return what is read by an expression; expressions bind no names, so every name in one is free."""
    chains = list(_chains(tree))
    return Names(
        frozenset(chain[0] for chain in chains),
        tuple(dict.fromkeys(_path(chain) for chain in chains)),
        frozenset(chain[1] for chain in chains if chain[0] == "tasks" and len(chain) > 1),
    )


def _chains(node: nodes.Node) -> list[tuple[str, ...]]:
    """Return `("tasks", "1.1", "outputs")` for each `tasks['1.1'].outputs`."""
    chain = _chain(node)
    if chain:
        return [chain]
    found = []
    for child in node.iter_child_nodes():
        found.extend(_chains(child))
    return found


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


def _path(chain: tuple[str, ...]) -> str:
    return chain[0] + "".join(f".{step}" if step.isidentifier() else f"[{step!r}]" for step in chain[1:])
