"""What one selector of the command line matches: ids, names, ranges, patterns, `+2.7`, `2.7+`."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from fnmatch import fnmatchcase

from orchestrator.errors import UsageError
from orchestrator.models.plan import Plan
from orchestrator.planning.ids import names_of
from orchestrator.planning.suggest import nearest
from orchestrator.planning.waits import Graph

MOST_OFFERED = 12


class Selectors:
    """Finds the tasks (their numbers in the plan) that a selector means."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.graph = Graph(plan)
        self._names = names_of(
            [phase.id for phase in plan.phases],
            [(group.id, group.letter) for group in plan.groups],
            [(task.id, task.base) for task in plan.tasks],
        )
        self._in_phase: dict[str, set[int]] = {phase.id: set() for phase in plan.phases}
        self._in_group: dict[str, set[int]] = {group.id: set() for group in plan.groups}
        for number, task in enumerate(plan.tasks):
            self._in_phase[task.phase].add(number)
            self._in_group[task.group].add(number)

    def named(self, phases: Sequence[str], groups: Sequence[str], tasks: Sequence[str]) -> set[int] | None:
        """Return what the flags name: of one flag all that any of its values names, of several what all of them name.

        None when nothing is named. A letter of a group means that of the named phases.
        """
        found = None if not phases else set[int]().union(*map(self.phase, phases))
        if groups:
            found = _both(found, set[int]().union(*(self.group(each, found) for each in groups)))
        if tasks:
            found = _both(found, set[int]().union(*map(self.task, tasks)))
        return found

    def phase(self, selector: str) -> set[int]:
        """Return the tasks of the phases that `--phase` names."""
        titles = {phase.id: phase.name for phase in self._plan.phases}
        return self._around(
            selector, "--phase", lambda text: self._members(text, titles, self._one_phase, self._in_phase)
        )

    def group(self, selector: str, among: AbstractSet[int] | None = None) -> set[int]:
        """Return the tasks of the groups that `--group` names; a letter means those with tasks among the given ones."""
        titles = {group.id: group.name for group in self._plan.groups}

        def lettered(text: str) -> list[str]:
            found = self._names.groups_named(text)
            inside = [one for one in found if self._in_group[one] & among] if among is not None else []
            return inside or self._only_one(text, found)

        return self._around(selector, "--group", lambda text: self._members(text, titles, lettered, self._in_group))

    def task(self, selector: str) -> set[int]:
        """Return the tasks that `--task` names."""
        return self._around(selector, "--task", self._tasks)

    def anything(self, selector: str, flag: str) -> set[int]:
        """Return the tasks of whatever a selector names: a task before a group before a phase."""
        return self._around(selector, flag, self._anything)

    def tag(self, tag: str) -> set[int]:
        """Return the tasks with a tag, which may be a pattern."""
        found = {
            number for number, task in enumerate(self._plan.tasks) if any(fnmatchcase(own, tag) for own in task.tags)
        }
        if not found:
            known = sorted({own for task in self._plan.tasks for own in task.tags})
            raise _nothing("--tag", tag, known)
        return found

    def _around(self, selector: str, flag: str, find: Callable[[str], set[int]]) -> set[int]:
        """Find what stands between the plus signs, then add what is before or behind it."""
        text = selector.strip()
        found = find(text)
        before = after = False
        if not found:
            before, after = text.startswith("+"), text.endswith("+") and len(text) > 1
            text = text[before : len(text) - after]
            found = find(text) if before or after else found
        if not found:
            raise _nothing(flag, text, self._offered(flag))
        own = set(found)
        if before:
            found |= self.graph.before(own)
        if after:
            found |= self.graph.behind(own)
        return found

    def _anything(self, text: str) -> set[int]:
        titles = {phase.id: phase.name for phase in self._plan.phases}
        groups = {group.id: group.name for group in self._plan.groups}
        return (
            self._tasks(text)
            or self._members(text, groups, self._one_group, self._in_group)
            or self._members(text, titles, self._one_phase, self._in_phase)
        )

    def _tasks(self, text: str) -> set[int]:
        tasks = self._plan.tasks
        titles = {task.id: task.name for task in tasks}
        numbers = {task.id: {number} for number, task in enumerate(tasks)}
        return self._members(text, titles, lambda one: self._names.tasks.get(one, []), numbers)

    def _one_phase(self, text: str) -> list[str]:
        phase = self._names.phase(text)
        return [] if phase is None else [phase]

    def _one_group(self, text: str) -> list[str]:
        return self._only_one(text, self._names.groups_named(text))

    def _only_one(self, text: str, found: list[str]) -> list[str]:
        if len(found) > 1:
            message = f"several phases have a group `{text}`"
            raise UsageError(message, hint=f"--group {' or --group '.join(found)}")
        return found

    def _members(
        self,
        text: str,
        titles: Mapping[str, str],
        find: Callable[[str], Sequence[str]],
        members: Mapping[str, set[int]],
    ) -> set[int]:
        """Return the tasks of all that a text names: by id, by name, as a range, as a pattern."""
        ids = list(find(text))
        if not ids:
            folded = text.casefold()
            ids = [one for one, title in titles.items() if title.casefold() == folded]
        if not ids:
            ids = _range(text, list(titles), find)
        if not ids and any(sign in text for sign in "*?["):
            ids = [one for one, title in titles.items() if fnmatchcase(one, text) or fnmatchcase(title, text)]
        return set[int]().union(*(members[one] for one in ids))

    def _offered(self, flag: str) -> list[str]:
        if flag == "--phase":
            return [phase.id for phase in self._plan.phases]
        if flag == "--group":
            return [group.id for group in self._plan.groups] + list(self._names.letters)
        if flag == "--task":
            return list(self._names.tasks)
        return list(dict.fromkeys(self._names.all_ids()))


def _both(found: set[int] | None, more: set[int]) -> set[int]:
    return more if found is None else found & more


def _range(text: str, ids: Sequence[str], find: Callable[[str], Sequence[str]]) -> list[str]:
    """Return the ids from one to another in the order of the document, for `1..3` and `1-3`."""
    for sign in ("..", "-"):
        first, found, last = text.partition(sign)
        if not found or not first or not last:
            continue
        start, end = find(first), find(last)
        if start and end:
            lower, upper = ids.index(start[0]), ids.index(end[-1])
            if lower > upper:
                message = f"the range {text} is empty: {last} stands before {first}"
                raise UsageError(message, hint=f"{last}{sign}{first}")
            return list(ids[lower : upper + 1])
    return []


def _nothing(flag: str, text: str, known: Sequence[str]) -> UsageError:
    near = nearest(text, known)
    if near is not None:
        hint = f"did you mean {flag} {near}?"
    elif known:
        more = "" if len(known) <= MOST_OFFERED else ", …"
        hint = f"there is {', '.join(known[:MOST_OFFERED])}{more}"
    else:
        hint = "the document has none"
    message = f"{flag} {text}: nothing has this id or name"
    return UsageError(message, hint=hint)
