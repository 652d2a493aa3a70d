"""The plug-ins that measure and answer, and what they work with."""

import builtins
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Generic, Protocol

from msgspec import Struct, field

from orchestrator.contracts.children import Processes
from orchestrator.contracts.files import Workspace
from orchestrator.contracts.handlers import P
from orchestrator.models.json import JsonObject
from orchestrator.models.plan import PlannedTask

if TYPE_CHECKING:  # as in handlers
    from orchestrator.contracts.params import Params


class Measurement(Struct, frozen=True, kw_only=True):
    """What a checkpoint measured. A checkpoint that cannot be measured has `ok` False and says why."""

    ok: bool
    message: str
    value: float | None = None
    limit: float | None = None
    unit: str = ""
    source: str = ""
    details: JsonObject = field(default_factory=dict)


class CheckContext(Struct, frozen=True, kw_only=True):
    """What a checkpoint measures with: the tree, children, and how the tasks of its scope stand."""

    run: str
    scope: str
    workspace: Workspace
    processes: Processes
    values: JsonObject
    states: Mapping[str, str]  # task id -> TaskState, tasks of the scope
    tasks: tuple[PlannedTask, ...]  # tasks of the scope


class Checkpoint(ABC, Generic[P]):
    """The plug-in that measures one `type` of condition."""

    type: ClassVar[str]
    params_model: ClassVar["builtins.type[Params]"]

    def title(self, params: P) -> str:  # noqa: ARG002
        """Say in a few words what is measured."""
        return self.type

    def decided_by(self, params: P) -> Sequence[str] | None:  # noqa: ARG002
        """Return patterns of the files that alone, with the params, decide what is measured; `**` = all of the tree.

        One that passed is then not measured again until one of them has changed. None = more than files decides, or
        measuring costs next to nothing: it is measured every time.
        """
        return None

    @abstractmethod
    async def measure(self, params: P, context: CheckContext) -> Measurement:
        """Measure; never guess."""


class Guard(Protocol):
    """A condition asked before work starts."""

    async def ask(self, params: JsonObject, context: CheckContext) -> Measurement:
        """Answer whether the work may start."""
