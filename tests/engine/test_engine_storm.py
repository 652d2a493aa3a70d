"""The whole executor under crashes, late commits and shuffled event loops (see engine_storm.py)."""

from collections.abc import Callable

import pytest
from engine_referee import Violation
from engine_stage import Stage
from engine_storm import weather
from msgspec.structs import replace

from orchestrator.engine.commit import Commits


def play(seeds: range) -> None:
    for seed in seeds:
        try:
            weather(seed)
        except Violation as error:
            pytest.fail(f"seed {seed}: {error}")


def test_no_storm_breaks_a_promise() -> None:
    play(range(150))


@pytest.mark.slow
def test_none_of_two_thousand_storms_breaks_a_promise() -> None:
    play(range(2_000))


@pytest.mark.nightly
def test_none_of_twenty_thousand_storms_breaks_a_promise() -> None:
    play(range(20_000))


def does_acknowledged_tasks_again(stage: Stage) -> None:
    stage.done = {}


def numbers_attempts_from_one_again(stage: Stage) -> None:
    stage.before = {}


def forgets_the_dependencies(stage: Stage) -> None:
    bare = tuple(replace(task, depends_on=()) for task in stage.plan.tasks)
    stage.plan = replace(stage.plan, tasks=bare)


def forgets_the_locks(stage: Stage) -> None:
    bare = tuple(replace(task, targets=replace(task.targets, writes=())) for task in stage.plan.tasks)
    stage.plan = replace(stage.plan, tasks=bare)


@pytest.mark.parametrize(
    "plant",
    [
        does_acknowledged_tasks_again,
        numbers_attempts_from_one_again,
        forgets_the_dependencies,
        forgets_the_locks,
    ],
)
def test_a_planted_bug_is_found(plant: Callable[[Stage], None]) -> None:
    with pytest.raises(Violation):
        for seed in range(500):
            weather(seed, plant)


def test_an_attempt_that_begins_before_its_start_is_durable_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    original = Commits.append

    def hasty(self: Commits, facts: object, then: Callable[[bool], None]) -> None:
        original(self, facts, lambda durable: None)  # type: ignore[arg-type]
        then(True)

    monkeypatch.setattr(Commits, "append", hasty)
    with pytest.raises(Violation, match="before its start was durable"):
        for seed in range(100):
            weather(seed)
