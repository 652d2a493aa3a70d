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
from orchestrator.models.record import RunSummary, TaskRecord
from orchestrator.reporters.history_view import render_history, render_task_history
from orchestrator.reporters.record_json import history_json, task_history_json


@as_command
def command(
    common: Common,
    task: Annotated[str | None, argument(help="show the attempts of this task")] = None,
    limit: Annotated[int, option("--limit", "-n", help="at most N runs, 0 = all", min=0)] = 20,
    as_json: Annotated[bool, option("--json", help="as JSON", envvar=None)] = False,
) -> int:
    """List the runs with their results and times."""
    with reading(find_root(common)) as ledger:
        runs = ledger.runs(limit)
        lives = [] if task is None else list(_lives(ledger, runs, task))
    if task is None:
        sys.stdout.write(history_json(runs) if as_json else render_history(runs, look_of(sys.stdout)))
        return ExitCode.OK
    if not lives:
        message = f"no run has a task {task!r}"
        raise UsageError(message, hint="`orchestrate status --all` names the tasks of the last run")
    sys.stdout.write(task_history_json(lives) if as_json else render_task_history(lives))
    return ExitCode.OK


def _lives(ledger: SqliteLedger, runs: Iterable[RunSummary], task: str) -> Iterator[tuple[str, TaskRecord]]:
    """Yield the runs that have the task, each with what became of it there."""
    for summary in runs:
        for entry in ledger.read_run(summary.id).tasks:
            if entry.id == task:
                yield summary.id, entry
