"""What waits for what in a whole plan: tasks, and the starts and ends of groups and phases between them.

One node per start and end keeps the graph as small as the document: a group of a thousand tasks that waits for another
of a thousand needs two thousand edges, not a million.
"""

from collections.abc import Iterable
from itertools import pairwise

from orchestrator.errors import DocumentInvalid, Problem
from orchestrator.models.plan import Plan, PlannedGroup, PlannedTask
from orchestrator.models.status import Execution


class Graph:
    """Nodes are numbers: first the tasks in the order of the plan, then start and end of each group, of each phase."""

    __slots__ = ("_plan", "followers", "needs", "number", "size")

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.size = len(plan.tasks) + 2 * len(plan.groups) + 2 * len(plan.phases)
        self.needs: list[list[int]] = [[] for _ in range(self.size)]
        self.followers: list[list[int]] = [[] for _ in range(self.size)]
        self.number = {task.id: number for number, task in enumerate(plan.tasks)}
        self._connect(plan)

    def order(self) -> list[int]:
        """Return the nodes so that each stands behind what it needs; the list is shorter when there is a cycle."""
        missing = [len(needs) for needs in self.needs]
        ordered = [node for node in range(self.size) if not missing[node]]
        for node in ordered:
            for follower in self.followers[node]:
                missing[follower] -= 1
                if not missing[follower]:
                    ordered.append(follower)
        return ordered

    def before(self, tasks: Iterable[int]) -> set[int]:
        """Return every task that has to be done before these, themselves left out unless they need each other."""
        return self._reached(tasks, self.needs)

    def behind(self, tasks: Iterable[int]) -> set[int]:
        """Return every task that waits for these."""
        return self._reached(tasks, self.followers)

    def label(self, node: int) -> str:
        """Return how a node is called in a message."""
        tasks, groups = len(self._plan.tasks), len(self._plan.groups)
        if node < tasks:
            return self._plan.tasks[node].id
        if node < tasks + 2 * groups:
            return f"group {self._plan.groups[(node - tasks) // 2].id}"
        return f"phase {self._plan.phases[(node - tasks - 2 * groups) // 2].id}"

    def cycle(self) -> list[str]:
        """Return the names along one cycle, the first one again at the end; empty when there is none."""
        stuck = set(range(self.size)) - set(self.order())
        if not stuck:
            return []
        node, path, seen = min(stuck), list[int](), dict[int, int]()
        while node not in seen:
            seen[node] = len(path)
            path.append(node)
            node = next(needed for needed in self.needs[node] if needed in stuck)
        around = [self.label(one) for one in reversed(path[seen[node] :])]
        names = [name for name, following in zip(around, [*around[1:], around[0]], strict=True) if name != following]
        return [*names, names[0]] if names else [around[0], around[0]]

    def _edge(self, before: int, node: int) -> None:
        self.needs[node].append(before)
        self.followers[before].append(node)

    def _connect(self, plan: Plan) -> None:
        first_group = len(plan.tasks)
        first_phase = first_group + 2 * len(plan.groups)
        groups = {group.id: first_group + 2 * number for number, group in enumerate(plan.groups)}
        phases = {phase.id: first_phase + 2 * number for number, phase in enumerate(plan.phases)}
        members: dict[str, list[PlannedTask]] = {group.id: [] for group in plan.groups}
        for task in plan.tasks:
            members[task.group].append(task)
        for phase in plan.phases:
            self._edge(phases[phase.id], phases[phase.id] + 1)
            for earlier in phase.after:
                self._edge(phases[earlier] + 1, phases[phase.id])
        for group in plan.groups:
            self._edge(phases[group.phase], groups[group.id])
            self._edge(groups[group.id] + 1, phases[group.phase] + 1)
            for other in group.depends_on:
                self._edge(groups[other] + 1, groups[group.id])
            self._fill(group, groups[group.id], members[group.id])
        for task in plan.tasks:
            for needed in task.depends_on:
                self._edge(self.number[needed], self.number[task.id])

    def _fill(self, group: PlannedGroup, start: int, members: list[PlannedTask]) -> None:
        self._edge(start, start + 1)
        if not members:
            return
        numbers = [self.number[task.id] for task in members]
        chained = group.execution is Execution.SEQUENTIAL
        for number in numbers[:1] if chained else numbers:
            self._edge(start, number)
        for number in numbers[-1:] if chained else numbers:
            self._edge(number, start + 1)
        for earlier, later in pairwise(numbers) if chained else ():
            self._edge(earlier, later)

    def _reached(self, tasks: Iterable[int], edges: list[list[int]]) -> set[int]:
        limit = len(self._plan.tasks)
        waiting = list(tasks)
        seen = set[int]()
        while waiting:
            for node in edges[waiting.pop()]:
                if node not in seen:
                    seen.add(node)
                    waiting.append(node)
        return {node for node in seen if node < limit}


def refuse_cycles(plan: Plan) -> None:
    """Raise DocumentInvalid with the path when things wait for each other."""
    if path := Graph(plan).cycle():
        message = f"these wait for each other: {' → '.join(path)}"
        raise DocumentInvalid([Problem(code="E204", message=message, hint="remove one step of the cycle")])
