"""A plan as text: a tree for reading, a table for scanning, Mermaid and Graphviz for pictures.

No Rich here: `plan` has to answer at once, and a plan is lines of text.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field

from orchestrator.models.plan import Plan, PlannedCheck, PlannedGroup, PlannedPhase, PlannedTask
from orchestrator.models.status import Execution, Priority
from orchestrator.reporters.cells import id_column, pad
from orchestrator.reporters.durations import about
from orchestrator.reporters.grouping import spoken
from orchestrator.reporters.plan_locks import find_locks
from orchestrator.reporters.plan_work import executed, first_file
from orchestrator.reporters.style import Look
from orchestrator.reporters.wrapping import wrap
from orchestrator.sanitize import line

if TYPE_CHECKING:  # the other formats are imported when they are asked for
    from orchestrator.reporters.plan_table import Row

FORMATS = ("tree", "table", "mermaid", "dot")


class PlanNotes(Struct, frozen=True, kw_only=True):
    """What the plan itself does not know: seconds from earlier runs, and a remark on each task that is up to date.

    `effective` are the priorities that count instead of those that the document says.
    """

    expected: Mapping[str, float] = field(default_factory=dict)
    remarks: Mapping[str, str] = field(default_factory=dict)
    effective: Mapping[str, Priority] = field(default_factory=dict)
    makespan: float | None = None  # seconds of the whole run, simulated


def render_plan(plan: Plan, look: Look, *, format: str = "tree", notes: PlanNotes | None = None) -> str:
    """Return the plan in one of FORMATS; the text ends with a newline."""
    notes = notes or PlanNotes()
    if format in ("mermaid", "dot"):
        from orchestrator.reporters.plan_graph import render_dot, render_mermaid

        return render_mermaid(plan) if format == "mermaid" else render_dot(plan)
    head = _head(plan, look, notes)
    if format == "table":
        from orchestrator.reporters.plan_table import render_table

        return f"{head}\n\n{render_table(_rows(plan, notes), look)}"
    return "\n".join([head, *_tree(plan, look, notes)]) + "\n"


def _head(plan: Plan, look: Look, notes: PlanNotes) -> str:
    counts = (_count(len(plan.tasks), "task"), _count(len(plan.groups), "group"), _count(len(plan.phases), "phase"))
    text = f"{look.paint('bold', line(plan.project))}: {counts[0]} in {counts[1]} and {counts[2]}"
    if notes.remarks:
        text += f", {len(notes.remarks)} up to date"
    if plan.limits.max_parallel_tasks:
        text += f", at most {plan.limits.max_parallel_tasks} at a time"
    text += f", {about(notes.makespan)} expected" if notes.makespan is not None else ""
    return "\n".join([*wrap(text, look.width, first="", then="  "), *_about(plan.description, look)])


def _about(description: str, look: Look) -> list[str]:
    """Return the first line of a description, if there is one: the plan is read at a glance."""
    first = description.strip().split("\n", maxsplit=1)[0]
    return [look.paint("dim", line(first))] if first else []


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s' if number != 1 else ''}"


def _tree(plan: Plan, look: Look, notes: PlanNotes) -> list[str]:
    locks = find_locks(plan)
    tasks: dict[str, list[PlannedTask]] = {}
    for task in plan.tasks:
        tasks.setdefault(task.group, []).append(task)
    lines = []
    for phase in plan.phases:
        lines += wrap(_phase_line(phase, look), look.width, first="", then="  ")
        lines += [f"  {text}" for text in _about(phase.description, look)]
        groups = [group for group in plan.groups if group.phase == phase.id]
        last = len(groups) + len(phase.checkpoint) - 1
        for place, group in enumerate(groups):
            branch, below = _branch(look, is_last=place == last)
            lines += wrap(_group_line(group, look), look.width, first=branch, then=f"{below}  ")
            lines += [f"{below}  {text}" for text in _about(group.description, look)]
            lines += _group_lines(group, tasks.get(group.id, []), look, notes, locks, below)
        for place, check in enumerate(phase.checkpoint, len(groups)):
            branch, below = _branch(look, is_last=place == last)
            lines += wrap(_check_line(check, look), look.width, first=branch, then=f"{below}  ")
    return lines


def _branch(look: Look, *, is_last: bool) -> tuple[str, str]:
    """Return what stands before a line of the tree, and before the lines below it."""
    return (look.glyph("corner"), "   ") if is_last else (look.glyph("tee"), look.glyph("pipe"))


def _phase_line(phase: PlannedPhase, look: Look) -> str:
    parts = [line(phase.name)] if phase.name else []
    parts += [line(phase.estimate)] if phase.estimate else []
    parts += [f"after {_names('phase', phase.after)}"] if phase.after else []
    return f"{look.paint('bold', f'Phase {line(phase.id)}')}  {', '.join(parts)}".rstrip()


def _group_line(group: PlannedGroup, look: Look) -> str:
    parts = [line(group.name)] if group.name else []
    if group.execution is Execution.SEQUENTIAL:
        parts.append("in order")
    else:
        parts.append(f"together, at most {group.max_parallel} at a time" if group.max_parallel else "together")
    parts += [f"after {_names('group', group.depends_on)}"] if group.depends_on else []
    return f"{look.paint('bold', f'Group {line(spoken(group.letter))}')}  {', '.join(parts)}"


def _names(word: str, ids: Sequence[str]) -> str:
    shown = [line(spoken(name.rpartition(".")[2]) if word == "group" else name) for name in ids]
    return f"{word}{'s' if len(shown) > 1 else ''} {', '.join(shown)}"


def _group_lines(
    group: PlannedGroup,
    tasks: Sequence[PlannedTask],
    look: Look,
    notes: PlanNotes,
    locks: Mapping[str, Mapping[str, tuple[str, ...]]],
    left: str,
) -> list[str]:
    widest = id_column((line(task.id) for task in tasks), look.width)
    texts = [(_task_line(task, widest, look, notes, locks.get(task.id, {})), widest + 2) for task in tasks]
    texts += [(_check_line(check, look), 2) for check in group.checkpoint]
    lines = []
    for place, (text, hang) in enumerate(texts):
        branch, below = _branch(look, is_last=place == len(texts) - 1)
        lines += wrap(text, look.width, first=left + branch, then=left + below + " " * hang)
    return lines


def _check_line(check: PlannedCheck, look: Look) -> str:
    return f"{look.paint('accent', 'checkpoint')}  {_check(check, look)}"


def _check(check: PlannedCheck, look: Look) -> str:
    command = executed(check.params)
    return line(check.title or check.type) + (f"  {look.paint('dim', command)}" if command else "")


def _task_line(
    task: PlannedTask, widest: int, look: Look, notes: PlanNotes, locks: Mapping[str, tuple[str, ...]]
) -> str:
    facts = [f"{line(task.handler)} {first_file(task)}".rstrip()]
    facts += [command] if (command := executed(task.params)) else []
    if task.id in notes.effective or task.priority is not Priority.MEDIUM:
        facts.append(_priority(task, notes))
    facts += ["alone"] if task.exclusive else []
    facts += [f"after {', '.join(map(line, task.depends_on))}"] if task.depends_on else []
    facts += [f"needs {', '.join(map(line, task.satisfied))} (done)"] if task.satisfied else []
    for path, ids in locks.items():
        where = "" if path == task.targets.writes[0] else f" on {line(path)}"
        facts.append(f"takes turns with {_some(ids)}{where}")
    facts += [f"when {line(task.when)}"] if task.when else []
    for check in task.verify:
        command = executed(check.params)
        facts.append(f"verified by {line(check.title or check.type)}" + (f" ({command})" if command else ""))
    facts += [about(notes.expected[task.id])] if task.id in notes.expected else []
    remark = f"skipped: {task.skip_reason}" if task.skip_reason else notes.remarks.get(task.id, "")
    text = f"{look.paint('bold', pad(line(task.id), widest))}  {line(task.name)}  {look.paint('dim', ', '.join(facts))}"
    return text + (f"  {look.paint('warn', line(remark))}" if remark else "")


def _priority(task: PlannedTask, notes: PlanNotes) -> str:
    effective = notes.effective.get(task.id)
    return f"{task.priority} as {effective}" if effective else str(task.priority)


def _some(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - 3} more" if len(ids) > 3 else ""
    return ", ".join(map(line, ids[:3])) + more


def _rows(plan: Plan, notes: PlanNotes) -> "list[Row]":
    """Return the table's rows, one per task."""
    from orchestrator.reporters.plan_table import Row

    letters = {group.id: group.letter for group in plan.groups}
    return [
        Row(
            id=task.id,
            place=f"{task.phase}.{letters.get(task.group, task.group)}",
            name=task.name,
            type=task.handler,
            writes=first_file(task),
            priority=_priority(task, notes),
            after=", ".join(task.depends_on),
            expected=about(notes.expected[task.id]) if task.id in notes.expected else "",
            remark=f"skipped: {task.skip_reason}" if task.skip_reason else notes.remarks.get(task.id, ""),
        )
        for task in plan.tasks
    ]
