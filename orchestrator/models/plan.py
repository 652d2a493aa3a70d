"""The plan: resolved tasks and their order, before anything runs.

What `plan` shows is the very value that `run` carries out. A plan is plain data (`planning.plan_json` turns it
into JSON and back), so that it can be saved, cached and compared.
"""

from collections.abc import Mapping

from msgspec import Struct, field

from orchestrator.models.json import Json, JsonObject
from orchestrator.models.status import Durability, Execution, FailureClass, Priority

OFF = 0.0  # seconds: no limit; as JSON a plan leaves out what is this very object, as all that is the default


class RetryPolicy(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """When a failed attempt is repeated. `attempts` counts the first one; times are seconds."""

    attempts: int = 1
    delay: float = 0.0
    backoff: float = 1.0
    max_delay: float = 60.0
    jitter: bool = False
    on: tuple[FailureClass, ...] = (FailureClass.INFRA, FailureClass.TIMEOUT, FailureClass.TRANSIENT)


ONCE = RetryPolicy()


class Targets(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The files and folders that a task will read and write, relative to the root, `/`-separated.

    `writes` become locks: one file, one writer. A path that ends with `/` stands for everything below it.
    """

    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()


NO_TARGETS = Targets()


Checks = frozenset[tuple[str, str]]  # type and title of each entry of a checkpoint


class PlannedCheck(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One measured condition (a checkpoint entry, or a task's `verify` entry)."""

    type: str
    params: JsonObject = field(default_factory=dict)
    title: str = ""
    late: tuple[str, ...] = ()  # names of params that still hold `{{ … }}`; only these are rendered later


class PlannedGuard(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One condition that is asked before work starts."""

    type: str
    params: JsonObject = field(default_factory=dict)
    title: str = ""
    on_fail: str = "block"
    late: tuple[str, ...] = ()  # as in PlannedCheck


class Ingredients(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What decides a task's result beside its definition and the contents of its targets, by name.

    `reads` are patterns of files; those of them that match `writes` (paths, folders, patterns) are its own work.
    """

    program: str = ""
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()


class PlannedTask(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One piece of work for one handler, with everything resolved that can be known before the run.

    `depends_on` holds the ids of tasks of this plan only (dependencies that the ledger has as done are in
    `satisfied`); the order inside a sequential group is not in it, the scheduler adds that.
    `when` is the source of an expression that could not be decided at plan time; None = runs.
    `definition` is a hash of all that decides what the task does, except the files it reads.
    """

    id: str
    name: str
    handler: str
    phase: str
    group: str
    params: JsonObject = field(default_factory=dict)
    description: str = ""
    priority: Priority = Priority.MEDIUM
    depends_on: tuple[str, ...] = ()
    satisfied: tuple[str, ...] = ()
    when: str | None = None
    skip_reason: str | None = None  # `when` was decided at plan time and says no
    timeout: float = OFF  # seconds per attempt
    idle_timeout: float = OFF  # seconds without output
    retry: RetryPolicy = ONCE
    critical: bool = True
    exclusive: bool = False
    env: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    outputs: Mapping[str, str] = field(default_factory=dict)
    verify: tuple[PlannedCheck, ...] = ()
    tags: tuple[str, ...] = ()
    targets: Targets = NO_TARGETS
    ingredients: Ingredients | None = None  # what its handler named; None = it has to be asked
    late: tuple[str, ...] = ()  # params (`name`) and env (`env.NAME`) that are rendered just before the task
    values: JsonObject = field(default_factory=dict)  # what `foreach` named for this task: {"file": "src/a.ts"}
    base: str = ""  # id in the document of a task that `foreach` made, else ""
    definition: str = ""
    origin: str = ""  # file:line of the task in the document


class PlannedGroup(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Some tasks of a phase. `depends_on` holds group ids (`1.a`); `max_parallel` 0 = no limit of its own."""

    id: str  # "1.a"
    letter: str  # "a"
    name: str
    phase: str
    execution: Execution = Execution.SEQUENTIAL
    max_parallel: int = 0
    depends_on: tuple[str, ...] = ()
    fail_fast: bool = False
    checkpoint: tuple[PlannedCheck, ...] = ()
    guards: tuple[PlannedGuard, ...] = ()
    description: str = ""


class PlannedPhase(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Some groups. `after` holds the ids of the phases that must have ended well before this one starts.

    Those that are not `critical` must have ended: only their guards and their checkpoint say no to what follows.
    """

    id: str  # "1"
    name: str
    description: str = ""
    estimate: str = ""
    after: tuple[str, ...] = ()
    critical: bool = True
    checkpoint: tuple[PlannedCheck, ...] = ()
    guards: tuple[PlannedGuard, ...] = ()


class Limits(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Bounds of the whole run; 0 = off."""

    max_parallel_tasks: int = 0
    fail_fast: bool = False


class Notification(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Who is told what: `on` names phase_end, failure, approval, run_end."""

    on: tuple[str, ...]
    to: tuple[str, ...]


class Plan(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A selection of the document, resolved: phases, groups and tasks in document order."""

    project: str
    root: str
    document: str  # path of the file that it was read from, "" when there is none (an undo)
    document_hash: str
    phases: tuple[PlannedPhase, ...]
    groups: tuple[PlannedGroup, ...]
    tasks: tuple[PlannedTask, ...]
    limits: Limits = field(default_factory=Limits)
    durability: Durability = Durability.FULL
    snapshot: bool = True  # record what commands change
    params: Mapping[str, Json] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)  # of `settings.env`, for checkpoints; tasks have it merged
    guards: tuple[PlannedGuard, ...] = ()
    notifications: tuple[Notification, ...] = ()
    template_folders: tuple[str, ...] = ()
    profile: str | None = None
    description: str = ""

    @property
    def definitions(self) -> Mapping[str, str]:
        """Return the definition of each task."""
        return {task.id: task.definition for task in self.tasks}

    @property
    def checks(self) -> Mapping[str, Checks]:
        """Return what the checkpoint of each scope (`phase 1`, `group 1.a`) measures."""
        scopes = [
            *((f"phase {phase.id}", phase.checkpoint) for phase in self.phases),
            *((f"group {group.id}", group.checkpoint) for group in self.groups),
        ]
        return {scope: frozenset((check.type, check.title) for check in found) for scope, found in scopes if found}

    def task(self, task_id: str) -> PlannedTask:
        """Return the task with this id; KeyError when the plan has none."""
        for task in self.tasks:
            if task.id == task_id:
                return task
        raise KeyError(task_id)
