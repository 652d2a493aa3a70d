"""A run as it was recorded, turned into the plan that takes it back, last change first.

One task per task that changed something, with the same id, so that an undo is a run like any other: it can be
previewed, killed, resumed, and undone itself.
"""

import heapq
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import StrEnum

from msgspec.structs import replace

from orchestrator.errors import Drift, UsageError
from orchestrator.models.json import Json
from orchestrator.models.plan import Plan, PlannedGroup, PlannedPhase, PlannedTask, Targets
from orchestrator.models.record import RecordedChange, RunRecord
from orchestrator.models.status import Execution
from orchestrator.planning.definitions import digest
from orchestrator.planning.plan_json import plan_from_json
from orchestrator.planning.selectors import Selectors
from orchestrator.planning.undo_mixed import refuse_mixed
from orchestrator.planning.undo_order import taken_back_before, tangles, with_folders_left_behind

HANDLER = "restore"
PHASE = "undo"
GROUP = "undo.files"
MOST_NAMED = 5


class Conflict(StrEnum):
    """What an undo does with a file that somebody changed since."""

    REFUSE = "refuse"
    MERGE = "merge"
    KEEP = "keep"
    OVERWRITE = "overwrite"


def deciding(plan: Plan, conflict: Conflict) -> Plan:
    """Return an undo plan as it would be with another answer to what becomes of files that were edited since."""
    tasks = (replace(task, params={**task.params, "on_conflict": conflict.value}) for task in plan.tasks)
    return replace(plan, tasks=tuple(tasks))


def build_undo_plan(
    record: RunRecord,
    *,
    phases: Sequence[str] = (),
    groups: Sequence[str] = (),
    tasks: Sequence[str] = (),
    conflict: Conflict = Conflict.REFUSE,
) -> Plan:
    """Return the plan that takes a run back, or the part of it that the selectors name.

    UsageError when there is nothing to take back or a selector matches nothing. Drift when a task that is not selected
    changed the same files later, or ran as a command at the same time; `conflict` other than REFUSE leaves that to the
    files themselves.
    """
    plan = plan_from_json(record.plan)
    chosen = _chosen(plan, phases, groups, tasks)
    made = with_folders_left_behind(record.changes)
    changes = [change for change in made if chosen is None or change.task in chosen]
    if chosen is not None and conflict in (Conflict.REFUSE, Conflict.MERGE):
        _refuse_overlaps(made, chosen)
        refuse_mixed(record, plan, made, chosen)
    if not changes:
        raise _nothing(record, chosen)
    return Plan(
        project=plan.project,
        root=plan.root,
        document="",
        document_hash="",
        phases=(PlannedPhase(id=PHASE, name=f"take back run {record.id}"),),
        groups=(_group(record),),
        tasks=_tasks(plan, changes, conflict),
        limits=plan.limits,
        durability=plan.durability,
        snapshot=False,
    )


def _tasks(plan: Plan, changes: Sequence[RecordedChange], conflict: Conflict) -> tuple[PlannedTask, ...]:
    """Return one task per task that changed something, last change first."""
    first, by_task = _shared_out(changes)
    names = {task.id: task for task in plan.tasks}
    newest = {task: max((one.seq for one in some), default=0) for task, some in by_task.items()}
    return tuple(
        _task(task, names.get(task), by_task[task], sorted(first[task]), conflict)
        for task in _last_first(first, newest)
    )


def _shared_out(changes: Sequence[RecordedChange]) -> tuple[dict[str, set[str]], dict[str, list[RecordedChange]]]:
    """Return for each task what is taken back before it, and the changes that it takes back."""
    first = taken_back_before(changes)
    by_task: dict[str, list[RecordedChange]] = {task: [] for task in first}
    for change in changes:
        by_task[change.task].append(change)
    for together in tangles(first):
        _untangle(together, first, by_task)
    return first, by_task


def _chosen(plan: Plan, phases: Sequence[str], groups: Sequence[str], tasks: Sequence[str]) -> set[str] | None:
    """Return the ids of the tasks that are to be taken back; None = all."""
    found = Selectors(plan).named(phases, groups, tasks)
    if found is not None and not found:
        message = "nothing is chosen: the phases, groups and tasks have no task in common"
        raise UsageError(message, hint="`orchestrate status` shows which tasks are in which group")
    return None if found is None else {plan.tasks[number].id for number in found}


