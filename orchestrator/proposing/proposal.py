"""What is proposed: tasks in groups of phases, checkpoints, and what was left out with the reason."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrator.models.json import Json, JsonObject
from orchestrator.surveying.facts import Variable


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """One task; `why` is the comment above it, `fields` what stands in the document besides id and name.

    With `files` it is one task per file: `{{ file }}` in the fields stands for each.
    """

    name: str
    why: str
    fields: JsonObject
    files: tuple[str, ...] = ()
    id: str = ""  # given by a template; else it is numbered

    @property
    def keys(self) -> tuple[str, ...]:
        """Return what tells whether the same was proposed before: one key per file, free of wording and numbers."""
        return tuple(key_of(self.fields, file) for file in self.files) or (key_of(self.fields),)


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Tasks that belong together; in a sequential one each waits for the one before it."""

    name: str
    why: str
    tasks: tuple[Proposal, ...]
    sequential: bool = False
    id: str = ""
    fields: JsonObject = field(default_factory=dict)  # further keys


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One entry of a phase's checkpoint."""

    why: str
    fields: JsonObject

    @property
    def key(self) -> str:
        """Return what tells whether the same was proposed before, whatever was measured since."""
        return key_of({"type": self.fields["type"], "target": self.fields.get("name")})


@dataclass(frozen=True, kw_only=True, slots=True)
class Phase:
    """One phase; one without tasks is not written."""

    name: str
    why: str
    groups: tuple[Group, ...]
    checks: tuple[Check, ...] = ()
    is_first: bool = False  # what comes after it starts when it has ended
    id: str = ""
    fields: JsonObject = field(default_factory=dict)  # further keys

    @property
    def tasks(self) -> tuple[Proposal, ...]:
        """Return the tasks of all groups."""
        return tuple(task for group in self.groups for task in group.tasks)


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftOut:
    """Something that a roadmap could hold and this one does not."""

    what: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Param:
    """A number between 0 and 100 that the person who reads the document will want to change."""

    name: str
    value: int
    help: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Roadmap:
    """All that is proposed for a repository."""

    project: str
    found: tuple[str, ...]  # sentences about the repository, for the head of the document
    phases: tuple[Phase, ...] = ()
    params: tuple[Param, ...] = ()
    variables: tuple[Variable, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def tasks(self) -> tuple[Proposal, ...]:
        """Return the tasks of all phases."""
        return tuple(task for phase in self.phases for task in phase.tasks)

    @property
    def keys(self) -> frozenset[str]:
        """Return the keys of all tasks and checkpoints."""
        tasks = (key for task in self.tasks for key in task.keys)
        return frozenset((*tasks, *(check.key for phase in self.phases for check in phase.checks)))


_DECIDING = ("type", "action", "target", "test_type", "templates", "command")


def key_of(fields: Mapping[str, Json], file: str | None = None) -> str:
    """Return a short name for what a task does to what; the same for a task that a person has adjusted since."""
    chosen = {name: fields[name] for name in _DECIDING if name in fields}
    if file is not None:
        chosen = {
            name: value.replace("{{ file }}", file) if isinstance(value, str) else value
            for name, value in chosen.items()
        }
    text = json.dumps(chosen, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]
