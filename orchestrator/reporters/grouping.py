"""The tasks of a run under the groups of its plan."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from orchestrator.models.json import JsonObject
from orchestrator.models.record import RunRecord, TaskRecord
from orchestrator.models.status import DONE
from orchestrator.reporters.news import text_of


class TaskGroup(Struct, frozen=True, kw_only=True):
    """A heading and the tasks below it."""

    title: str
    tasks: Sequence[TaskRecord]

    @property
    def done(self) -> int:
        """Return how many of them are done."""
        return sum(task.state in DONE for task in self.tasks)


def groups_of(record: RunRecord) -> list[TaskGroup]:
    """Return the tasks under their groups, in the plan's order; a plan without groups gives one."""
    names = {text_of(entry, "id"): text_of(entry, "name") for entry in _entries(record.plan, "groups")}
    place = {text_of(entry, "id"): text_of(entry, "group") for entry in _entries(record.plan, "tasks")}
    members: dict[str, list[TaskRecord]] = {group: [] for group in names}
    for task in record.tasks:
        members.setdefault(place.get(task.id, ""), []).append(task)
    return [
        TaskGroup(title=_title(group, names.get(group, "")), tasks=tasks) for group, tasks in members.items() if tasks
    ]


def _title(group: str, name: str) -> str:
    return f"{group} {name}".strip() if name != group else group


def _entries(plan: JsonObject, key: str) -> list[JsonObject]:
    value = plan.get(key)
    return [entry for entry in value if isinstance(entry, Mapping)] if isinstance(value, list | tuple) else []
