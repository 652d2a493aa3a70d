"""Say at once that another run works here, before anything large is imported.

The lock itself is taken later, when document and ledger are open; this look only spares whoever is refused half a
second. Where it would take the document's parser to know which repository is meant, it says nothing.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from orchestrator.errors import OrchestrateError
from orchestrator.sources.finding import find_document
from orchestrator.sources.glance import glance_at_root
from orchestrator.workspace.lock import refuse_if_held

_ELSEWHERE = ("--config", "--directory", "--project", "--dry-run", "--help")
_SHORT = re.compile(r"-[^-]*[cCnh]")
_FROM_ENVIRONMENT = ("ORCHESTRATE_CONFIG", "ORCHESTRATE_DIRECTORY", "ORCHESTRATE_PROJECT", "ORCHESTRATE_DRY_RUN")
_LARGEST = 1 << 20


def refuse_if_occupied(name: str, arguments: Sequence[str]) -> None:
    """Raise LockHeld when the command would surely be refused for it."""
    if any(each.startswith(_ELSEWHERE) or _SHORT.match(each) for each in arguments):
        return
    if any(os.environ.get(each) for each in _FROM_ENVIRONMENT):
        return
    try:
        root = _root_of_document() if name == "run" else _root_with_runs()
    except (OSError, OrchestrateError):
        return  # the command itself tells it better
    if root is not None:
        refuse_if_held(root / ".orchestrate/lock")


def _root_with_runs() -> Path | None:
    here = Path.cwd()
    return next((each for each in (here, *here.parents) if (each / ".orchestrate/ledger.db").is_file()), None)


def _root_of_document() -> Path | None:
    """Return the root that the document names, where that can be seen without a parser."""
    document = find_document(Path.cwd())
    with document.open("rb") as file:
        text = file.read(_LARGEST)
    return glance_at_root(document, text)
