"""The block at the end of a run: what came out, what was measured, what failed (last), what to type next."""

from collections.abc import Sequence
from itertools import groupby

from orchestrator.errors import ExitCode
from orchestrator.models.status import DONE, RunState, TaskState
from orchestrator.reporters.cells import id_column, pad
from orchestrator.reporters.coverage_progress import moments, percent, progress_lines
from orchestrator.reporters.durations import took
from orchestrator.reporters.flags import approval, ways_of_undo
from orchestrator.reporters.outline import FEWEST_PHASES, REHEARSALS, CheckLine, Outline, TaskLine
from orchestrator.reporters.style import Look
from orchestrator.reporters.wrapping import wrap_line
from orchestrator.sanitize import line, output

_WORDS = {
    RunState.SUCCEEDED: ("DONE", "good"),
    RunState.FAILED: ("FAILED", "error"),
    RunState.WAITING: ("WAITING", "warn"),
    RunState.CANCELLED: ("STOPPED", "warn"),
    RunState.INTERRUPTED: ("INTERRUPTED", "error"),
    RunState.RUNNING: ("RUNNING", "accent"),
}
_ORDER = (
    TaskState.FAILED,
    TaskState.BLOCKED,
    TaskState.SKIPPED,
    TaskState.WAITING,
    TaskState.CANCELLED,
    TaskState.INTERRUPTED,
    TaskState.RUNNING,
    TaskState.READY,
    TaskState.PENDING,
)
_BOUNDED = (TaskState.BLOCKED, TaskState.CANCELLED)
_MOST_OF_A_KIND = 10
_MOST_SAID = 10  # lines of what a checkpoint's program printed; `logs` has all that was kept
_LEAST_SECONDS = 60
_KNOWN_STATES = frozenset(RunState)


def render_outline(outline: Outline, look: Look, width: int = 0) -> str:
    """Return the end block; every line ends with a newline, and is broken between words at a width (0 = never)."""
    lines = [_head(outline, look)]
    lines += [f"  {check_text(check, look)}" for check in outline.checks]
    lines += [f"  {row}" for row in progress_lines(moments(outline.checks), look)]
    lines += [f"  {row}" for row in phase_lines(outline)]
    lines += _task_lines(outline.tasks, look, width)
    rows = [row for text in lines for row in wrap_line(text, width)]
    return "".join(f"{row}\n" for row in [*rows, *(f"  {row}" for row in next_rows(outline))])


def next_rows(outline: Outline) -> list[str]:
    """Return the rows of the next commands. They are never broken: half a command is none."""
    return [f"{'next:' if number == 0 else '     '} {each}" for number, each in enumerate(next_commands(outline))]


def phase_lines(outline: Outline) -> list[str]:
    """Return how long each phase took; nothing for a run of one phase, or of less than a minute."""
    if len(outline.phases) < FEWEST_PHASES or sum(seconds for _, seconds in outline.phases) < _LEAST_SECONDS:
        return []
    return ["time: " + ", ".join(f"phase {line(name)} {took(seconds)}" for name, seconds in outline.phases)]


def count_text(outline: Outline) -> str:
    """Return `59 done (57 changed, 2 unchanged), 1 failed, 1 blocked of 61`."""
    counts = outline.counts
    done = {state: counts.get(state, 0) for state in DONE}
    total = sum(counts.values())
    kinds = ", ".join(f"{done[state]} {state}" for state in sorted(done) if done[state])
    parts = [f"{sum(done.values())} done" + (f" ({kinds})" if kinds else "")]
    parts += [f"{counts[state]} {state}" for state in _ORDER if counts.get(state)]
    return f"{', '.join(parts)} of {total}"


def check_text(check: CheckLine, look: Look) -> str:
    """Return one measurement: what, measured value and limit, source, and whether it holds."""
    word = look.paint("good", "met") if check.ok else look.paint("error", "NOT MET")
    parts = [f"checkpoint {line(check.scope)}: {line(check.title)}: {word}"]
    if check.value is not None and (check.unit == "%" or not check.message):
        limit = "" if check.limit is None else f", limit {percent(check.limit)}{_unit(check.unit)}"
        parts.append(f"measured {percent(check.value)}{_unit(check.unit)}{limit}")
    elif check.message:
        parts.append(line(check.message))
    parts += [line(check.source)] if check.source and check.source not in check.title else []
    parts += [f"up to date since run {line(check.since)}"] if check.since else []
    return ", ".join(parts)


