"""Add the coverage checkpoints of a later measurement to a document that is there; every byte of it stays.

Which phases get one is read from the tasks that stand in them, so it does not matter what was done of them by now. A
suite that has a checkpoint, or had one that a person removed, is left as it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from orchestrator.edits.yaml.editor import YamlEditor
from orchestrator.edits.yaml.emit import Headed
from orchestrator.models.document import Document, Phase, Task
from orchestrator.proposing.floors import Floors
from orchestrator.proposing.proposal import Check, LeftOut, Param, Proposal, Roadmap


@dataclass(frozen=True, kw_only=True, slots=True)
class Gates:
    """Checkpoints to add: to the phases of the document by their position; `params` hold their numbers."""

    checks: Mapping[int, tuple[Check, ...]] = field(default_factory=dict)
    params: tuple[Param, ...] = ()
    keys: frozenset[str] = frozenset()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def count(self) -> int:
        """Return how many checkpoints come to phases that are there."""
        return sum(map(len, self.checks.values()))


def new_gates(floors: Floors, known: frozenset[str], document: Document) -> Floors:
    """Return the floors that the document neither has nor was ever given."""
    names = {check.name for phase in document.phases for check in phase.checkpoint}
    return floors.without(
        check
        for check, param in floors.gates
        if check.key in known or param.name in document.params or check.fields["name"] in names
    )


def gates_for(fresh: Floors, document: Document, new: Roadmap) -> Gates:
    """Return what fresh floors add to the phases of a document, with the params that those of new phases need too."""
    checks = {
        at: found
        for at, phase in enumerate(document.phases)
        if (found := fresh.touched_by(map(_as_proposal, _tasks(phase))))
    }
    standing = [*(check for some in checks.values() for check in some), *_checks(new)]
    return Gates(
        checks=checks,
        params=tuple(param for check, param in fresh.gates if check in standing),
        keys=frozenset(check.key for check in standing),
        left_out=fresh.idle(standing),
    )


def gated(new: Roadmap, fresh: Floors) -> Roadmap:
    """Return new phases with those of the fresh floors that their tasks touch."""
    return replace(new, phases=tuple(replace(each, checks=fresh.touched_by(each.tasks)) for each in new.phases))


def with_gates(text: str, gates: Gates) -> str:
    """Return the document with the checkpoints and their params; Refusal where its form leaves no room for them."""
    editor = YamlEditor("phases.yaml", text)
    for param in gates.params:
        bounds = {"minimum": 0, "maximum": 100, "help": param.help}
        editor.set(("params", param.name), {"type": "integer", "default": param.value, **bounds}, before="phases")
    for at, checks in gates.checks.items():
        for check in checks:
            editor.append(("phases", at, "checkpoint"), Headed(check.fields, (check.why,)))
    return editor.text


def _checks(roadmap: Roadmap) -> Iterable[Check]:
    return (check for phase in roadmap.phases for check in phase.checks)


def _tasks(phase: Phase) -> Iterable[Task]:
    return (task for group in phase.groups for task in group.tasks)


def _as_proposal(task: Task) -> Proposal:
    items = task.foreach.items if task.foreach is not None and task.foreach.items else ()
    return Proposal(name=task.name, why="", fields={"type": task.type, **task.params}, files=tuple(map(str, items)))
