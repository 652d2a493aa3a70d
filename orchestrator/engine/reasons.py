"""Why a task does not run yet: worked out when somebody asks, so that a run pays nothing for it."""

from collections.abc import Mapping

from orchestrator.engine.decision import Wait
from orchestrator.engine.dispatch import Dispatcher
from orchestrator.engine.progress import Progress
from orchestrator.engine.scopes import Scope
from orchestrator.models.status import TaskState, WaitReason


def explain(
    progress: Progress,
    dispatcher: Dispatcher,
    index: Mapping[str, int],
    task: int,
    until: float | None,
    question: str | None,
) -> Wait | None:
    """Return why the task waits; None when it runs or has ended."""
    state = progress.states[task]
    if state is TaskState.WAITING:
        return Wait(reason=WaitReason.APPROVAL, detail=question or "a person has to decide")
    if until is not None and state is TaskState.READY:
        return Wait(reason=WaitReason.BACKOFF, detail="the next attempt follows after a pause", until=until)
    if state is TaskState.READY:
        return _why_ready(progress, dispatcher, task)
    if state is TaskState.PENDING:
        return _why_pending(progress, index, task)
    return None


def _why_ready(progress: Progress, dispatcher: Dispatcher, task: int) -> Wait:
    """Name the first thing that would refuse a task that waits for nothing but room."""
    names = progress.tasks
    if dispatcher.alone is not None:
        return Wait(reason=WaitReason.EXCLUSIVE, detail=f"{names[dispatcher.alone].id} runs alone")
    if dispatcher.barrier is not None and dispatcher.barrier != task:
        return Wait(reason=WaitReason.EXCLUSIVE, detail=f"{names[dispatcher.barrier].id} is to run alone first")
    if names[task].exclusive and dispatcher.busy:
        return Wait(reason=WaitReason.EXCLUSIVE, detail="waits for all others, to run alone")
    group = progress.group[task]
    if group.limit and group.running >= group.limit:
        return Wait(reason=WaitReason.GROUP_LIMIT, detail=f"{group.name} runs {group.running} of {group.limit}")
    lock = dispatcher.lock_in_the_way(task)
    if lock is not None:
        key, holder = lock
        return Wait(reason=WaitReason.LOCK, detail=f"{names[holder].id} writes {key}")
    if dispatcher.has_room():
        return Wait(reason=WaitReason.RUN_LIMIT, detail="it is about to start")
    return Wait(reason=WaitReason.RUN_LIMIT, detail=f"the run does {dispatcher.busy} of {dispatcher.limit} at a time")


def _why_pending(progress: Progress, index: Mapping[str, int], task: int) -> Wait:
    group = progress.group[task]
    if not group.opened:
        return _why_shut(group)
    for name in progress.tasks[task].depends_on:
        state = progress.states[index[name]]
        if not state.went_well:
            return Wait(reason=WaitReason.DEPENDENCY, detail=f"{name}, which is {state}")
    before = progress.tasks[group.members[group.position]].id
    return Wait(reason=WaitReason.DEPENDENCY, detail=f"{before}, which comes first in {group.name}")


def _why_shut(scope: Scope) -> Wait:
    """Name what keeps the outermost shut gate around a task shut."""
    at = scope
    while at.parent is not None and not at.parent.opened:
        at = at.parent
    for other in at.predecessors:
        if not other.closed:
            return _why_open(other)
    return Wait(reason=WaitReason.GUARD, detail=f"the guards of {at.name} are asked")


def _why_open(scope: Scope) -> Wait:
    """Name what keeps a scope from closing that others come after."""
    if scope.measuring and scope.opened:
        return Wait(reason=WaitReason.CHECKPOINT, detail=f"the checkpoint of {scope.name}")
    return Wait(reason=WaitReason.DEPENDENCY, detail=scope.name)
