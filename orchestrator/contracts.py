"""The waist of the house: what plug-ins, stores, views and the engine may expect of each other.

All contracts but `Handler`, `Checkpoint` and `Params` are structural (`Protocol`): an implementation does not have
to import this file. `Handler` and `Checkpoint` are classes to derive from, because they come from other packages.
"""

import builtins
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Generic, Protocol, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, WithJsonSchema

from orchestrator.errors import Problem
from orchestrator.models.events import Event
from orchestrator.models.json import Json, JsonObject
from orchestrator.models.plan import Plan, PlannedTask, Targets
from orchestrator.models.record import (
    Change,
    Fact,
    LastSuccess,
    RunRecord,
    RunSummary,
)
from orchestrator.models.status import FailureClass, OutcomeKind

# ---------------------------------------------------------------- params: what a person wrote for a handler


def _plain_path(value: str) -> str:
    """Refuse what can never be a path below the root; the workspace checks again on the opened directory."""
    parts = value.split("/")
    if value.startswith("/") or "\\" in value or "\0" in value or ".." in parts or value.strip() == "":
        message = f"{value!r} is not a path below the repository root"
        raise ValueError(message)
    return value


# The same rule for editors, which know the JSON Schema only.
_PATH_SCHEMA = {"type": "string", "pattern": r"^(?!/)(?!(.*/)?\.\.(/|$))[^\\\u0000]*[^\s\\\u0000][^\\\u0000]*$"}
RelativePath = Annotated[str, AfterValidator(_plain_path), WithJsonSchema(_PATH_SCHEMA)]


class Params(BaseModel):
    """Base of every handler's params: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


P = TypeVar("P", bound=Params)

# ---------------------------------------------------------------- outcomes: how an attempt ended, as a value


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How an attempt ended; made by the functions below."""

    kind: OutcomeKind
    summary: str = ""
    detail: str = ""
    failure: FailureClass | None = None
    exit_code: int | None = None
    outputs: JsonObject = field(default_factory=dict)
    result: JsonObject = field(default_factory=dict)  # what `outputs:` expressions see as `result`
    question: str = ""  # of a WAITING outcome
    keep_changes: bool = False  # of a FAILED outcome: what the attempt changed is not taken back

    @property
    def went_well(self) -> bool:
        """Say whether the work is done (changed, unchanged or skipped on purpose)."""
        return self.kind in (OutcomeKind.CHANGED, OutcomeKind.UNCHANGED, OutcomeKind.SKIPPED)


def changed(summary: str, **result: Json) -> Outcome:
    """Make the outcome of work that changed something."""
    return Outcome(kind=OutcomeKind.CHANGED, summary=summary, result=result)


def unchanged(summary: str, **result: Json) -> Outcome:
    """Make the outcome of work that found everything as it should be."""
    return Outcome(kind=OutcomeKind.UNCHANGED, summary=summary, result=result)


def failed(
    summary: str,
    *,
    detail: str = "",
    failure: FailureClass = FailureClass.FAILED,
    exit_code: int | None = None,
) -> Outcome:
    """Make the outcome of work that said no."""
    return Outcome(kind=OutcomeKind.FAILED, summary=summary, detail=detail, failure=failure, exit_code=exit_code)


def skipped(reason: str) -> Outcome:
    """Make the outcome of work that a person decided not to do."""
    return Outcome(kind=OutcomeKind.SKIPPED, summary=reason)


def waiting(question: str) -> Outcome:
    """Make the outcome of work that only a person can go on with."""
    return Outcome(kind=OutcomeKind.WAITING, summary="waits for a person", question=question)


# ---------------------------------------------------------------- what a handler works with


