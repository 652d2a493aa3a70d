"""What happened: the facts that are written to the ledger, and the records that are read back.

Facts are small frozen values, one class per kind; the ledger turns each into SQL. Times are aware UTC for display;
durations are seconds from a monotonic clock; order comes from the ledger's sequence numbers, never from a clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from orchestrator.models.json import JsonObject
from orchestrator.models.status import FailureClass, OutcomeKind, RunState, TaskState

# ---------------------------------------------------------------- facts: written


@dataclass(frozen=True, kw_only=True, slots=True)
class RunStarted:
    """A run begins; `kind` is run or undo, `plan` the whole plan as JSON."""

    run: str
    kind: str
    time: datetime
    command: tuple[str, ...]
    plan: JsonObject
    tasks: tuple[tuple[str, str], ...]  # (task id, definition)
    undoes: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RunResumed:
    """An interrupted or waiting run goes on; tasks in `again` go back to pending, `tasks` are the definitions now."""

    run: str
    time: datetime
    again: tuple[str, ...] = ()
    tasks: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RunEnded:
    """A run ends with a state and an exit code."""

    run: str
    time: datetime
    state: RunState
    exit_code: int
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class AttemptStarted:
    """Committed before the first side effect of an attempt."""

    run: str
    task: str
    attempt: int
    time: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class AttemptEnded:
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


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskEnded:
    """A task reached a terminal state. `cause` is the task that failed first, for blocked ones."""

    run: str
    task: str
    state: TaskState
    time: datetime
    reason: str = ""
    cause: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskWaiting:
    """A task waits for a person."""

    run: str
    task: str
    time: datetime
    question: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ApprovalGiven:
    """A person decided about a waiting task: approved, rejected or skipped."""

    run: str
    task: str
    time: datetime
    decision: str
    by: str
    note: str = ""
    evidence: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One file before and after. Hashes are sha256 hex of the content, None = the file did not exist.

    Contents lie in `.orchestrate/objects/` under their hash. `mode_before`/`mode_after` are permission bits.
    `folders` are the parent folders that were made for it, outermost first.
    A symbolic link is kept as its target text, with `kind` "link"; an empty folder has kind "folder".
    """

    path: str
    before: str | None
    after: str | None
    mode_before: int | None = None
    mode_after: int | None = None
    kind: str = "file"
    folders: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangesIntended:
    """Committed before the first of these changes is made to the tree."""

    run: str
    task: str
    attempt: int
    changes: tuple[Change, ...]
    external: bool = False  # seen in a snapshot after a command made them


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangesRolledBack:
    """The changes of an attempt were taken back (it failed, was killed, or its post-condition did not hold)."""

    run: str
    task: str
    attempt: int
    time: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangesUndone:
    """Changes of an earlier run were taken back by an undo; `task` None = all of the run."""

    run: str
    task: str
    by_run: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """A checkpoint measured something. `scope` is `phase 1`, `group 1.b` or `task 1.1`."""

    run: str
    scope: str
    time: datetime
    type: str
    title: str
    ok: bool
    value: float | None = None
    limit: float | None = None
    unit: str = ""
    source: str = ""
    message: str = ""
    details: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class FilesAdopted:
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
    | ChangesIntended
    | ChangesRolledBack
    | ChangesUndone
    | Measured
    | FilesAdopted
)

# ---------------------------------------------------------------- records: read back


@dataclass(frozen=True, kw_only=True, slots=True)
class AttemptRecord:
    """One attempt as the ledger has it; `ended` is None while it runs or after a crash."""

    number: int
    started: datetime
    ended: datetime | None = None
    kind: OutcomeKind | None = None
    seconds: float | None = None
    summary: str = ""
    detail: str = ""
    failure: FailureClass | None = None
    exit_code: int | None = None
    log: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedChange:
    """A change with the attempt that made it; `seq` gives the order."""

    seq: int
    task: str
    attempt: int
    change: Change
    external: bool = False
    state: str = "made"  # made | rolled_back | undone


@dataclass(frozen=True, kw_only=True, slots=True)
class ApprovalRecord:
    """A question that waits for a person, or was answered."""

    task: str
    asked: datetime
    question: str
    decision: str | None = None
    by: str | None = None
    note: str = ""
    evidence: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskRecord:
    """One task of a run."""

    id: str
    definition: str
    state: TaskState
    reason: str = ""
    cause: str | None = None
    attempts: tuple[AttemptRecord, ...] = ()
    outputs: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class RunRecord:
    """One run as the ledger has it; `plan` is the plan's JSON."""

    id: str
    kind: str
    started: datetime
    state: RunState
    command: tuple[str, ...]
    plan: JsonObject
    tasks: tuple[TaskRecord, ...]
    ended: datetime | None = None
    exit_code: int | None = None
    seconds: float | None = None
    undoes: str | None = None
    changes: tuple[RecordedChange, ...] = ()
    measurements: tuple[Measured, ...] = ()
    approvals: tuple[ApprovalRecord, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RunSummary:
    """One line of `history`."""

    id: str
    kind: str
    started: datetime
    state: RunState
    exit_code: int | None
    seconds: float | None
    command: tuple[str, ...]
    counts: Mapping[TaskState, int]
    undone: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class LastSuccess:
    """The newest success of a task that was not undone: what "up to date" is decided with."""

    task: str
    run: str
    definition: str
    fingerprint: str | None
    seconds: float | None
    outputs: JsonObject = field(default_factory=dict)
