"""The ledger in a file: SQLite, one writer, any number of readers."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.ledger.projection import anybody
from orchestrator.ledger.reader import Reader
from orchestrator.models.plan import Checks
from orchestrator.models.record import ApprovalRecord, LastSuccess, Measured, RunRecord, RunSummary
from orchestrator.models.status import Durability

if TYPE_CHECKING:  # what writes is imported by who writes
    from concurrent.futures import Future

    from orchestrator.ledger.writer import Writer
    from orchestrator.models.facts import Fact


class SqliteLedger:
    """Where facts are kept; the contract is that of `contracts.Ledger`.

    `is_alive` says of a run without an end whether somebody works on it; without it every such run counts as running.
    """

    def __init__(self, path: Path, reader: Reader, writer: "Writer | None") -> None:
        """Use `open` or `open_readonly`."""
        self._path = path
        self._reader = reader
        self._writer = writer

    @classmethod
    def open(
        cls,
        path: Path,
        durability: Durability = Durability.FULL,
        *,
        create: bool = True,
        is_alive: Callable[[str], bool] = anybody,
    ) -> "SqliteLedger":
        """Open the ledger to write and read; Unusable says what is wrong with it and what to type."""
        from orchestrator.ledger.connection import open_to_write
        from orchestrator.ledger.folder import cannot
        from orchestrator.ledger.reserve import Reserve
        from orchestrator.ledger.writer import Writer

        ledger = cls(
            path, Reader(path, is_alive), Writer(open_to_write(path, durability, create=create), path, durability)
        )
        try:
            ledger._reader.look()
            Reserve(path.parent).fill()
        except BaseException as error:
            ledger.close()
            if isinstance(error, OSError):
                raise cannot("keep room for the end of a run in", path.parent, error) from error
            raise
        return ledger

    @classmethod
    def open_readonly(cls, path: Path, *, is_alive: Callable[[str], bool] = anybody) -> "SqliteLedger":
        """Open the ledger to read, also while a run writes it; makes no file. A missing one reads as empty."""
        ledger = cls(path, Reader(path, is_alive), None)
        try:
            ledger._reader.look()
        except BaseException:
            ledger.close()
            raise
        return ledger

    @property
    def commits(self) -> int:
        """Count the transactions of this ledger since it was opened."""
        return self._writer.commits if self._writer else 0

    def append(self, facts: "Sequence[Fact]") -> "Future[None]":
        """Write facts in this order in one transaction; the future is done when they are durable."""
        if self._writer is None:
            message = "this ledger was opened to read"
            raise RuntimeError(message)
        return self._writer.append(facts)

    def read_run(self, run: str) -> RunRecord:
        """Return one run, told by its id or the beginning of it; UsageError when there is none."""
        return self._reader.read_run(run)

    def find_run(self, prefix: str) -> str:
        """Return the one run whose id starts so; UsageError when it is none or several."""
        return self._reader.find_run(prefix)

    def runs(self, limit: int = 0) -> tuple[RunSummary, ...]:
        """Return the runs, newest first; 0 = all."""
        return self._reader.runs(limit)

    def run_kinds(self) -> tuple[tuple[str, str], ...]:
        """Return the id and the kind of each run, newest first; costs little, however much they did."""
        return self._reader.run_kinds()

    def last_successes(self) -> Mapping[str, LastSuccess]:
        """Return the newest success that was not undone, per task id."""
        return self._reader.last_successes()

    def durations(self, definitions: Mapping[str, str]) -> Mapping[str, float]:
        """Return the median seconds of each task's last five good attempts, of those under this definition of it."""
        return self._reader.durations(definitions)

    def checkpoint_durations(self, checks: Mapping[str, Checks]) -> Mapping[str, float]:
        """Return the median seconds of each scope's checkpoint, of the last five runs that measured these checks."""
        return self._reader.checkpoint_durations(checks)

    def last_measurements(self) -> tuple[Measured, ...]:
        """Return what each checkpoint measured last, in a run that was carried out."""
        return self._reader.last_measurements()

    def unfinished_changes(self) -> tuple[tuple[str, str, int], ...]:
        """Return (run, task, attempt) of attempts with intended changes and no end."""
        return self._reader.unfinished_changes()

    def check(self) -> int:
        """Compare every fact and document with its checksum; return the number of facts. Unusable when one differs."""
        return self._reader.check()

    def approvals(self, run: str) -> tuple[ApprovalRecord, ...]:
        """Return the questions of one run with their answers; cheap enough to ask every second."""
        return self._reader.approvals(run)

    def backup(self, folder: Path, keep: int = 5) -> Path:
        """Compare everything, copy it into `folder`, keep the newest copies; return the new one.

        A damaged ledger is not copied (Unusable), so that it cannot drive the good copies out.
        """
        from orchestrator.ledger.backup import back_up

        self.check()
        return back_up(self._path, folder, keep)

    def close(self) -> None:
        """Commit what is waiting and close."""
        self._reader.close()
        if self._writer is not None:
            self._writer.close()
