"""The facts of a run: what is written to the ledger before work starts and when it ends.

Small frozen values, one class per kind; the ledger turns each into SQL. Times are aware UTC for display; durations are
seconds from a monotonic clock; order comes from the ledger's sequence numbers, never from a clock.
"""

from datetime import datetime
from typing import TypeAlias

from msgspec import Struct, field

from orchestrator.models.json import JsonObject
from orchestrator.models.record import Change, Measured
from orchestrator.models.status import FailureClass, OutcomeKind, RunState, TaskState


class RunStarted(Struct, frozen=True, kw_only=True):
    """A run begins; `kind` is run, undo or measure, `plan` the whole plan as JSON."""

    run: str
    kind: str
    time: datetime
    command: tuple[str, ...]
    plan: JsonObject
    tasks: tuple[tuple[str, str], ...]  # (task id, definition)
    undoes: str | None = None


class RunResumed(Struct, frozen=True, kw_only=True):
    """An interrupted or waiting run goes on; tasks in `again` go back to pending, `tasks` are the definitions now."""

    run: str
    time: datetime
    again: tuple[str, ...] = ()
    tasks: tuple[tuple[str, str], ...] = ()


class RunEnded(Struct, frozen=True, kw_only=True):
    """A run ends with a state and an exit code."""

    run: str
    time: datetime
    state: RunState
    exit_code: int
    seconds: float


class AttemptStarted(Struct, frozen=True, kw_only=True):
    """Committed before the first side effect of an attempt."""

    run: str
    task: str
    attempt: int
    time: datetime


class AttemptEnded(Struct, frozen=True, kw_only=True):
    """How an attempt ended. `fingerprint` stands only on success: what decides "up to date" next time."""

    run: str
    task: str
    attempt: int
    time: datetime
    kind: OutcomeKind
    seconds: float
    summary: str = ""
    detail: str = ""  # the last lines of output, or the traceback of a broken handler
    failure: FailureClass | None = None
    exit_code: int | None = None
    log: str | None = None  # path below `.orchestrate/`
    outputs: JsonObject = field(default_factory=dict)
    fingerprint: str | None = None


class TaskEnded(Struct, frozen=True, kw_only=True):
    """A task reached a terminal state. `cause` is the task that failed first, for blocked ones."""

    run: str
    task: str
    state: TaskState
    time: datetime
    reason: str = ""
    cause: str | None = None


class TaskWaiting(Struct, frozen=True, kw_only=True):
    """A task waits for a person."""

    run: str
    task: str
    time: datetime
    question: str


class ApprovalGiven(Struct, frozen=True, kw_only=True):
    """A person decided about a waiting task: approved, rejected or skipped.

    It is refused (DecisionRefused) unless the task waits. `heard` is one that was given to the run itself, which goes
    on with it at once; it is refused where somebody decided elsewhere before. `where` is terminal, option or command.
    """

    run: str
    task: str
    time: datetime
    decision: str
    by: str
    note: str = ""
    evidence: str | None = None
    where: str = ""
    heard: bool = False


class DecisionHeard(Struct, frozen=True, kw_only=True):
    """The run goes on with the newest decision about a waiting task: no later one is taken.

    `state` is RUNNING where the question stands in an attempt, READY where another attempt carries the decision out.
    """

    run: str
    task: str
    time: datetime
    state: TaskState


class ChangesIntended(Struct, frozen=True, kw_only=True):
    """Committed before the first of these changes is made to the tree."""

    run: str
    task: str
    attempt: int
    changes: tuple[Change, ...]
    external: bool = False  # seen in a snapshot after a command made them
    others: tuple[str, ...] = ()  # tasks whose commands ran at the same time and may have made them instead


class ChangesRolledBack(Struct, frozen=True, kw_only=True):
    """The changes of an attempt were taken back (it failed, was killed, or its post-condition did not hold)."""

    run: str
    task: str
    attempt: int
    time: datetime


class ChangesUndone(Struct, frozen=True, kw_only=True):
    """Changes of an earlier run were taken back by an undo; `task` None = all of the run."""

    run: str
    task: str
    by_run: str


class FilesAdopted(Struct, frozen=True, kw_only=True):
    """A person accepted how these files are now (`resume --accept-drift`)."""

    run: str
    time: datetime
    paths: tuple[str, ...]


Fact: TypeAlias = (
    RunStarted
    | RunResumed
    | RunEnded
    | AttemptStarted
    | AttemptEnded
    | TaskEnded
    | TaskWaiting
    | ApprovalGiven
    | DecisionHeard
    | ChangesIntended
    | ChangesRolledBack
    | ChangesUndone
    | Measured
    | FilesAdopted
)
