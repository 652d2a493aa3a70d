"""What earlier runs left in `.orchestrate/`, opened to look. Imports little: what looks has to answer at once."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.cli.places import STATE
from orchestrator.errors import UsageError
from orchestrator.models.record import MEASURE, Measured, RunRecord
from orchestrator.models.status import TaskState
from orchestrator.workspace.lock import holder, is_held

if TYPE_CHECKING:  # the contracts are for those who work; a run reads its document before it opens a ledger
    from orchestrator.contracts import Ledger
    from orchestrator.ledger.sqlite import SqliteLedger

LEDGER = "ledger.db"
BACKUPS = "backups"
_NOT_DONE = (TaskState.FAILED, TaskState.BLOCKED, TaskState.CANCELLED, TaskState.INTERRUPTED)


@contextmanager
def reading(root: Path) -> "Iterator[SqliteLedger]":
    """Open the ledger of a repository to look; writes nothing, and an absent ledger reads as empty."""
    from orchestrator.ledger.sqlite import SqliteLedger

    lock = root / STATE / "lock"
    alive = is_held(lock)
    working = holder(lock) if alive else None
    run = working.run if working else None
    # until the holder has said which run it is, the newest one without an end may be its own
    ledger = SqliteLedger.open_readonly(root / STATE / LEDGER, is_alive=lambda each: alive and run in (None, each))
    try:
        yield ledger
    finally:
        ledger.close()


def chosen_run(ledger: "SqliteLedger", run: str | None, *, kind: str | None = None) -> RunRecord:
    """Return the run that is meant: by the beginning of its id, else the last one; UsageError when there is none.

    A measurement is no run that could be continued or undone: it is meant only when it is named.
    """
    if run is not None and run != "last":
        return ledger.read_run(ledger.find_run(run))
    for newest, its_kind in ledger.run_kinds():
        if its_kind == kind or (kind is None and its_kind != MEASURE):
            return ledger.read_run(newest)
    message = "there are no runs here yet"
    raise UsageError(message, hint="`orchestrate run` makes one; --project PATH names another repository")


def refuse_unknown_tasks(record: RunRecord, tasks: Sequence[str]) -> None:
    """Raise UsageError for a task that the run does not have."""
    known = {task.id for task in record.tasks}
    for task in tasks:
        if task not in known:
            message = f"run {record.id} has no task {task!r}"
            raise UsageError(message, hint="`orchestrate status --all` names its tasks")


def failed_last_time(ledger: "Ledger") -> tuple[str, ...]:
    """Return the ids of the tasks that did not come to a good end in the last run."""
    for run, kind in ledger.run_kinds():
        if kind == "run":
            return tuple(task.id for task in ledger.read_run(run).tasks if task.state in _NOT_DONE)
    return ()


def measurements(ledger: "Ledger") -> tuple[Measured, ...]:
    """Return what `orchestrate measure` found, oldest first."""
    runs = [run for run, kind in ledger.run_kinds() if kind == MEASURE]
    return tuple(each for run in reversed(runs) for each in ledger.read_run(run).measurements)


def start_after(ledger: "Ledger", record: RunRecord) -> datetime | None:
    """Return when the next run began that could change the tree; None for the last one."""
    later = takewhile(lambda each: each[0] != record.id, ledger.run_kinds())
    following = [run for run, kind in later if kind != MEASURE]
    return ledger.read_run(following[-1]).started if following else None


def refuse_undone(ledger: "SqliteLedger", record: RunRecord) -> None:
    """Raise UsageError for a run that was taken back: what is left of it would build on work that is gone."""
    if any(summary.id == record.id and summary.undone for summary in ledger.runs()):
        message = f"run {record.id} was undone"
        undos = (each for each, kind in ledger.run_kinds() if kind == "undo")
        undo = next((each for each in undos if ledger.read_run(each).undoes == record.id), "UNDO_RUN")
        raise UsageError(
            message, hint=f"`orchestrate run` starts a new run; `orchestrate undo {undo}` brings this back"
        )
