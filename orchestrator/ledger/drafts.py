"""From facts to rows, not yet numbered: what a writer needs and a reader does not."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from orchestrator.ledger.rows import (
    ADOPTED,
    APPROVAL,
    ATTEMPT_ENDED,
    ATTEMPT_STARTED,
    CHANGE,
    LAST_ATTEMPT_ENDED,
    MEASURED,
    ROLLED_BACK,
    RUN_ENDED,
    RUN_RESUMED,
    RUN_STARTED,
    TASK_ENDED,
    TASK_RESET,
    TASK_WAITING,
    UNDONE,
    Draft,
    to_micros,
)
from orchestrator.models.facts import (
    ApprovalGiven,
    AttemptEnded,
    AttemptStarted,
    ChangesIntended,
    ChangesRolledBack,
    ChangesUndone,
    DecisionHeard,
    Fact,
    FilesAdopted,
    RunEnded,
    RunResumed,
    RunStarted,
    TaskEnded,
    TaskWaiting,
)
from orchestrator.models.json import JsonObject
from orchestrator.models.record import Measured
from orchestrator.models.status import RunState, TaskState


def drafts(facts: Sequence[Fact]) -> Iterator[Draft]:
    """Yield the rows of facts, not yet numbered; the end of a task takes no row of its own if it adds nothing."""
    ends = {(fact.run, fact.task): fact for fact in facts if type(fact) is TaskEnded}
    for fact in facts:
        if type(fact) is AttemptEnded and _adds_nothing(ends.get((fact.run, fact.task)), fact):
            yield _attempt_row(LAST_ATTEMPT_ENDED, fact)
            del ends[fact.run, fact.task]
        elif type(fact) is not TaskEnded or (fact.run, fact.task) in ends:
            yield from _DRAFTS[type(fact)](fact)


def _adds_nothing(end: TaskEnded | None, attempt: AttemptEnded) -> bool:
    """Say whether the task ends just as its attempt did."""
    return (
        end is not None
        and end.state.value == attempt.kind.value
        and end.reason == attempt.summary
        and end.cause is None
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
    body = _filled(by=fact.by, note=fact.note, evidence=fact.evidence, where=fact.where) or {}
    state = TaskState.RUNNING if fact.heard else None
    time = to_micros(fact.time)
    yield (fact.run, APPROVAL, fact.task, None, state and state.value, time, {"decision": fact.decision, **body})
    if state is not None:
        yield from _heard(DecisionHeard(run=fact.run, task=fact.task, time=fact.time, state=state))


def _heard(fact: DecisionHeard) -> Iterable[Draft]:
    return ((fact.run, TASK_RESET, fact.task, None, fact.state.value, to_micros(fact.time), None),)


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
        if fact.others:
            body["others"] = list(fact.others)
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
        seconds=fact.seconds,
        inputs=fact.inputs,
        since=fact.since,
    )
    named = {"scope": fact.scope, "type": fact.type, "title": fact.title, "ok": fact.ok}
    return ((fact.run, MEASURED, None, None, None, to_micros(fact.time), named | (body or {})),)


def _adopted(fact: FilesAdopted) -> Iterable[Draft]:
    return ((fact.run, ADOPTED, None, None, None, to_micros(fact.time), {"paths": list(fact.paths)}),)


def plain(value: JsonObject) -> dict[str, Any]:
    """Return a plain dict: only that is JSON for the encoder."""
    return value if type(value) is dict else dict(value)


_DRAFTS: Mapping[type, Callable[[Any], Iterable[Draft]]] = {
    RunStarted: _run_started,
    RunResumed: _run_resumed,
    RunEnded: _run_ended,
    AttemptStarted: _attempt_started,
    AttemptEnded: _attempt_ended,
    TaskEnded: _task_ended,
    TaskWaiting: _task_waiting,
    ApprovalGiven: _approval,
    DecisionHeard: _heard,
    ChangesIntended: _changes,
    ChangesRolledBack: _rolled_back,
    ChangesUndone: _undone,
    Measured: _measured,
    FilesAdopted: _adopted,
}
