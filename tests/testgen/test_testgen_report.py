"""What is said of a module for which nothing is written."""

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

import orchestrator.testgen.typescript
from orchestrator.testgen.filters import ADDS_NOTHING, CLOCK, FILTERS, NO_SHORT_VALUE, WEAK
from orchestrator.testgen.generator import Target
from orchestrator.testgen.report import lines_of, summary_of, summary_of_nothing, why_nothing
from orchestrator.testgen.results import Before, Generated, Share, failed

HALF, WHOLE = Share(reached=1, total=2), Share(reached=2, total=2)


def without_tests(reached: Share, before: Before | None, dropped: dict[str, int]) -> Generated:
    return Generated(
        text="",
        tests=(),
        cases=0,
        statements=reached,
        branches=reached,
        mutants=reached,
        before=before,
        dropped=Counter(dropped),
    )


@pytest.mark.parametrize(
    ("reached", "has_tests", "dropped", "reason"),
    [
        (WHOLE, True, {}, "nothing is left to add"),
        (HALF, True, {ADDS_NOTHING: 3}, "nothing was found that would add to the tests that exist"),
        (HALF, True, {WEAK: 3}, "no test held that would add to those that exist"),
        (HALF, False, {WEAK: 3, NO_SHORT_VALUE: 1}, f"no test held: of those tried 1 {NO_SHORT_VALUE}, 3 {WEAK}"),
        (HALF, False, {}, "it offers nothing that a test could call"),
        (Share(reached=0, total=0), False, {}, "nothing in it runs"),
    ],
)
def test_the_reason_tells_enough_tests_from_none_that_held(reached, has_tests, dropped, reason):
    before = Before(statements=reached, branches=reached, mutants=reached) if has_tests else None
    assert why_nothing(without_tests(reached, before, dropped)) == reason


def test_what_could_not_be_explored_counts_as_not_reached():
    made = failed("cannot be imported", statements=4, branches=2, mutants=3)
    assert (made.statements.percent, made.branches.percent, made.mutants.percent) == (0, 0, 0)
    assert (made.statements.total, made.branches.total, made.mutants.total) == (4, 2, 3)


def test_a_task_of_which_no_test_held_says_how_many_each_filter_dropped():
    made = [
        without_tests(HALF, None, {WEAK: 3, CLOCK: 1}),
        without_tests(HALF, None, {WEAK: 2}),
        failed("cannot be imported"),
    ]
    told = "no test held: 1 depends on the clock, 5 asserts nothing about the subject, cannot be imported"
    assert summary_of_nothing(made, None) == told
    assert summary_of_nothing([without_tests(HALF, None, {})], 12) == "no test held; 12 cases were estimated"
    assert summary_of_nothing([without_tests(HALF, None, {})], 1) == "no test held; 1 case was estimated"


def test_a_module_whose_tests_reach_all_of_it_says_so_in_place_of_counting_none():
    target, nothing = Target(path="a.py", test_file="t.py"), Share(reached=0, total=0)
    made = without_tests(WHOLE, Before(statements=WHOLE, branches=HALF, mutants=HALF), {})
    told = "a.py: nothing is left to add; the tests that exist reach 100 % of statements, 50 % of branches"
    assert summary_of(target, made) == f"{told}, mutants killed 50 % of 2"
    bare = replace(made, before=Before(statements=WHOLE, branches=HALF, mutants=nothing))
    assert summary_of(target, bare) == f"{told}, no mutant was tried"
    assert list(lines_of(target, made)) == [summary_of(target, made), "  0 calls were tried"]


def test_a_module_of_which_no_test_held_does_not_claim_shares():
    target = Target(path="a.py", test_file="t.py")
    told = f"a.py: no test held: of those tried 3 {WEAK}"
    assert summary_of(target, without_tests(HALF, None, {WEAK: 3})) == told
    theirs = replace(without_tests(HALF, None, {}), text="def test_mine(): ...", kept=("test_mine",))
    assert summary_of(target, theirs) == "a.py: nothing new beside what a person wrote or edited"


def test_a_module_of_which_the_clock_left_nothing_says_so():
    made = replace(without_tests(HALF, None, {}), cut_short=("exploring", "trying mutants"))
    cut = "the clock ended exploring and trying mutants after 0 calls"
    assert why_nothing(made) == f"no test held: {cut}"
    assert summary_of_nothing([made], None) == f"no test held: {cut}"
    told = f"no test held: of those tried 3 {WEAK}; {cut}"
    assert why_nothing(replace(made, dropped=Counter({WEAK: 3}))) == told


def test_every_reason_for_which_the_explorer_drops_something_is_told():
    node = Path(orchestrator.testgen.typescript.__file__).parent / "node/explorer"
    sources = "".join((node / name).read_text() for name in ("candidates.cjs", "search.cjs"))
    reasons = re.findall(r"^const [A-Z_]+ = '([^']+)';$|return '([^']+)';$", sources, re.MULTILINE)
    told = {one or other for one, other in reasons}
    assert {"would pin a NaN of which the module does not know", "leaves timers behind"} <= told
    assert told <= set(FILTERS)
