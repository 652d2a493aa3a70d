"""The document: what a person wrote in phases.yaml, as pydantic models.

These models are the one source of loader, JSON Schema, editor completion, documentation and wiring tests: a key that
does not stand here is an error, and a key that stands here has an effect.
"""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from orchestrator.models.json import Json
from orchestrator.models.status import Durability, Execution, FailureClass, Priority

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
DURATION_PATTERN = r"^(?:[0-9]+(?:\.[0-9]+)?(?:ms|s|m|h|d))+$"
LONGEST = 366 * 86400.0  # seconds
_DURATION = re.compile(DURATION_PATTERN, re.ASCII)
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)")
ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
NAME_PATTERN = r"^[a-z][a-z0-9_]{0,62}$"
ENV_PATTERN = r"^[A-Za-z_][A-Za-z0-9_]{0,127}$"


def parse_duration(value: object) -> float:
    """Return seconds for `90`, `"90s"`, `"1h30m"`; ValueError says what is accepted."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(value)
    elif isinstance(value, str) and _DURATION.fullmatch(value):
        seconds = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(value))
    else:
        message = "a duration is a number of seconds or text like 30s, 5m, 1h30m"
        raise ValueError(message)
    if not 0 <= seconds <= LONGEST:
        message = "a duration lies between 0 (off) and 366 days"
        raise ValueError(message)
    return seconds


def _one_or_many(value: object) -> object:
    return [value] if isinstance(value, str) else value


_WrittenSeconds = Annotated[float, Field(ge=0, le=LONGEST)] | Annotated[str, Field(pattern=DURATION_PATTERN)]
Seconds = Annotated[float, BeforeValidator(parse_duration, json_schema_input_type=_WrittenSeconds)]
Identifier = Annotated[str, Field(pattern=ID_PATTERN, max_length=64)]
Reference = Annotated[str, Field(min_length=1, max_length=64)]
Text = Annotated[str, Field(max_length=20_000)]
Line = Annotated[str, Field(max_length=400)]
References = Annotated[
    list[Reference], BeforeValidator(_one_or_many, json_schema_input_type=list[Reference] | Reference)
]
EnvName = Annotated[str, Field(pattern=ENV_PATTERN)]
SecretName = Annotated[str, Field(pattern=ENV_PATTERN.removesuffix("$") + r"\??$")]


def _not_a_truth(value: object) -> object:
    """Refuse `true`, which is the number 1 for Python and so for a literal."""
    if isinstance(value, bool):
        message = "write 1"
        raise ValueError(message)
    return value


class Part(BaseModel):
    """Base of every piece of the document: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Retry(Part):
    """When a failed attempt is repeated; `attempts` counts the first one."""

    attempts: int = Field(default=1, ge=1, le=20, description="how often at most, the first attempt included")
    delay: Seconds = Field(default=0.0, description="pause before the second attempt")
    backoff: float = Field(default=1.0, ge=1, le=10, description="each further pause is so many times the one before")
    max_delay: Seconds = Field(default=60.0, description="no pause is longer; 0 = no limit")
    jitter: bool = Field(default=False, description="wait a random part of the pause, between half and all of it")
    on: list[Annotated[FailureClass, Field(strict=False)]] = Field(
        default=[FailureClass.TRANSIENT, FailureClass.TIMEOUT, FailureClass.INFRA],
        max_length=5,
        description="which failures are worth another attempt",
    )


class Notifications(Part):
    """Who is told what; a target is a webhook URL, usually from the environment."""

    on: list[Literal["phase_end", "failure", "approval", "run_end"]] = Field(
        default=["run_end"], max_length=4, description="what is told"
    )
    to: list[Line] = Field(
        default=[],
        max_length=10,
        description='URLs that get a POST of `{"text": …}`; `${{ env.NAME }}` is read when it is sent and never stored',
    )


