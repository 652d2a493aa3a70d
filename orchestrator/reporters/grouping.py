"""The tasks of a run under the groups of its plan."""

from collections.abc import Sequence

from msgspec import Struct

from orchestrator.models.record import RunRecord, TaskRecord
from orchestrator.models.status import DONE
from orchestrator.reporters.news import texts_by_id


class TaskGroup(Struct, frozen=True, kw_only=True):
    """A heading and the tasks below it."""

    id: str
    title: str
    tasks: Sequence[TaskRecord]

    @property
    def done(self) -> int:
        """Return how many of them are done."""
        return sum(task.state in DONE for task in self.tasks)


def groups_of(record: RunRecord) -> list[TaskGroup]:
    """Return the tasks under their groups, in the plan's order; a plan without groups gives one."""
    names = texts_by_id(record.plan, "groups", "name")
    place = texts_by_id(record.plan, "tasks", "group")
    members: dict[str, list[TaskRecord]] = {group: [] for group in names}
    for task in record.tasks:
        members.setdefault(place.get(task.id, ""), []).append(task)
    return [
        TaskGroup(id=group, title=_title(group, names.get(group, "")), tasks=tasks)
        for group, tasks in members.items()
        if tasks
    ]


def spoken(letter: str) -> str:
    """Return a group's id as it is spoken of: `A`, but no word in capitals."""
    return letter.upper() if len(letter) == 1 else letter


def _title(group: str, name: str) -> str:
    return f"{group} {name}".strip() if name != group else group
