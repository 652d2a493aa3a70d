"""Predict how long a plan takes, by playing it through with the scheduler that will run it."""

from collections.abc import Mapping
from dataclasses import dataclass
from heapq import heappop, heappush

from orchestrator.engine.graph import UNKNOWN_SECONDS
from orchestrator.engine.scheduler import NO_DURATIONS, Scheduler
from orchestrator.models.plan import Plan
from orchestrator.models.status import OutcomeKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Prediction:
    """When everything would end, and when each task would start and end; seconds from the start of the run."""

    makespan: float
    starts: Mapping[str, float]
    ends: Mapping[str, float]


def predict(plan: Plan, durations: Mapping[str, float] = NO_DURATIONS, default: float = UNKNOWN_SECONDS) -> Prediction:
    """Play the plan through; every task goes well, checkpoints and guards take no time.

    A task without an expected duration takes `default` seconds.
    """
    scheduler = Scheduler(plan, durations)
    scheduler.start(0.0)
    now = 0.0
    running: list[tuple[float, str]] = []
    starts: dict[str, float] = {}
    ends: dict[str, float] = {}
    while True:
        decision = scheduler.next(now)
        for task in decision.start:
            starts[task] = now
            ends[task] = now + durations.get(task, default)
            heappush(running, (ends[task], task))
        for scope in decision.ask + decision.measure:
            scheduler.checkpoint_finished(scope, True, now)
        if decision.ask or decision.measure:
            continue
        if not running:
            return Prediction(makespan=now, starts=starts, ends=ends)
        now, task = heappop(running)
        scheduler.finished(task, OutcomeKind.CHANGED, now)


def simulate(plan: Plan, durations: Mapping[str, float] = NO_DURATIONS) -> float:
    """Return the expected seconds from start to end of the run."""
    return predict(plan, durations).makespan
