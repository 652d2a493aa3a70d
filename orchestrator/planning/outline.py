"""The phases, groups and tasks of a document as far as they can be made out, with their nodes.

Made from the tree, not from the model: a misspelt priority in one task must not hide a cycle among others.
"""

from collections.abc import Iterator

from msgspec import Struct, field

from orchestrator.errors import Problem, Severity
from orchestrator.planning.document_rules import children
from orchestrator.planning.ids import Names, group_letter, phase_id
from orchestrator.planning.nodes import AnyNode, Mapping, Scalar, Sequence


class TaskEntry(Struct):
    """One task; `id` is "" when it has none that can be read."""

    id: str
    type: str
    node: Mapping


class GroupEntry(Struct):
    """One group; `id` is `1.a`."""

    id: str
    letter: str
    phase: str
    sequential: bool
    node: Mapping
    tasks: list[TaskEntry] = field(default_factory=list)


class PhaseEntry(Struct):
    """One phase; `id` is `1`, also when `phase_1` is written."""

    id: str
    node: Mapping
    groups: list[GroupEntry] = field(default_factory=list)


class Outline(Struct):
    """All of them in document order, and the names by which they can be referred to."""

    phases: list[PhaseEntry] = field(default_factory=list)
    names: Names = field(default_factory=Names)

    def groups(self) -> Iterator[GroupEntry]:
        """Yield every group."""
        for phase in self.phases:
            yield from phase.groups

    def tasks(self) -> Iterator[TaskEntry]:
        """Yield every task."""
        for group in self.groups():
            yield from group.tasks


def make_outline(root: Mapping) -> Outline:
    """Return the outline of a native tree."""
    outline = Outline()
    for _, phase_node in children(root, "phases"):
        phase = PhaseEntry(id=phase_id(_text(phase_node, "id")), node=phase_node)
        outline.phases.append(phase)
        if phase.id:
            outline.names.add_phase(phase.id)
        for _, group_node in children(phase_node, "groups"):
            phase.groups.append(_group(outline, phase.id, group_node))
    return outline


def _group(outline: Outline, phase: str, node: Mapping) -> GroupEntry:
    letter = group_letter(_text(node, "id"), phase)
    sequential = node.value.get("execution", "sequential") == "sequential"
    group = GroupEntry(
        id=f"{phase}.{letter}" if letter else "", letter=letter, phase=phase, sequential=sequential, node=node
    )
    if letter and group.id not in outline.names.letters.get(letter, []):
        outline.names.add_group(group.id, letter)
    for _, task_node in children(node, "tasks"):
        task = TaskEntry(id=_text(task_node, "id"), type=_text(task_node, "type"), node=task_node)
        group.tasks.append(task)
        if task.id and task.id not in outline.names.tasks:
            outline.names.add_task(task.id)
    return group


def references(owner: Mapping, name: str) -> Iterator[tuple[str, Scalar]]:
    """Yield what a list of references names, with the nodes; other things in it are told by the shape check."""
    node = owner.get(name)
    for item in node.items if isinstance(node, Sequence) else [node]:
        if isinstance(item, Scalar) and isinstance(item.value, str) and item.value:
            yield item.value, item


def problem_at(code: str, message: str, node: AnyNode, hint: str | None = None) -> Problem:
    """Return a problem at a node; W codes are warnings."""
    severity = Severity.WARNING if code.startswith("W") else Severity.ERROR
    return Problem(code=code, message=message, place=node.place(), hint=hint, severity=severity)


def _text(node: Mapping, name: str) -> str:
    value = node.value.get(name)
    return value if isinstance(value, str) else ""
