"""Say at once that another run works here, before anything large is imported.

The lock itself is taken later, when document and ledger are open; this look only spares whoever is refused half a
second. Where it would take the document's parser to know which repository is meant, it says nothing.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from orchestrator.errors import OrchestrateError
from orchestrator.sources.finding import find_document, find_runs
from orchestrator.sources.glance import glance_at_root
from orchestrator.workspace.lock import refuse_if_held

_CONFIG, _PROJECT = ("-c", "--config"), ("--project",)
_OTHERWISE = ("--directory", "--dry-run", "--help")
_SHORT = re.compile(r"-[^-]*[cCnh]")
_FROM_ENVIRONMENT = ("ORCHESTRATE_CONFIG", "ORCHESTRATE_DIRECTORY", "ORCHESTRATE_PROJECT", "ORCHESTRATE_DRY_RUN")
_LARGEST = 1 << 20


def refuse_if_occupied(name: str, arguments: Sequence[str]) -> None:
    """Raise LockHeld when the command would surely be refused for it."""
    rest = list(arguments)
    config, project = _taken(rest, _CONFIG), _taken(rest, _PROJECT)
    if any(each.startswith((*_OTHERWISE, *_CONFIG, *_PROJECT)) or _SHORT.match(each) for each in rest):
        return
    if any(os.environ.get(each) for each in _FROM_ENVIRONMENT):
        return
    try:
        if project is not None:
            root: Path | None = Path(project)
        elif config is not None or name == "run":
            root = _root_of_document(config)
        else:
            root = find_runs(Path.cwd())
    except (OSError, OrchestrateError):
        return  # the command itself tells it better
    if root is not None:
        refuse_if_held(root / ".orchestrate/lock")


def _taken(arguments: list[str], names: Sequence[str]) -> str | None:
    """Take an option out of the arguments and return its value; one that is given twice or without stays."""
    found = [number for number, each in enumerate(arguments[:-1]) if each in names]
    if len(found) != 1:
        return None
    _, value = arguments[found[0] : found[0] + 2]
    del arguments[found[0] : found[0] + 2]
    return value


def _root_of_document(config: str | None) -> Path | None:
    """Return the root that the document names, where that can be seen without a parser."""
    document = Path(config) if config is not None else find_document(Path.cwd())
    with document.open("rb") as file:
        text = file.read(_LARGEST)
    return glance_at_root(document, text)
