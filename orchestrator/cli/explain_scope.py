"""A group or phase explained: each of its tasks in a line."""

import re
from collections.abc import Iterable

from msgspec import Struct

from orchestrator.models.plan import Plan, PlannedTask
from orchestrator.planning.explain import Explanation
from orchestrator.reporters.cells import cells, pad
from orchestrator.sanitize import line


class Scope(Struct, frozen=True, kw_only=True):
    """A group or phase of a plan; `after` are the groups or phases that it waits for."""

    title: str
    after: tuple[str, ...]
    tasks: tuple[PlannedTask, ...]


def find_scope(plan: Plan, topic: str) -> Scope | None:
    """Return the group (`1.a`, `a`, `group_a`) or phase (`1`, `phase_1`) that is meant; None when it is none.

    A task has the first right to its id, and a letter that several phases have names no group.
    """
    if any(task.id == topic for task in plan.tasks):
        return None
    word = re.sub(r"\A(group|phase)_", "", topic)
    groups = [group for group in plan.groups if word in (group.id, group.letter)]
    if len(groups) == 1:
        group = groups[0]
        tasks = tuple(task for task in plan.tasks if task.group == group.id)
        return Scope(title=_title("group", group.id, group.name), after=group.depends_on, tasks=tasks)
    phase = next((phase for phase in plan.phases if phase.id == word), None)
    if phase is None:
        return None
    tasks = tuple(task for task in plan.tasks if task.phase == phase.id)
    return Scope(title=_title("phase", phase.id, phase.name), after=phase.after, tasks=tasks)


def _title(kind: str, id: str, name: str) -> str:
    return f"{kind} {id} {name}" if name and name != id else f"{kind} {id}"


def render_scope(scope: Scope, explained: Iterable[Explanation]) -> str:
    """Return a heading and a line for each task: what becomes of it, and the first reason."""
    after = f", after {', '.join(map(line, scope.after))}" if scope.after else ""
    rows = [f"{line(scope.title)}: {len(scope.tasks)} task{'s' if len(scope.tasks) != 1 else ''}{after}"]
    widest = max((cells(line(task.id)) for task in scope.tasks), default=0)
    for task, each in zip(scope.tasks, explained, strict=True):
        reasons = "; ".join(", ".join((reason.text, *reason.evidence)) for reason in each.reasons[:1])
        said = line(reasons) if reasons.startswith(each.verdict) else f"{each.verdict}: {line(reasons)}"
        rows.append(f"  {pad(line(task.id), widest)}  {line(task.name)}  {said}")
    return "".join(f"{row}\n" for row in rows)
