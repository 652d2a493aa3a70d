"""News: what is announced over the bus while a run goes on. Control flow never depends on it."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

from orchestrator.models.json import JsonObject


class EventType(StrEnum):
    """The kinds of news; names are public API of `run --json` and `--events`."""

    RUN_STARTED = "run.started"
    RUN_FINISHED = "run.finished"
    RUN_STOPPING = "run.stopping"
    PHASE_STARTED = "phase.started"
    PHASE_FINISHED = "phase.finished"
    GROUP_STARTED = "group.started"
    GROUP_FINISHED = "group.finished"
    TASK_STARTED = "task.started"
    TASK_OUTPUT = "task.output"
    TASK_PROGRESS = "task.progress"
    TASK_RETRY = "task.retry"
    TASK_WAITING = "task.waiting"
    TASK_FINISHED = "task.finished"
    CHECKPOINT = "checkpoint"
    GUARD = "guard"
    WARNING = "warning"


class Event(Struct, frozen=True, kw_only=True):
    """One piece of news; `data` is JSON only, and has been through the redactor."""

    seq: int
    time: datetime
    run: str
    type: EventType
    phase: str | None = None
    group: str | None = None
    task: str | None = None
    attempt: int | None = None
    data: JsonObject = field(default_factory=dict)
