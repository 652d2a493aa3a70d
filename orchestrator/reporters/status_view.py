"""How a run stands or ended, out of the ledger: groups with what is done, and every task that is not."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct, field
from msgspec.structs import replace

from orchestrator.models.record import Measured, RunRecord, TaskRecord
from orchestrator.models.status import DONE, RunState, TaskState
from orchestrator.reporters.cells import id_column, pad
from orchestrator.reporters.coverage_progress import moments_of, progress_lines
from orchestrator.reporters.decisions import not_heard_yet, told
from orchestrator.reporters.durations import took
from orchestrator.reporters.flags import Flags
from orchestrator.reporters.generated_cases import cases_line, defects_line
from orchestrator.reporters.grouping import TaskGroup, groups_of
from orchestrator.reporters.outline import outline_of, task_names, worked
from orchestrator.reporters.style import Look
from orchestrator.reporters.summary import check_lines, next_rows, phase_lines, state_word
from orchestrator.reporters.wrapping import wrap_line
from orchestrator.sanitize import line

MOST_AHEAD = 50  # tasks of a group that have not begun and are named; thousands would hide those that matter
_AHEAD = (TaskState.PENDING, TaskState.READY)


class StatusNotes(Struct, frozen=True, kw_only=True):
    """What the record does not know: why tasks wait (of a run that goes on), and the time."""

    waits: Mapping[str, str] = field(default_factory=dict)
    now: datetime | None = None
    all_tasks: bool = False  # show those that are done, too
    measured: Sequence[Measured] = ()  # by `orchestrate measure`, whenever
    next_began: datetime | None = None  # the run after this one
    flags: Flags | None = None  # for the next command, where those of the run would not do


def render_status(record: RunRecord, look: Look, notes: StatusNotes | None = None) -> str:
    """Return the state of a run; every line ends with a newline."""
    notes = notes or StatusNotes()
    notes = replace(notes, waits={**_questions(record), **notes.waits, **_decisions(record)})
    lines = _head(record, look, notes)
    shown = [_Shown.of(group, notes) for group in groups_of(record)]
    names = task_names(record.plan, {task.id for group in shown for task in group.tasks})
    for group in shown:
        lines += _group_lines(group, names, look, notes)
    outline = outline_of(record)
    if notes.flags is not None:
        outline = replace(outline, flags=notes.flags)
    lines += [text for check in outline.checks for text in check_lines(check, look)]
    lines += progress_lines(moments_of(record, notes.measured, notes.next_began), look)
    lines += phase_lines(outline)
    lines += [cases] if (cases := cases_line(record)) else []
    lines += [defects + outline.flags.place] if (defects := defects_line(record, outline.flags.program)) else []
    made = [change for change in record.changes if change.state == "made"]
    if made:
        files = len({change.change.path for change in made})
        lines.append(f"changed {files} file{'s' if files != 1 else ''}")
    rows = [row for text in lines for row in wrap_line(text, look.width)]
    return "".join(f"{row}\n" for row in [*rows, *next_rows(outline)])


def _questions(record: RunRecord) -> dict[str, str]:
    """Return what is asked about the tasks that wait for a person."""
    waiting = {task.id for task in record.tasks if task.state is TaskState.WAITING}
    asked = ((each.task, each.question.strip().split("\n")[0]) for each in record.approvals if each.task in waiting)
    return {task: question for task, question in asked if question}


def _decisions(record: RunRecord) -> dict[str, str]:
    """Return what was said about waiting tasks, which the run has not heard yet."""
    return {task: told(decided) for task, decided in not_heard_yet(record).items()}


def _head(record: RunRecord, look: Look, notes: StatusNotes) -> list[str]:
    word = state_word(record.state, look)
    started = record.started.strftime("%Y-%m-%d %H:%M:%S")
    seconds = record.seconds
    if seconds is None and notes.now is not None and record.state is RunState.RUNNING:
        seconds = worked(record, record.started, notes.now)
    duration = f", {took(seconds)}" if seconds is not None else ""
    if record.state is RunState.RUNNING:
        duration += f", {sum(task.state in DONE for task in record.tasks):,} of {len(record.tasks):,} done"
    undo = f" (undoes {line(record.undoes)})" if record.undoes else ""
    code = f", exit code {record.exit_code}" if record.exit_code is not None else ""
    lines = [f"{look.paint('bold', line(record.id))}  {word}{undo}  started {started} UTC{duration}{code}"]
    return lines + ([f"{look.paint('dim', line(' '.join(record.command)))}"] if record.command else [])


class _Shown(Struct, frozen=True, kw_only=True):
    """A group, those of its tasks that get a line, and how many that have not begun are left out."""

    group: TaskGroup
    tasks: Sequence[TaskRecord]
    left_out: int

    @classmethod
    def of(cls, group: TaskGroup, notes: StatusNotes) -> "_Shown":
        """Choose the tasks of a group."""
        tasks, left_out = (group.tasks, 0) if notes.all_tasks else _worth_a_line(group.tasks)
        return cls(group=group, tasks=tasks, left_out=left_out)


def _group_lines(shown: _Shown, names: Mapping[str, str], look: Look, notes: StatusNotes) -> list[str]:
    group = shown.group
    head = f"{look.paint('bold', line(group.title) or 'tasks')}  {group.done} of {len(group.tasks)} done"
    widest = id_column((line(task.id) for task in shown.tasks), look.width)
    lines = [head, *(_task_line(task, names.get(task.id, ""), widest, look, notes) for task in shown.tasks)]
    more = f"  … and {shown.left_out:,} more that have not begun: orchestrate status --all names them"
    return [*lines, look.paint("dim", more)] if shown.left_out else lines


def _worth_a_line(tasks: Sequence[TaskRecord]) -> tuple[Sequence[TaskRecord], int]:
    """Return every task that runs or did not end well and the first of those to come; how many more there are."""
    ahead = [task for task in tasks if task.state in _AHEAD]
    left_out = max(0, len(ahead) - MOST_AHEAD)
    hidden = {task.id for task in ahead[MOST_AHEAD:]}
    return [task for task in tasks if task.state not in DONE and task.id not in hidden], left_out


def _task_line(task: TaskRecord, name: str, widest: int, look: Look, notes: StatusNotes) -> str:
    glyph, role = look.of_state(task.state)
    last = task.attempts[-1] if task.attempts else None
    parts = [task.state.value]
    seconds = _seconds(task, notes)
    parts += [took(seconds)] if seconds is not None else []
    if last is not None and last.number > 1:
        parts.append(f"attempt {last.number}")
    why = _why(task, notes)
    parts += [line(" ".join(why.split()))] if why else []
    return f"  {look.paint(role, glyph)} {pad(line(task.id), widest)}  {line(name)}  {look.paint(role, parts[0])}" + (
        f" {', '.join(parts[1:])}" if len(parts) > 1 else ""
    )


def _seconds(task: TaskRecord, notes: StatusNotes) -> float | None:
    """Return how long the newest attempt took, or has been running; nothing of one that only waits."""
    last = task.attempts[-1] if task.attempts else None
    if last is None or task.state in (TaskState.BLOCKED, TaskState.WAITING):
        return None
    if task.state is TaskState.RUNNING and last.seconds is None and notes.now is not None:
        return (notes.now - last.started).total_seconds()
    return last.seconds


def _why(task: TaskRecord, notes: StatusNotes) -> str:
    """Return the reason that helps most: what it waits for, what it needs, what the last attempt said."""
    if task.id in notes.waits:
        return notes.waits[task.id]
    if task.state is TaskState.BLOCKED and task.cause:
        return f"needs {task.cause}"
    why = task.reason or (task.attempts[-1].summary if task.attempts else "")
    return "" if why == f"was {task.state}" else why  # the state has said it
