"""How a run ended, as the few things that a person wants to know; made from news or from the ledger's record."""

from collections import Counter
from collections.abc import Container, Iterator, Mapping
from datetime import datetime

from msgspec import Struct, field

from orchestrator.models.json import JsonObject
from orchestrator.models.record import Measured, RunRecord
from orchestrator.models.status import RunState, TaskState
from orchestrator.reporters.decisions import not_heard_yet
from orchestrator.reporters.flags import NO_FLAGS, Flags, flags_of
from orchestrator.reporters.news import objects_of, texts_by_id
from orchestrator.sanitize import line


class TaskLine(Struct, frozen=True, kw_only=True):
    """One task that deserves a line at the end: it failed, is blocked, waits, or was stopped."""

    id: str
    name: str
    state: TaskState
    text: str = ""
    log: str | None = None
    needs_evidence: bool = False  # to be approved
    decided: bool = False  # a person has said yes or no; the run has not heard it yet


class CheckLine(Struct, frozen=True, kw_only=True):
    """One measurement."""

    scope: str
    title: str
    ok: bool
    value: float | None = None
    limit: float | None = None
    unit: str = ""
    source: str = ""
    message: str = ""
    type: str = ""
    details: JsonObject = field(default_factory=dict)
    since: str = ""  # the run that measured it, when this one found it up to date

    @property
    def said(self) -> str:
        """Return the end of what its program printed, of one that does not hold."""
        return "" if self.ok else str(self.details.get("output", "")).rstrip()


class Outline(Struct, frozen=True, kw_only=True):
    """A run in short; `seconds` None = it has not ended."""

    run: str
    kind: str
    state: str
    seconds: float | None
    counts: Mapping[TaskState, int]
    tasks: tuple[TaskLine, ...] = ()
    checks: tuple[CheckLine, ...] = ()
    flags: Flags = NO_FLAGS
    phases: tuple[tuple[str, float], ...] = ()  # what ran, with its seconds from the first start to the last end
    exit_code: int | None = None


# How a run is called whose writes stay in memory.
REHEARSALS = {"run": "dry run", "undo": "undo, nothing written"}
FEWEST_PHASES = 2  # of fewer the run's own seconds say as much
NOTABLE = (
    TaskState.CANCELLED,
    TaskState.INTERRUPTED,
    TaskState.WAITING,
    TaskState.BLOCKED,
    TaskState.FAILED,
)


def outline_of(record: RunRecord) -> Outline:
    """Return the outline of a run as the ledger has it."""
    notable = [task for task in record.tasks if task.state in NOTABLE]
    names = task_names(record.plan, {task.id for task in notable}) if notable else {}
    strict = _needing_evidence(record.plan) if any(task.state is TaskState.WAITING for task in notable) else ()
    decisions = not_heard_yet(record)
    lines = []
    for task in notable:
        last = task.attempts[-1] if task.attempts else None
        text = f"needs {task.cause}" if task.state is TaskState.BLOCKED and task.cause else task.reason
        text = text or (last.summary if last else "")
        lines.append(
            TaskLine(
                id=task.id,
                name=names.get(task.id, ""),
                state=task.state,
                text=text,
                log=last.log if last else None,
                needs_evidence=task.id in strict,
                decided=task.id in decisions,
            )
        )
    return Outline(
        run=record.id,
        kind=record.kind,
        state=record.state,
        seconds=record.seconds,
        counts=Counter([task.state for task in record.tasks]),
        tasks=tuple(sorted(lines, key=lambda entry: NOTABLE.index(entry.state))),
        checks=newest_checks(record),
        flags=flags_of(record.command),
        phases=tuple(_phase_seconds(record)),
        exit_code=record.exit_code,
    )


def _needing_evidence(plan: JsonObject) -> frozenset[str]:
    """Return the tasks that cannot be approved without evidence."""
    tasks = ((str(task.get("id", "")), task.get("params")) for task in objects_of(plan, "tasks"))
    return frozenset(
        task for task, params in tasks if isinstance(params, Mapping) and params.get("evidence") == "required"
    )


def _phase_seconds(record: RunRecord) -> Iterator[tuple[str, float]]:
    """Yield the phases of a run with their seconds; overlapping phases count the same time twice."""
    if len(texts_by_id(record.plan, "phases", "name")) == 1:
        return
    phase_of = texts_by_id(record.plan, "tasks", "phase")
    if len(set(phase_of.values())) < FEWEST_PHASES:
        return
    times: dict[str, list[datetime]] = {}
    for task in record.tasks:
        for attempt in task.attempts:
            times.setdefault(phase_of.get(task.id, ""), []).extend(filter(None, (attempt.started, attempt.ended)))
    for measured in record.measurements:
        kind, _, name = measured.scope.partition(" ")
        phase = {"phase": name, "group": name.rpartition(".")[0], "task": phase_of.get(name, "")}.get(kind, "")
        if phase in times:
            times[phase].append(measured.time)
    for phase, found in times.items():
        if phase and max(found) > min(found):
            yield phase, worked(record, min(found), max(found))


def worked(record: RunRecord, since: datetime, until: datetime) -> float:
    """Return the seconds between two moments in which somebody worked on the run."""
    breaks = ((max(each.since, since), min(each.until, until)) for each in record.breaks)
    idle = sum((end - begin).total_seconds() for begin, end in breaks if end > begin)
    return (until - since).total_seconds() - idle


def taken_back(record: RunRecord) -> tuple[str, ...]:
    """Return a sentence for each run that took changes of this one back, and which when not all."""
    kept = any(change.state == "made" for change in record.changes)
    paths: dict[str, dict[str, None]] = {}
    for change in record.changes:
        if change.undone_by:
            paths.setdefault(change.undone_by, {})[change.change.path] = None
    is_all = not kept and len(paths) == 1
    return tuple(
        line(f"taken back by run {run}" + ("" if is_all else f": {', '.join(sorted(names))}"))
        for run, names in sorted(paths.items())  # ids begin with the time: the first undo first
    )


def task_names(plan: JsonObject, of: Container[str] | None = None) -> dict[str, str]:
    """Return the names of the tasks in a plan's JSON; `of` = only these tasks."""
    return texts_by_id(plan, "tasks", "name", of)


def is_done(outline: Outline) -> bool:
    """Say whether the run ended and everything went well."""
    return outline.state == RunState.SUCCEEDED


def newest_checks(record: RunRecord) -> tuple[CheckLine, ...]:
    """Return the last measurement of each checkpoint: a resumed run measures again."""
    newest = {(m.scope, m.type, m.title, m.source): m for m in record.measurements}
    return tuple(check_line(measured) for measured in newest.values())


def check_line(measured: Measured) -> CheckLine:
    """Return one measurement of the ledger."""
    return CheckLine(
        scope=measured.scope,
        title=measured.title or measured.type,
        ok=measured.ok,
        value=measured.value,
        limit=measured.limit,
        unit=measured.unit,
        source=measured.source,
        message=measured.message,
        type=measured.type,
        details=measured.details,
        since=measured.since or "",
    )
