"""Whether a plan can depend on variables of the environment."""

import re

from orchestrator.planning.nodes import AnyNode, Mapping, Sequence

_ENV = re.compile(r"\benv\b")


def may_read_environment(node: AnyNode | None) -> bool:
    """Say whether some text of a document holds the word `env`, as every expression does that reads a variable.

    A command that is called `env` counts too: better a plan that is made anew than one that is wrong.
    """
    if isinstance(node, Mapping):
        return any(may_read_environment(value) for _, value in node.entries.values())
    if isinstance(node, Sequence):
        return any(map(may_read_environment, node.items))
    return node is not None and _ENV.search(node.text) is not None
