"""`orchestrate undo --all`: every run taken back, the newest first, each by an undo of its own."""

import sys
from pathlib import Path

from orchestrator.cli.options import Working
from orchestrator.cli.questions import confirm, is_to_be_asked
from orchestrator.cli.showing import Display
from orchestrator.cli.state import reading
from orchestrator.cli.undoing import standing_runs, undo_run
from orchestrator.cli.work_state import open_to_work
from orchestrator.errors import ExitCode
from orchestrator.models.status import Durability
from orchestrator.planning.undo_plan import Conflict, build_undo_plan
from orchestrator.sanitize import line


def undo_all(
    root: Path, conflict: Conflict, common: Working, display: Display, *, dry_run: bool, yes: bool
) -> ExitCode:
    """Take back what stands of every run; the first undo that does not end well is the last one."""
    with reading(root) as reader:
        found = list(standing_runs(reader))
    if dry_run or not found:
        lines = [f"run {record.id}: {_files(len(files))}\n" + _listed(files) for record, files in found]
        sys.stdout.write("".join(lines) or "no run has changed anything that still stands\n")
        return ExitCode.OK
    question = (
        f"take back {_files(sum(len(files) for _, files in found))} of {len(found)} run{'s' if len(found) > 1 else ''}?"
    )
    if not yes and is_to_be_asked(common) and not confirm(common, question, flag="--yes"):
        return ExitCode.OK
    with open_to_work(root, sys.argv[1:], Durability.FULL) as state:
        for record, _ in found:
            now = state.ledger.read_run(record.id)
            code = undo_run(state, now, build_undo_plan(now, conflict=conflict), common, display, goes_on=True)
            if code != ExitCode.OK:
                return code
    return ExitCode.OK


def _listed(files: frozenset[str]) -> str:
    return "".join(f"  {line(path)}\n" for path in sorted(files))


def _files(count: int) -> str:
    return f"{count} file{'s' if count != 1 else ''}"
