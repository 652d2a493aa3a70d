"""What is said about each piece of news; how it is laid out is the displays' business.

Texts in a `Told` are harmless for a terminal: everything of unknown origin went through `sanitize`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from orchestrator.models.events import Event, EventType
from orchestrator.models.status import TaskState
from orchestrator.reporters import news
from orchestrator.reporters.board import Board, check_of, ending, state_of
from orchestrator.reporters.durations import about, took
from orchestrator.reporters.sanitize import line, output
from orchestrator.reporters.style import Look, names_of_state
from orchestrator.reporters.summary import check_text

_TAIL = 20  # lines of a failure's output; the rest is in its log


class Weight(IntEnum):
    """How much a line matters: `--quiet` shows only TROUBLE, `--verbose` shows DETAIL as well."""

    TROUBLE = 0
    NORMAL = 1
    START = 2  # said where nothing is redrawn
    DETAIL = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One thing to say. `word` and `glyph` say what happened, `role` is their colour; `below` are further lines."""

    text: str
    weight: Weight = Weight.NORMAL
    word: str = ""
    glyph: str = ""
    role: str = "dim"
    task: str = ""
    below: tuple[str, ...] = ()


def tell(event: Event, board: Board, began: float, now: float, look: Look) -> Told | None:
    """Return what to say about an event that is on the board already; `began` is when its task started."""
    part = _PARTS.get(event.type)
    return part(_Scene(event=event, board=board, seconds=now - began, look=look)) if part else None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Scene:
    """An event and what is known around it."""

    event: Event
    board: Board
    seconds: float
    look: Look

    def said(self, key: str) -> str:
        """Return a text of the event as one harmless line."""
        return line(news.text(self.event, key).strip())

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
    return Told(text=f"{line(board.kind)} {line(board.run)}: {board.total} tasks, {line(board.plan.project)}")


def _run_stopping(scene: _Scene) -> Told:
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
    state = scene.said("state")
    if state not in (TaskState.FAILED, TaskState.BLOCKED):
        return None
    group, phase = scene.event.group, scene.event.phase
    scope = f"group {line(group)}" if group else f"phase {line(phase or '')}"
    return Told(text=f"{scope} {scene.look.paint('bad', state)}  {scene.said('name')}".rstrip(), weight=Weight.TROUBLE)


def _task_started(scene: _Scene) -> Told | None:
    if (scene.event.attempt or 1) > 1:
        return None
    expected = news.number(scene.event, "expected")
    return scene.task("start", "run", "dim", f"expected {about(expected)}" if expected else "", weight=Weight.START)


def _task_output(scene: _Scene) -> Told:
    text = output(news.text(scene.event, "line"), colour=scene.look.colour)
    return Told(text=f"[{line(scene.event.task or '')}] {text}", weight=Weight.DETAIL)


def _task_progress(scene: _Scene) -> Told:
    return Told(text=f"[{line(scene.event.task or '')}] {scene.said('text')}", weight=Weight.DETAIL)


def _task_retry(scene: _Scene) -> Told:
    attempt, of = news.whole(scene.event, "attempt"), news.whole(scene.event, "of")
    wait = news.number(scene.event, "wait")
    summary = scene.said("summary")
    what = f"attempt {attempt or scene.event.attempt or 1}{f' of {of}' if of else ''} failed"
    again = f", again in {took(wait)}" if wait is not None else ", again"
    return scene.task("retry", "retry", "warn", f"{what}{f': {summary}' if summary else ''}{again}")


def _task_waiting(scene: _Scene) -> Told:
    question = line(news.text(scene.event, "question").strip().split("\n")[0])
    command = f"orchestrate approve {line(scene.board.run)} {line(scene.event.task or '')}"
    return scene.task("waiting", "wait", "warn", question, f"({command})", weight=Weight.TROUBLE)


def _task_finished(scene: _Scene) -> Told:
    state = state_of(scene.event)
    seconds = news.number(scene.event, "seconds")
    time = took(seconds if seconds is not None else scene.seconds)
    glyph, role = names_of_state(state)
    if state is TaskState.FAILED:
        return _failure(scene, time)
    if state is TaskState.BLOCKED:
        cause = scene.said("cause")
        why = f"needs {cause}, which did not end well" if cause else scene.said("summary")
        return scene.task(state, glyph, role, why, weight=Weight.TROUBLE)
    ran = state in (TaskState.CHANGED, TaskState.UNCHANGED)
    weight = Weight.NORMAL if state.went_well else Weight.TROUBLE
    return scene.task(state, glyph, role, time if ran else "", scene.said("summary"), weight=weight)


def _failure(scene: _Scene, time: str) -> Told:
    """Say how it failed, with the end of its output and where the whole of it is."""
    event, summary = scene.event, scene.said("summary")
    attempt, of = news.whole(event, "attempt") or event.attempt or 1, news.whole(event, "of")
    tries = f", attempt {attempt}{f' of {of}' if of else ''}" if attempt > 1 or of else ""
    code = ending(event.data)
    tail = news.text(event, "detail").rstrip().splitlines()[-_TAIL:]
    below = [f"    | {output(text, colour=scene.look.colour)}".rstrip() for text in tail]
    if log := scene.said("log"):
        below.append(f"    log: .orchestrate/{log}")
    words = f"{code or 'failed'} after {time}{tries}"
    return scene.task("FAILED", "bad", "error", words, summary, weight=Weight.TROUBLE, below=tuple(below))


def _checkpoint(scene: _Scene) -> Told:
    check = check_of(scene.event)
    return Told(text=check_text(check, scene.look), weight=Weight.NORMAL if check.ok else Weight.TROUBLE)


def _guard(scene: _Scene) -> Told | None:
    if news.said_yes(scene.event):
        return None
    title, message = scene.said("title"), scene.said("message")
    return Told(text=f"{scene.look.paint('warn', 'guard')} {title}: {message}", weight=Weight.TROUBLE)


def _warning(scene: _Scene) -> Told:
    text = f"{scene.look.paint('warning', 'warning')}: {scene.said('message')}"
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
