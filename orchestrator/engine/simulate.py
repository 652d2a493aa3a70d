"""Predict how long a plan takes, by playing it through with the scheduler that will run it."""

from collections.abc import Mapping
from heapq import heappop, heappush

from msgspec import Struct

from orchestrator.engine.graph import UNKNOWN_SECONDS
from orchestrator.engine.scheduler import AS_WRITTEN, NO_DURATIONS, NOTHING_DONE, Scheduler
from orchestrator.models.plan import Plan
from orchestrator.models.status import OutcomeKind, Priority, TaskState


class Prediction(Struct, frozen=True, kw_only=True):
    """When everything would end, and when each task would start and end; seconds from the start of the run."""

    makespan: float
    starts: Mapping[str, float]
    ends: Mapping[str, float]


def predict(
    plan: Plan,
    durations: Mapping[str, float] = NO_DURATIONS,
    default: float = UNKNOWN_SECONDS,
    checkpoints: Mapping[str, float] = NO_DURATIONS,
    *,
    done: Mapping[str, TaskState] = NOTHING_DONE,
    effective: Mapping[str, Priority] = AS_WRITTEN,
) -> Prediction:
    """Play the plan through; every task goes well, guards take no time.

    A task without an expected duration takes `default` seconds, a checkpoint (`checkpoints` by scope) none.
    """
    scheduler = Scheduler(plan, durations, done, effective=effective)
    scheduler.start(0.0)
    now = 0.0
    running: list[tuple[float, str]] = []  # tasks, and scopes that are being measured, by their ends
    measuring: set[str] = set()
    starts, ends = dict[str, float](), dict[str, float]()
    while True:
        decision = scheduler.next(now)
        for task in decision.start:
            starts[task] = now
            ends[task] = now + durations.get(task, default)
            heappush(running, (ends[task], task))
        for scope in decision.ask:
            scheduler.checkpoint_finished(scope, True, now)
        for scope in decision.measure:
            heappush(running, (now + checkpoints.get(scope, 0.0), scope))
            measuring.add(scope)
        if decision.ask:
            continue
        if not running:
            return Prediction(makespan=now, starts=starts, ends=ends)
        now, name = heappop(running)
        if name in measuring:
            measuring.remove(name)
            scheduler.checkpoint_finished(name, True, now)
        else:
            scheduler.finished(name, OutcomeKind.CHANGED, now)


def simulate(
    plan: Plan,
    durations: Mapping[str, float] = NO_DURATIONS,
    checkpoints: Mapping[str, float] = NO_DURATIONS,
    effective: Mapping[str, Priority] = AS_WRITTEN,
) -> float:
    """Return the expected seconds from start to end of the run."""
    return predict(plan, durations, checkpoints=checkpoints, effective=effective).makespan