class Settings(Part):
    """Defaults and limits of the whole run; 0 means "off" for every limit."""

    max_parallel_tasks: Annotated[int, Field(ge=0, le=10_000)] | Literal["auto"] = Field(
        default=0, description="tasks at a time in the whole run; `auto` = as many as there are cores"
    )
    timeout: Seconds = Field(default=0.0, description="for each attempt of a task")
    idle_timeout: Seconds = Field(default=0.0, description="a command that prints nothing for so long is ended")
    retry: Retry = Field(default=Retry(), description="for tasks that do not say otherwise")
    fail_fast: bool = Field(default=False, description="the first failure cancels everything else")
    durability: Annotated[Durability, Field(strict=False)] = Field(
        default=Durability.FULL, description="what a recorded fact survives: a power cut (`full`) or a crash (`normal`)"
    )
    snapshot: bool = Field(
        default=True, description="record what commands change, to show and undo it; no ignored files, no submodules"
    )
    env: dict[EnvName, Line] = Field(default={}, description="environment of every command and checkpoint")
    templates: list[Line] = Field(
        default=[], max_length=10, description="folders with templates of your own, before the shipped ones"
    )
    notifications: Notifications = Field(default=Notifications(), description="who is told what")


class Project(Part):
    """The repository that is worked on."""

    name: Annotated[str, Field(min_length=1, max_length=200)] = Field(description="shown, and `{{ project.name }}`")
    root: Line | None = Field(
        default=None,
        description="the repository, relative to this file; default: its folder, or the one above `config/`",
    )
    description: Text = Field(default="", description="shown by `plan`")


class Param(Part):
    """A value that `--param name=value` sets and `{{ params.name }}` reads."""

    type: Literal["string", "integer", "number", "boolean"] = Field(default="string", description="the kind of value")
    default: Json = Field(default=None, description="the value when nobody sets one; without it one has to be set")
    minimum: float | None = Field(default=None, description="the smallest number")
    maximum: float | None = Field(default=None, description="the largest number")
    choices: list[Json] = Field(default=[], max_length=100, description="the only values; empty = any")
    help: Text = Field(default="", description="shown when a value is missing or does not fit")


class Profile(Part):
    """What `--profile NAME` lays over the document."""

    settings: dict[str, Json] = Field(default={}, description="laid over `settings`, key by key")
    params: dict[str, Json] = Field(default={}, description="values of params")
    lock: list[str] = Field(
        default=[], max_length=50, description="settings and params that flags may not change under this profile"
    )


class Foreach(Part):
    """Make one task per file that matches `glob`, or per item of `items`."""

    glob: Line | None = Field(default=None, description="files of the repository")
    items: list[Json] | None = Field(default=None, max_length=10_000, description="any values")
    as_: Annotated[str, Field(pattern=NAME_PATTERN)] = Field(
        default="item", alias="as", description="the name under which `{{ … }}` reads the file or item"
    )


class Check(BaseModel):
    """One checkpoint entry: `type` and, as further keys, the params of that type."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    type: Annotated[str, Field(min_length=1, max_length=64)] = Field(
        description="what is asked; `orchestrate handlers` lists what is installed"
    )
    name: Line = Field(default="", description="shown in place of the title that the type gives itself")

    @property
    def params(self) -> dict[str, Json]:
        """Return the params of the type: every key that is not a field."""
        return self.model_extra or {}


class GuardEntry(Check):
    """One guard: a condition that is asked before work starts. Guards come from packages."""

    on_fail: Literal["block", "warn", "stop"] = Field(
        default="block",
        description="what a no does: block the work that is guarded, only be recorded, or end the whole run",
    )


class Verify(Check):
    """A checkpoint that one task has to pass after its work; `{command: [...]}` alone means `type: command`."""

    type: Annotated[str, Field(min_length=1, max_length=64)] = Field(default="command", description="what is asked")


class Task(BaseModel):
    """One piece of work. The handler's params stand under `with:` or directly here, never one key in both."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    # Factories and not `= []`: pydantic copies such a default deeply for each of ten thousand tasks.
    id: Identifier = Field(description="unique in the whole document, like `1.2`")
    name: Annotated[str, Field(min_length=1, max_length=200)] = Field(description="shown wherever the task is")
    type: Annotated[str, Field(min_length=1, max_length=64)] = Field(
        description="the handler that does it; `orchestrate handlers` lists what is installed"
    )
    description: Text = Field(default="", description="shown by `explain`")
    with_: dict[str, Json] = Field(default_factory=dict, alias="with", description="the handler's params")
    priority: Annotated[Priority, Field(strict=False)] = Field(
        default=Priority.MEDIUM,
        description="which of several ready tasks starts first, the one with the longest way to the end among equals; "
        "one that would make the run more than 1 % longer by beginning late, as earlier runs tell, counts as higher",
    )
    depends_on: References = Field(default_factory=list, description="tasks, groups or phases that come first")
    when: str | bool | None = Field(default=None, description="an expression; the task is skipped when it is false")
    foreach: Foreach | None = Field(default=None, description="make several tasks of this one, `ID.item`")
    timeout: Seconds | None = Field(
        default=None, description="for each attempt, instead of `settings.timeout`; 0 = off"
    )
    idle_timeout: Seconds | None = Field(default=None, description="instead of `settings.idle_timeout`; 0 = off")
    retry: Retry | None = Field(default=None, description="instead of `settings.retry`, key by key")
    critical: bool = Field(
        default=True, description="false: a failure does not keep the rest of the group from running"
    )
    exclusive: bool = Field(default=False, description="wait until nothing else runs, and run alone")
    env: dict[EnvName, Line] = Field(default_factory=dict, description="environment of its commands")
    secrets: list[SecretName] = Field(
        default_factory=list,
        max_length=100,
        description="variables of your environment that it gets, `NAME?` when it may be unset; they are masked in all "
        "output and never stored",
    )
    outputs: dict[Annotated[str, Field(pattern=NAME_PATTERN)], str] = Field(
        default_factory=dict,
        description="values for later tasks, `{{ tasks['1.1'].outputs.NAME }}`; they see `result`",
    )
    verify: list[Verify] = Field(
        default_factory=list, max_length=20, description="checkpoints that must hold, or the task has failed"
    )
    tags: list[Identifier] = Field(default_factory=list, max_length=50, description="words for `--tag`")

    @property
    def params(self) -> dict[str, Json]:
        """Return the handler's params, from `with:` and from the keys that stand directly on the task."""
        return {**self.with_, **(self.model_extra or {})}


