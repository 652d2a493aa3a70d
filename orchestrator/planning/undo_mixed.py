"""Changes that cannot be told apart: of commands that ran at the same time and did not declare what they write.

What differs between two snapshots is recorded as the change of the command that ended; another that ran meanwhile may
have made it. A whole run can be taken back all the same, a part of it cannot.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from orchestrator.errors import Drift
from orchestrator.models.plan import Plan, PlannedTask
from orchestrator.models.record import AttemptRecord, RecordedChange, RunRecord, TaskRecord

_Span = tuple[datetime, datetime | None]


def refuse_mixed(record: RunRecord, plan: Plan, changes: Sequence[RecordedChange], chosen: AbstractSet[str]) -> None:
    """Raise Drift when a chosen task's changes may be those of a task that is not chosen, or the other way round."""
    planned = {task.id: task for task in plan.tasks}
    open_handed = [task for task in record.tasks if _writes_anywhere(planned.get(task.id))]
    has_changes = {change.task for change in changes if change.external and change.state == "made"}
    mixed = {
        other.id: task.id
        for task in open_handed
        for other in open_handed
        if task.id in chosen and other.id not in chosen
        if not has_changes.isdisjoint((task.id, other.id)) and _overlap(task, other)
    }
    mixed |= _seen_together(changes, chosen, {task.id for task in record.tasks})
    if not mixed:
        return
    pairs = ", ".join(f"{task} and {other}" for other, task in sorted(mixed.items()))
    message = f"commands that ran at the same time changed files, and which of them did cannot be told: {pairs}"
    more = " ".join(f"--task {other}" for other in sorted(mixed))
    force = "or --force; " if any(change.task in chosen for change in changes) else ""
    raise Drift(message, hint=f"take these back too: {more}; {force}`produces` tells the changes of commands apart")


def _seen_together(
    changes: Sequence[RecordedChange], chosen: AbstractSet[str], tasks: AbstractSet[str]
) -> dict[str, str]:
    """Return (task that is not chosen, task that is) of changes that either may have made, as was seen meanwhile."""
    found = {}
    for change in changes:
        makers = tasks & {change.task, *change.others} if change.state == "made" else set()
        mine = next((each for each in makers if each in chosen), None)
        if mine is not None:
            found.update({each: mine for each in makers if each not in chosen})
    return found


def _writes_anywhere(task: PlannedTask | None) -> bool:
    """Say whether whatever changes while the task runs may be recorded as its change."""
    if task is None or task.handler != "command":
        return False
    return not task.targets.writes and task.params.get("read_only") is not True


def _overlap(one: TaskRecord, other: TaskRecord) -> bool:
    return any(_meet(first, second) for first in _spans(one.attempts) for second in _spans(other.attempts))


def _spans(attempts: Sequence[AttemptRecord]) -> Iterator[_Span]:
    return ((attempt.started, attempt.ended) for attempt in attempts)


def _meet(first: _Span, second: _Span) -> bool:
    return (second[1] is None or first[0] < second[1]) and (first[1] is None or second[0] < first[1])
