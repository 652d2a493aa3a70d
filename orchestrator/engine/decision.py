"""What the scheduler answers: values that say what to do next, and what has just come to an end."""

from enum import StrEnum

from msgspec import Struct

from orchestrator.models.status import TaskState, WaitReason


class Verdict(StrEnum):
    """Why `next` dispatched something, or why it did not."""

    DISPATCHED = "dispatched"
    AT_CAPACITY = "at capacity"  # something is ready, the limits of run or group are reached
    NOTHING_READY = "nothing ready"  # what is left waits for what runs, for a lock or for a backoff
    WAITING = "waiting for a person"  # nothing runs, only approvals and what depends on them are left
    COMPLETE = "all complete"
    ALL_BLOCKED = "all blocked"  # everything ended, some of it without having been started


class Ended(Struct, frozen=True, kw_only=True):
    """A task that reached a terminal state; `cause` is the task (or scope) that failed first."""

    task: str
    state: TaskState
    reason: str = ""
    cause: str | None = None


class Closed(Struct, frozen=True, kw_only=True):
    """A phase or group all of whose tasks have ended and whose checkpoint, if any, was measured."""

    scope: str
    ok: bool
    cause: str | None = None


class Wait(Struct, frozen=True, kw_only=True):
    """Why a task does not run yet. `until` is a moment of the scheduler's clock (backoff only)."""

    reason: WaitReason
    detail: str
    until: float | None = None


class Decision(Struct, frozen=True, kw_only=True):
    """What to do now: start tasks, ask guards and measure checkpoints of scopes, cancel what runs.

    `cancel` names running tasks and scopes (`group 1.a`) whose measuring is to be given up. `ended`, `opened` and
    `closed` tell what changed since the last decision. `until` is when to ask again although nothing happened.
    """

    verdict: Verdict
    start: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    measure: tuple[str, ...] = ()
    cancel: tuple[str, ...] = ()
    ended: tuple[Ended, ...] = ()
    opened: tuple[str, ...] = ()
    closed: tuple[Closed, ...] = ()
    until: float | None = None
