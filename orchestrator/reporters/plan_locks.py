"""Which tasks of a plan would write one file at the same time: they take turns, and the plan says so.

Tasks that follow each other anyway (by phases, groups, list order or `depends_on`) need no lock and are left out.
"""

from collections.abc import Iterable, Mapping

from orchestrator.models.plan import Plan, PlannedTask
from orchestrator.models.status import Execution

_MOST_RIVALS = 50  # a file that thousands of tasks write is a lock for all of them; nobody reads their whole list


def find_locks(plan: Plan) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return, per task id, the paths that others may want at the same time and the ids of these others."""
    order = _Order(plan)
    writers: dict[str, list[PlannedTask]] = {}
    for task in plan.tasks:
        for path in dict.fromkeys(task.targets.writes):
            writers.setdefault(path, []).append(task)
    locks: dict[str, dict[str, dict[str, None]]] = {}
    for path, tasks in writers.items():
        rivals = [(task, path) for task in tasks] + list(_writers_of_folders(path, writers))
        del rivals[_MOST_RIVALS:]
        for task in tasks if len(rivals) > 1 else ():
            for other, others_path in rivals:
                if not order.is_fixed(task, other):
                    locks.setdefault(task.id, {}).setdefault(path, {})[other.id] = None
                    locks.setdefault(other.id, {}).setdefault(others_path, {})[task.id] = None
    return {task: {path: tuple(ids) for path, ids in paths.items()} for task, paths in locks.items()}


def _writers_of_folders(path: str, writers: Mapping[str, list[PlannedTask]]) -> Iterable[tuple[PlannedTask, str]]:
    """Yield the tasks that write a whole folder above the path, with that folder."""
    parts = path.rstrip("/").split("/")
    for depth in range(1, len(parts)):
        folder = "/".join(parts[:depth]) + "/"
        yield from ((task, folder) for task in writers.get(folder, ()))


class _Order:
    """Answers whether the plan itself puts one of two tasks before the other."""

    def __init__(self, plan: Plan) -> None:
        self._groups = {group.id: group for group in plan.groups}
        self._tasks = {task.id: task for task in plan.tasks}
        self._phases_above = _closure({phase.id: phase.after for phase in plan.phases})
        self._groups_above = _closure({group.id: group.depends_on for group in plan.groups})
        self._tasks_above: dict[str, frozenset[str]] = {}

    def is_fixed(self, one: PlannedTask, other: PlannedTask) -> bool:
        """Say whether one of the two always ends before the other starts (a task and itself count as fixed)."""
        if one.id == other.id:
            return True
        if one.group == other.group:
            group = self._groups.get(one.group)
            if group is not None and group.execution is Execution.SEQUENTIAL:
                return True
        return self._is_before(one, other) or self._is_before(other, one)

    def _is_before(self, one: PlannedTask, other: PlannedTask) -> bool:
        return (
            one.phase in self._phases_above.get(other.phase, ())
            or one.group in self._groups_above.get(other.group, ())
            or one.id in self._above(other.id)
        )

    def _above(self, task_id: str) -> frozenset[str]:
        """Return all that a task waits for by `depends_on`, directly or not."""
        known = self._tasks_above.get(task_id)
        if known is None:
            found: set[str] = set()
            todo = list(self._tasks[task_id].depends_on)
            while todo:
                above = todo.pop()
                if above not in found and above in self._tasks:
                    found.add(above)
                    todo += self._tasks[above].depends_on
            known = self._tasks_above[task_id] = frozenset(found)
        return known


def _closure(edges: Mapping[str, tuple[str, ...]]) -> dict[str, frozenset[str]]:
    """Return everything that is above each node, directly or not."""
    closure = {}
    for node in edges:
        found: set[str] = set()
        todo = list(edges[node])
        while todo:
            above = todo.pop()
            if above not in found:
                found.add(above)
                todo += edges.get(above, ())
        closure[node] = frozenset(found)
    return closure
