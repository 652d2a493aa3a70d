"""Tasks that count as more or less urgent than the document says, because the run would end later otherwise."""

import random

from effort import lines_run
from engine_plans import CHECK, group, phase, plan, random_plan, task
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.engine.simulate import predict, simulate
from orchestrator.engine.urgency import WORTH, effective_priorities
from orchestrator.models.plan import Plan
from orchestrator.models.status import Execution, Priority, TaskState

CRITICAL, HIGH, MEDIUM, LOW = Priority.CRITICAL, Priority.HIGH, Priority.MEDIUM, Priority.LOW


def with_effective(of: Plan, durations: dict[str, float]) -> float:
    return simulate(of, durations, effective=effective_priorities(of, durations))


def outranked() -> tuple[Plan, dict[str, float]]:
    """Two places, four short tasks of high priority, and a medium one that takes as long as all of them in one."""
    tasks = [task(name, priority=HIGH) for name in "abcd"] + [task("long")]
    return plan(tasks, limit=2), {**dict.fromkeys("abcd", 2.0), "long": 8.0}


def test_a_long_task_that_would_begin_last_is_raised_by_no_more_than_is_needed() -> None:
    of, durations = outranked()
    assert effective_priorities(of, durations) == {"long": HIGH}
    assert (simulate(of, durations), with_effective(of, durations)) == (12.0, 8.0)


def test_nothing_is_raised_where_no_duration_is_known() -> None:
    of, _ = outranked()
    assert effective_priorities(of, {}) == {}
    assert effective_priorities(of, {"gone": 100.0}) == {}


def test_a_task_whose_duration_is_not_known_is_not_raised() -> None:
    of, durations = outranked()
    del durations["long"]
    assert effective_priorities(of, durations) == {}


def test_a_task_that_fits_in_behind_the_others_keeps_its_priority() -> None:
    tasks = [task(name, priority=HIGH) for name in "abcd"] + [task("e"), task("f", priority=LOW)]
    of = plan(tasks, limit=2)
    assert effective_priorities(of, dict.fromkeys("abcdef", 2.0)) == {}


def in_the_way(priority: Priority) -> tuple[Plan, dict[str, float]]:
    """Two places; what `long` keeps one of is needed by the group that can do one task at a time only."""
    tasks = [task(name, priority=HIGH) for name in ("short", "too")] + [task("long", priority=priority)]
    tasks += [task("first", "1.b", priority=HIGH), task("then", "1.b")]
    of = plan(tasks, [group("1.a"), group("1.b", max_parallel=1)], limit=2)
    return of, {"short": 3.0, "too": 3.0, "long": 5.0, "first": 4.0, "then": 3.0}


def test_a_task_gives_way_where_it_helps_nobody_to_begin_earlier() -> None:
    of, durations = in_the_way(HIGH)
    assert effective_priorities(of, durations) == {"long": MEDIUM}
    assert (simulate(of, durations), with_effective(of, durations)) == (10.0, 9.0)


def test_two_tasks_change_places_where_neither_step_helps_alone() -> None:
    tasks = [task("a"), task("b"), task("c", priority=HIGH)]
    tasks += [task("x", "1.b"), task("y", "1.b", priority=HIGH), task("z", "1.b")]
    of = plan(tasks, [group("1.a"), group("1.b", max_parallel=2)], limit=2)
    durations = {"a": 4.0, "b": 6.0, "c": 2.0, "x": 8.0, "y": 8.0, "z": 4.0}
    assert effective_priorities(of, durations) == {"a": HIGH, "y": MEDIUM}
    alone = [simulate(of, durations, effective=each) for each in ({}, {"a": HIGH}, {"y": MEDIUM})]
    assert (alone, with_effective(of, durations)) == ([18.0, 18.0, 18.0], 16.0)


def test_what_is_critical_gives_way_to_nothing() -> None:
    assert effective_priorities(*in_the_way(CRITICAL)) == {}


def test_what_is_critical_still_starts_first() -> None:
    tasks = [task("short", priority=CRITICAL), *(task(name, priority=HIGH) for name in "abcd"), task("long")]
    of = plan(tasks, limit=2)
    durations = {"short": 1.0, **dict.fromkeys("abcd", 2.0), "long": 8.0}
    urgent = effective_priorities(of, durations)
    assert urgent == {"long": HIGH}
    starts = predict(of, durations, effective=urgent).starts
    assert (starts["short"], starts["long"]) == (0.0, 0.0)


def test_one_place_is_no_reason_to_raise_anything() -> None:
    of, durations = outranked()
    assert effective_priorities(plan(of.tasks, limit=1), durations) == {}


