"""What is said about each piece of news; how it is laid out is the displays' business.

Texts in a `Told` are harmless for a terminal: everything of unknown origin went through `sanitize`.
"""

from collections.abc import Callable
from enum import IntEnum

from msgspec import Struct

from orchestrator.models.events import Event, EventType
from orchestrator.models.plan import ONCE
from orchestrator.models.status import TaskState
from orchestrator.reporters import news
from orchestrator.reporters.board import Board, check_of, ending, state_of
from orchestrator.reporters.durations import about, took
from orchestrator.reporters.flags import approval
from orchestrator.reporters.style import Look, names_of_state
from orchestrator.reporters.summary import check_text
from orchestrator.sanitize import line, output

_NOTHING = 0.05  # seconds that would be shown as 0.0
_LONG_COMMAND = 40  # characters
_TAIL = 20  # lines of a failure's output; the rest is in its log


class Weight(IntEnum):
    """How much a line matters: `--quiet` shows only TROUBLE, `--verbose` shows DETAIL as well."""

    TROUBLE = 0
    NORMAL = 1
    START = 2  # said where nothing is redrawn
    DETAIL = 3


class Told(Struct, frozen=True, kw_only=True):
    """One thing to say. `word` and `glyph` say what happened, `role` is their colour; `below` are further lines."""

    text: str
    weight: Weight = Weight.NORMAL
    word: str = ""
    glyph: str = ""
    role: str = "dim"
    task: str = ""
    below: tuple[str, ...] = ()


def tell(event: Event, board: Board, look: Look, most: Weight = Weight.DETAIL) -> Told | None:
    """Return what to say about an event that is on the board already; what surely weighs more than `most` is left."""
    part = _PARTS.get(event.type) if _lightest(event) <= most else None
    return part(_Scene(event=event, board=board, look=look)) if part else None


def _lightest(event: Event) -> Weight:
    """Return the least that a line about the event weighs: known for what comes with every task of a big run."""
    if event.type is EventType.TASK_FINISHED:
        return Weight.NORMAL if state_of(event).went_well else Weight.TROUBLE
    if event.type is EventType.TASK_STARTED:
        return Weight.START
    return Weight.DETAIL if event.type in (EventType.TASK_OUTPUT, EventType.TASK_PROGRESS) else Weight.TROUBLE


class _Scene(Struct, frozen=True, kw_only=True):
    """An event and what is known around it."""

    event: Event
    board: Board
    look: Look

    def said(self, key: str) -> str:
        """Return a text of the event as one harmless line."""
        return line(news.text(self.event, key).strip())

    def rows(self, key: str) -> list[str]:
        """Return the lines of a text, as they came."""
        return news.text(self.event, key).rstrip("\r\n").split("\n")

    @property
    def attempt(self) -> int:
        """Return which attempt this is about, counted as `retry` does: anew when the run is resumed."""
        return self.board.tries(self.event.task or "", self.event.attempt or 1)

    @property
    def try_text(self) -> str:
        """Return `attempt 2 of 3`; a task that waited for a person may have more attempts than `retry` gives it."""
        task = self.event.task or ""
        most = self.board.retry.get(task, ONCE).attempts
        text = f"attempt {self.attempt}" + (f" of {most}" if self.attempt <= most else "")
        return text + (" since the resume" if most > 1 and self.board.was_resumed(task) else "")

    def task(
        self,
        word: str,
        glyph: str,
        role: str,
        *parts: str,
        weight: Weight = Weight.NORMAL,
        below: tuple[str, ...] = (),
    ) -> Told:
        """Return a line about the event's task: its name, then the parts that say something."""
        task = self.event.task or ""
        text = "  ".join(part for part in (line(self.board.name(task)), *parts) if part)
        shown = self.look.glyph(glyph)
        return Told(text=text, word=word, glyph=shown, role=role, task=line(task), weight=weight, below=below)