class Group(Part):
    """Some tasks of a phase; letters are matched without regard to case."""

    id: Identifier = Field(description="a letter or word, unique in its phase, like `a`")
    name: Line = Field(default="", description="shown wherever the group is")
    description: Text = Field(default="", description="shown by `plan`")
    execution: Annotated[Execution, Field(strict=False)] = Field(
        default=Execution.SEQUENTIAL, description="whether its tasks follow each other or run together"
    )
    max_parallel: int = Field(default=0, ge=0, le=10_000, description="tasks at a time in a parallel group; 0 = off")
    depends_on: References = Field(default=[], description="groups and phases that come first")
    fail_fast: bool = Field(default=False, description="a failure cancels the rest of the group")
    guards: list[GuardEntry] = Field(default=[], max_length=50, description="asked before the group starts")
    tasks: list[Task] = Field(min_length=1, max_length=10_000, description="the work")
    checkpoint: list[Check] = Field(
        default=[], max_length=50, description="measured after the group; gates what follows"
    )


class Phase(Part):
    """Some groups; phases run in file order unless `depends_on` or `parallel_with` say otherwise."""

    id: Identifier = Field(description="unique in the document, like `1`; `phase_1` is the same id")
    name: Line = Field(default="", description="shown wherever the phase is")
    description: Text = Field(default="", description="shown by `plan`")
    estimate: Line = Field(default="", description="how long people think that it takes; shown by `plan`")
    depends_on: References = Field(default=[], description="phases that come first, wherever they stand in the file")
    parallel_with: References = Field(default=[], description="phases that it may overlap with")
    critical: bool = Field(default=True, description="false: later phases start although something in it failed")
    guards: list[GuardEntry] = Field(default=[], max_length=50, description="asked before the phase starts")
    groups: list[Group] = Field(min_length=1, max_length=1_000, description="the parts of the phase")
    checkpoint: list[Check] = Field(
        default=[], max_length=50, description="measured after the phase; gates what follows"
    )


class Document(Part):
    """A whole phases.yaml."""

    version: Annotated[Literal[1], BeforeValidator(_not_a_truth, json_schema_input_type=Literal[1])] = Field(
        description="of the layout; there is one"
    )
    project: Project = Field(description="the repository that is worked on")
    settings: Settings = Field(default=Settings(), description="defaults and limits of the whole run")
    params: dict[Annotated[str, Field(pattern=NAME_PATTERN)], Param] = Field(
        default={}, description="values that `--param` sets and `{{ params.NAME }}` reads"
    )
    profiles: dict[Identifier, Profile] = Field(default={}, description="what `--profile` lays over the document")
    include: list[Line] = Field(
        default=[], max_length=100, description="files with further phases, beneath this file's folder"
    )
    guards: list[GuardEntry] = Field(default=[], max_length=50, description="asked before the run starts")
    phases: list[Phase] = Field(min_length=1, max_length=1_000, description="the work, in this order")
