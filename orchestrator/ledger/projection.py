"""One run, read back: rows in, RunRecord out.

How things stand is decided here and nowhere else: the newest row of a task says its state, and a run without an end is
interrupted when nobody alive works on it. Nothing of that is stored, so it cannot be stale.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from msgspec import Struct, field

from orchestrator.ledger.attempts import Attempts
from orchestrator.ledger.history import UndoneMark
from orchestrator.ledger.parts import Parts
from orchestrator.ledger.questions import questions
from orchestrator.ledger.rows import (
    APPROVAL,
    ATTEMPT_ENDED,
    ATTEMPT_STARTED,
    CHANGE,
    LAST_ATTEMPT_ENDED,
    MEASURED,
    ROLLED_BACK,
    RUN_ENDED,
    RUN_RESUMED,
    RUN_STARTED,
    TASK_ENDED,
    TASK_RESET,
    TASK_WAITING,
    Row,
    change_of,
    measured_of,
    to_time,
)
from orchestrator.models.record import RecordedChange, RunRecord, RunSummary, TaskRecord
from orchestrator.models.status import OutcomeKind, RunState, TaskState

# Looking a word up costs a fifth of calling the enum, and a big run has tens of thousands of them.
TASK_STATES: Mapping[str, TaskState] = {state.value: state for state in TaskState}
RUN_ROWS = frozenset({RUN_STARTED, RUN_RESUMED, RUN_ENDED})
STANDING_ROWS = frozenset({ATTEMPT_STARTED, ATTEMPT_ENDED, LAST_ATTEMPT_ENDED, TASK_ENDED, TASK_RESET, TASK_WAITING})


def anybody(_run: str) -> bool:
    """Take every run without an end for alive."""
    return True


def standing(kind: str, state: str | None) -> TaskState:
    """Return the state of a task whose newest row (of `STANDING_ROWS`) is this one."""
    if kind == ATTEMPT_STARTED:
        return TaskState.RUNNING
    if kind == ATTEMPT_ENDED and state != OutcomeKind.WAITING:
        return TaskState.READY  # between two attempts; the end of the task is a row of its own
    return TASK_STATES[state or TaskState.PENDING]


def is_told_by_its_own_rows(rows: Iterable[Row]) -> bool:
    """Say whether the `RUN_ROWS` of a run tell how long it was worked on; of a killed part only its attempts do."""
    kinds = [row[1] for row in rows]
    return all(after != RUN_RESUMED or before == RUN_ENDED for before, after in pairwise(kinds))


def seen_from_outside(state: TaskState, run: RunState) -> TaskState:
    """Return how a task stands, given that of its run: nothing runs in a run that does not run."""
    if run is RunState.RUNNING:
        return state
    if state is TaskState.RUNNING:
        return TaskState.INTERRUPTED
    return TaskState.PENDING if state is TaskState.READY else state


_NOTHING: Mapping[str, Any] = MappingProxyType({})


class _Task(Struct, eq=False):
    """What is known of one task so far."""

    definition: str
    state: TaskState = TaskState.PENDING
    reason: str = ""
    cause: str | None = None
    attempts: dict[int, tuple[int, Row | None]] = field(default_factory=dict)  # number -> microseconds of start, end
    outputs: Mapping[str, Any] = _NOTHING

    def record(self, task: str, run: RunState) -> TaskRecord:
        """Return the record of this task."""
        return TaskRecord(
            id=task,
            definition=self.definition,
            state=self.state if run is RunState.RUNNING else seen_from_outside(self.state, run),
            reason=self.reason,
            cause=self.cause,
            attempts=Attempts(self.attempts) if self.attempts else (),
            outputs=self.outputs,
        )


class RunBuilder:
    """Takes the rows of one run in their order; `record` says how things stand."""

    def __init__(self, undone_at: Mapping[str, UndoneMark] | None = None) -> None:
        """`undone_at` gives, per task, what took its changes back."""
        self._undone_at = undone_at or {}
        self._tasks: dict[str, _Task] = {}
        self._changes: list[Row] = []
        self._rolled_back_at: dict[tuple[str | None, int | None], int] = {}
        self._measured: list[tuple[int, Mapping[str, Any]]] = []
        self._asked: list[Row] = []
        self._start: tuple[int, Mapping[str, Any]] = (0, {})
        self._end: tuple[int, RunState, Mapping[str, Any]] | None = None
        self._parts = Parts(0)

    def add(self, rows: Iterable[Row]) -> "RunBuilder":
        """Take more rows."""
        takers = {
            ATTEMPT_STARTED: self._attempt_started,
            ATTEMPT_ENDED: self._attempt_ended,
            LAST_ATTEMPT_ENDED: self._last_attempt_ended,
            TASK_ENDED: self._task_standing,
            TASK_RESET: self._task_standing,
            TASK_WAITING: self._task_waiting,
            CHANGE: self._change,
            ROLLED_BACK: self._rolled_back,
            MEASURED: self._measurement,
            APPROVAL: self._approval,
            RUN_STARTED: self._run_started,
            RUN_RESUMED: self._run_resumed,
            RUN_ENDED: self._run_ended,
        }
        tasks = self._tasks
        for row in rows:
            kind = row[1]
            if kind == ATTEMPT_STARTED and (task := tasks.get(row[2] or "")):  # nearly half of all rows
                task.state = TaskState.RUNNING
                task.attempts[row[3] or 0] = (row[5] or 0, None)
            elif take := takers.get(kind):
                take(row)
                tasks = self._tasks
        return self

    def record(self, *, alive: bool = True) -> RunRecord:
        """Return the record; `alive` says whether somebody still works on a run without an end."""
        started, said = self._start
        time, state, end = self._ending(alive=alive)
        return RunRecord(
            id=said["id"],
            kind=said["kind"],
            started=to_time(started),
            state=state,
            command=tuple(said["command"]),
            plan=said["plan"],
            tasks=tuple([task.record(name, state) for name, task in self._tasks.items()]),
            ended=None if time is None else to_time(time),
            exit_code=end.get("exit_code"),
            seconds=self._parts.seconds if time is not None else None,
            undoes=said["undoes"],
            changes=tuple([self._recorded(row) for row in self._changes]),
            measurements=tuple([measured_of(said["id"], micros, body) for micros, body in self._measured]),
            approvals=questions(self._asked),
            breaks=self._parts.breaks(),
        )

    def summary(self, counts: Mapping[TaskState, int], *, alive: bool = True, undone: bool = False) -> RunSummary:
        """Return one line about the run; `counts` holds the tasks that have a row of their own, by its state."""
        started, said = self._start
        time, state, end = self._ending(alive=alive)
        seen = Counter({TaskState.PENDING: max(0, len(self._tasks) - sum(counts.values()))})
        for standing_now, number in counts.items():
            seen[seen_from_outside(standing_now, state)] += number
        return RunSummary(
            id=said["id"],
            kind=said["kind"],
            started=to_time(started),
            state=state,
            exit_code=end.get("exit_code"),
            seconds=self._parts.seconds if time is not None else None,
            command=tuple(said["command"]),
            counts={known: seen[known] for known in TaskState if seen[known]},
            undone=undone,
        )

    def _ending(self, *, alive: bool) -> tuple[int | None, RunState, Mapping[str, Any]]:
        if self._end is not None:
            return self._end
        return None, RunState.RUNNING if alive else RunState.INTERRUPTED, {}

    def _recorded(self, row: Row) -> RecordedChange:
        seq, _kind, task, attempt, _state, _time, body = row
        body = body or {}
        state, mark = "made", self._undone_at.get(task or "")
        if seq < self._rolled_back_at.get((task, attempt), 0):
            state = "rolled_back"
        elif mark is not None and seq < mark.seq:
            state = "undone"
        return RecordedChange(
            seq=seq,
            task=task or "",
            attempt=attempt or 0,
            change=change_of(body),
            external=body.get("external", False),
            others=tuple(body.get("others", ())),
            state=state,
            undone_by=mark.by if mark is not None and state == "undone" else "",
        )

    def _task(self, name: str | None) -> _Task:
        task = self._tasks.get(name or "")
        if task is None:
            task = self._tasks[name or ""] = _Task("")
        return task

    def _run_started(self, row: Row) -> None:
        body = row[6] or {}
        self._start = (row[5] or 0, body)
        self._parts = Parts(row[5] or 0)
        self._tasks = {name: _Task(definition) for name, definition in body["tasks"]}

    def _run_resumed(self, row: Row) -> None:
        self._end = None
        self._parts.resume(row[5] or 0, self._last_sign())
        for name, definition in (row[6] or {})["tasks"]:
            self._task(name).definition = definition

    def _run_ended(self, row: Row) -> None:
        self._end = (row[5] or 0, RunState(row[4] or ""), row[6] or {})
        self._parts.end(row[5] or 0, (row[6] or {}).get("seconds") or 0.0)

    def _last_sign(self) -> int:
        """Return when an attempt began or ended last."""
        moments = (
            max(began, (end[5] or 0) if end else 0)
            for task in self._tasks.values()
            for began, end in task.attempts.values()
        )
        return max(moments, default=0)

    def _attempt_started(self, row: Row) -> None:
        task = self._tasks.get(row[2] or "") or self._task(row[2])
        task.state = TaskState.RUNNING
        task.attempts[row[3] or 0] = (row[5] or 0, None)

    def _attempt_ended(self, row: Row) -> _Task:
        _, _, name, number, _, time, body = row
        task = self._tasks.get(name or "") or self._task(name)
        known = task.attempts.get(number or 0)
        task.attempts[number or 0] = (known[0] if known else time or 0, row)
        task.state = TaskState.WAITING if row[4] == OutcomeKind.WAITING else TaskState.READY
        task.outputs = body["outputs"] if body and "outputs" in body else _NOTHING
        return task

    def _last_attempt_ended(self, row: Row) -> None:
        task, body = self._attempt_ended(row), row[6]
        task.state = TASK_STATES[row[4] or ""]
        task.reason = body["summary"] if body and "summary" in body else ""
        task.cause = None

    def _task_standing(self, row: Row) -> None:
        task, body = self._task(row[2]), row[6] or {}
        task.state = TASK_STATES[row[4] or ""]
        task.reason = body.get("reason", "")
        task.cause = body.get("cause")

    def _task_waiting(self, row: Row) -> None:
        self._task_standing(row)
        self._asked.append(row)

    def _approval(self, row: Row) -> None:
        self._asked.append(row)

    def _change(self, row: Row) -> None:
        self._changes.append(row)

    def _rolled_back(self, row: Row) -> None:
        self._rolled_back_at[row[2], row[3]] = row[0]

    def _measurement(self, row: Row) -> None:
        self._measured.append((row[5] or 0, row[6] or {}))