def _run_started(scene: _Scene) -> Told:
    board = scene.board
    tasks = f"{board.total} task{'s' if board.total != 1 else ''}"
    return Told(text=f"{line(board.kind)} {line(board.run)}: {tasks}, {line(board.plan.project)}")


def _run_stopping(scene: _Scene) -> Told:
    if news.says_yes(scene.event, "at_once"):
        return Told(text="stopping at once", weight=Weight.TROUBLE)
    running = ", ".join(map(line, scene.board.running)) or "nothing"
    text = f"stopping ({line(scene.board.stopping)}): nothing new starts, ending {running}; once more stops at once"
    return Told(text=text, weight=Weight.TROUBLE)


def _phase_started(scene: _Scene) -> Told | None:
    phase = scene.event.phase
    if not phase:
        return None
    name = line(scene.board.phases.get(phase, ""))
    return Told(text=scene.look.paint("bold", f"phase {line(phase)}{f': {name}' if name else ''}"))


def _scope_finished(scene: _Scene) -> Told | None:
    """Tell the end of a phase or group only when it did not go well: its tasks have said the rest."""
    if not news.says_no(scene.event, "ok"):
        return None
    group, phase = scene.event.group, scene.event.phase
    scope = f"group {line(group)}" if group else f"phase {line(phase or '')}"
    cause = scene.said("cause")
    if scene.board.was_called_off(news.text(scene.event, "cause")):
        return Told(text=f"{scope} {scene.look.paint('warn', 'was stopped')}", weight=Weight.TROUBLE)
    its_own = cause == scope  # nothing in it failed
    because = f", because of {'its checkpoint' if its_own else cause}" if cause else ""
    return Told(text=f"{scope} {scene.look.paint('bad', 'did not end well')}{because}", weight=Weight.TROUBLE)


def _task_started(scene: _Scene) -> Told | None:
    row = scene.board.running.get(scene.event.task or "")
    expected = f"expected {about(row.expected)}" if row and row.expected else ""
    again = scene.try_text if scene.attempt > 1 else ""
    return scene.task("start", "run", "dim", again, expected, weight=Weight.START)


def _task_output(scene: _Scene) -> Told:
    return _with_task(scene, [output(row, colour=scene.look.colour) for row in scene.rows("text")])


def _task_progress(scene: _Scene) -> Told:
    return _with_task(scene, [line(row) for row in scene.rows("text")])


def _with_task(scene: _Scene, rows: list[str]) -> Told:
    """Return lines of a task with its id before each: those of several tasks come mixed."""
    first, *rest = [f"[{line(scene.event.task or '')}] {row}" for row in rows or [""]]
    return Told(text=first, below=tuple(rest), weight=Weight.DETAIL)


def _task_retry(scene: _Scene) -> Told:
    pause, summary = news.number(scene.event, "pause"), scene.said("summary")
    what = f"{scene.try_text} failed{f': {summary}' if summary else ''}"
    return scene.task("retry", "retry", "warn", f"{what}, again{f' in {took(pause)}' if pause else ''}")


def _task_waiting(scene: _Scene) -> Told | None:
    if news.says_yes(scene.event, "asking"):
        return None  # the question comes next, on this terminal
    question = line(news.text(scene.event, "question").strip().split("\n")[0])
    task, flags = scene.event.task or "", scene.board.flags
    command = f"{flags.program} {approval(line(task), needs_evidence=scene.board.needs_evidence(task))}{flags.place}"
    if len(command) > _LONG_COMMAND:  # broken between words it could not be copied
        return scene.task("waiting", "wait", "warn", question, weight=Weight.TROUBLE, below=(f"    {command}",))
    return scene.task("waiting", "wait", "warn", question, f"({command})", weight=Weight.TROUBLE)


