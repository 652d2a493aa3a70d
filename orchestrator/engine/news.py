"""Put what happens in a run into events."""

from collections.abc import Mapping

from orchestrator.engine.bus import Bus
from orchestrator.engine.decision import Closed, Ended
from orchestrator.engine.measure import ScopeAnswer
from orchestrator.engine.outcome import RunResult
from orchestrator.engine.ports import AttemptEnd
from orchestrator.engine.retry import failure_class
from orchestrator.models.events import EventType
from orchestrator.models.json import Json
from orchestrator.models.plan import Plan, PlannedTask
from orchestrator.models.record import Measured
from orchestrator.models.status import TaskState


class News:
    """Announces over the bus; costs next to nothing when nobody listens."""

    def __init__(self, bus: Bus, plan: Plan, tasks: Mapping[str, PlannedTask]) -> None:
        self._bus = bus
        self._plan = plan
        self._tasks = tasks
        self._phase_of = {group.id: group.phase for group in plan.groups}

    @property
    def wanted(self) -> bool:
        """Say whether anybody listens."""
        return self._bus.has_listeners

    def run_started(self, dry_run: bool, states: Mapping[str, TaskState]) -> None:
        """Announce the run, and what an earlier part of it has done."""
        done = {task: state.value for task, state in states.items() if state.is_final}
        self._bus.publish(
            EventType.RUN_STARTED, project=self._plan.project, tasks=len(self._tasks), dry_run=dry_run, done=done
        )

    def run_stopping(self, reason: str, at_once: bool) -> None:
        """Announce that nothing more is started."""
        self._bus.publish(EventType.RUN_STOPPING, reason=reason, at_once=at_once)

    def run_finished(self, result: RunResult) -> None:
        """Announce how the run ended."""
        counts = {state.value: 0 for state in TaskState}
        for state in result.states.values():
            counts[state.value] += 1
        self._bus.publish(
            EventType.RUN_FINISHED,
            state=result.state.value,
            exit_code=int(result.exit_code),
            seconds=result.seconds,
            counts={state: count for state, count in counts.items() if count},
            error=str(result.error) if result.error else None,
        )

    def opened(self, scope: str) -> None:
        """Announce that a phase or group begins."""
        kind, _, name = scope.partition(" ")
        if kind == "phase":
            self._bus.publish(EventType.PHASE_STARTED, phase=name)
        elif kind == "group":
            self._bus.publish(EventType.GROUP_STARTED, phase=self._phase_of[name], group=name)

    def closed(self, closed: Closed) -> None:
        """Announce how a phase or group ended."""
        kind, _, name = closed.scope.partition(" ")
        if kind == "phase":
            self._bus.publish(EventType.PHASE_FINISHED, phase=name, ok=closed.ok, cause=closed.cause)
        elif kind == "group":
            phase = self._phase_of[name]
            self._bus.publish(EventType.GROUP_FINISHED, phase=phase, group=name, ok=closed.ok, cause=closed.cause)

    def started(self, task: str, number: int) -> None:
        """Announce an attempt."""
        planned = self._tasks[task]
        self._bus.publish(EventType.TASK_STARTED, task=planned, attempt=number, name=planned.name)

    def retry(self, end: AttemptEnd, pause: float) -> None:
        """Announce that another attempt follows."""
        planned = self._tasks[end.key]
        summary = end.outcome.summary
        self._bus.publish(EventType.TASK_RETRY, task=planned, attempt=end.number, summary=summary, pause=pause)

    def waiting(self, end: AttemptEnd) -> None:
        """Announce that a task waits for a person."""
        planned = self._tasks[end.key]
        self._bus.publish(EventType.TASK_WAITING, task=planned, attempt=end.number, question=end.outcome.question)

    def finished(self, ended: Ended, end: AttemptEnd | None) -> None:
        """Announce how a task ended; `end` is its last attempt, if there was one."""
        planned = self._tasks[ended.task]
        outcome = end.outcome if end else None
        self._bus.publish(
            EventType.TASK_FINISHED,
            task=planned,
            attempt=end.number if end and end.attempted else None,
            name=planned.name,
            state=ended.state.value,
            kind=outcome.kind.value if outcome else None,
            summary=ended.reason or (outcome.summary if outcome else ""),
            detail=outcome.detail if outcome else "",
            failure=failure_class(end) if end else None,
            cause=ended.cause,
            seconds=end.seconds if end else None,
            log=end.log if end else None,
        )

    def answered(self, answer: ScopeAnswer) -> None:
        """Announce what a checkpoint or guards measured."""
        kind, _, name = answer.scope.partition(" ")
        phase = name if kind == "phase" else self._phase_of.get(name)
        type_ = EventType.GUARD if answer.is_guard else EventType.CHECKPOINT
        group = name if kind == "group" else None
        for fact in answer.facts:
            self._bus.publish(type_, phase=phase, group=group, **_measurement(fact))

    def verified(self, end: AttemptEnd) -> None:
        """Announce what the checks of a task itself measured."""
        for fact in end.measured:
            self._bus.publish(EventType.CHECKPOINT, task=self._tasks[end.key], attempt=end.number, **_measurement(fact))

    def listed(self, scope: str, titles: list[str]) -> None:
        """Announce what a dry run does not measure."""
        kind, _, name = scope.partition(" ")
        phase = name if kind == "phase" else self._phase_of.get(name)
        group = name if kind == "group" else None
        self._bus.publish(EventType.CHECKPOINT, phase=phase, group=group, scope=scope, listed=titles)


def _measurement(fact: Measured) -> dict[str, Json]:
    return {
        "scope": fact.scope,
        "type": fact.type,
        "title": fact.title,
        "ok": fact.ok,
        "value": fact.value,
        "limit": fact.limit,
        "unit": fact.unit,
        "source": fact.source,
        "message": fact.message,
        "details": dict(fact.details),
        **({"since": fact.since} if fact.since else {}),
    }
