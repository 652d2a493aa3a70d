"""How the last run of this repository stands, in one line: what `orchestrate` alone ends with."""

import sys
from pathlib import Path

from orchestrator.cli.present import look_of
from orchestrator.cli.state import chosen_run, reading
from orchestrator.errors import OrchestrateError
from orchestrator.reporters.outline import outline_of
from orchestrator.reporters.summary import count_text, state_word
from orchestrator.sanitize import line
from orchestrator.sources.finding import find_runs


def last_run() -> str:
    """Return the line; nothing where no run was made, or where its ledger cannot be read: other commands say why."""
    try:
        root = find_runs(Path.cwd())
        if root is None:
            return ""
        with reading(root) as ledger:
            record = chosen_run(ledger, None)
    except (OrchestrateError, OSError):
        return ""
    word = state_word(record.state, look_of(sys.stdout))
    return f"\nLast run: {line(record.id)}  {word} {count_text(outline_of(record))}: orchestrate status\n"
