"""The graph of a run: phases as columns, and the longest chain of tasks that had to wait for one another.

A run cannot be shorter than its chain, however many tasks may run at once: what is on it is what to make quicker.
"""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from orchestrator.models.json import JsonObject
from orchestrator.models.record import RunRecord, TaskRecord
from orchestrator.reporters.news import objects_of, text_of


class Chain(Struct, frozen=True, kw_only=True):
    """Tasks of which each waited for the one before, and how long they worked together."""

    tasks: tuple[str, ...] = ()
    seconds: float = 0.0


def needs_of(plan: JsonObject) -> dict[str, tuple[str, ...]]:
    """Return what each task names as needed, of this plan."""
    return {text_of(task, "id"): _words(task, "depends_on") for task in objects_of(plan, "tasks")}


def longest_chain(record: RunRecord) -> Chain:
    """Return the chain that took longest, by dependencies, order of groups and phases, not by free places."""
    waits = _Waits(record.plan)
    best: dict[str, float] = {}
    before: dict[str, str | None] = {}
    for task in sorted((task for task in record.tasks if task.attempts), key=lambda task: task.attempts[0].started):
        ready = max((each for each in waits.of(task.id) if each in best), key=best.__getitem__, default=None)
        before[task.id] = ready
        best[task.id] = worked(task) + (best[ready] if ready is not None else 0.0)
        waits.done(task.id, best)
    last = max(best, key=best.__getitem__, default=None)
    seconds = best[last] if last is not None else 0.0
    chain = []
    while last is not None:
        chain.append(last)
        last = before[last]
    return Chain(tasks=tuple(reversed(chain)), seconds=seconds)


def worked(task: TaskRecord) -> float:
    """Return how many seconds a task worked, in all its attempts."""
    return sum(attempt.seconds or 0.0 for attempt in task.attempts)


class _Waits:
    """Whom a task waits for: those that it names, the one before it, and the slowest of groups and phases before it."""

    def __init__(self, plan: JsonObject) -> None:
        groups = {text_of(group, "id"): group for group in objects_of(plan, "groups")}
        phases = {text_of(phase, "id"): phase for phase in objects_of(plan, "phases")}
        self._needs = needs_of(plan)
        self._group = {text_of(task, "id"): text_of(task, "group") for task in objects_of(plan, "tasks")}
        self._phase = {id_: text_of(group, "phase") for id_, group in groups.items()}
        self._groups = {id_: _words(group, "depends_on") for id_, group in groups.items()}
        self._phases = {id_: _words(phase, "after") for id_, phase in phases.items()}
        self._in_order = {id_ for id_, group in groups.items() if group.get("execution", "sequential") == "sequential"}
        self._last: dict[str, str] = {}  # of a group in order
        self._slowest: dict[str, str] = {}  # of a group, and of a phase as `phase ID`

    def of(self, task: str) -> Iterator[str]:
        """Yield the tasks whose end the task waited for."""
        group = self._group.get(task, "")
        yield from self._needs.get(task, ())
        if group in self._in_order and group in self._last:
            yield self._last[group]
        wanted = [
            *self._groups.get(group, ()),
            *(f"phase {id_}" for id_ in self._phases.get(self._phase.get(group, ""), ())),
        ]
        yield from (self._slowest[each] for each in wanted if each in self._slowest)

    def done(self, task: str, best: Mapping[str, float]) -> None:
        """Note a task whose chain is known."""
        group = self._group.get(task, "")
        self._last[group] = task
        for place in (group, f"phase {self._phase.get(group, '')}"):
            if place not in self._slowest or best[self._slowest[place]] < best[task]:
                self._slowest[place] = task


def _words(data: JsonObject, key: str) -> tuple[str, ...]:
    found = data.get(key)
    return tuple(str(each) for each in found) if isinstance(found, list | tuple) else ()
