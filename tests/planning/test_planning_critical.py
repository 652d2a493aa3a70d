"""What bounds the duration of a plan."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planning_samples import group, phase, plan_of, task

from orchestrator.models.plan import Plan
from orchestrator.planning.critical_path import UNKNOWN_SECONDS, estimate, expected_seconds


def diamond(**settings) -> Plan:
    return plan_of(
        phase("1", group("a", "x", task("y", depends_on=["x"]), task("z", depends_on=["x"]), execution="parallel")),
        phase("2", group("b", task("end", depends_on=["y", "z"]))),
        settings=settings,
    )


def test_the_critical_path_is_the_longest():
    found = estimate(diamond(), {"x": 2.0, "y": 5.0, "z": 1.0, "end": 3.0})
    assert found.critical == ("x", "y", "end")
    assert found.critical_seconds == 10.0
    assert dict(found.remaining) == {"x": 10.0, "y": 8.0, "z": 4.0, "end": 3.0}
    assert found.work_seconds == 11.0
    assert found.lower_bound == 10.0


def test_slots_bound_what_the_path_does_not():
    durations = {"x": 1.0, "y": 10.0, "z": 10.0, "end": 1.0}
    assert estimate(diamond(max_parallel_tasks=1), durations).lower_bound == 22.0
    assert estimate(diamond(max_parallel_tasks=2), durations).lower_bound == 12.0


@pytest.mark.parametrize(
    ("durations", "expected"),
    [
        ({}, UNKNOWN_SECONDS),
        ({"x": 4.0, "z": 8.0}, 6.0),
        ({"elsewhere": 7.0}, 7.0),
    ],
)
def test_a_task_that_never_ran_takes_what_others_take(durations, expected):
    found = estimate(diamond(), durations)
    assert found.expected["y"] == expected
    assert found.measured == {one for one in durations if one != "elsewhere"}


def test_a_task_that_is_skipped_takes_nothing():
    plan = plan_of(phase("1", group("a", task("x", when=False), "y")))
    assert expected_seconds(plan, {"x": 9.0, "y": 1.0}) == {"x": 0.0, "y": 1.0}
    assert estimate(plan, {"x": 9.0, "y": 1.0}).critical == ("y",)


def test_tasks_of_the_same_type_tell_more_than_others():
    plan = plan_of(phase("1", group("a", "x", "y", task("z", type="other"))))
    assert expected_seconds(plan, {"x": 3.0, "z": 100.0})["y"] == 3.0


@given(st.lists(st.tuples(st.booleans(), st.lists(st.integers(1, 9), min_size=1, max_size=4)), min_size=1, max_size=4))
def test_the_longest_path_is_that_of_a_hand_made_sum(groups):
    """Groups in a row: a sequential one takes the sum of its tasks, a parallel one the longest."""
    made, durations, expected = [], {}, 0.0
    for g, (sequential, seconds) in enumerate(groups):
        ids = [f"{g}.{n}" for n in range(len(seconds))]
        durations.update(zip(ids, map(float, seconds), strict=True))
        kind = "sequential" if sequential else "parallel"
        made.append(group(f"g{g}", *ids, execution=kind, depends_on=[f"g{g - 1}"] if g else []))
        expected += sum(seconds) if sequential else max(seconds)
    found = estimate(plan_of(phase("p", *made)), durations)
    assert found.critical_seconds == expected
    assert sum(durations[one] for one in found.critical) == expected
