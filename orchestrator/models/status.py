"""The closed sets of words for how things stand; the one place where they are defined."""

from enum import StrEnum


class TaskState(StrEnum):
    """Where a task of a run stands."""

    PENDING = "pending"
    READY = "ready"
    RUNNING = "running"
    WAITING = "waiting"  # for a person
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    SKIPPED = "skipped"
    BLOCKED = "blocked"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"  # the engine died while it ran; resume puts it back to pending

    @property
    def is_final(self) -> bool:
        """Say whether the task will not move again in this run."""
        return self in FINAL

    @property
    def went_well(self) -> bool:
        """Say whether what depends on the task may start."""
        return self in WELL


FINAL = frozenset(
    {
        TaskState.CHANGED,
        TaskState.UNCHANGED,
        TaskState.FAILED,
        TaskState.SKIPPED,
        TaskState.BLOCKED,
        TaskState.CANCELLED,
    }
)
DONE = frozenset({TaskState.CHANGED, TaskState.UNCHANGED})
# A skip is a decision (`when` was false, or a person said so): what depends on it may go on,
# but the task does not count as done and is offered again by the next run.
WELL = DONE | {TaskState.SKIPPED}


class OutcomeKind(StrEnum):
    """How one attempt ended. *failed* = the work said no; *errored* = the handler broke."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    ERRORED = "errored"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    WAITING = "waiting"


class FailureClass(StrEnum):
    """Why an attempt did not end well; `retry.on` names the classes that are worth another attempt."""

    TRANSIENT = "transient"  # the handler says that another attempt may succeed (network, busy lock, exit code listed)
    TIMEOUT = "timeout"
    INFRA = "infra"  # the machine: out of memory, killed by a signal, a full disk, a missing worker
    FAILED = "failed"  # the work said no
    ERRORED = "errored"  # the handler broke


class RunState(StrEnum):
    """Where a run stands."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    WAITING = "waiting"  # only approvals are left
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"  # no living engine holds the lock


class WaitReason(StrEnum):
    """Why a task that could run does not run yet."""

    DEPENDENCY = "dependency"
    LOCK = "lock"
    GROUP_LIMIT = "group limit"
    RUN_LIMIT = "run limit"
    GUARD = "guard"
    APPROVAL = "approval"
    BACKOFF = "backoff"
    EXCLUSIVE = "exclusive"
    CHECKPOINT = "checkpoint"


class Priority(StrEnum):
    """Which of several ready tasks starts first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """Return 0 for the most urgent."""
        return _RANKS[self]


_RANKS = {Priority.CRITICAL: 0, Priority.HIGH: 1, Priority.MEDIUM: 2, Priority.LOW: 3}


class Execution(StrEnum):
    """How the tasks of a group follow each other."""

    SEQUENTIAL = "sequential"
    PARALLEL = "parallel"


class Durability(StrEnum):
    """What a recorded fact survives: `full` a power cut, `normal` a crash of ours."""

    FULL = "full"
    NORMAL = "normal"