def check_lines(check: CheckLine, look: Look) -> list[str]:
    """Return one measurement, and below it the end of what its program printed when it does not hold."""
    said = [output(row, colour=look.colour) for row in check.said.splitlines()[-_MOST_SAID:]]
    return [check_text(check, look), *(f"    | {row}".rstrip() for row in said)]


def next_commands(outline: Outline) -> tuple[str, ...]:
    """Return what to type next, the most useful first."""
    words = _next_words(outline)
    plan = {"run": outline.flags.plan}
    flags = outline.flags
    if flags.run:
        words = [_about_run(each, flags.run) for each in words if each != "run --failed"]  # which is of the last run
    commands = [f"{flags.program} {each}{plan.get(each.split()[0], '')}{flags.place}" for each in words]
    return tuple(map(line, commands))


def _about_run(words: str, run: str) -> str:
    """Return a command that is about the last run as one about this run."""
    name = words.split(maxsplit=1)[0]
    return words if name == "run" else f"{words} --run {run}" if name in ("logs", "approve") else f"{words} {run}"


def _next_words(outline: Outline) -> Sequence[str]:
    if outline.kind in REHEARSALS.values():  # nothing was recorded that a command could look at
        goes_well = outline.state == RunState.SUCCEEDED and outline.counts.get(TaskState.CHANGED)
        return (f"run{outline.flags.tasks}",) if goes_well and outline.kind == REHEARSALS["run"] else ()
    failed = [task for task in outline.tasks if task.state is TaskState.FAILED]
    if failed and outline.kind == "undo":
        return ways_of_undo(outline.flags)
    waiting = [task for task in outline.tasks if task.state is TaskState.WAITING]
    words = [f"logs {failed[0].id}"] if failed else []
    goes_on = outline.state == RunState.RUNNING  # it would refuse a second run, and hears of approvals by itself
    if _was_cut_short(outline):
        words.append("resume")
    elif (
        failed and not waiting and not goes_on
    ):  # `resume` tries again what failed as well, `approve` is about this run
        words.append("run --failed")
    if waiting:
        open_ = [task for task in waiting if not task.decided][:1]
        approve = [approval(task.id, needs_evidence=task.needs_evidence) for task in open_]
        words = [each for each in words if each != "resume"] + approve + ([] if goes_on else ["resume"])
    if not words and not goes_on and not all(check.ok for check in outline.checks):
        words += ["logs"] if any(check.said for check in outline.checks) else []
        words.append(f"run{outline.flags.tasks}")  # measures again, once what is missing is there
    is_good = outline.kind == "run" and outline.state == RunState.SUCCEEDED
    if not words and is_good and outline.counts.get(TaskState.CHANGED):
        words = ["diff", "undo"]
    return words


def _was_cut_short(outline: Outline) -> bool:
    """Say whether the run was ended before its tasks had their turn: `run --failed` would leave those out."""
    if outline.state in (RunState.CANCELLED, RunState.INTERRUPTED):
        return True
    is_over = outline.state == RunState.FAILED
    return is_over and bool(outline.exit_code == ExitCode.UNUSABLE or outline.counts.get(TaskState.CANCELLED))


def state_word(state: str, look: Look) -> str:
    """Return the word for a run's state in its colour."""
    word, role = _WORDS[RunState(state)] if state in _KNOWN_STATES else (state.upper(), "bold")
    return look.paint(role, line(word))


def _head(outline: Outline, look: Look) -> str:
    word = state_word(outline.state, look)
    kind = f" {line(outline.kind)}:" if outline.kind != "run" else ""
    time = f" in {took(outline.seconds)}" if outline.seconds is not None else ""
    return f"{word}{kind} {count_text(outline)}{time}"


def _task_lines(tasks: Sequence[TaskLine], look: Look, width: int) -> list[str]:
    """Return the lines of notable tasks, failures last; of what did not begin at all only the first."""
    widest = id_column((line(task.id) for task in tasks), width)
    lines = []
    for state, kind in groupby(tasks, key=lambda task: task.state):
        alike = list(kind)
        shown = alike[:_MOST_OF_A_KIND] if state in _BOUNDED else alike
        for task in shown:
            glyph, role = look.of_state(task.state)
            text = f": {line(task.text)}" if task.text and task.text != f"was {task.state}" else ""
            head = f"  {look.paint(role, glyph)} {pad(line(task.id), widest)}  {line(task.name)}"
            lines.append(f"{head}  {task.state}{text}")
        if len(shown) < len(alike):
            lines.append(f"    and {len(alike) - len(shown)} more {state}: orchestrate status")
    return lines


def _unit(unit: str) -> str:
    return f" {line(unit)}" if unit else ""
