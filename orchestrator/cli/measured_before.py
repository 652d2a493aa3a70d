"""What `orchestrate measure --history` shows: the measurements of the ledger, oldest first; nothing is run."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import asdict

from orchestrator.cli.present import look_of
from orchestrator.cli.state import measurements, reading
from orchestrator.errors import ExitCode
from orchestrator.models.record import Measured
from orchestrator.reporters.coverage_progress import percent
from orchestrator.reporters.style import Look
from orchestrator.sanitize import line


def tell_measured_before(root: Path, *, as_json: bool) -> ExitCode:
    """Show what was measured before."""
    with reading(root) as ledger:
        measured = measurements(ledger)
    sys.stdout.write(_as_json(measured) if as_json else _as_text(measured, look_of(sys.stdout)))
    return ExitCode.OK


def _as_json(measured: Sequence[Measured]) -> str:
    entries = [{**asdict(each), "time": each.time.isoformat()} for each in measured]
    return json.dumps({"schema_version": 1, "command": "measure", "history": entries}, indent=2) + "\n"


def _as_text(measured: Sequence[Measured], look: Look) -> str:
    if not measured:
        return "nothing was measured yet\n"
    lines = [f"{each.time:%Y-%m-%d %H:%M}  {line(each.source)}  {_told(each, look)}" for each in measured]
    return "".join(f"{text}\n" for text in lines)


def _told(each: Measured, look: Look) -> str:
    if each.value is None:
        return look.paint("error", "not measured") + f": {line(each.message)}"
    counts = f"{each.details.get('covered')} of {each.details.get('total')}"
    return f"{percent(each.value)} % of statements ({counts})" + ("" if each.ok else ", some tests failed")
