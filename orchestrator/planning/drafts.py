"""The document with everything said out loud: `foreach` unrolled, expressions evaluated, order not yet known."""

from collections.abc import Mapping

from msgspec import Struct, field

from orchestrator.errors import Place
from orchestrator.models.document import Document, Group, Phase, Task
from orchestrator.models.json import Json, JsonObject
from orchestrator.models.plan import PlannedCheck, PlannedGuard


class TaskDraft(Struct, frozen=True, kw_only=True):
    """One task, or one of those that `foreach` makes of it; `asks` are the tasks whose outputs it reads."""

    id: str
    task: Task
    name: str
    params: JsonObject
    base: str = ""
    values: JsonObject = field(default_factory=dict)
    when: str | None = None
    skip_reason: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    verify: tuple[PlannedCheck, ...] = ()
    late: tuple[str, ...] = ()
    asks: frozenset[str] = frozenset()
    place: Place | None = None

    @property
    def origin(self) -> str:
        """Return `file:line` of the task in the document, "" when it was not read from a file."""
        return f"{self.place.file}:{self.place.line}" if self.place else ""


class GroupDraft(Struct, frozen=True, kw_only=True):
    """One group; `id` is the full one, `1.a`."""

    id: str
    letter: str
    group: Group
    tasks: tuple[TaskDraft, ...]
    checkpoint: tuple[PlannedCheck, ...] = ()
    guards: tuple[PlannedGuard, ...] = ()


class PhaseDraft(Struct, frozen=True, kw_only=True):
    """One phase."""

    id: str
    phase: Phase
    groups: tuple[GroupDraft, ...]
    checkpoint: tuple[PlannedCheck, ...] = ()
    guards: tuple[PlannedGuard, ...] = ()


class Draft(Struct, frozen=True, kw_only=True):
    """The whole document, with the profile's settings and the value of every param."""

    document: Document
    params: Mapping[str, Json]
    phases: tuple[PhaseDraft, ...]
    env: Mapping[str, str] = field(default_factory=dict)  # of `settings.env`, as far as it is known
    guards: tuple[PlannedGuard, ...] = ()
