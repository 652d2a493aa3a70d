"""The edges of a plan, and the order in which ready tasks are preferred.

Linear in tasks and edges: scopes stand as two nodes each (opens, closes) between the tasks.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from orchestrator.engine.scopes import Scope
from orchestrator.errors import DocumentInvalid, Problem
from orchestrator.models.plan import Plan, PlannedTask
from orchestrator.models.status import Priority

UNKNOWN_SECONDS = 1.0  # what a task is taken to need that never ran; only the proportions matter


def dependents_of(tasks: Sequence[PlannedTask], index: Mapping[str, int]) -> list[list[int]]:
    """Return for each task those that name it in `depends_on`."""
    dependents: list[list[int]] = [[] for _ in tasks]
    for number, task in enumerate(tasks):
        for name in task.depends_on:
            dependents[index[name]].append(number)
    return dependents


def preferred_order(
    plan: Plan,
    scopes: Sequence[Scope],
    dependents: Sequence[Sequence[int]],
    durations: Mapping[str, float],
    effective: Mapping[str, Priority],
) -> list[int]:
    """Return the tasks' indices: priority (the effective one), longest remaining path, place in the document."""
    remaining = remaining_paths(plan, scopes, dependents, durations)
    ranks = [effective.get(task.id, task.priority).rank for task in plan.tasks]
    return sorted(range(len(ranks)), key=lambda task: (ranks[task], -remaining[task], task))


def remaining_paths(
    plan: Plan, scopes: Sequence[Scope], dependents: Sequence[Sequence[int]], durations: Mapping[str, float]
) -> list[float]:
    """Return for each task the seconds from its start to the end of the run along the longest path.

    Raise DocumentInvalid when the plan's edges, its implied ones included, form a cycle.
    """
    edges = _edges(len(plan.tasks), scopes, dependents)
    waits = [0] * len(edges)
    for targets in edges:
        for target in targets:
            waits[target] += 1
    order = [node for node, count in enumerate(waits) if not count]
    for node in order:  # grows while we walk it
        for target in edges[node]:
            waits[target] -= 1
            if not waits[target]:
                order.append(target)
    if len(order) < len(edges):
        raise DocumentInvalid([_cycle(plan, waits, edges)])
    remaining = [0.0] * len(edges)
    for node in reversed(order):
        own = durations.get(plan.tasks[node].id, UNKNOWN_SECONDS) if node < len(plan.tasks) else 0.0
        remaining[node] = own + max((remaining[target] for target in edges[node]), default=0.0)
    return remaining[: len(plan.tasks)]


def _edges(count: int, scopes: Sequence[Scope], dependents: Sequence[Sequence[int]]) -> list[list[int]]:
    edges = [list(targets) for targets in dependents]
    edges += [[] for _ in range(2 * len(scopes))]
    opens = {scope.name: count + 2 * number for number, scope in enumerate(scopes)}
    for scope in scopes:
        opening = opens[scope.name]
        closing = opening + 1
        edges[opening].append(closing)
        edges[opening] += [opens[child.name] for child in scope.children]
        edges[closing] += [opens[follower.name] for follower in scope.followers]
        if scope.parent:
            edges[closing].append(opens[scope.parent.name] + 1)
        members = scope.members
        if scope.sequential and members:
            edges[opening].append(members[0])
            for before, after in pairwise(members):
                edges[before].append(after)
            edges[members[-1]].append(closing)
        else:
            edges[opening] += members
            for member in members:
                edges[member].append(closing)
    return edges


def _cycle(plan: Plan, waits: Sequence[int], edges: Sequence[Sequence[int]]) -> Problem:
    """Follow unfinished edges backwards until a node comes twice; name the tasks on the way."""
    before = {target: node for node, targets in enumerate(edges) if waits[node] for target in targets}
    node = next(node for node, count in enumerate(waits) if count)
    seen: dict[int, int] = {}
    path: list[int] = []
    while node not in seen:
        seen[node] = len(path)
        path.append(node)
        node = before[node]
    ring = [plan.tasks[item].id for item in reversed(path[seen[node] :]) if item < len(plan.tasks)]
    chain = " → ".join([*ring, ring[0]]) if ring else "phases or groups that come after each other"
    return Problem(code="E204", message=f"the order of the tasks is a cycle: {chain}")
