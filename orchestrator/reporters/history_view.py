"""The runs of a repository as lines, newest first."""

from collections.abc import Sequence

from orchestrator.models.record import MEASURE, RunSummary, TaskRecord
from orchestrator.models.status import DONE, TaskState
from orchestrator.reporters.cells import cells, clip, pad
from orchestrator.reporters.durations import took
from orchestrator.reporters.style import Look
from orchestrator.reporters.summary import state_word
from orchestrator.sanitize import line

_GAP = "  "
_LEAST = 8  # columns for a command; with fewer it is left out


def render_history(runs: Sequence[RunSummary], look: Look) -> str:
    """Return one line per run; every line ends with a newline, no run gives a sentence."""
    if not runs:
        return "no runs yet\n"
    rows = [_cells_of(run) for run in runs]
    widths = [max(cells(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for run, row in zip(runs, rows, strict=True):
        padded = [pad(text, width) for text, width in zip(row, widths, strict=True)]
        command = line(" ".join(run.command))
        plain = Look(width=look.width, ascii=look.ascii)
        room = look.width - sum(widths) - len(_GAP) * len(widths)
        if look.width:
            command = clip(command, room, plain.glyph("ellipsis")) if room >= _LEAST else ""
        padded[1] = state_word(run.state, look) + " " * (widths[1] - cells(row[1]))
        lines.append(_GAP.join([*padded, look.paint("dim", command)]).rstrip())
    return "".join(f"{text}\n" for text in lines)


def render_task_history(lives: Sequence[tuple[str, TaskRecord]]) -> str:
    """Return one line per attempt of a task, newest first; one for a run in which it had none."""
    rows = [row for run, task in lives for row in _attempts_of(run, task)]
    widths = [max(cells(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    return "".join(
        _GAP.join([*(pad(text, width) for text, width in zip(row, widths, strict=False)), row[-1]]).rstrip() + "\n"
        for row in rows
    )


def _attempts_of(run: str, task: TaskRecord) -> list[list[str]]:
    """Return run, attempt, how it ended, its seconds and what it said."""
    if not task.attempts:
        return [[line(run), "-", task.state.value, "-", line(task.reason)]]
    return [
        [
            line(run),
            str(attempt.number),
            (attempt.kind or task.state).value,
            took(attempt.seconds) if attempt.seconds is not None else "-",
            line(" ".join(attempt.summary.split())),
        ]
        for attempt in reversed(task.attempts)
    ]


def _cells_of(run: RunSummary) -> list[str]:
    done = sum(run.counts.get(state, 0) for state in DONE)
    failed = run.counts.get(TaskState.FAILED, 0)
    tasks = f"{done} of {sum(run.counts.values())} done" + (f", {failed} failed" if failed else "")
    kind = "undo, " if run.kind == "undo" else ""
    tasks = "measured" if run.kind == MEASURE else tasks
    return [
        line(run.id),
        state_word(run.state, Look()),
        run.started.strftime("%Y-%m-%d %H:%M"),
        took(run.seconds) if run.seconds is not None else "-",
        f"{kind}{tasks}" + (", undone" if run.undone else ""),
    ]
