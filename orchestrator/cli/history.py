"""`orchestrate history`: the runs, newest first; for a task, its attempts in all of them."""

import sys
from collections.abc import Iterable, Iterator
from typing import Annotated

from orchestrator.cli.options import Common, argument, option
from orchestrator.cli.options import command as as_command
from orchestrator.cli.places import find_root
from orchestrator.cli.present import look_of
from orchestrator.cli.state import reading
from orchestrator.errors import ExitCode, UsageError
from orchestrator.ledger.sqlite import SqliteLedger
from orchestrator.models.record import RunSummary
from orchestrator.reporters.durations import took
from orchestrator.reporters.history_view import render_history
from orchestrator.reporters.record_json import history_json
from orchestrator.sanitize import line


@as_command
def command(
    common: Common,
    task: Annotated[str | None, argument(help="show this task's attempts")] = None,
    limit: Annotated[int, option("--limit", "-n", help="at most so many runs, 0 = all", min=0)] = 20,
    as_json: Annotated[bool, option("--json", help="as JSON", envvar=None)] = False,
) -> int:
    """List the runs with their results and times."""
    with reading(find_root(common)) as ledger:
        runs = ledger.runs(limit)
        lines = [] if task is None else list(_attempts(ledger, runs, task))
    if task is None:
        sys.stdout.write(history_json(runs) if as_json else render_history(runs, look_of(sys.stdout)))
        return ExitCode.OK
    if not lines:
        message = f"no run has a task {task!r}"
        raise UsageError(message, hint="`orchestrate status --all` names the tasks of the last run")
    sys.stdout.write("".join(lines))
    return ExitCode.OK


def _attempts(ledger: SqliteLedger, runs: Iterable[RunSummary], task: str) -> Iterator[str]:
    """Yield a line for each run that has the task: how its last attempt there ended."""
    for summary in runs:
        for entry in ledger.read_run(summary.id).tasks:
            if entry.id == task:
                last = entry.attempts[-1] if entry.attempts else None
                seconds = f"{took(last.seconds):>8}" if last and last.seconds is not None else f"{'':>8}"
                said = line(last.summary if last else entry.reason)
                yield f"{summary.id}  {entry.state:<11}{seconds}  {said}\n"