def _task_finished(scene: _Scene) -> Told | None:
    state = state_of(scene.event)
    seconds = news.number(scene.event, "seconds")
    time = "" if seconds is None or seconds < _NOTHING else took(seconds)
    glyph, role = names_of_state(state)
    if state is TaskState.FAILED:
        return _failure(scene, time)
    if state is TaskState.CANCELLED and scene.event.attempt is None and scene.board.stopping:
        return None  # it never began, and that nothing new starts has been said
    if state is TaskState.BLOCKED:
        cause = scene.said("cause")
        why = f"needs {cause}, which did not end well" if cause else scene.said("summary")
        return scene.task(state, glyph, role, why, weight=Weight.TROUBLE)
    ran = state in (TaskState.CHANGED, TaskState.UNCHANGED)
    weight = Weight.NORMAL if state.went_well else Weight.TROUBLE
    summary = scene.said("summary")
    summary = "" if summary == f"was {state}" else summary  # that is its word already
    return scene.task(state, glyph, role, time if ran else "", summary, weight=weight)


def _failure(scene: _Scene, time: str) -> Told:
    """Say how it failed, with the end of its output and where the whole of it is."""
    event = scene.event
    how = " after ".join(part for part in (ending(event.data), time) if part)
    tries = scene.try_text if scene.try_text != "attempt 1 of 1" else ""
    below = list(_tail_of(scene, news.text(event, "detail")))
    if log := scene.said("log"):
        below.append(f"    log: .orchestrate/{log}")
    parts = (", ".join(part for part in (how, tries, _not_repeated(scene)) if part), scene.said("summary"))
    return scene.task("FAILED", "bad", "error", *parts, weight=Weight.TROUBLE, below=tuple(below))


def _not_repeated(scene: _Scene) -> str:
    """Say of a failure of a task with `retry` that its kind is not among those that are repeated."""
    retry, failure = scene.board.retry.get(scene.event.task or "", ONCE), scene.said("failure")
    if retry.attempts == 1 or not failure or failure in retry.on:
        return ""
    return f"not repeated: `retry.on` has no `{failure}`"


def _tail_of(scene: _Scene, text: str) -> tuple[str, ...]:
    """Return the last lines of what a program printed, as they stand below the line about it."""
    return tuple(
        f"    | {output(row, colour=scene.look.colour)}".rstrip() for row in text.rstrip().splitlines()[-_TAIL:]
    )


def _checkpoint(scene: _Scene) -> Told:
    listed = news.texts(scene.event, "listed")
    if listed:
        titles = "; ".join(map(line, listed))
        return Told(text=f"checkpoint {scene.said('scope')}: not measured in a dry run: {titles}")
    check = check_of(scene.event)
    if check.ok:
        return Told(text=check_text(check, scene.look))
    below = _tail_of(scene, check.said)
    return Told(text=check_text(check, scene.look), weight=Weight.TROUBLE, below=below)


def _guard(scene: _Scene) -> Told | None:
    if news.says_yes(scene.event, "ok"):
        return None
    title, message = scene.said("title"), scene.said("message")
    return Told(text=f"{scene.look.paint('warn', 'guard')} {title}: {message}", weight=Weight.TROUBLE)


def _warning(scene: _Scene) -> Told:
    text = f"{scene.look.paint('warning', 'warning')}: {scene.said('text')}"
    return Told(text=text, weight=Weight.TROUBLE)


_PARTS: dict[EventType, Callable[[_Scene], Told | None]] = {
    EventType.RUN_STARTED: _run_started,
    EventType.RUN_STOPPING: _run_stopping,
    EventType.PHASE_STARTED: _phase_started,
    EventType.PHASE_FINISHED: _scope_finished,
    EventType.GROUP_FINISHED: _scope_finished,
    EventType.TASK_STARTED: _task_started,
    EventType.TASK_OUTPUT: _task_output,
    EventType.TASK_PROGRESS: _task_progress,
    EventType.TASK_RETRY: _task_retry,
    EventType.TASK_WAITING: _task_waiting,
    EventType.TASK_FINISHED: _task_finished,
    EventType.CHECKPOINT: _checkpoint,
    EventType.GUARD: _guard,
    EventType.WARNING: _warning,
}
