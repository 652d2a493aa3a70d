"""kill -9 wherever a run can be killed: nothing lost, nothing torn, nothing done twice, nothing left, all undone.

Here a sample, in the nightly run and by `python -m bench.sweep` every point.
"""

from pathlib import Path

import pytest
from checker import Expected, learn
from reliability_kills import kill_at_call, kill_at_moment, kill_undo_at_call, moments
from reliability_scene import eight_tasks, many_tasks

SAMPLE = 4  # of the state-changing calls of a run, and of its moments
SEED = 20


@pytest.fixture(scope="module")
def eight(tmp_path_factory: pytest.TempPathFactory) -> Expected:
    return learn(eight_tasks(tmp_path_factory.mktemp("eight") / "reference"))


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Expected:
    return learn(many_tasks(tmp_path_factory.mktemp("many") / "reference"))


def points_of_a_run(home: Path) -> int:
    scene = eight_tasks(home)
    _, facts = scene.traced(0, "run", "--all", "--yes", "--events", str(scene.events))
    return int(str(facts["points"]))


def points_of_an_undo(home: Path) -> int:
    scene = eight_tasks(home)
    scene.call("run", "--all", "--yes")
    _, facts = scene.traced(0, "undo", "--yes")
    return int(str(facts["points"]))


@pytest.mark.slow
def test_a_run_killed_at_a_state_changing_call_is_resumed_and_undone(tmp_path: Path, eight: Expected) -> None:
    points = points_of_a_run(tmp_path / "count")
    assert points >= 150
    for number in range(1, points + 1, points // SAMPLE):
        where, problems = kill_at_call(eight_tasks, tmp_path / f"at-{number}", eight, number)
        assert problems == [], f"killed at call {number}, {where}"


@pytest.mark.slow
def test_an_undo_killed_at_a_state_changing_call_is_resumed(tmp_path: Path, eight: Expected) -> None:
    points = points_of_an_undo(tmp_path / "count")
    for number in range(2, points + 1, points // (SAMPLE // 2)):
        where, problems = kill_undo_at_call(eight_tasks, tmp_path / f"at-{number}", eight, number)
        assert problems == [], f"killed at call {number}, {where}"


@pytest.mark.slow
def test_a_run_killed_at_random_moments_is_resumed_and_undone(tmp_path: Path, many: Expected) -> None:
    for number, (victim, seconds) in enumerate(moments(SEED, count=SAMPLE, longest=2.5)):
        where, problems = kill_at_moment(many_tasks, tmp_path / str(number), many, victim, seconds)
        assert problems == [], where


@pytest.mark.nightly
def test_a_run_killed_at_any_state_changing_call_is_resumed_and_undone(tmp_path: Path, eight: Expected) -> None:
    broken = {}
    for number in range(1, points_of_a_run(tmp_path / "count") + 1):
        where, problems = kill_at_call(eight_tasks, tmp_path / f"at-{number}", eight, number)
        if problems:
            broken[number, where] = problems
    assert broken == {}


@pytest.mark.nightly
def test_an_undo_killed_at_any_state_changing_call_is_resumed(tmp_path: Path, eight: Expected) -> None:
    broken = {}
    for number in range(1, points_of_an_undo(tmp_path / "count") + 1):
        where, problems = kill_undo_at_call(eight_tasks, tmp_path / f"at-{number}", eight, number)
        if problems:
            broken[number, where] = problems
    assert broken == {}


@pytest.mark.nightly
def test_a_run_killed_at_two_hundred_random_moments_is_resumed_and_undone(tmp_path: Path, many: Expected) -> None:
    broken = {}
    for number, (victim, seconds) in enumerate(moments(SEED, count=200, longest=2.5)):
        where, problems = kill_at_moment(many_tasks, tmp_path / str(number), many, victim, seconds)
        if problems:
            broken[number, where] = problems
    assert broken == {}