class Workspace(Protocol):
    """The only door to the target repository's files, as one attempt sees it.

    Writes are staged in memory and reach the tree together in `apply` (the engine calls it after `run`); in a dry
    run they never do, and later tasks read through them. Paths are relative, `/`-separated; one that leads out of
    the root, into `.git` or `.orchestrate` raises PathRefused.
    """

    def read_bytes(self, path: str) -> bytes:
        """Return the content; FileNotFoundError when there is no such file."""

    def read_text(self, path: str) -> str:
        """Return the decoded content with its line ends as they are and without a BOM."""

    def exists(self, path: str) -> bool:
        """Say whether a file or folder is there."""

    def is_folder(self, path: str) -> bool:
        """Say whether a folder is there."""

    def stamp(self, path: str) -> str | None:
        """Return a text that differs after every writing of the file on the tree, even with the same content.

        Made of inode, size and the times of modification and change; None when there is no such file.
        """

    def glob(self, pattern: str) -> tuple[str, ...]:
        """Return the files that match, sorted; never inside `.git` or `.orchestrate`."""

    def write_bytes(self, path: str, data: bytes, *, mode: int | None = None) -> bool:
        """Stage a file; False when it has this very content already. A present file keeps its mode."""

    def write_text(self, path: str, text: str, *, adapt_newlines: bool = False) -> bool:
        """Stage a text in the file's own encoding and BOM; `adapt_newlines` also takes its line ends over."""

    def remove(self, path: str) -> bool:
        """Stage the removal of a file; False when there is none."""

    def make_folder(self, path: str) -> bool:
        """Stage an empty folder; False when it is there."""

    def staged(self) -> tuple[Change, ...]:
        """Return what this attempt changed so far."""

    def restore(self, change: Change, *, overwrite: bool = False) -> bool:
        """Stage the state before a recorded change; False when it is there already.

        Raise Drift, with the three versions in its `detail`, when the file is no longer as the change left it;
        `overwrite` restores it all the same. Raise Unusable when the content was not kept.
        """

    async def apply(self) -> None:
        """Bring the staged changes to the tree: journalled, atomic per file, all or none. Does nothing in a dry run.

        Raise Drift when a file was changed by somebody since it was read.
        """

    async def track(self, work: Awaitable["Finished"], *, writes: Sequence[str] | None = None) -> "Finished":
        """Await something that writes to the tree by itself (a command) and record what it changed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftAlone:
    """A file that was not taken back, and why; `proposed` is where the content lies that it would have got."""

    path: str
    reason: str
    proposed: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenBack:
    """What became of the changes of an attempt that did not end well.

    `kept` are changes seen after a command while another one ran: whose they are cannot be told, so they stay
    recorded as made.
    """

    restored: tuple[str, ...] = ()
    left: tuple[LeftAlone, ...] = ()
    kept: tuple[LeftAlone, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Say whether nothing that is surely the attempt's is left in the tree."""
        return not self.left


class AttemptFiles(Workspace, Protocol):
    """A workspace with the part that belongs to the engine."""

    async def rollback(self) -> TakenBack:
        """Drop what is staged and take back what was applied or tracked, last change first.

        A file that somebody changed meanwhile is left alone and named.
        """


class Workspaces(Protocol):
    """Open the tree for attempts."""

    def open_attempt(self, task: str, attempt: int) -> AttemptFiles:
        """Return the workspace of one attempt; opening does no I/O."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finished:
    """How a child process ended. `exit_code` is negative for a signal; `tail` holds its last output, redacted."""

    exit_code: int
    seconds: float
    tail: str
    output_bytes: int
    log: str | None = None
    idle: bool = False  # it was stopped because it said nothing for `idle_timeout`
    leftovers: int = 0  # processes that it left behind and that were ended


class Processes(Protocol):
    """Start children: own session, bounded output to the attempt's log, no one left behind."""

    async def run(
        self,
        argv: Sequence[str],
        *,
        cwd: str = ".",
        env: Mapping[str, str] | None = None,
        idle_timeout: float = 0.0,
        stdin: bytes | None = None,
    ) -> Finished:
        """Run a program to its end. MissingTool when it does not exist. Cancelling ends its whole tree.

        `cwd` is relative to the root; `env` is added to the allow-listed environment of the attempt.
        """

    def find(self, program: str) -> str | None:
        """Return the path of a program that `run` would start, or None."""


