"""The order of a run as a pure state machine: no clock, no I/O, no asyncio.

It is told what happened (`started`, `finished`, `waiting`, …) together with the moment, and says what to do next.
So the same history gives the same decisions, hypothesis can drive it through thousands of runs, and
`simulate` predicts how long a plan takes. Each event costs O(log n).
"""

from collections.abc import Collection, Mapping
from heapq import heappop, heappush
from itertools import islice
from types import MappingProxyType

from orchestrator.engine.decision import Decision, Verdict, Wait
from orchestrator.engine.dispatch import Dispatcher
from orchestrator.engine.graph import dependents_of, preferred_order
from orchestrator.engine.progress import Progress
from orchestrator.engine.reasons import explain
from orchestrator.engine.scopes import build_scopes
from orchestrator.models.plan import Plan
from orchestrator.models.status import WELL, OutcomeKind, Priority, TaskState

_STATE_OF = {
    OutcomeKind.CHANGED: TaskState.CHANGED,
    OutcomeKind.UNCHANGED: TaskState.UNCHANGED,
    OutcomeKind.SKIPPED: TaskState.SKIPPED,
    OutcomeKind.CANCELLED: TaskState.CANCELLED,
    OutcomeKind.FAILED: TaskState.FAILED,
    OutcomeKind.ERRORED: TaskState.FAILED,
    OutcomeKind.TIMED_OUT: TaskState.FAILED,
}
NO_DURATIONS: Mapping[str, float] = MappingProxyType({})
NOTHING_DONE: Mapping[str, TaskState] = MappingProxyType({})
AS_WRITTEN: Mapping[str, Priority] = MappingProxyType({})
EVERYTHING = 1 << 60


