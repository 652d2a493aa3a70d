"""`${{ … }}` is GitHub's and stays as it is: told where the names inside it can only be meant for us."""

import re
from collections.abc import Iterator

from orchestrator.errors import Problem
from orchestrator.planning.nodes import AnyNode, Mapping, Scalar, Sequence
from orchestrator.planning.outline import Outline, problem_at

# GitHub has contexts of none of these names.
_OURS = re.compile(r"\$\{\{\s*((?:params|project|tasks|task|previous|run)\s*[.\[][^}]*?)\s*\}\}")


def check_github(outline: Outline) -> Iterator[Problem]:
    """Yield a warning for each text with such an expression."""
    for phase in outline.phases:
        if "${{" in phase.node.source.text:
            for node in _texts(phase.node):
                found = _OURS.search(str(node.value)) if "${{" in node.text else None
                if found:
                    message = f"`{found[0][:60]}` is left as it is: `$` makes it GitHub's"
                    yield problem_at("W508", message, node, f"write `{{{{ {found[1][:60]} }}}}`")


def _texts(node: AnyNode) -> Iterator[Scalar]:
    if isinstance(node, Mapping):
        for _, value in node.entries.values():
            yield from _texts(value)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _texts(item)
    else:
        yield node