def test_a_chain_is_raised_as_a_whole() -> None:
    tasks = [task(name, priority=HIGH) for name in "abcdefgh"]
    tasks += [task("1", priority=LOW), task("2", priority=LOW, after=["1"]), task("3", priority=LOW, after=["2"])]
    of = plan(tasks, limit=2)
    durations = {**dict.fromkeys("abcdefgh", 2.0), **dict.fromkeys("123", 4.0)}
    urgent = effective_priorities(of, durations)
    assert set(urgent) == {"1", "2", "3"}
    assert (simulate(of, durations), with_effective(of, durations)) == (20.0, 14.0)


def test_each_phase_is_looked_at() -> None:
    """The one that ends last in the first phase is raised as well as the one of the second."""
    tasks = [task(f"{at}{name}", f"{at}.a", priority=HIGH) for at in (1, 2) for name in "abcd"]
    tasks += [task("1long", "1.a"), task("2long", "2.a")]
    of = plan(tasks, phases=[phase("1", checkpoint=CHECK), phase("2", after=["1"])], limit=2)
    durations = {item.id: 8.0 if item.id.endswith("long") else 2.0 for item in tasks}
    assert effective_priorities(of, durations, lambda: {"phase 1": 3.0}) == {"1long": HIGH, "2long": HIGH}


def test_what_an_earlier_part_of_the_run_did_takes_no_time() -> None:
    of, durations = outranked()
    done = dict.fromkeys("ab", TaskState.CHANGED)
    assert effective_priorities(of, durations, done=done) == {"long": HIGH}
    assert effective_priorities(of, durations, done=dict.fromkeys("abcd", TaskState.CHANGED)) == {}


def test_the_search_is_given_up_where_it_would_cost_more_than_it_saves() -> None:
    of, durations = outranked()
    short = {name: seconds / 1000 for name, seconds in durations.items()}
    assert effective_priorities(of, short) == {}


def test_a_plan_that_is_too_large_to_be_played_through_often_is_not_played_at_all() -> None:
    of, durations = outranked()
    many = [task(str(number), priority=HIGH) for number in range(6_000)]
    large = plan([*of.tasks, *many], limit=2)
    assert lines_run(
        lambda: effective_priorities(large, {**durations, **{item.id: 100.0 for item in many}})
    ) < 10 * len(many)


def test_what_is_done_counts_when_a_plan_is_played_through() -> None:
    """Few tasks are left of thousands: all are looked at in each play, so it is a matter of the expected seconds."""
    of, durations = outranked()
    many = [task(str(number), priority=HIGH) for number in range(3_000)]
    large, done = plan([*of.tasks, *many], limit=2), {item.id: TaskState.CHANGED for item in many}
    assert lines_run(lambda: effective_priorities(large, durations, done=done)) < 10 * len(many)
    long = {name: 10 * seconds for name, seconds in durations.items()}
    assert effective_priorities(large, long, done=done) == {"long": HIGH}


def test_the_search_takes_no_longer_per_task_where_a_long_sequence_is_new() -> None:
    def effort(count: int) -> int:
        new = [task(str(number), priority=LOW) for number in range(count)]
        groups = [group("1.a", execution=Execution.SEQUENTIAL), group("1.b")]
        of = plan([*new, task("x", "1.b", priority=HIGH), task("y", "1.b", priority=HIGH)], groups, limit=2)
        return lines_run(lambda: effective_priorities(of, {"x": 30.0}))

    assert effort(400) < 2.5 * effort(200)


@given(seed=st.integers(0, 10**9))
def test_the_run_never_ends_later_for_what_counts_instead(seed: int) -> None:
    rng = random.Random(seed)
    of = random_plan(rng)
    durations = {item.id: rng.choice((1.0, 2.0, 5.0, 30.0, 100.0)) for item in of.tasks if rng.random() < 0.9}
    checks = {f"phase {item.id}": 3.0 for item in of.phases if item.checkpoint}
    urgent = effective_priorities(of, durations, lambda: checks)
    before, after = simulate(of, durations, checks), simulate(of, durations, checks, urgent)
    assert after == before if not urgent else after < before * (1 - WORTH)
    assert urgent == effective_priorities(of, durations, lambda: checks)  # the same question has the same answer
    changed = [item for item in of.tasks if item.id in urgent]
    assert all(urgent[item.id] != item.priority != CRITICAL for item in changed)


def test_a_sequence_is_raised_as_a_whole() -> None:
    tasks = [task(name, "1.a", priority=HIGH) for name in "abcdefgh"] + [task("x", "1.b"), task("y", "1.b")]
    of = plan(tasks, [group("1.a"), group("1.b", execution=Execution.SEQUENTIAL)], limit=2)
    durations = {**dict.fromkeys("abcdefgh", 2.0), "x": 6.0, "y": 6.0}
    assert effective_priorities(of, durations) == {"x": HIGH, "y": HIGH}
