"""Files that tell a run: `report -o` writes one of any run, `run --report` and `--junit` theirs at the run's end."""

from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.cli.state import measurements, start_after
from orchestrator.cli.streams import tell
from orchestrator.errors import Unusable, UsageError
from orchestrator.reporters.report_format import Format

if TYPE_CHECKING:
    from orchestrator.contracts import Ledger
    from orchestrator.models.record import RunRecord

_BY_ENDING = {".html": Format.HTML, ".htm": Format.HTML, ".md": Format.MD, ".xml": Format.JUNIT}


def format_of(path: Path, *, hint: str = "") -> Format:
    """Return the format that a file's ending stands for; UsageError when it stands for none."""
    found = _BY_ENDING.get(path.suffix.lower())
    if found is None:
        message = f"nothing says in which format to write {path}"
        raise UsageError(message, hint=f"end it in {', '.join(_BY_ENDING)}{hint}")
    return found


def render(ledger: "Ledger", record: "RunRecord", format: Format) -> str:
    """Return what tells a run."""
    from orchestrator.reporters.coverage_progress import moments_of
    from orchestrator.reporters.report import report_of
    from orchestrator.reporters.report_pages import render_report

    measured = moments_of(record, measurements(ledger), start_after(ledger, record))
    return render_report(report_of(record, measured), format)


def write(path: Path, text: str) -> None:
    """Write a file and say so; Unusable when it cannot be written."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}"
        raise Unusable(message, hint="make its folder, or name another file") from error
    tell(f"wrote {path}\n")


def refuse_unwritable(path: Path) -> None:
    """Raise Unusable for a file that surely could not be written."""
    why = "it is a folder" if path.is_dir() else "" if path.parent.is_dir() else "there is no such folder"
    if why:
        message = f"{path} cannot be written: {why}"
        raise Unusable(message, hint="make its folder, or name another file")
