"""The plug-ins that do tasks, and what they work with."""

import builtins
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Generic, Protocol, TypeVar

from msgspec import Struct

from orchestrator.contracts.children import Processes
from orchestrator.contracts.files import Workspace
from orchestrator.contracts.ingredients import hash_of_ingredients
from orchestrator.contracts.outcomes import Outcome
from orchestrator.contracts.people import Answer, Interaction
from orchestrator.errors import Problem
from orchestrator.models.json import JsonObject
from orchestrator.models.plan import Ingredients, PlannedTask, Targets

if TYPE_CHECKING:  # pydantic is loaded by the first handler, not by the contract
    from orchestrator.contracts.params import Params

P = TypeVar("P", bound="Params")


class Templates(Protocol):
    """Render templates of the project's own folders first, then the shipped ones (sandboxed, strict undefined)."""

    def names(self) -> tuple[str, ...]:
        """Return the names that can be rendered."""

    def has(self, name: str) -> bool:
        """Say whether there is such a template."""

    def check(self, name: str) -> str | None:
        """Return what is wrong with the template's syntax, or None."""

    def source_hash(self, name: str) -> str:
        """Return the hash of the template's source and of what it includes."""

    def render(self, name: str, values: JsonObject) -> str:
        """Return the rendered text. TaskFailed with template and line when it cannot be rendered."""


class TaskContext(Struct, frozen=True, kw_only=True):
    """What one attempt works with.

    `say` announces progress in a few words; `decision` is what a person decided about a waiting task since;
    `values` are the names that templates see (project, params, task, tasks, run, env, item/file of foreach).
    """

    task: PlannedTask
    run: str
    attempt: int
    dry_run: bool
    workspace: Workspace
    processes: Processes
    templates: Templates
    values: JsonObject
    say: Callable[[str], None]
    interaction: Interaction | None = None
    decision: Answer | None = None


class CheckScene(Struct, frozen=True, kw_only=True):
    """What a handler may look at while a document is checked; `tree` is None unless the check is deep."""

    root: str
    templates: Templates
    profile: str | None = None
    deep: bool = False


class Handler(ABC, Generic[P]):
    """The plug-in that does one `type` of task."""

    type: ClassVar[str]
    params_model: ClassVar["builtins.type[Params]"]
    # Raised when the same params come to mean something else; a task done by another version is not "up to date".
    version: ClassVar[str] = "1"
    # Secondary effects that cannot be taken back need a question after a crash unless the task says `idempotent`.
    external_effects: ClassVar[bool] = False
    # Whether `refusal` may have something to say; asking costs checking the params once more.
    may_refuse: ClassVar[bool] = False
    # What it says is about what the tasks before it made: it is done again when they changed something since.
    judges_what_it_follows: ClassVar[bool] = False
    # Params that are not interpolated when they are a text (a shell line); the handler refuses `{{ }}` in them.
    verbatim: ClassVar[frozenset[str]] = frozenset()

    def targets(self, params: P, root: str) -> Targets:  # noqa: ARG002 - the default has none
        """Name the files that the task will read and write: locks, conflicts, caching, diff."""
        return Targets()

    def check(self, params: P, scene: CheckScene) -> Sequence[Problem]:  # noqa: ARG002
        """Return what is wrong with the params beyond their types; places are added by the caller.

        A problem's message starts with the name of the param in backticks when it belongs to one.
        """
        return ()

    def missing(self, params: P, root: str) -> Mapping[str, str]:  # noqa: ARG002
        """Name the files that have to be there and are not, each with the path that may be meant, or "".

        One that another task of the document writes is no problem.
        """
        return {}

    def refusal(self, params: P) -> str | None:  # noqa: ARG002
        """Say why what is installed cannot do this task, sound as it is; `run` then starts nothing."""
        return None

    def plan_depends_on(self, params: JsonObject, root: str) -> Sequence[str] | None:  # noqa: ARG002
        """Return patterns: which files match them is all of the tree that decides what `targets` and `check` say.

        What kind of thing each target is always decides, and need not be named. None = more than that decides, so the
        plan is made anew by every command. A deep check may look at more; `params` are not rendered yet.
        """
        return None

    def ingredients(self, params: P) -> Ingredients | None:  # noqa: ARG002
        """Name what decides the result beside the definition and the targets, where names say it all.

        None = `fingerprint` looks for itself, or the task is never up to date.
        """
        return None

    def fingerprint(self, params: P, context: TaskContext) -> str | None:
        """Return a hash of everything outside the tree that decides the result (templates); None = never up to date.

        The engine adds the definition and the contents of `targets` (before the attempt for reads, after for writes).
        A handler that names its ingredients needs no fingerprint of its own.
        """
        named = self.ingredients(params)
        if named is None:
            return None
        return hash_of_ingredients(named, context.task, context.workspace, context.processes.find)

    @abstractmethod
    async def run(self, params: P, context: TaskContext) -> Outcome:
        """Do the work through `context.workspace`."""

    async def verify(self, params: P, context: TaskContext) -> None:
        """Check the post-condition on the tree; raise TaskFailed and the change is taken back."""
