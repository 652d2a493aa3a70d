"""Facts as rows: the one flat shape in which every ledger keeps them.

A fact becomes one row (a set of changes one row per change), numbered without gaps. Memory and SQLite keep the same
rows, so that `projection` and `history` read both and the two cannot disagree.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from orchestrator.models.record import Change, Measured

RUN_STARTED = "run_started"
RUN_RESUMED = "run_resumed"
RUN_ENDED = "run_ended"
ATTEMPT_STARTED = "attempt_started"
ATTEMPT_ENDED = "attempt_ended"
LAST_ATTEMPT_ENDED = "last_attempt_ended"  # and the task with it, in the same state: one row instead of two
TASK_ENDED = "task_ended"
TASK_RESET = "task_reset"  # to another state that is no end: by a resume, or since a decision was heard
TASK_WAITING = "task_waiting"
APPROVAL = "approval"
CHANGE = "change"
ROLLED_BACK = "rolled_back"
UNDONE = "undone"
MEASURED = "measured"
ADOPTED = "adopted"

# run id, kind, task, attempt, state, time (microseconds since 1970), body
Draft: TypeAlias = tuple[str, str, str | None, int | None, str | None, int | None, dict[str, Any] | None]
# seq, then the fields of a draft but the run
Row: TypeAlias = tuple[int, str, str | None, int | None, str | None, int | None, dict[str, Any] | None]

# Rows that may stand once per run, task and attempt: only the attempt that holds the number may write its end.
FENCED = frozenset({ATTEMPT_STARTED, ATTEMPT_ENDED, LAST_ATTEMPT_ENDED})
ENDINGS = frozenset({ATTEMPT_ENDED, LAST_ATTEMPT_ENDED})

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class FactRefused(ValueError):
    """The fact contradicts what is recorded already: a bug of the caller, the ledger itself is well."""

    @classmethod
    def because_known(cls, run: str, task: str | None = None, attempt: int | None = None) -> "FactRefused":
        """Make the refusal of a run or an attempt that is recorded already."""
        what = f"run {run}" if task is None else f"attempt {attempt} of task {task} in run {run}"
        return cls(f"{what} is recorded already")

    @classmethod
    def because_unknown(cls, run: str) -> "FactRefused":
        """Make the refusal of a fact about a run that never started."""
        return cls(f"run {run} was never recorded")


def to_micros(time: datetime) -> int:
    """Return microseconds since 1970; a whole number compares and stores exactly."""
    since = time - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def to_time(micros: int) -> datetime:
    """Return the aware UTC time of `to_micros`; seconds as a float are exact to the microsecond until 2100."""
    return datetime.fromtimestamp(micros / 1_000_000, UTC)


def change_of(body: Mapping[str, Any]) -> Change:
    """Return the change that a CHANGE row holds."""
    mode_before, mode_after = body.get("modes", (None, None))
    return Change(
        path=body["path"],
        before=body["before"],
        after=body["after"],
        mode_before=mode_before,
        mode_after=mode_after,
        kind=body.get("kind", "file"),
        folders=tuple(body.get("folders", ())),
    )


def measured_of(run: str, micros: int, body: Mapping[str, Any]) -> Measured:
    """Return the measurement that a MEASURED row holds."""
    return Measured(run=run, time=to_time(micros), **body)
