"""`orchestrate history`: the runs, newest first; for a task, its attempts in all of them."""

import sys
from typing import Annotated

import typer

from orchestrator.cli.options import Common, option
from orchestrator.cli.options import command as as_command
from orchestrator.cli.places import find_root
from orchestrator.cli.present import look_of
from orchestrator.cli.state import open_to_read
from orchestrator.errors import ExitCode, UsageError
from orchestrator.reporters.durations import took
from orchestrator.reporters.history_view import render_history
from orchestrator.reporters.record_json import history_json
from orchestrator.sanitize import line


@as_command
def command(
    common: Common,
    task: Annotated[str | None, typer.Argument(help="show this task's attempts")] = None,
    limit: Annotated[int, option("--limit", "-n", help="at most so many runs, 0 = all", min=0)] = 20,
    as_json: Annotated[bool, option("--json", help="as JSON", envvar=None)] = False,
) -> int:
    """List the runs with their results and times."""
    ledger = open_to_read(find_root(common))
    if task is None:
        runs = ledger.runs(limit)
        sys.stdout.write(history_json(runs) if as_json else render_history(runs, look_of(sys.stdout)))
        return ExitCode.OK
    lines = []
    for summary in ledger.runs(limit):
        for entry in ledger.read_run(summary.id).tasks:
            if entry.id != task:
                continue
            last = entry.attempts[-1] if entry.attempts else None
            seconds = f"{took(last.seconds):>8}" if last and last.seconds is not None else f"{'':>8}"
            lines.append(f"{summary.id}  {entry.state:<11}{seconds}  {line(last.summary if last else entry.reason)}\n")
    if not lines:
        message = f"no run has a task {task!r}"
        raise UsageError(message, hint="`orchestrate status --all` names the tasks of the last run")
    sys.stdout.write("".join(lines))
    return ExitCode.OK
