"""A run as a whole, for people who were not there: what a page or a pull request's summary says of it.

Made from the ledger's record alone, so that the same run gives the same report for as long as it is kept.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from orchestrator.models.record import AttemptRecord, RunRecord, TaskRecord
from orchestrator.models.status import DONE, TaskState
from orchestrator.reporters.coverage_progress import Moment
from orchestrator.reporters.durations import took
from orchestrator.reporters.generated_cases import GeneratedModule, cases_line, generated_modules
from orchestrator.reporters.grouping import groups_of
from orchestrator.reporters.news import objects_of, text_of
from orchestrator.reporters.outline import CheckLine, outline_of, taken_back, task_names
from orchestrator.reporters.report_graph import Chain, longest_chain, needs_of, worked

_WRONG = frozenset({TaskState.FAILED, TaskState.BLOCKED, TaskState.CANCELLED, TaskState.INTERRUPTED})


class Bar(Struct, frozen=True, kw_only=True):
    """One attempt on the run's time line; `left` and `width` are percent of the run."""

    number: int
    left: float
    width: float
    took: str


class TaskRow(Struct, frozen=True, kw_only=True):
    """One task: how it ended, what it said, and when it worked."""

    id: str
    name: str
    state: TaskState
    took: str
    said: str
    detail: str
    bars: tuple[Bar, ...]
    ended: AttemptRecord | None
    needs: tuple[str, ...] = ()


class GroupRows(Struct, frozen=True, kw_only=True):
    """The tasks of one group."""

    title: str
    done: int
    tasks: tuple[TaskRow, ...]


class Column(Struct, frozen=True, kw_only=True):
    """One phase of the graph."""

    title: str
    groups: tuple[GroupRows, ...]

    @property
    def went_wrong(self) -> bool:
        """Say whether a task of it failed, or was kept from running by one that did."""
        return any(task.state in _WRONG for group in self.groups for task in group.tasks)


class CoverageRow(Struct, frozen=True, kw_only=True):
    """What was covered at one moment, a cell per language; None where it was not measured."""

    when: str
    cells: tuple[Moment | None, ...]


class Report(Struct, frozen=True, kw_only=True):
    """Everything that a report shows."""

    project: str
    record: RunRecord
    took: str
    done: int
    groups: tuple[GroupRows, ...]
    languages: tuple[str, ...]
    coverage: tuple[CoverageRow, ...]
    checks: tuple[CheckLine, ...]
    modules: tuple[GeneratedModule, ...]
    generated: str
    files: tuple[tuple[str, str], ...]
    taken_back: tuple[str, ...]
    columns: tuple[Column, ...] = ()
    chain: Chain = Chain()

    @property
    def retries(self) -> int:
        """Return how many attempts were not the first of their task."""
        return sum(max(0, len(task.attempts) - 1) for task in self.record.tasks)

    @property
    def worked(self) -> float:
        """Return how many seconds all tasks worked together."""
        return sum(worked(task) for task in self.record.tasks)

    @property
    def failures(self) -> list[TaskRow]:
        """Return the tasks that failed; what they blocked is told where it stands."""
        return [task for group in self.groups for task in group.tasks if task.state is TaskState.FAILED]

    @property
    def defects(self) -> list[tuple[str, str]]:
        """Return (module, what looks suspicious) of everything that a person should look at."""
        return [(module.name, defect) for module in self.modules for defect in module.defects]


