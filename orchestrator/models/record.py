"""What happened, as it is read back from the ledger. What is written to it stands in `facts`.

Times are aware UTC for display; durations are seconds from a monotonic clock.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct, field

from orchestrator.models.json import JsonObject
from orchestrator.models.status import FailureClass, OutcomeKind, RunState, TaskState

MEASURE = "measure"  # the kind of a run that has no tasks and only measures; the others are run and undo


class Change(Struct, frozen=True, kw_only=True):
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


class Measured(Struct, frozen=True, kw_only=True):
    """A checkpoint measured something, in `seconds`. `scope` is `phase 1`, `group 1.b` or `task 1.1`.

    `inputs` says what decided it, None when more than files did. `since` is the run that measured it, when this one
    found it up to date.
    """

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
    seconds: float | None = None
    inputs: str | None = None
    since: str | None = None


class AttemptRecord(Struct, frozen=True, kw_only=True):
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


class RecordedChange(Struct, frozen=True, kw_only=True):
    """A change with the attempt that made it; `seq` gives the order."""

    seq: int
    task: str
    attempt: int
    change: Change
    external: bool = False
    others: tuple[str, ...] = ()  # tasks whose commands ran at the same time and may have made it instead
    state: str = "made"  # made | rolled_back (by its own attempt) | undone
    undone_by: str = ""  # the run that took it back


class ApprovalRecord(Struct, frozen=True, kw_only=True):
    """A question that waits for a person, or was answered; `where` is terminal, option or command ("" = unknown)."""

    task: str
    asked: datetime
    question: str
    decision: str | None = None
    by: str | None = None
    note: str = ""
    evidence: str | None = None
    where: str = ""


def newest_decisions(approvals: Iterable[ApprovalRecord]) -> dict[str, ApprovalRecord]:
    """Return the decisions about those tasks whose newest question has been answered."""
    newest = {each.task: each for each in approvals}
    return {task: each for task, each in newest.items() if each.decision is not None}


class TaskRecord(Struct, frozen=True, kw_only=True):
    """One task of a run."""

    id: str
    definition: str
    state: TaskState
    reason: str = ""
    cause: str | None = None
    attempts: Sequence[AttemptRecord] = ()
    outputs: JsonObject = field(default_factory=dict)


class Break(Struct, frozen=True, kw_only=True):
    """A time in which nobody worked on a run: between its stop and its resume."""

    since: datetime
    until: datetime


class RunRecord(Struct, frozen=True, kw_only=True):
    """One run as the ledger has it; `plan` is the plan's JSON, `seconds` are those without the breaks."""

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
    breaks: tuple[Break, ...] = ()


class RunSummary(Struct, frozen=True, kw_only=True):
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


class LastSuccess(Struct, frozen=True, kw_only=True):
    """The newest success of a task that was not undone: what "up to date" is decided with.

    `seq` is the place of its row, which tells it from what came before and after.
    """

    task: str
    run: str
    definition: str
    fingerprint: str | None
    seconds: float | None
    outputs: JsonObject = field(default_factory=dict)
    seq: int = 0