def _nothing(record: RunRecord, chosen: set[str] | None) -> UsageError:
    part = f"the chosen part of run {record.id}" if chosen is not None else f"run {record.id}"
    if any(change.state == "undone" and (chosen is None or change.task in chosen) for change in record.changes):
        message = f"{part} was taken back already"
        return UsageError(
            message,
            hint="`orchestrate history` shows by which undo; `orchestrate undo THAT_UNDO` brings the changes again",
        )
    message = f"{part} changed no files: there is nothing to take back"
    return UsageError(
        message, hint="`orchestrate history` lists the runs; `orchestrate undo RUN` takes an earlier one back"
    )


def _refuse_overlaps(made: Sequence[RecordedChange], chosen: set[str]) -> None:
    blockers: dict[str, set[str]] = {}
    last: dict[str, int] = {}
    for change in made:
        if change.task in chosen:
            last[change.change.path] = min(change.seq, last.get(change.change.path, change.seq))
    for change in made:
        path = change.change.path
        if change.task not in chosen and path in last and change.seq > last[path]:
            blockers.setdefault(change.task, set()).add(path)
    if not blockers:
        return
    named = [f"{task} changed {', '.join(sorted(paths)[:MOST_NAMED])}" for task, paths in blockers.items()]
    message = f"later tasks changed the same files: {'; '.join(named[:MOST_NAMED])}"
    more = " ".join(f"--task {task}" for task in blockers)
    raise Drift(message, hint=f"take these back too: {more}; or --keep what they changed, or --force")


def _untangle(together: AbstractSet[str], first: dict[str, set[str]], by_task: dict[str, list[RecordedChange]]) -> None:
    """Let the task that changed something last carry the changes of all that took turns; the others follow it empty."""
    last = max(together, key=lambda task: max(change.seq for change in by_task[task]))
    outside = set[str]().union(*(first[task] for task in together)) - together
    by_task[last] = [change for task in together for change in by_task[task]]
    first[last] = outside
    for task in together - {last}:
        by_task[task] = []
        first[task] = {last}


def _last_first(first: Mapping[str, AbstractSet[str]], newest: Mapping[str, int]) -> list[str]:
    """Return the tasks so that each stands behind those that come before it, the last change first otherwise."""
    missing = {task: set(others) for task, others in first.items()}
    followers: dict[str, list[str]] = {task: [] for task in first}
    for task, others in first.items():
        for other in others:
            followers[other].append(task)
    ready = [(-newest[task], task) for task, others in missing.items() if not others]
    heapq.heapify(ready)
    ordered = []
    while ready:
        _, task = heapq.heappop(ready)
        ordered.append(task)
        for follower in followers[task]:
            missing[follower].discard(task)
            if not missing[follower]:
                heapq.heappush(ready, (-newest[follower], follower))
    return ordered


def _group(record: RunRecord) -> PlannedGroup:
    return PlannedGroup(
        id=GROUP,
        letter="files",
        name=f"the files of run {record.id}",
        phase=PHASE,
        execution=Execution.PARALLEL,
    )


def _task(
    task: str, planned: PlannedTask | None, changes: Sequence[RecordedChange], after: Sequence[str], conflict: Conflict
) -> PlannedTask:
    last_first = sorted(changes, key=lambda change: -change.seq)
    params: dict[str, Json] = {"changes": [_change(change) for change in last_first], "on_conflict": str(conflict)}
    return PlannedTask(
        id=task,
        name=f"take back {planned.name if planned is not None else task}",
        handler=HANDLER,
        phase=PHASE,
        group=GROUP,
        params=params,
        depends_on=tuple(after),
        targets=Targets(writes=tuple(dict.fromkeys(change.change.path for change in last_first))),
        definition=digest([HANDLER, params]),
    )


def _change(recorded: RecordedChange) -> dict[str, Json]:
    change = recorded.change
    return {
        "path": change.path,
        "before": change.before,
        "after": change.after,
        "mode_before": change.mode_before,
        "mode_after": change.mode_after,
        "kind": change.kind,
        "folders": list(change.folders),
        "seq": recorded.seq,
    }
