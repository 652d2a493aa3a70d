"""Thousands of random runs with failures, crashes, retries, approvals and limits, judged by an independent referee.

`python -m pytest tests/engine -k history -m nightly` plays the 100,000; a violation names its seed, and
`live(SEED)` of engine_world.py repeats it.
"""

from collections.abc import Callable
from typing import Any

import pytest
from engine_referee import Violation
from engine_world import live
from msgspec.structs import replace

from orchestrator.engine.scheduler import Scheduler
from orchestrator.models.status import TaskState


def play(seeds: range) -> None:
    for seed in seeds:
        try:
            live(seed)
        except Violation as error:
            pytest.fail(f"seed {seed}: {error}")


def test_no_random_history_breaks_a_rule() -> None:
    play(range(1_500))


@pytest.mark.slow
def test_no_further_random_history_breaks_a_rule() -> None:
    play(range(1_500, 4_000))


@pytest.mark.nightly
def test_no_random_history_of_a_hundred_thousand_breaks_a_rule() -> None:
    play(range(100_000))


# ---------------------------------------------------------------- planted bugs: the referee must see each


def forgets_the_run_limit(scheduler: Scheduler) -> None:
    dispatcher = scheduler._dispatcher
    dispatcher.has_room = lambda: dispatcher.alone is None  # type: ignore[method-assign]


def forgets_the_group_limit(scheduler: Scheduler) -> None:
    scheduler._dispatcher._is_full = lambda group: False  # type: ignore[method-assign]


def starts_before_the_dependency(scheduler: Scheduler) -> None:
    progress = scheduler._progress
    progress.needs = [min(count, 1) for count in progress.needs]


def loses_a_task_on_retry(scheduler: Scheduler) -> None:
    _around(scheduler, "_wake", lambda original, now: scheduler._backoff.clear() or original(now))


def retries_before_the_pause_is_over(scheduler: Scheduler) -> None:
    _around(scheduler, "_wake", lambda original, now: original(now + 10))


def releases_a_lock_early(scheduler: Scheduler) -> None:
    locks = scheduler._dispatcher.locks
    _around(locks, "acquire", lambda original, task, keys: original(task, keys[:-1]))
    locks.release = lambda keys: [locks._holders.pop(key) for key in keys[:-1]] and None  # type: ignore[method-assign]


def knows_no_folder_locks(scheduler: Scheduler) -> None:
    locks = scheduler._dispatcher.locks
    locks.conflict = lambda keys: next((key for key in keys if key in locks._holders), None)  # type: ignore[method-assign]


def counts_skipped_as_failed(scheduler: Scheduler) -> None:
    def spoiled(original: Callable[..., None], task: int, state: TaskState, *more: Any) -> None:
        original(task, TaskState.FAILED if state is TaskState.SKIPPED else state, *more)

    _around(scheduler._progress, "end", spoiled)


def ignores_exclusive(scheduler: Scheduler) -> None:
    dispatcher = scheduler._dispatcher
    dispatcher.tasks = [replace(task, exclusive=False) for task in dispatcher.tasks]


def does_done_tasks_again_after_a_crash(scheduler: Scheduler) -> None:
    scheduler._done = {}


def lets_a_failed_checkpoint_pass(scheduler: Scheduler) -> None:
    _around(scheduler._progress, "answered", lambda original, scope, ok: original(scope, True))


def goes_on_after_a_break_in_a_sequence(scheduler: Scheduler) -> None:
    scheduler._progress._break = lambda *arguments: None  # type: ignore[method-assign]


def blames_the_nearest_task_instead_of_the_first(scheduler: Scheduler) -> None:
    def spoiled(original: Callable[..., None], task: int, state: TaskState, root: str) -> None:
        original(task, state, scheduler._tasks[task].id)

    _around(scheduler._progress, "_ended_badly", spoiled)


def does_not_cancel_what_runs_on_fail_fast(scheduler: Scheduler) -> None:
    def spoiled(original: Callable[..., None], task: int, reason: str, cause: str | None, running: bool = True) -> None:
        original(task, reason, cause, False)

    _around(scheduler._progress, "cancel_task", spoiled)


def forgets_what_was_parked_behind_a_lock(scheduler: Scheduler) -> None:
    original = scheduler._dispatcher._offer

    def spoiled(queue: Any) -> None:
        if queue is None or not isinstance(queue.behind, str):
            original(queue)

    scheduler._dispatcher._offer = spoiled  # type: ignore[method-assign]


def keeps_the_place_of_a_task_that_waits_for_a_person(scheduler: Scheduler) -> None:
    def spoiled(original: Callable[..., None], task: str, question: str) -> None:
        original(task, question)
        scheduler._dispatcher.busy += 1

    _around(scheduler, "waiting", spoiled)


def _around(target: Any, name: str, spoiled: Callable[..., Any]) -> None:
    original = getattr(target, name)
    setattr(target, name, lambda *arguments: spoiled(original, *arguments))


@pytest.mark.parametrize(
    "plant",
    [
        forgets_the_run_limit,
        forgets_the_group_limit,
        starts_before_the_dependency,
        loses_a_task_on_retry,
        retries_before_the_pause_is_over,
        releases_a_lock_early,
        knows_no_folder_locks,
        counts_skipped_as_failed,
        ignores_exclusive,
        does_done_tasks_again_after_a_crash,
        lets_a_failed_checkpoint_pass,
        goes_on_after_a_break_in_a_sequence,
        blames_the_nearest_task_instead_of_the_first,
        does_not_cancel_what_runs_on_fail_fast,
        forgets_what_was_parked_behind_a_lock,
        keeps_the_place_of_a_task_that_waits_for_a_person,
    ],
)
def test_a_planted_bug_is_found_within_a_thousand_histories(plant: Callable[[Scheduler], None]) -> None:
    for seed in range(1_000):
        try:
            live(seed, plant)
        except Violation:
            return
    pytest.fail(f"{plant.__name__} went unnoticed")
