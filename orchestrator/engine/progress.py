"""What may run: dependencies, gates and how the end of one task decides about others.

The other half of the scheduler, dispatch.py, decides which of them run now. Consequences are worked off from a
queue, never by recursion: one failure may block 100,000 tasks in a row.
"""

from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from orchestrator.engine.decision import Closed, Ended
from orchestrator.engine.scopes import RUN, Scope
from orchestrator.models.plan import PlannedTask
from orchestrator.models.status import FINAL, WELL, TaskState


class Progress:
    """The states of all tasks and scopes; changes are collected for the next decision."""

    def __init__(
        self,
        tasks: Sequence[PlannedTask],
        scopes: Mapping[str, Scope],
        dependents: Sequence[Sequence[int]],
        *,
        fail_fast: bool,
        keep_going: bool,
        passed: Collection[str],
        on_ready: Callable[[int], None],
    ) -> None:
        self.tasks = tasks
        self.scopes = scopes
        self.dependents = dependents
        self.states = [TaskState.PENDING] * len(tasks)
        self.needs = [len(task.depends_on) + 1 for task in tasks]  # + 1: the turn, given by the group
        self.group = [scopes[f"group {task.group}"] for task in tasks]
        self.place = [0] * len(tasks)
        for scope in scopes.values():
            for place, task in enumerate(scope.members):
                self.place[task] = place
        self.unfinished = len(tasks)
        self.stopping = False
        self.went_badly = False
        self.jobs: deque[Scope] = deque()  # scopes whose guards or checkpoint are to be measured
        self.ended: list[Ended] = []
        self.opened: list[str] = []
        self.closed: list[Closed] = []
        self.cancel: list[str] = []
        self.cancelling: dict[int, str | None] = {}  # with what made it necessary, None for a stop
        self._fail_fast = fail_fast
        self._keep_going = keep_going
        self._passed = passed
        self._on_ready = on_ready
        self._stopped = False  # what runs was asked to end, too
        self._steps: deque[tuple[Callable[..., None], tuple[Any, ...]]] = deque()

    # ------------------------------------------------------------ what the scheduler tells

    def start(self, done: Mapping[str, TaskState]) -> None:
        """Open the run; tasks in `done` have ended well before."""
        for task, planned in enumerate(self.tasks):
            state = done.get(planned.id)
            if state is None:
                continue
            self.states[task] = state
            self.unfinished -= 1
            self.group[task].left -= 1
            for dependent in self.dependents[task]:
                self.needs[dependent] -= 1
        for scope in self.scopes.values():
            self._note_work(scope, scope.left if scope.members else 0)
        self._open(self.scopes[RUN])
        self.settle()

    def _note_work(self, scope: Scope, tasks: int) -> None:
        at: Scope | None = scope
        while at is not None:
            at.work += tasks
            at = at.parent

    def end(self, task: int, state: TaskState, reason: str = "", cause: str | None = None) -> None:
        """Put a task into a terminal state, with all that follows from it."""
        self._end(task, state, reason, cause)
        if self._steps:
            self.settle()

    def answered(self, scope: Scope, ok: bool) -> None:
        """Take the answer of a scope's guards (it has not opened yet) or checkpoint."""
        scope.measuring = False
        if not scope.opened:
            scope.asked = True
            if ok and not self.stopping:
                self._open(scope)
            else:
                self._block(scope, scope.name, f"the guards of {scope.name} said no", "its guards said no")
        else:
            if not ok:
                self._shut(scope, scope.name, "its checkpoint did not pass")
                if self._fail_fast and not self._keep_going:
                    self._stop(f"fail_fast: the checkpoint of {scope.name} did not pass", scope.name)
            self._finish(scope)
        self.settle()

    def stop(self, reason: str, cause: str | None = None, *, running: bool) -> None:
        """Cancel what has not started; with `running` ask for the end of what runs, too."""
        self._stop(reason, cause, running=running)
        self.settle()

    def settle(self) -> None:
        """Work off all consequences."""
        steps = self._steps
        while steps:
            step, arguments = steps.popleft()
            step(*arguments)

    # ------------------------------------------------------------ tasks

    def _end(self, task: int, state: TaskState, reason: str, cause: str | None) -> None:
        if self.states[task] in FINAL:
            return
        self.states[task] = state
        self.unfinished -= 1
        self.ended.append(Ended(task=self.tasks[task].id, state=state, reason=reason, cause=cause))
        scope = self.group[task]
        if state in WELL:
            for dependent in self.dependents[task]:
                self.satisfy(dependent)
        else:
            self._ended_badly(task, state, cause or self.tasks[task].id)
        if scope.sequential and scope.opened:
            self._advance(scope)
        scope.left -= 1
        if not scope.left:
            self._steps.append((self._close, (scope,)))

    def satisfy(self, task: int) -> None:
        """Count one thing less that a task waits for; hand it over when it was the last."""
        self.needs[task] -= 1
        if not self.needs[task] and self.states[task] is TaskState.PENDING:
            self.states[task] = TaskState.READY
            self._on_ready(task)

    def _ended_badly(self, task: int, state: TaskState, root: str) -> None:
        self.went_badly = True
        planned = self.tasks[task]
        scope = self.group[task]
        if state is TaskState.FAILED and planned.critical and not self._keep_going:
            if scope.fail_fast and not scope.stopped:
                scope.stopped = True
                for member in scope.members:
                    self._steps.append((self.cancel_task, (member, f"fail_fast: {root} failed", root)))
            if self._fail_fast:
                self._stop(f"fail_fast: {root} failed", root)
        reason = f"needs {planned.id}, which {_verb(state)}"
        for dependent in self.dependents[task]:
            self._steps.append((self._end, (dependent, TaskState.BLOCKED, reason, root)))
        if scope.sequential and planned.critical:
            self._break(scope, self.place[task], reason, root)
        self._doom(scope, root, f"{root} went badly")

    def cancel_task(self, task: int, reason: str, cause: str | None, running: bool = True) -> None:
        """Cancel one task: at once when it does not run, else by asking for its end."""
        if self.states[task] in FINAL:
            return
        if self.states[task] is not TaskState.RUNNING:
            self._end(task, TaskState.CANCELLED, reason, cause)
        elif running and task not in self.cancelling:
            self.cancelling[task] = cause
            self.cancel.append(self.tasks[task].id)

    # ------------------------------------------------------------ sequences

    def _advance(self, scope: Scope) -> None:
        """Give the turn to the next task without an end; nobody gets it before all earlier ones have ended."""
        members = scope.members
        while scope.position < scope.whole:
            task = members[scope.position]
            if self.states[task] not in FINAL:
                if not scope.offered:
                    scope.offered = True
                    self.satisfy(task)
                return
            scope.position += 1
            scope.offered = False

    def _break(self, scope: Scope, place: int, reason: str, root: str) -> None:
        """Block what follows a critical task that went badly."""
        for member in scope.members[place + 1 : scope.whole]:
            self._steps.append((self._end, (member, TaskState.BLOCKED, reason, root)))
        scope.whole = min(scope.whole, place + 1)

    # ------------------------------------------------------------ scopes

    def _open(self, scope: Scope) -> None:
        if scope.opened or scope.measuring or scope.blocked or scope.closed or self.stopping:
            return
        if scope.guards and not scope.asked and scope.work:
            self._queue(scope)
            return
        scope.opened = True
        self.opened.append(scope.name)
        for child in scope.children:
            self._need_less(child)
        if scope.sequential:
            self._advance(scope)
        else:
            for member in scope.members:
                self.satisfy(member)
        if not scope.left:
            self._steps.append((self._close, (scope,)))

    def _need_less(self, scope: Scope) -> None:
        scope.needs -= 1
        if not scope.needs:
            self._steps.append((self._open, (scope,)))

    def _queue(self, scope: Scope) -> None:
        scope.measuring = True
        self.jobs.append(scope)

    def _close(self, scope: Scope) -> None:
        """Close a scope whose last part has ended: measure its checkpoint first, unless it went badly anyway."""
        if scope.closed or scope.measuring or scope.left or not (scope.opened or scope.cause):
            return
        if not (scope.opened or scope.critical or scope.is_gate):
            return  # its tasks have ended before its turn: what comes after it waits for that
        if scope.cause is None and scope.checks and scope.name not in self._passed:
            if not self.stopping:
                self._queue(scope)
                return
            self._shut(scope, scope.name, "stopped")
        self._finish(scope)

    def _finish(self, scope: Scope) -> None:
        scope.closed = True
        if scope.opened:
            self.closed.append(Closed(scope=scope.name, ok=scope.cause is None, cause=scope.cause))
        if scope.cause is None or not (scope.critical or scope.is_gate):
            for follower in scope.followers:
                self._need_less(follower)
        if scope.parent:
            scope.parent.left -= 1
            if not scope.parent.left:
                self._steps.append((self._close, (scope.parent,)))

    def _doom(self, scope: Scope, root: str, why: str) -> None:
        """Note that a scope cannot end well any more; what needs its good end is blocked at once."""
        at: Scope | None = scope
        while at is not None and at.cause is None:
            at.cause = root
            for follower in at.followers if at.critical or at.is_gate else ():
                self._steps.append((self._block, (follower, root, f"needs {at.name}: {why}", f"{root} went badly")))
            at = at.parent

    def _shut(self, scope: Scope, root: str, why: str) -> None:
        """Doom a scope that says no by itself: what comes after it is blocked even where it is not critical."""
        was_harmless = scope.cause is not None and not (scope.critical or scope.is_gate)
        scope.is_gate = True
        self._doom(scope, root, why)
        for follower in scope.followers if was_harmless else ():
            reason = f"needs {scope.name}: {why}"
            self._steps.append((self._block, (follower, root, reason, f"{root} went badly")))

    def _block(self, scope: Scope, root: str, reason: str, why: str) -> None:
        """Keep a scope shut for good: `reason` is told to its tasks, `why` to what comes after it."""
        self.went_badly = True
        scope.blocked = True
        self._shut(scope, root, why)
        for child in scope.children:
            self._steps.append((self._block, (child, root, reason, why)))
        for member in scope.members:
            self._steps.append((self._end, (member, TaskState.BLOCKED, reason, root)))
        if not scope.left:
            self._steps.append((self._close, (scope,)))

    # ------------------------------------------------------------ the end before the end

    def _stop(self, reason: str, cause: str | None, *, running: bool = True) -> None:
        if self._stopped or (self.stopping and not running):
            return
        self.stopping = True
        self._stopped = running
        for task in range(len(self.tasks)):
            if self.states[task] is not TaskState.WAITING or cause is not None:
                self._steps.append((self.cancel_task, (task, reason, cause, running)))
        while self.jobs:
            scope = self.jobs.popleft()
            scope.measuring = False
            self._shut(scope, cause or scope.name, reason)
            self._steps.append((self._close, (scope,)))
        if running:
            self.cancel += [scope.name for scope in self.scopes.values() if scope.measuring]


def _verb(state: TaskState) -> str:
    return {TaskState.FAILED: "failed", TaskState.CANCELLED: "was cancelled"}.get(state, "is blocked")
