"""What `status` and `explain` are handed about a run that goes on: why its tasks wait."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from orchestrator.cli.waits_writer import WaitsFile
from orchestrator.engine.scheduler import Scheduler
from orchestrator.models.plan import Limits, Plan, PlannedGroup, PlannedPhase, PlannedTask
from orchestrator.models.status import Execution, OutcomeKind

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class TwoClocks:
    """A clock of moments and one of times, which are never read in the same instant and can be set apart."""

    def __init__(self) -> None:
        self.moment = 0.0
        self.ahead = 0.0  # seconds

    def monotonic(self) -> float:
        return self.moment

    def now(self) -> datetime:
        return EPOCH + timedelta(seconds=self.moment + self.ahead)

    def call_at(self, moment: float, callback: Callable[[], None]) -> Callable[[], None]:
        raise NotImplementedError


def backing_off(until: float) -> Scheduler:
    """Return the state of a run whose only task is tried again at a moment."""
    task = PlannedTask(id="1.1", name="flaky", handler="probe", phase="1", group="1.a")
    group = PlannedGroup(id="1.a", letter="a", name="a", phase="1", execution=Execution.PARALLEL)
    phase = PlannedPhase(id="1", name="1")
    scheduler = Scheduler(
        Plan(
            project="test",
            root="/nowhere",
            document="phases.yaml",
            document_hash="",
            phases=(phase,),
            groups=(group,),
            tasks=(task,),
            limits=Limits(),
        )
    )
    scheduler.start(0)
    scheduler.next(0)
    scheduler.finished("1.1", OutcomeKind.FAILED, 0, retry_at=until)
    return scheduler


def said(root: Path) -> str:
    return str(json.loads((root / ".orchestrate/waits.json").read_text())["waits"]["1.1"])


def written(root: Path, clock: TwoClocks) -> WaitsFile:
    (root / ".orchestrate").mkdir()
    return WaitsFile(root, "r1", clock)


def test_the_time_of_the_next_attempt_stays_while_nothing_changes(tmp_path: Path) -> None:
    clock, scheduler = TwoClocks(), backing_off(until=5.0)
    waits = written(tmp_path, clock)
    told = []
    for clock.ahead in (0.0002, -0.0003, 0.0001):  # the two clocks are read one after the other
        waits.update(scheduler)
        told.append(said(tmp_path))
        clock.moment += 1
    assert told == ["backoff until 00:00:05 UTC: the next attempt follows after a pause"] * 3


def test_the_time_of_the_next_attempt_follows_a_clock_that_is_set(tmp_path: Path) -> None:
    clock, scheduler = TwoClocks(), backing_off(until=5.0)
    waits = written(tmp_path, clock)
    waits.update(scheduler)
    clock.ahead = 60.0
    waits.update(scheduler)
    assert said(tmp_path) == "backoff until 00:01:05 UTC: the next attempt follows after a pause"
