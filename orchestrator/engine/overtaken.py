"""What the tasks before a task have changed since its last success: an approval of their work then says nothing.

A task follows what it depends on, what stands before it in a sequential group, and the groups that its group depends
on, and so do those in their turn. The order of phases does not count: a phase may be about something else.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from itertools import pairwise

from orchestrator.models.plan import Plan
from orchestrator.models.record import LastSuccess, RecordedChange
from orchestrator.models.status import Execution


class Overtaken:
    """Knows the plan and the last successes; `changes_since` returns what was changed in a run and in later ones."""

    def __init__(
        self,
        plan: Plan,
        successes: Mapping[str, LastSuccess],
        changes_since: Callable[[str], Iterable[RecordedChange]],
    ) -> None:
        self._plan = plan
        self._successes = successes
        self._changes_since = changes_since

    def reasons(self, task: str) -> tuple[str, ...]:
        """Return who changed which file since the task's last success; a file that is as it was then does not count."""
        last = self._successes.get(task)
        followed = self._all_before(task) if last is not None else frozenset[str]()
        if last is None or not followed:
            return ()
        found: dict[str, list[RecordedChange]] = {}
        for each in self._changes_since(last.run):
            if each.seq > last.seq and each.state == "made" and not followed.isdisjoint((each.task, *each.others)):
                found.setdefault(each.change.path, []).append(each)
        return tuple(f"{_who(each[-1])} changed {path}" for path, each in sorted(found.items()) if _differs(each))

    def _all_before(self, task: str) -> frozenset[str]:
        waiting, seen = [task], {task}
        while waiting:
            new = [each for each in self._before.get(waiting.pop(), ()) if each not in seen]
            seen.update(new)
            waiting += new
        return frozenset(seen - {task})

    @cached_property
    def _before(self) -> Mapping[str, tuple[str, ...]]:
        """Return for each task, and each group, what comes right before it."""
        groups = {group.id: group for group in self._plan.groups}
        members: dict[str, list[str]] = {name: [] for name in groups}
        before: dict[str, tuple[str, ...]] = {}
        for task in self._plan.tasks:
            members[task.group].append(task.id)
            before[task.id] = (*task.depends_on, *task.satisfied, *map(_closed, groups[task.group].depends_on))
        for name, tasks in members.items():
            before[_closed(name)] = (*tasks, *map(_closed, groups[name].depends_on))
            if groups[name].execution is Execution.SEQUENTIAL:
                for earlier, later in pairwise(tasks):
                    before[later] = (*before[later], earlier)
        return before


def _who(change: RecordedChange) -> str:
    return " or ".join((change.task, *change.others))


def _closed(group: str) -> str:
    return f"group {group}"  # no task has such an id


def _differs(changes: list[RecordedChange]) -> bool:
    """Say whether a file is another one after these changes of it, oldest first."""
    first, last = changes[0].change, changes[-1].change
    return (first.before, first.mode_before) != (last.after, last.mode_after)
