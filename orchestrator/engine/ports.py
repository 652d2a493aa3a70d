"""What the engine needs from outside, as small protocols; `cli/wiring.py` hands the implementations in."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from orchestrator.contracts import Answer, AttemptFiles, Handler, Measurement, Outcome, Processes, TaskContext
from orchestrator.engine.freshness import Before
from orchestrator.errors import ExitCode, OrchestrateError
from orchestrator.models.json import Json, JsonObject
from orchestrator.models.plan import PlannedCheck, PlannedGuard, PlannedTask
from orchestrator.models.record import Measured
from orchestrator.models.status import OutcomeKind

if TYPE_CHECKING:  # brings pydantic along
    from orchestrator.contracts import Params


class Clock(Protocol):
    """Moments for decisions, times for display, and waking up."""

    def monotonic(self) -> float:
        """Return the moment in seconds; it never goes back."""

    def now(self) -> datetime:
        """Return the time in UTC, for display alone."""

    def call_at(self, moment: float, callback: Callable[[], None]) -> Callable[[], None]:
        """Have the running loop call back at a moment; return what calls it off."""


class Tools(Struct, frozen=True, kw_only=True):
    """The children of one attempt, and what they leave: the log below `.orchestrate/`, their last output, redacted.

    `redact` takes the secrets that the attempt knows out of any JSON value.
    """

    processes: Processes
    log: Callable[[], str | None] = lambda: None
    last_output: Callable[[], str] = lambda: ""
    redact: Callable[[Json], Json] = lambda value: value


class OpenTools(Protocol):
    """Make the tools of an attempt; TaskFailed when a secret that it names is not set."""

    def __call__(self, task: PlannedTask, attempt: int, on_output: Callable[[str], None]) -> Tools:
        """Return the tools; `on_output` gets the lines that are worth showing at once."""


class Binding(Protocol):
    """Evaluate what could not be decided at plan time. Everything may raise TaskFailed."""

    def values(self, task: PlannedTask, attempt: int, outputs: Mapping[str, JsonObject]) -> JsonObject:
        """Return the names that expressions and templates of the task see; `outputs` are those of ended tasks."""

    def wanted(self, task: PlannedTask, values: JsonObject) -> bool:
        """Decide the task's `when`."""

    def bind(self, task: PlannedTask, values: JsonObject) -> PlannedTask:
        """Return the task with its late params and environment rendered."""

    def outputs(self, task: PlannedTask, values: JsonObject, result: JsonObject) -> JsonObject:
        """Evaluate the task's `outputs:`; they see the outcome's `result` too."""


class Measure(Protocol):
    """Measure one condition. `context` is that of the attempt when it is a `verify` entry of a task."""

    def __call__(
        self,
        check: PlannedCheck,
        scope: str,
        states: Mapping[str, str],
        tasks: Sequence[PlannedTask],
        context: TaskContext | None,
    ) -> Awaitable[Measurement]:
        """Return what was measured; the engine turns an exception into "cannot be measured"."""


class AskGuard(Protocol):
    """Ask one guard of a scope."""

    def __call__(self, guard: PlannedGuard, scope: str) -> Awaitable[Measurement]:
        """Return the answer; a guard that raises says no."""


class Ready(Struct, frozen=True, kw_only=True):
    """An attempt with everything that it works with; nothing has been done yet. `key` is the task's id in the plan."""

    key: str
    number: int
    task: PlannedTask
    handler: "Handler[Params]"
    params: "Params"
    context: TaskContext
    files: AttemptFiles
    tools: Tools
    before: Before | None = None  # what decides the result and was there before


class AttemptEnd(Struct, frozen=True, kw_only=True):
    """How an attempt ended, or why none was needed (`key` and `number` as in Ready).

    `attempted` is False when nothing was started. `code` is the exit code of an expected error, `retryable` is False
    where another attempt cannot help, `fatal` is what ends the whole run.
    """

    key: str
    number: int
    outcome: Outcome
    attempted: bool = True
    seconds: float = 0.0
    log: str | None = None
    fingerprint: str | None = None
    measured: tuple[Measured, ...] = ()
    code: ExitCode | None = None
    retryable: bool = True
    fatal: OrchestrateError | None = None

    @property
    def kind(self) -> OutcomeKind:
        """Return how it ended in one word."""
        return self.outcome.kind


class Attempts(Protocol):
    """Carry attempts out."""

    def prepare(self, task: PlannedTask, number: int, decision: Answer | None) -> Ready | AttemptEnd:
        """Get an attempt ready without any side effect; an AttemptEnd says that there is nothing to do."""

    async def carry_out(self, ready: Ready) -> AttemptEnd:
        """Do the work. Never raises for what handlers do; a cancelled attempt returns its end, too."""

    def outputs_of(self, task: str) -> JsonObject:
        """Return what an ended task hands to others."""
