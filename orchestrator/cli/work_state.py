"""The state of a repository, opened under the lock to work."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from orchestrator.cli.state import BACKUPS, LEDGER
from orchestrator.cli.streams import tell
from orchestrator.contracts import Ledger
from orchestrator.ledger.sqlite import SqliteLedger
from orchestrator.models.status import Durability
from orchestrator.processes.sweep import end_abandoned
from orchestrator.workspace.lock import RunLock
from orchestrator.workspace.recovery import ReconcileReport, reconcile
from orchestrator.workspace.state_dir import prepare_state_dir


class WorkingState(Struct, frozen=True, kw_only=True):
    """The state of a repository that we alone work on: the ledger, and what was put right when it was opened."""

    root: Path
    ledger: Ledger
    report: ReconcileReport
    announce: Callable[[str], None]  # says which run is carried out under the lock
    back_up: Callable[[], object]  # keeps a copy of the ledger


@contextmanager
def open_to_work(root: Path, command: Sequence[str], durability: Durability) -> Iterator[WorkingState]:
    """Take the lock, open the ledger and put right what a crash left; LockHeld names who works here."""
    folder = prepare_state_dir(root)
    with RunLock(folder / "lock", command=command) as lock:
        ended = end_abandoned(str(root))
        if ended:
            tell(f"ended {ended} process{'es' if ended != 1 else ''} that an earlier run had left\n")
        # nobody else holds the lock, so a run without an end is an interrupted one
        ledger = SqliteLedger.open(folder / LEDGER, durability, is_alive=lambda _run: False)
        try:
            report = reconcile(ledger, root, durability=durability)
            _tell(report)
            yield WorkingState(
                root=root,
                ledger=ledger,
                report=report,
                announce=lock.announce,
                back_up=lambda: ledger.backup(folder / BACKUPS),
            )
        finally:
            ledger.close()


def _tell(report: ReconcileReport) -> None:
    """Say on standard error what was put right after a crash."""
    for run, task, attempt in report.taken_back:
        tell(f"taken back: what attempt {attempt} of {task} (run {run}) left half done\n")
    for left in report.left:
        kept = f"; the content it would have got is in {left.proposed}" if left.proposed else ""
        tell(f"left as it is: {left.path}: {left.reason}{kept}\n")
    for (run, task, attempt), paths in report.interrupted:
        names = ", ".join(paths[:5]) + (f" and {len(paths) - 5} more" if len(paths) > 5 else "")
        changed = f"{names} changed since it began, by it or by somebody else"
        tell(f"interrupted: attempt {attempt} of {task} (run {run}); {changed}\n")
