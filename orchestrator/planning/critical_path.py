"""What bounds the duration of a plan: its longest path, and its work divided by the slots."""

from collections.abc import Mapping
from statistics import median

from msgspec import Struct

from orchestrator.models.plan import Plan
from orchestrator.planning.waits import Graph

UNKNOWN_SECONDS = 1.0  # for a task when nothing at all was ever measured


class Estimate(Struct, frozen=True, kw_only=True):
    """Expected seconds of a plan.

    `remaining` is the length of the longest path from the start of a task to the end of the plan; `critical` are the
    tasks on the longest path of all. No schedule can be shorter than `lower_bound`. `measured` are the tasks whose own
    duration is known.
    """

    expected: Mapping[str, float]
    remaining: Mapping[str, float]
    critical: tuple[str, ...]
    critical_seconds: float
    work_seconds: float
    lower_bound: float
    measured: frozenset[str]


def estimate(plan: Plan, durations: Mapping[str, float]) -> Estimate:
    """Return what a plan will take, from the seconds that tasks took before.

    A task that never ran is expected to take what others of its type take (the median), else what others take. One
    that will be skipped takes nothing. Checkpoints are not counted.
    """
    expected = expected_seconds(plan, durations)
    graph = Graph(plan)
    seconds = [expected[task.id] for task in plan.tasks] + [0.0] * (graph.size - len(plan.tasks))
    remaining = [0.0] * graph.size
    following = [-1] * graph.size
    for node in reversed(graph.order()):
        longest = max(graph.followers[node], key=lambda other: remaining[other], default=-1)
        following[node] = longest
        remaining[node] = seconds[node] + (remaining[longest] if longest >= 0 else 0.0)
    critical = _path(plan, remaining, following)
    length = max(remaining, default=0.0)
    work = sum(expected.values())
    slots = plan.limits.max_parallel_tasks
    return Estimate(
        expected=expected,
        remaining={task.id: remaining[number] for number, task in enumerate(plan.tasks)},
        critical=critical,
        critical_seconds=length,
        work_seconds=work,
        lower_bound=max(length, work / slots) if slots else length,
        measured=frozenset(task.id for task in plan.tasks if task.id in durations),
    )


def expected_seconds(plan: Plan, durations: Mapping[str, float]) -> dict[str, float]:
    """Return the expected seconds of each task."""
    by_handler: dict[str, list[float]] = {}
    for task in plan.tasks:
        if task.id in durations:
            by_handler.setdefault(task.handler, []).append(durations[task.id])
    known = [seconds for some in by_handler.values() for seconds in some] or list(durations.values())
    usual = {handler: median(some) for handler, some in by_handler.items()}
    otherwise = median(known) if known else UNKNOWN_SECONDS
    return {
        task.id: 0.0 if task.skip_reason is not None else durations.get(task.id, usual.get(task.handler, otherwise))
        for task in plan.tasks
    }


def _path(plan: Plan, remaining: list[float], following: list[int]) -> tuple[str, ...]:
    if not remaining:
        return ()
    node = max(range(len(remaining)), key=lambda one: remaining[one])
    path = []
    while node >= 0:
        if node < len(plan.tasks) and plan.tasks[node].skip_reason is None:
            path.append(plan.tasks[node].id)
        node = following[node]
    return tuple(path)
