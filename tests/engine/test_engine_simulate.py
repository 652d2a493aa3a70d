"""Predictions."""

from effort import lines_run
from engine_plans import CHECK, group, phase, plan, task
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.engine.simulate import predict, simulate
from orchestrator.models.status import Execution


def test_independent_tasks_take_as_long_as_the_longest() -> None:
    assert simulate(plan([task("1"), task("2")]), {"1": 3.0, "2": 5.0}) == 5.0


def test_a_sequence_takes_the_sum() -> None:
    assert simulate(plan([task("1"), task("2")], [group(execution=Execution.SEQUENTIAL)]), {"1": 3.0, "2": 5.0}) == 8.0


def test_the_longest_path_starts_first_under_a_limit() -> None:
    tasks = [task("1"), task("2"), task("3"), task("4", after=["3"])]
    prediction = predict(plan(tasks, limit=2), {"1": 2.0, "2": 2.0, "3": 2.0, "4": 2.0})
    assert prediction.makespan == 4.0
    assert prediction.starts == {"3": 0.0, "1": 0.0, "2": 2.0, "4": 2.0}


def test_phases_and_checkpoints_are_gone_through() -> None:
    of = plan(
        [task("1", "1.a"), task("2", "2.a")],
        [group(checkpoint=CHECK), group("2.a")],
        [phase(), phase("2", after=["1"])],
    )
    assert simulate(of, {"1": 1.0, "2": 2.0}) == 3.0


def test_a_checkpoint_holds_up_what_waits_for_it_and_nothing_else() -> None:
    of = plan(
        [task("1", "1.a"), task("2", "2.a"), task("3", "1.b")],
        [group(checkpoint=CHECK), group("2.a"), group("1.b")],
        [phase(), phase("2", after=["1"])],
    )
    prediction = predict(of, {"1": 1.0, "2": 2.0, "3": 5.0}, checkpoints={"group 1.a": 10.0})
    assert (prediction.starts["2"], prediction.starts["3"], prediction.makespan) == (11.0, 0.0, 13.0)


def test_a_checkpoint_at_the_end_is_part_of_the_run() -> None:
    of = plan([task("1")], [group()], [phase(checkpoint=CHECK)])
    assert simulate(of, {"1": 1.0}, {"phase 1": 4.0}) == 5.0


@given(seconds=st.lists(st.floats(0.1, 100), min_size=1, max_size=30), slots=st.integers(1, 5))
def test_list_scheduling_keeps_grahams_bound(seconds: list[float], slots: int) -> None:
    """Graham 1969: never longer than (2 - 1/slots) times the best possible."""
    durations = {str(number): value for number, value in enumerate(seconds)}
    makespan = simulate(plan([task(name) for name in durations], limit=slots), durations)
    best = max(max(seconds), sum(seconds) / slots)
    assert best - 1e-6 <= makespan <= (2 - 1 / slots) * best + 1e-6


def test_n_tasks_after_m_tasks_cost_n_plus_m() -> None:
    def effort(count: int) -> int:
        tasks = [task(f"{phase_}.{number}", f"{phase_}.a") for phase_ in (1, 2) for number in range(count)]
        of = plan(tasks, phases=[phase("1"), phase("2", after=["1"])])
        return lines_run(lambda: simulate(of))

    assert effort(1_000) < 12 * effort(100)  # quadratic edges would need 100 times as much
