"""What an expression reads; for the commonest kind, a mere path, without Jinja2."""

import re
from typing import NamedTuple

from orchestrator.models.json import Json, JsonObject

_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*\Z")
_WORDS = frozenset({"and", "else", "false", "False", "if", "in", "is", "none", "None", "not", "or", "true", "True"})


class Names(NamedTuple):
    """The free names of an expression, the paths below them, and the tasks whose outputs it asks for."""

    free: frozenset[str]
    paths: tuple[str, ...]
    tasks: frozenset[str]


def names_of_chains(chains: list[tuple[str, ...]]) -> Names:
    """Return the names in `("tasks", "1.1", "outputs")` and the like."""
    return Names(
        frozenset(chain[0] for chain in chains),
        tuple(dict.fromkeys(_path(chain) for chain in chains)),
        frozenset(chain[1] for chain in chains if chain[0] == "tasks" and len(chain) > 1),
    )


def simple_path(expression: str) -> tuple[str, ...] | None:
    """Return the steps of `params.coverage_target`; None for every other expression."""
    if not _PATH.match(expression):
        return None
    steps = tuple(expression.split("."))
    return None if steps[0] in _WORDS else steps


def follow(steps: tuple[str, ...], values: JsonObject) -> tuple[bool, Json]:
    """Return whether a path leads to a value, and the value."""
    value: Json = values
    for step in steps:
        if not isinstance(value, dict) or step not in value:
            return False, None
        value = value[step]
    return True, value


def _path(chain: tuple[str, ...]) -> str:
    return chain[0] + "".join(f".{step}" if step.isidentifier() else f"[{step!r}]" for step in chain[1:])
