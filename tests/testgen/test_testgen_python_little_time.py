"""What becomes of Python tests where the time is over before all of them were tried on changes of the code."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.errors import TaskFailed
from orchestrator.testgen.filters import NOT_JUDGED, NOT_PROVEN, WEAK
from orchestrator.testgen.python.explorer.killing import MutantRunner, Trial
from orchestrator.testgen.python.explorer.loading import ProbedModule
from orchestrator.testgen.python.explorer.mutants import Mutant, find_gone, find_mutants
from orchestrator.testgen.python.explorer.probes import Recorder
from orchestrator.testgen.python.explorer.sandbox import Fence
from orchestrator.testgen.python.explorer.stopwatch import Stopwatch

SOURCE = "def outer(n):\n    return inner(n) + 1\n\n\ndef inner(n):\n    return n * 2\n"
OUTER, INNER = find_gone(SOURCE)
MANY = 300


class Counted(Stopwatch):
    """Time that passes by a second whenever somebody asks for it."""

    seconds = 0.0

    def now(self) -> float:
        self.seconds += 1.0
        return self.seconds


@pytest.fixture
def runner(tmp_path: Path) -> MutantRunner:
    place = tmp_path / "doubled.py"
    place.write_text(SOURCE)
    fence = Fence(str(tmp_path), Counted())
    return MutantRunner(ProbedModule("doubled", str(place), Recorder(), fence), fence)


def _shown(
    runner: MutantRunner, mutants: list[Mutant], fails: Callable[[int], bool], trial: Trial, tests: int = MANY
) -> list[int]:
    """Return how many of the tests, which run all of the source, are known to notice each mutant."""
    reaches = [frozenset(range(1, 7))] * tests
    return [len(each.killers) for each in runner.run(mutants, reaches, fails, trial)]


def test_calls_that_notice_a_whole_function_are_looked_for_until_there_are_many(runner: MutantRunner) -> None:
    """Of one of them a test can be written."""
    assert _shown(runner, [OUTER], lambda _: True, Trial(1e9, enough=2)) == [60]


def test_every_test_is_judged_once_and_some_by_every_function_that_they_run(runner: MutantRunner) -> None:
    trial = Trial(1e9, tests=80, enough=2, judges=True)
    assert _shown(runner, [OUTER, INNER], lambda _: True, trial) == [MANY, 80]
    assert runner.unasked == set()


def test_a_test_that_noticed_one_function_is_shown_to_others_beside_those_that_noticed_none(
    runner: MutantRunner,
) -> None:
    trial = Trial(1e9, tests=80, enough=2, judges=True)
    assert _shown(runner, [OUTER, INNER], lambda number: number == 299, trial) == [1, 1]
    assert runner.unasked == set()


def test_tests_that_nobody_had_the_time_to_judge_are_told_apart(runner: MutantRunner) -> None:
    [relation, *_] = find_mutants(SOURCE)
    trial = Trial(until=2.5, judges=True)  # over after the first of them
    assert _shown(runner, [relation, OUTER], lambda _: True, trial, tests=3) == [3]
    assert runner.cut_short
    assert runner.unasked == {0, 1, 2}


KNOWN = "".join(f"    if code == 'code-{number}':\n        return {number}\n" for number in range(20))
CODES = f"def rank(code: str) -> int:\n{KNOWN}    return -1\n"
SUMS = "".join(f"def add_{number}(count: int) -> int:\n    return count + {number}\n\n\n" for number in range(1, 5))


@pytest.mark.parametrize("budget", [60, 300])
def test_whenever_the_time_is_over_some_tests_are_kept_and_none_is_said_to_assert_nothing(workbench, budget):
    workbench.write("codes.py", CODES)
    with workbench.counted_time(look=0.3):
        made = workbench.generate("codes.py", budget=budget)
    assert "mutants" in made.cut_short
    assert made.cases > 0
    assert made.dropped[WEAK] == 0


def test_tests_that_were_not_tried_on_changes_have_a_reason_of_their_own(workbench):
    workbench.write("sums.py", SUMS)
    with workbench.counted_time(look=0.001, mutant=200):
        made = workbench.generate("sums.py", budget=300)
    assert made.cut_short == ("mutants",)
    assert set(re.findall(r"add_\d", made.text)) == {"add_1"}
    assert made.dropped[NOT_JUDGED] > 0
    assert made.dropped[WEAK] == 0


def test_tests_of_other_people_that_were_not_tried_on_changes_are_not_said_to_assert_nothing(workbench):
    workbench.write("sums.py", SUMS)
    names = ", ".join(f"add_{number}" for number in range(1, 5))
    tests = "".join(
        f"\n\ndef test_add_{number}():\n    assert add_{number}(1) == {number + 1}\n" for number in range(1, 5)
    )
    with workbench.counted_time(look=0.001, mutant=200):
        found = workbench.examine("sums.py", f"from sums import {names}\n{tests}")
    assert found.proof.dropped == dict.fromkeys((f"test_add_{number}" for number in (2, 3, 4)), NOT_JUDGED)


def test_of_tests_that_take_long_those_are_kept_for_whose_repeats_there_is_time(workbench):
    workbench.write("sums.py", SUMS)
    workbench.write("codes.py", CODES)
    with workbench.counted_time(test=30):  # two begin in a sixth of the budget
        made = workbench.generate("sums.py", budget=300)
        rows = workbench.generate("codes.py", budget=300)
    assert set(re.findall(r"add_\d", made.text)) == {"add_1", "add_2"}
    assert (made.cut_short, made.dropped[NOT_PROVEN]) == (("proving",), 2)
    assert (rows.cases, rows.dropped[NOT_PROVEN]) == (2, 19)


def test_a_start_of_pytest_for_which_the_budget_is_too_small_is_told_with_what_would_do(workbench):
    workbench.write("sums.py", SUMS)
    with workbench.counted_time(start=70), pytest.raises(TaskFailed) as refused:
        workbench.generate("sums.py", budget=300)
    assert (refused.value.message, refused.value.hint) == (
        "sums.py was not proven within 300 s: starting pytest here takes 70.0 s and is needed 8 times",
        "give it at least 740 s",
    )


def test_a_start_of_pytest_for_which_the_budget_is_just_enough_loses_no_test(workbench):
    workbench.write("sums.py", SUMS)
    with workbench.counted_time(start=40):
        made = workbench.generate("sums.py", budget=300)
    assert set(re.findall(r"add_\d", made.text)) == {f"add_{number}" for number in range(1, 5)}
