"""What earlier runs left in `.orchestrate/`: opened to look, or under the lock to work."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestrator.cli.places import STATE
from orchestrator.contracts import Ledger
from orchestrator.errors import UsageError
from orchestrator.ledger.sqlite import SqliteLedger
from orchestrator.models.record import RunRecord
from orchestrator.models.status import Durability, TaskState
from orchestrator.workspace.lock import RunLock, holder, is_held
from orchestrator.workspace.recovery import ReconcileReport, reconcile
from orchestrator.workspace.state_dir import prepare_state_dir

LEDGER = "ledger.db"
_NOT_DONE = (TaskState.FAILED, TaskState.BLOCKED, TaskState.CANCELLED, TaskState.INTERRUPTED)


@dataclass(frozen=True, kw_only=True)
class WorkingState:
    """The state of a repository that we alone work on: the ledger, and what was put right when it was opened."""

    root: Path
    ledger: Ledger
    report: ReconcileReport
    announce: Callable[[str], None]  # says which run is carried out under the lock


def open_to_read(root: Path) -> SqliteLedger:
    """Open the ledger of a repository to look; writes nothing, and an absent ledger reads as empty."""
    lock = root / STATE / "lock"
    alive = is_held(lock)
    working = holder(lock) if alive else None
    run = working.run if working else None
    # until the holder has said which run it is, the newest one without an end may be its own
    return SqliteLedger.open_readonly(root / STATE / LEDGER, is_alive=lambda each: alive and run in (None, each))


@contextmanager
def open_to_work(root: Path, command: Sequence[str], durability: Durability) -> Iterator[WorkingState]:
    """Take the lock, open the ledger and put right what a crash left; LockHeld names who works here."""
    folder = prepare_state_dir(root)
    with RunLock(folder / "lock", command=command) as lock:
        # nobody else holds the lock, so a run without an end is an interrupted one
        ledger = SqliteLedger.open(folder / LEDGER, durability, is_alive=lambda _run: False)
        try:
            report = reconcile(ledger, root, durability=durability)
            _tell(report)
            yield WorkingState(root=root, ledger=ledger, report=report, announce=lock.announce)
        finally:
            ledger.close()


def _tell(report: ReconcileReport) -> None:
    """Say on standard error what was put right after a crash."""
    for run, task, attempt in report.taken_back:
        sys.stderr.write(f"taken back: what attempt {attempt} of {task} (run {run}) left half done\n")
    for left in report.left:
        kept = f"; the content it would have got is in {left.proposed}" if left.proposed else ""
        sys.stderr.write(f"left as it is: {left.path}: {left.reason}{kept}\n")
    for (run, task, attempt), paths in report.interrupted:
        names = ", ".join(paths[:5]) + (f" and {len(paths) - 5} more" if len(paths) > 5 else "")
        sys.stderr.write(f"interrupted: attempt {attempt} of {task} (run {run}) had changed {names}\n")


def chosen_run(ledger: SqliteLedger, run: str | None, *, kind: str | None = None) -> RunRecord:
    """Return the run that is meant: by the beginning of its id, else the last one; UsageError when there is none."""
    if run is not None and run != "last":
        return ledger.read_run(ledger.find_run(run))
    for summary in ledger.runs():
        if kind is None or summary.kind == kind:
            return ledger.read_run(summary.id)
    message = "there are no runs here yet"
    raise UsageError(message, hint="`orchestrate run` makes one; --project PATH names another repository")


def failed_last_time(ledger: Ledger) -> tuple[str, ...]:
    """Return the ids of the tasks that did not come to a good end in the last run."""
    for summary in ledger.runs():
        if summary.kind == "run":
            return tuple(task.id for task in ledger.read_run(summary.id).tasks if task.state in _NOT_DONE)
    return ()
