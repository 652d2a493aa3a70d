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

    attempts: int = Field(default=1, ge=1, le=20)
    delay: Seconds = 0.0
    backoff: float = Field(default=1.0, ge=1, le=10)
    max_delay: Seconds = 60.0
    jitter: bool = False
    on: list[Annotated[FailureClass, Field(strict=False)]] = Field(
        default=[FailureClass.TRANSIENT, FailureClass.TIMEOUT, FailureClass.INFRA], max_length=5
    )


class Notifications(Part):
    """Who is told what; a target is a webhook URL, usually from the environment."""

    on: list[Literal["phase_end", "failure", "approval", "run_end"]] = Field(default=["run_end"], max_length=4)
    to: list[Line] = Field(default=[], max_length=10)


class Settings(Part):
    """Defaults and limits of the whole run; 0 means "off" for every limit."""

    max_parallel_tasks: Annotated[int, Field(ge=0, le=10_000)] | Literal["auto"] = 0
    timeout: Seconds = 0.0
    idle_timeout: Seconds = 0.0
    retry: Retry = Retry()
    fail_fast: bool = False
    durability: Annotated[Durability, Field(strict=False)] = Durability.FULL
    snapshot: bool = True
    env: dict[EnvName, Line] = {}
    templates: list[Line] = Field(default=[], max_length=10, description="folders with templates of your own")
    notifications: Notifications = Notifications()


class Project(Part):
    """The repository that is worked on; `root` is relative to the document's file."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    root: Line | None = None
    description: Text = ""


class Param(Part):
    """A value that `--param name=value` sets and `{{ params.name }}` reads."""

    type: Literal["string", "integer", "number", "boolean"] = "string"
    default: Json = None
    minimum: float | None = None
    maximum: float | None = None
    choices: list[Json] = Field(default=[], max_length=100)
    help: Text = ""


class Profile(Part):
    """Settings that `--profile` lays over those of the file; `lock` names keys that flags may not change then."""

    settings: dict[str, Json] = {}
    params: dict[str, Json] = {}
    lock: list[str] = Field(default=[], max_length=50)


class Foreach(Part):
    """Make one task per file that matches `glob`, or per item of `items`; `as` names it for `{{ }}`."""

    glob: Line | None = None
    items: list[Json] | None = Field(default=None, max_length=10_000)
    as_: Annotated[str, Field(pattern=NAME_PATTERN)] = Field(default="item", alias="as")


class Check(BaseModel):
    """One checkpoint or guard entry: `type` and, as further keys, the params of that type.

    `name` is shown in place of the title that the type gives itself.
    """

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    type: Annotated[str, Field(min_length=1, max_length=64)]
    name: Line = ""

    @property
    def params(self) -> dict[str, Json]:
        """Return the params of the type: every key that is not a field."""
        return self.model_extra or {}


class Verify(Check):
    """A checkpoint that one task has to pass after its work; `{command: [...]}` alone means `type: command`."""

    type: Annotated[str, Field(min_length=1, max_length=64)] = "command"


class Task(BaseModel):
    """One piece of work. The handler's params stand under `with:` or directly here, never one key in both."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    # Factories and not `= []`: pydantic copies such a default deeply for each of ten thousand tasks.
    id: Identifier
    name: Annotated[str, Field(min_length=1, max_length=200)]
    type: Annotated[str, Field(min_length=1, max_length=64)]
    description: Text = ""
    with_: dict[str, Json] = Field(default_factory=dict, alias="with")
    priority: Annotated[Priority, Field(strict=False)] = Priority.MEDIUM
    depends_on: References = Field(default_factory=list)
    when: str | bool | None = None
    foreach: Foreach | None = None
    timeout: Seconds | None = None
    idle_timeout: Seconds | None = None
    retry: Retry | None = None
    critical: bool = True
    exclusive: bool = False
    env: dict[EnvName, Line] = Field(default_factory=dict)
    secrets: list[EnvName] = Field(default_factory=list, max_length=100)
    outputs: dict[Annotated[str, Field(pattern=NAME_PATTERN)], str] = Field(default_factory=dict)
    verify: list[Verify] = Field(default_factory=list, max_length=20)
    tags: list[Identifier] = Field(default_factory=list, max_length=50)

    @property
    def params(self) -> dict[str, Json]:
        """Return the handler's params, from `with:` and from the keys that stand directly on the task."""
        return {**self.with_, **(self.model_extra or {})}


class Group(Part):
    """Some tasks of a phase; letters are matched without regard to case."""

    id: Identifier
    name: Line = ""
    description: Text = ""
    execution: Annotated[Execution, Field(strict=False)] = Execution.SEQUENTIAL
    max_parallel: int = Field(default=0, ge=0, le=10_000)
    depends_on: References = []
    fail_fast: bool = False
    guards: list[Check] = Field(default=[], max_length=50)
    tasks: list[Task] = Field(min_length=1, max_length=10_000)
    checkpoint: list[Check] = Field(default=[], max_length=50)


class Phase(Part):
    """Some groups; phases run in file order unless `depends_on` or `parallel_with` say otherwise."""

    id: Identifier
    name: Line = ""
    description: Text = ""
    estimate: Line = ""
    depends_on: References = []
    parallel_with: References = []
    guards: list[Check] = Field(default=[], max_length=50)
    groups: list[Group] = Field(min_length=1, max_length=1_000)
    checkpoint: list[Check] = Field(default=[], max_length=50)


class Document(Part):
    """A whole phases.yaml."""

    version: Annotated[Literal[1], BeforeValidator(_not_a_truth, json_schema_input_type=Literal[1])]
    project: Project
    settings: Settings = Settings()
    params: dict[Annotated[str, Field(pattern=NAME_PATTERN)], Param] = {}
    profiles: dict[Identifier, Profile] = {}
    include: list[Line] = Field(default=[], max_length=100)
    guards: list[Check] = Field(default=[], max_length=50)
    phases: list[Phase] = Field(min_length=1, max_length=1_000)
