"""What to do about an expression that reads something that does not exist."""

import re
from collections.abc import Collection, Iterable

from orchestrator.models.json import JsonObject
from orchestrator.planning.suggest import did_you_mean, nearest

_STEP = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def hint_for_names(paths: Iterable[str], values: JsonObject, known: Collection[str]) -> str | None:
    """Return what to write for the first of the paths (`params.x`) that leads nowhere; `known` are the first steps."""
    for path in paths:
        first, *steps = _STEP.findall(path)
        below = values.get(first)
        if first not in known and first not in values:
            return did_you_mean(first, sorted({*known, *values}))
        if steps and isinstance(below, dict) and steps[0] not in below:
            return _below(first, steps[0], below)
    return None


def _below(first: str, name: str, there: JsonObject) -> str | None:
    near = nearest(name, list(there))
    if near is not None:
        return f"did you mean `{first}.{near}`?"
    if first == "params":
        return f"declare it: params: {{{name}: {{default: ...}}}}"
    if first == "env":
        return f"`settings.env` sets it here; `secrets: [{name}]` hands your own to a command"
    return None