def report_of(record: RunRecord, measured: Sequence[Moment]) -> Report:
    """Return the report of a run; `measured` is its coverage from the baseline on (`coverage_progress.moments`)."""
    languages = tuple(dict.fromkeys(moment.what for moment in measured))
    values = {(moment.when, moment.what): moment for moment in measured}
    whens = dict.fromkeys(moment.when for moment in measured)
    groups = _all_rows(record)
    return Report(
        project=text_of(record.plan, "project"),
        record=record,
        took=took(record.seconds) if record.seconds is not None else "",
        done=sum(task.state in DONE for task in record.tasks),
        groups=tuple(groups.values()),
        columns=tuple(_columns(record, groups)),
        chain=longest_chain(record),
        languages=languages,
        coverage=tuple(
            CoverageRow(when=when, cells=tuple(values.get((when, language)) for language in languages))
            for when in whens
        ),
        checks=outline_of(record).checks,
        modules=tuple(module for task in record.tasks for module in generated_modules(task.outputs)),
        generated=cases_line(record),
        files=tuple(_files(record)),
        taken_back=taken_back(record),
    )


def _all_rows(record: RunRecord) -> dict[str, GroupRows]:
    """Return the groups with their tasks, by id."""
    names, needs = task_names(record.plan), needs_of(record.plan)
    return {
        group.id: GroupRows(
            title=group.title,
            done=group.done,
            tasks=tuple(_row(task, names.get(task.id, ""), needs.get(task.id, ()), record) for task in group.tasks),
        )
        for group in groups_of(record)
    }


def _columns(record: RunRecord, groups: Mapping[str, GroupRows]) -> Iterator[Column]:
    """Yield the phases with the groups of which something was to run; one of groups without a phase comes last."""
    names = {text_of(phase, "id"): text_of(phase, "name") for phase in objects_of(record.plan, "phases")}
    phase_of = {text_of(group, "id"): text_of(group, "phase") for group in objects_of(record.plan, "groups")}
    for phase in [*names, ""]:
        mine = tuple(rows for group, rows in groups.items() if _known(phase_of.get(group), names) == phase)
        if mine:
            name = names.get(phase, "")
            yield Column(title=f"{phase} {name}".strip() if name != phase else phase, groups=mine)


def _known(phase: str | None, names: Mapping[str, str]) -> str:
    return phase if phase is not None and phase in names else ""


def _row(task: TaskRecord, name: str, wanted: tuple[str, ...], record: RunRecord) -> TaskRow:
    last = task.attempts[-1] if task.attempts else None
    needs = f"needs {task.cause}" if task.state is TaskState.BLOCKED and task.cause else ""
    return TaskRow(
        id=task.id,
        name=name,
        state=task.state,
        took=took(last.seconds) if last is not None and last.seconds is not None else "",
        said=needs or task.reason or (last.summary if last is not None else ""),
        detail=last.detail if last is not None else "",
        bars=tuple(_bars(task.attempts, record)),
        ended=last,
        needs=wanted,
    )


def _bars(attempts: Sequence[AttemptRecord], record: RunRecord) -> Iterator[Bar]:
    """Yield where attempts lie on the time line of the run, from its start to the end of its last attempt."""
    whole = (_end(record) - record.started).total_seconds()
    for attempt in attempts:
        if attempt.ended is not None and whole > 0:
            left = (attempt.started - record.started).total_seconds() / whole * 100
            wide = (attempt.ended - attempt.started).total_seconds()
            yield Bar(number=attempt.number, left=round(left, 2), width=round(wide / whole * 100, 2), took=took(wide))


def _end(record: RunRecord) -> datetime:
    ends = [attempt.ended for task in record.tasks for attempt in task.attempts if attempt.ended is not None]
    return max([*ends, record.ended or record.started])


def _files(record: RunRecord) -> Iterator[tuple[str, str]]:
    """Yield (path, what the run made of it) of the files that it left otherwise than it found them, by path."""
    first: dict[str, str | None] = {}
    last: dict[str, str | None] = {}
    for made in record.changes:
        if made.state in ("made", "undone") and made.change.kind != "folder":
            first.setdefault(made.change.path, made.change.before)
            last[made.change.path] = made.change.after
    for path in sorted(last):
        before, after = first[path], last[path]
        if before != after:
            yield path, "new" if before is None else "deleted" if after is None else "changed"