class Scheduler:
    """Decides when each task of a plan starts.

    `durations` are expected seconds per task (longest remaining path first), `done` the tasks that ended well
    in an earlier part of this run, `passed` the scopes whose checkpoint passed then. `effective` are priorities that
    count instead of the plan's (`urgency`). `keep_going` overrides every `fail_fast`. Moments are seconds of any
    clock that never goes back. Raise DocumentInvalid for a cycle.
    """

    def __init__(
        self,
        plan: Plan,
        durations: Mapping[str, float] = NO_DURATIONS,
        done: Mapping[str, TaskState] | Collection[str] = NOTHING_DONE,
        *,
        passed: Collection[str] = (),
        effective: Mapping[str, Priority] = AS_WRITTEN,
        keep_going: bool = False,
    ) -> None:
        self._tasks = plan.tasks
        self._index = {task.id: number for number, task in enumerate(plan.tasks)}
        scopes = build_scopes(plan)
        dependents = dependents_of(plan.tasks, self._index)
        order = preferred_order(plan, tuple(scopes.values()), dependents, durations, effective)
        self._scopes = scopes
        self._progress = Progress(
            plan.tasks,
            scopes,
            dependents,
            fail_fast=plan.limits.fail_fast,
            keep_going=keep_going,
            passed=passed,
            on_ready=self._ready,
        )
        self._states = self._progress.states
        limit = plan.limits.max_parallel_tasks
        self._dispatcher = Dispatcher(plan.tasks, self._progress.group, self._states, order, limit)
        self._backoff: list[tuple[float, int]] = []
        self._until: dict[int, float] = {}
        self._questions: dict[int, str] = {}
        self._measuring = 0
        if not isinstance(done, Mapping):
            done = dict.fromkeys(done, TaskState.UNCHANGED)
        self._done = {task: state for task, state in done.items() if state in WELL}

    # ------------------------------------------------------------ what happened

    def start(self, now: float) -> None:  # noqa: ARG002 - every event carries its moment
        """Begin: from now on `next` has something to say."""
        self._progress.start(self._done)

    def finished(self, task_id: str, kind: OutcomeKind, now: float, *, retry_at: float | None = None) -> None:
        """Take how an attempt ended; with `retry_at` another one follows then, unless the run or group is stopped.

        A WAITING outcome is told by `waiting`.
        """
        task = self._running(task_id)
        self._dispatcher.free(task)
        progress = self._progress
        cancelled = task in progress.cancelling
        progress.cancelling.pop(task, None)
        if retry_at is not None and not cancelled and not progress.stopping:
            self._states[task] = TaskState.READY
            if retry_at <= now:
                self._ready(task)
            else:
                self._until[task] = retry_at
                heappush(self._backoff, (retry_at, task))
            return
        progress.end(task, _STATE_OF[kind])

    def waiting(self, task_id: str, question: str = "") -> None:
        """Take that the task can go on only when a person has decided; its place and locks are free meanwhile.

        A stop of the run leaves it waiting, like every question; what failed elsewhere ends it.
        """
        task = self._running(task_id)
        self._dispatcher.free(task)
        if self._progress.cancelling.pop(task, None) is not None:
            self._progress.end(task, TaskState.CANCELLED)
            return
        self._states[task] = TaskState.WAITING
        self._questions[task] = question

    def decided(self, task_id: str) -> None:
        """Take that a person has decided about a waiting task: another attempt carries the decision out."""
        task = self._index[task_id]
        if self._states[task] is not TaskState.WAITING:
            message = f"{task_id} does not wait for a person, it is {self._states[task]}"
            raise ValueError(message)
        if self._progress.stopping:
            return
        del self._questions[task]
        self._states[task] = TaskState.READY
        self._ready(task)

    def checkpoint_finished(self, scope: str, ok: bool, now: float) -> None:  # noqa: ARG002
        """Take the answer of a scope's checkpoint, or of its guards when it has not opened yet."""
        self._measuring -= 1
        self._dispatcher.end_measuring()
        self._progress.answered(self._scopes[scope], ok)

    def stop(self, now: float) -> None:  # noqa: ARG002
        """Cancel everything: what has not started at once, what runs through `Decision.cancel`."""
        self._progress.stop("the run was stopped", running=True)

    def drain(self, reason: str = "the run was drained", cause: str | None = None) -> None:
        """Start nothing more, but let what runs come to its end."""
        self._progress.stop(reason, cause, running=False)

    # ------------------------------------------------------------ what to do

    def next(self, now: float, at_most: int = EVERYTHING) -> Decision:
        """Say what to do now; at most so many tasks are started at once."""
        self._wake(now)
        ask, measure = self._measure()
        start: list[str] = []
        while len(start) < at_most:
            task = self._dispatcher.choose()
            if task is None:
                break
            self._states[task] = TaskState.RUNNING
            start.append(self._tasks[task].id)
        progress = self._progress
        decision = Decision(
            verdict=self._verdict(bool(start or ask or measure)),
            start=tuple(start),
            ask=ask,
            measure=measure,
            cancel=tuple(progress.cancel),
            ended=tuple(progress.ended),
            opened=tuple(progress.opened),
            closed=tuple(progress.closed),
            until=self._backoff[0][0] if self._backoff else None,
        )
        for told in (progress.cancel, progress.ended, progress.opened, progress.closed):
            told.clear()
        return decision

    def _wake(self, now: float) -> None:
        while self._backoff and (
            self._backoff[0][0] <= now or self._states[self._backoff[0][1]] is not TaskState.READY
        ):
            _, task = heappop(self._backoff)
            del self._until[task]
            if self._states[task] is TaskState.READY:
                self._ready(task)

    def _measure(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Start waiting checkpoints and guards; they take a place of the run's limit like tasks."""
        ask: list[str] = []
        measure: list[str] = []
        jobs = self._progress.jobs
        while jobs and self._dispatcher.begin_measuring():
            scope = jobs.popleft()
            self._measuring += 1
            (measure if scope.opened else ask).append(scope.name)
        return tuple(ask), tuple(measure)

    def _verdict(self, dispatched: bool) -> Verdict:
        progress = self._progress
        if dispatched:
            return Verdict.DISPATCHED
        if not progress.unfinished and not progress.jobs and not self._dispatcher.busy:
            return Verdict.ALL_BLOCKED if progress.went_badly else Verdict.COMPLETE
        if self._dispatcher.busy:
            waits = self._dispatcher.has_candidates or bool(progress.jobs)
            return Verdict.AT_CAPACITY if waits else Verdict.NOTHING_READY
        if self._until:
            return Verdict.NOTHING_READY
        if any(self._states[task] is TaskState.WAITING for task in self._questions):
            return Verdict.WAITING
        message = "the scheduler has tasks left and nothing that could ever start them"
        raise RuntimeError(message)

    # ------------------------------------------------------------ how things stand

    def state(self, task_id: str) -> TaskState:
        """Return where a task stands."""
        return self._states[self._index[task_id]]

    def states(self) -> dict[str, TaskState]:
        """Return where every task stands."""
        return {task.id: state for task, state in zip(self._tasks, self._states, strict=True)}

    def scope_tasks(self, scope: str) -> tuple[str, ...]:
        """Return the ids of the tasks of a scope (`phase 1`, `group 1.a`, `run`), in document order."""
        members: list[int] = []
        pending = [self._scopes[scope]]
        for at in pending:
            members += at.members
            pending += at.children
        return tuple(self._tasks[member].id for member in sorted(members))

    def reason(self, task_id: str) -> Wait | None:
        """Return why a task does not run; None for one that runs or has ended."""
        task = self._index[task_id]
        return explain(
            self._progress, self._dispatcher, self._index, task, self._until.get(task), self._questions.get(task)
        )

    def reasons(self, most: int | None = None) -> dict[str, Wait]:
        """Return why each task that does not run and has not ended waits; only of the first `most` such tasks."""
        left = (task.id for task, state in zip(self._tasks, self._states, strict=True) if not state.is_final)
        waits = ((task, wait) for task in left if (wait := self.reason(task)) is not None)
        return dict(islice(waits, most))

    # ------------------------------------------------------------

    def _ready(self, task: int) -> None:
        self._dispatcher.add(task)

    def _running(self, task_id: str) -> int:
        task = self._index[task_id]
        if self._states[task] is not TaskState.RUNNING:
            message = f"{task_id} does not run, it is {self._states[task]}"
            raise ValueError(message)
        return task
