"""How a run stands right now, gathered from its news; the displays draw what is on the board."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from orchestrator.models.events import Event, EventType
from orchestrator.models.plan import Plan
from orchestrator.models.status import FINAL, RunState, TaskState
from orchestrator.reporters import news
from orchestrator.reporters.flags import NO_FLAGS, Flags
from orchestrator.reporters.outline import NOTABLE, REHEARSALS, CheckLine, Outline, TaskLine

_STATES = frozenset(TaskState)


class Running(Struct, kw_only=True):
    """A task that runs or waits for a person; times are seconds of the display's clock."""

    id: str
    name: str
    started: float
    expected: float | None = None
    attempt: int = 1
    last: str = ""
    waits: bool = False
    backoff: bool = False  # between two attempts


class Board:
    """Follows the news of one run; `expected` holds the seconds that tasks took in earlier runs."""

    def __init__(
        self, plan: Plan, now: float, expected: Mapping[str, float] | None = None, flags: Flags = NO_FLAGS
    ) -> None:
        self.plan = plan
        self.flags = flags
        self._expected = dict(expected or {})
        self.began = now
        self.run = ""
        self.kind = "run" if plan.document else "undo"  # only an undo has a plan without a document
        self.state = ""
        self.stopping = ""
        self.seconds: float | None = None
        self.exit_code: int | None = None
        self.retries = 0
        self.names = {task.id: task.name for task in plan.tasks}
        self.retry = {task.id: task.retry for task in plan.tasks}
        self._first_attempts: dict[str, int] = {}  # of this part of the run: a resume goes on with the numbers
        self.phases: dict[str, str] = {}  # those that run, with their names
        self.states: dict[str, TaskState] = {task.id: TaskState.PENDING for task in plan.tasks}
        self._counts = Counter(self.states.values())
        self.running: dict[str, Running] = {}
        self._notable: dict[str, TaskLine] = {}
        self._checks: dict[tuple[str, str, str], CheckLine] = {}
        self._phase_began: dict[str, datetime] = {}
        self._phase_seconds: dict[str, float] = {}
        self._phase_names = {phase.id: phase.name for phase in plan.phases}

    @property
    def total(self) -> int:
        """Return how many tasks there are."""
        return len(self.states)

    @property
    def ended(self) -> int:
        """Return how many tasks have ended, however."""
        return self.count(*FINAL)

    def name(self, task: str) -> str:
        """Return the name of a task, or nothing when nobody said it."""
        return self.names.get(task, "")

    def tries(self, task: str, attempt: int) -> int:
        """Return how many attempts there were in this part of the run with this one: those that `retry` counts."""
        return attempt - self._first_attempts.get(task, 1) + 1

    def was_resumed(self, task: str) -> bool:
        """Say whether an earlier part of the run has attempts of the task, too."""
        return self._first_attempts.get(task, 1) > 1

    def needs_evidence(self, task: str) -> bool:
        """Say whether the task cannot be approved without evidence."""
        return any(each.id == task and each.params.get("evidence") == "required" for each in self.plan.tasks)

    def count(self, *states: TaskState) -> int:
        """Return how many tasks are in one of the states."""
        return sum(self._counts[state] for state in states)

    def was_called_off(self, task: str) -> bool:
        """Say whether the task has no result of its own because somebody stopped the run."""
        return bool(self.stopping) and self.states.get(task) is TaskState.CANCELLED

    def left(self, now: float) -> float | None:
        """Estimate the seconds to the end from earlier runs; None unless every task that is left was timed."""
        remaining = []
        for task, state in self.states.items():
            if state.is_final:
                continue
            row = self.running.get(task)
            expected = row.expected if row else self._expected.get(task)
            if expected is None or state is TaskState.WAITING:
                return None
            remaining.append(max(0.0, expected - (now - row.started)) if row else expected)
        if not remaining:
            return None
        at_once = self.plan.limits.max_parallel_tasks or max(1, len(self.running))
        return max(*remaining, sum(remaining) / at_once) if len(remaining) > 1 else remaining[0]

    def take(self, event: Event, now: float) -> None:
        """Note one piece of news; what is not understood changes nothing."""
        self.run = self.run or event.run
        if event.type is EventType.CHECKPOINT:
            if not news.texts(event, "listed"):
                self._take_check(event)
        elif event.task is not None:
            self._take_task(event, event.task, now)
        else:
            self._take_run(event)

    def outline(self, now: float) -> Outline:
        """Return the run in short; its tasks as the plan has them, whichever ended first."""
        place = {task: number for number, task in enumerate(self.states)}
        notable = sorted(self._notable.values(), key=lambda entry: (NOTABLE.index(entry.state), place.get(entry.id, 0)))
        return Outline(
            run=self.run,
            kind=self.kind,
            state=self.state or RunState.INTERRUPTED,
            seconds=self.seconds if self.seconds is not None else now - self.began,
            counts={state: number for state, number in self._counts.items() if number},
            tasks=tuple(notable),
            checks=tuple(self._checks.values()),
            flags=self.flags,
            phases=tuple((name, seconds) for name, seconds in self._phase_seconds.items() if seconds > 0),
            exit_code=self.exit_code,
        )

    def _take_run(self, event: Event) -> None:
        if event.type is EventType.RUN_STARTED:
            self.kind = REHEARSALS[self.kind] if news.says_yes(event, "dry_run") else self.kind
            for task, state in news.states(event, "done").items():
                self._set(task, state)
        elif event.type is EventType.RUN_STOPPING:
            self.stopping = news.text(event, "reason", "asked to")
        elif event.type is EventType.RUN_FINISHED:
            self.state = news.text(event, "state")
            self.seconds = news.number(event, "seconds")
            code = news.number(event, "exit_code")
            self.exit_code = None if code is None else int(code)
        elif event.type is EventType.PHASE_STARTED and event.phase:
            self._phase_began[event.phase] = event.time
            self.phases[event.phase] = news.text(event, "name", self._phase_names.get(event.phase, ""))
        elif event.type is EventType.PHASE_FINISHED and event.phase:
            self.phases.pop(event.phase, None)
            began = self._phase_began.pop(event.phase, event.time)
            self._phase_seconds[event.phase] = (event.time - began).total_seconds()

    def _take_task(self, event: Event, task: str, now: float) -> None:
        if event.type is EventType.TASK_STARTED:
            self._start(event, task, now)
        elif event.type is EventType.TASK_FINISHED:
            self._finish(event, task)
        elif (row := self.running.get(task)) is not None:
            if event.type in (EventType.TASK_OUTPUT, EventType.TASK_PROGRESS):
                row.last = news.text(event, "text").rstrip().rpartition("\n")[2] or row.last
            elif event.type is EventType.TASK_RETRY:
                self.retries += 1
                row.backoff, row.last = True, news.text(event, "summary")
        if event.type is EventType.TASK_WAITING:
            self._wait(event, task, now)

    def _start(self, event: Event, task: str, now: float) -> None:
        if name := news.text(event, "name"):
            self.names[task] = name
        self._set(task, TaskState.RUNNING)
        self._notable.pop(task, None)
        self._first_attempts.setdefault(task, event.attempt or 1)
        row = self.running.get(task)
        if row is None:  # a further attempt keeps its row and its time
            row = self.running[task] = Running(id=task, name=self.name(task), started=now)
        row.expected = news.number(event, "expected") or row.expected or self._expected.get(task)
        row.attempt, row.waits, row.backoff = event.attempt or 1, False, False

    def _set(self, task: str, state: TaskState) -> None:
        before = self.states.get(task)
        if before is not None:
            self._counts[before] -= 1
        self._counts[state] += 1
        self.states[task] = state

    def _wait(self, event: Event, task: str, now: float) -> None:
        self._set(task, TaskState.WAITING)
        row = self.running.setdefault(task, Running(id=task, name=self.name(task), started=now))
        row.waits, row.last = True, news.text(event, "question")
        question = row.last.strip().split("\n")[0]
        self._notable[task] = TaskLine(
            id=task,
            name=self.name(task),
            state=TaskState.WAITING,
            text=question,
            needs_evidence=self.needs_evidence(task),
        )

    def _finish(self, event: Event, task: str) -> None:
        if name := news.text(event, "name"):
            self.names[task] = name
        state = state_of(event)
        self._set(task, state)
        self.running.pop(task, None)
        self._notable.pop(task, None)
        if state in NOTABLE:
            cause = news.text(event, "cause")
            text = f"needs {cause}" if state is TaskState.BLOCKED and cause else news.text(event, "summary")
            log = news.text(event, "log") or None
            self._notable[task] = TaskLine(id=task, name=self.name(task), state=state, text=text, log=log)

    def _take_check(self, event: Event) -> None:
        check = check_of(event)
        self._checks[check.scope, check.title, check.source] = check


def state_of(event: Event) -> TaskState:
    """Return the state that a `task.finished` names; an unknown word counts as failed."""
    word = news.text(event, "state")
    return TaskState(word) if word in _STATES else TaskState.FAILED


def check_of(event: Event) -> CheckLine:
    """Return the measurement that a `checkpoint` event tells."""
    return CheckLine(
        scope=news.text(event, "scope"),
        title=news.text(event, "title", "checkpoint"),
        ok=news.says_yes(event, "ok"),
        value=news.number(event, "value"),
        limit=news.number(event, "limit"),
        unit=news.text(event, "unit"),
        source=news.text(event, "source"),
        message=news.text(event, "message"),
        type=news.text(event, "type"),
        details=news.map_of(event, "details"),
        since=news.text(event, "since"),
    )


def ending(data: Mapping[str, object]) -> str:
    """Return how a failed attempt ended in a few words: `exit 1`, or nothing when there was no program."""
    code = news.number_of(data, "exit_code")
    return f"exit {int(code)}" if code is not None and code != 0 else ""