class Interaction(Protocol):
    """A person at a terminal."""

    async def ask(self, task: str, title: str, instructions: str) -> "Answer":
        """Ask what became of a manual step."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a person said: `done`, `skip`, `abort` or `later`."""

    decision: str
    note: str = ""
    evidence: str | None = None
    by: str = ""


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


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskContext:
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


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckScene:
    """What a handler may look at while a document is checked; `tree` is None unless the check is deep."""

    root: str
    templates: Templates
    profile: str | None = None
    deep: bool = False


class Handler(ABC, Generic[P]):
    """The plug-in that does one `type` of task."""

    type: ClassVar[str]
    params_model: ClassVar[builtins.type[Params]]
    # Raised when the same params come to mean something else; a task done by another version is not "up to date".
    version: ClassVar[str] = "1"
    # Secondary effects that cannot be taken back need a question after a crash unless the task says `idempotent`.
    external_effects: ClassVar[bool] = False
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

    def fingerprint(self, params: P, context: TaskContext) -> str | None:  # noqa: ARG002
        """Return a hash of everything outside the tree that decides the result (templates); None = never up to date.

        The engine adds the definition and the contents of `targets` (before the attempt for reads, after for writes).
        """
        return None

    @abstractmethod
    async def run(self, params: P, context: TaskContext) -> Outcome:
        """Do the work through `context.workspace`."""

    async def verify(self, params: P, context: TaskContext) -> None:
        """Check the post-condition on the tree; raise TaskFailed and the change is taken back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Measurement:
    """What a checkpoint measured. A checkpoint that cannot be measured has `ok` False and says why."""

    ok: bool
    message: str
    value: float | None = None
    limit: float | None = None
    unit: str = ""
    source: str = ""
    details: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckContext:
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
    params_model: ClassVar[builtins.type[Params]]

    def title(self, params: P) -> str:  # noqa: ARG002
        """Say in a few words what is measured."""
        return self.type

    @abstractmethod
    async def measure(self, params: P, context: CheckContext) -> Measurement:
        """Measure; never guess."""


class Reporter(Protocol):
    """Somebody who shows news. One that raises or is slow is dropped with a warning, the run goes on."""

    def start(self, plan: Plan) -> None:
        """Prepare to show a run of this plan."""

    def handle(self, event: Event) -> None:
        """Show one piece of news; must not block."""

    def close(self) -> None:
        """Give the terminal or file back."""


class Ledger(Protocol):
    """Where facts are kept."""

    def append(self, facts: Sequence[Fact]) -> "Future[None]":
        """Write facts in this order in one transaction; the future is done when they are durable.

        Facts that arrive together share one commit. May be called from any thread. The future raises Unusable.
        """

    def read_run(self, run: str) -> RunRecord:
        """Return one run; UsageError when there is none."""

    def runs(self, limit: int = 0) -> tuple[RunSummary, ...]:
        """Return the runs, newest first; 0 = all."""

    def last_successes(self) -> Mapping[str, LastSuccess]:
        """Return the newest success that was not undone, per task id."""

    def durations(self) -> Mapping[str, float]:
        """Return the median seconds of each task's last five good attempts."""

    def unfinished_changes(self) -> tuple[tuple[str, str, int], ...]:
        """Return (run, task, attempt) of attempts with intended changes and no end."""

    def close(self) -> None:
        """Commit what is waiting and close."""


class Guard(Protocol):
    """A condition asked before work starts."""

    async def ask(self, params: JsonObject, context: CheckContext) -> Measurement:
        """Answer whether the work may start."""


class Source(Protocol):
    """What a plan is read from."""

    def load(self, path: str) -> object:
        """Read the document; DocumentInvalid with all problems."""


class Runner(Protocol):
    """The place where attempts run."""

    async def run(self, job: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """Carry one attempt out and return how it ended."""

    async def close(self) -> None:
        """Release the place."""
