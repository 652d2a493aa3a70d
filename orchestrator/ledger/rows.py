"""Facts as rows: the one flat shape in which every ledger keeps them.

A fact becomes one row (a set of changes one row per change), numbered without gaps. Memory and SQLite keep the same
rows, so that `projection` and `history` read both and the two cannot disagree.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, TypeAlias

from orchestrator.models.json import JsonObject
from orchestrator.models.record import (
    ApprovalGiven,
    AttemptEnded,
    AttemptStarted,
    Change,
    ChangesIntended,
    ChangesRolledBack,
    ChangesUndone,
    Fact,
    FilesAdopted,
    Measured,
    RunEnded,
    RunResumed,
    RunStarted,
    TaskEnded,
    TaskWaiting,
)
from orchestrator.models.status import RunState, TaskState

RUN_STARTED = "run_started"
RUN_RESUMED = "run_resumed"
RUN_ENDED = "run_ended"
ATTEMPT_STARTED = "attempt_started"
ATTEMPT_ENDED = "attempt_ended"
LAST_ATTEMPT_ENDED = "last_attempt_ended"  # and the task with it, in the same state: one row instead of two
TASK_ENDED = "task_ended"
TASK_RESET = "task_reset"
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


def drafts(facts: Sequence[Fact]) -> Iterator[Draft]:
    """Yield the rows of facts, not yet numbered."""
    pairs = pairwise((*facts, None))
    for fact, following in pairs:
        if type(fact) is AttemptEnded and type(following) is TaskEnded and _ends_with(fact, following):
            yield _attempt_row(LAST_ATTEMPT_ENDED, fact)
            next(pairs)
        elif fact is not None:
            yield from _DRAFTS[type(fact)](fact)


def _ends_with(attempt: AttemptEnded, task: TaskEnded) -> bool:
    """Say whether the end of the task adds nothing to that of its attempt."""
    return (
        task.task == attempt.task
        and task.run == attempt.run
        and task.state.value == attempt.kind.value
        and task.reason == attempt.summary
        and task.cause is None
    )


def _filled(**fields: object) -> dict[str, Any] | None:
    """Return the fields that say something; most facts of a big run then have no body at all."""
    return {name: value for name, value in fields.items() if value is not None and value not in ("", {}, ())} or None


def _run_started(fact: RunStarted) -> Iterable[Draft]:
    body = {
        "id": fact.run,
        "kind": fact.kind,
        "command": list(fact.command),
        "plan": fact.plan,
        "tasks": fact.tasks,
        "undoes": fact.undoes,
    }
    return ((fact.run, RUN_STARTED, None, None, RunState.RUNNING.value, to_micros(fact.time), body),)


def _run_resumed(fact: RunResumed) -> Iterable[Draft]:
    time = to_micros(fact.time)
    yield (fact.run, RUN_RESUMED, None, None, RunState.RUNNING.value, time, {"tasks": fact.tasks})
    for task in fact.again:
        yield (fact.run, TASK_RESET, task, None, TaskState.PENDING.value, time, None)


def _run_ended(fact: RunEnded) -> Iterable[Draft]:
    body = {"exit_code": int(fact.exit_code), "seconds": fact.seconds}
    return ((fact.run, RUN_ENDED, None, None, fact.state.value, to_micros(fact.time), body),)


def _attempt_started(fact: AttemptStarted) -> Iterable[Draft]:
    return ((fact.run, ATTEMPT_STARTED, fact.task, fact.attempt, None, to_micros(fact.time), None),)


def _attempt_ended(fact: AttemptEnded) -> Iterable[Draft]:
    return (_attempt_row(ATTEMPT_ENDED, fact),)


def _attempt_row(kind: str, fact: AttemptEnded) -> Draft:
    body: dict[str, Any] = {"seconds": fact.seconds}
    if fact.summary:
        body["summary"] = fact.summary
    if fact.detail:
        body["detail"] = fact.detail
    if fact.failure is not None:
        body["failure"] = fact.failure.value
    if fact.exit_code is not None:
        body["exit_code"] = fact.exit_code
    if fact.log is not None:
        body["log"] = fact.log
    if fact.outputs:
        body["outputs"] = plain(fact.outputs)
    if fact.fingerprint is not None:
        body["fingerprint"] = fact.fingerprint
    return fact.run, kind, fact.task, fact.attempt, fact.kind.value, to_micros(fact.time), body


def _task_ended(fact: TaskEnded) -> Iterable[Draft]:
    body = _filled(reason=fact.reason, cause=fact.cause) if fact.reason or fact.cause else None
    return ((fact.run, TASK_ENDED, fact.task, None, fact.state.value, to_micros(fact.time), body),)


def _task_waiting(fact: TaskWaiting) -> Iterable[Draft]:
    body = {"question": fact.question}
    return ((fact.run, TASK_WAITING, fact.task, None, TaskState.WAITING.value, to_micros(fact.time), body),)


def _approval(fact: ApprovalGiven) -> Iterable[Draft]:
    body = _filled(by=fact.by, note=fact.note, evidence=fact.evidence) or {}
    return ((fact.run, APPROVAL, fact.task, None, None, to_micros(fact.time), {"decision": fact.decision, **body}),)


def _changes(fact: ChangesIntended) -> Iterable[Draft]:
    for change in fact.changes:
        body: dict[str, Any] = {"path": change.path, "before": change.before, "after": change.after}
        if change.mode_before is not None or change.mode_after is not None:
            body["modes"] = [change.mode_before, change.mode_after]
        if change.kind != "file":
            body["kind"] = change.kind
        if change.folders:
            body["folders"] = list(change.folders)
        if fact.external:
            body["external"] = True
        yield (fact.run, CHANGE, fact.task, fact.attempt, None, None, body)


def _rolled_back(fact: ChangesRolledBack) -> Iterable[Draft]:
    return ((fact.run, ROLLED_BACK, fact.task, fact.attempt, None, to_micros(fact.time), None),)


def _undone(fact: ChangesUndone) -> Iterable[Draft]:
    return ((fact.run, UNDONE, fact.task, None, None, None, {"by": fact.by_run}),)


def _measured(fact: Measured) -> Iterable[Draft]:
    body = _filled(
        value=fact.value,
        limit=fact.limit,
        unit=fact.unit,
        source=fact.source,
        message=fact.message,
        details=plain(fact.details),
    )
    named = {"scope": fact.scope, "type": fact.type, "title": fact.title, "ok": fact.ok}
    return ((fact.run, MEASURED, None, None, None, to_micros(fact.time), named | (body or {})),)


def _adopted(fact: FilesAdopted) -> Iterable[Draft]:
    return ((fact.run, ADOPTED, None, None, None, to_micros(fact.time), {"paths": list(fact.paths)}),)


def plain(value: JsonObject) -> dict[str, Any]:
    """Return a plain dict: only that is JSON for the encoder."""
    return value if type(value) is dict else dict(value)


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


_DRAFTS: Mapping[type, Callable[[Any], Iterable[Draft]]] = {
    RunStarted: _run_started,
    RunResumed: _run_resumed,
    RunEnded: _run_ended,
    AttemptStarted: _attempt_started,
    AttemptEnded: _attempt_ended,
    TaskEnded: _task_ended,
    TaskWaiting: _task_waiting,
    ApprovalGiven: _approval,
    ChangesIntended: _changes,
    ChangesRolledBack: _rolled_back,
    ChangesUndone: _undone,
    Measured: _measured,
    FilesAdopted: _adopted,
}
