"""Where facts and news go, where plans come from, where attempts run."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from orchestrator.contracts.outcomes import Outcome
from orchestrator.models.events import Event
from orchestrator.models.facts import Fact
from orchestrator.models.plan import Checks, Plan
from orchestrator.models.record import ApprovalRecord, LastSuccess, Measured, RunRecord, RunSummary

if TYPE_CHECKING:  # takes as long to import as all contracts together
    from concurrent.futures import Future


class Ledger(Protocol):
    """Where facts are kept."""

    def append(self, facts: Sequence[Fact]) -> "Future[None]":
        """Write facts in this order in one transaction; the future is done when they are durable.

        Facts that arrive together share one commit. May be called from any thread. The future raises Unusable.
        """

    def read_run(self, run: str) -> RunRecord:
        """Return one run; UsageError when there is none."""

    def runs(self, limit: int = 0) -> tuple[RunSummary, ...]:
        """Return the runs, newest first; 0 = all."""

    def run_kinds(self) -> tuple[tuple[str, str], ...]:
        """Return the id and the kind of each run, newest first; costs little, however much they did."""

    def last_successes(self) -> Mapping[str, LastSuccess]:
        """Return the newest success that was not undone, per task id."""

    def durations(self, definitions: Mapping[str, str]) -> Mapping[str, float]:
        """Return the median seconds of each task's last five good attempts, of those under this definition of it."""

    def checkpoint_durations(self, checks: Mapping[str, Checks]) -> Mapping[str, float]:
        """Return the median seconds of each scope's checkpoint, of the last five runs that measured these checks."""

    def last_measurements(self) -> tuple[Measured, ...]:
        """Return what each checkpoint measured last, in a run that was carried out."""

    def unfinished_changes(self) -> tuple[tuple[str, str, int], ...]:
        """Return (run, task, attempt) of attempts with intended changes and no end."""

    def approvals(self, run: str) -> tuple[ApprovalRecord, ...]:
        """Return the questions of one run with their answers; cheap enough to ask every second."""

    def close(self) -> None:
        """Commit what is waiting and close."""


class Reporter(Protocol):
    """Somebody who shows news. One that raises or is slow is dropped with a warning, the run goes on.

    One that has `ignores`, a frozenset of event types, is not told those.
    """

    def start(self, plan: Plan) -> None:
        """Prepare to show a run of this plan."""

    def handle(self, event: Event) -> None:
        """Show one piece of news; must not block."""

    def close(self) -> None:
        """Give the terminal or file back."""


class Source(Protocol):
    """What a plan is read from."""

    def load(self, path: str) -> object:
        """Read the document; DocumentInvalid with all problems."""


class Runner(Protocol):
    """The place where attempts run."""

    async def run(self, job: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """Carry one attempt out and return how it ended."""

    async def close(self) -> None:
        """Release the place."""
