"""A plan, a clock that is wound by hand, and news in the form in which the engine tells it."""

import io
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from orchestrator.models.events import Event, EventType
from orchestrator.models.plan import (
    Limits,
    Plan,
    PlannedCheck,
    PlannedGroup,
    PlannedPhase,
    PlannedTask,
    RetryPolicy,
    Targets,
)
from orchestrator.models.status import Execution, Priority
from orchestrator.reporters.style import Look


class Clock:
    """Seconds that pass only when a test says so."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds

    def forward(self, seconds: float) -> None:
        self.seconds += seconds


class HandTicker:
    """Calls when a test winds it."""

    def __init__(self) -> None:
        self.call: Callable[[], None] | None = None

    def start(self, call: Callable[[], None]) -> None:
        self.call = call

    def stop(self) -> None:
        self.call = None

    def tick(self) -> None:
        assert self.call is not None
        self.call()


class News:
    """Makes events of one run, numbered."""

    def __init__(self) -> None:
        self.seq = 0

    def __call__(self, type: str, task: str | None = None, *, phase=None, group=None, attempt=None, **data) -> Event:
        self.seq += 1
        return Event(
            seq=self.seq,
            time=datetime(2026, 11, 20, 12, 0, self.seq % 60, tzinfo=UTC),
            run="r7f3a",
            type=EventType(type),
            phase=phase,
            group=group,
            task=task,
            attempt=attempt,
            data=data,
        )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ticker() -> HandTicker:
    return HandTicker()


@pytest.fixture
def news() -> News:
    return News()


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def plain() -> Look:
    """A pipe: no colours, lines of any length, glyphs allowed."""
    return Look(width=0)


@pytest.fixture
def plan() -> Plan:
    """Two phases; 2.b has two tasks that write one file."""
    return Plan(
        project="learning-platform",
        root="/tree",
        document="phases.yaml",
        document_hash="0",
        limits=Limits(max_parallel_tasks=4),
        phases=(
            PlannedPhase(id="1", name="Foundation", estimate="1 week"),
            PlannedPhase(
                id="2",
                name="Pipelines",
                after=("1",),
                checkpoint=(PlannedCheck(type="workflows_valid"),),
            ),
        ),
        groups=(
            PlannedGroup(
                id="1.a",
                letter="a",
                name="Blockers",
                phase="1",
                checkpoint=(PlannedCheck(type="coverage", title="statements covered, at least 30 %"),),
            ),
            PlannedGroup(id="2.b", letter="b", name="Quality", phase="2", execution=Execution.PARALLEL, max_parallel=3),
        ),
        tasks=(
            PlannedTask(
                id="1.1",
                name="Collect coverage",
                handler="config_edit",
                phase="1",
                group="1.a",
                targets=Targets(writes=("jest.config.js",)),
            ),
            PlannedTask(
                id="1.2",
                name="Fixtures",
                handler="file_generation",
                phase="1",
                group="1.a",
                priority=Priority.CRITICAL,
                retry=RetryPolicy(attempts=2),
                targets=Targets(writes=("test/users.ts", "test/setup.ts")),
            ),
            PlannedTask(
                id="2.9",
                name="Parallel builds",
                handler="config_edit",
                phase="2",
                group="2.b",
                depends_on=("1.2",),
                targets=Targets(writes=(".github/workflows/ci.yml",)),
            ),
            PlannedTask(
                id="2.10",
                name="Path filters",
                handler="config_edit",
                phase="2",
                group="2.b",
                targets=Targets(writes=(".github/workflows/ci.yml",)),
            ),
        ),
    )
