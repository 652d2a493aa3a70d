"""Which proposed tests are chosen."""

from dataclasses import dataclass, replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrator.testgen.selection import Settled, select


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """A proposed test."""

    number: int
    goals: frozenset[int] = frozenset()
    kills: frozenset[int] = frozenset()
    cost: float = 1.0
    oddness: float = 0.0
    plainness: int = 0
    family: str = "f(x)"
    answer: str = ""
    subject: str = "f"
    line: int = 1


NOTHING = Settled()


def chosen(*proposals: Proposed, settled: Settled = NOTHING, min_gain: int = 1) -> list[int]:
    return [each.number for each in select(proposals, settled=settled, min_gain=min_gain)]


def of(number: int, goals: set[int], kills: set[int], cost: float = 1.0, oddness: float = 0.0) -> Proposed:
    return Proposed(number=number, goals=frozenset(goals), kills=frozenset(kills), cost=cost, oddness=oddness)


def test_what_another_does_as_well_is_left_out():
    assert chosen(of(1, {1, 2, 3}, {1, 2}), of(2, {2}, {1})) == [1]


def test_of_two_that_do_the_same_the_plainer_one_is_taken():
    assert chosen(of(1, {1}, {1}, cost=9.0), of(2, {1}, {1}, cost=1.0)) == [2]


def test_one_that_reaches_nothing_new_is_taken_for_a_mutant_that_only_it_kills():
    assert chosen(of(1, {1, 2}, {1}), of(2, {1}, {2})) == [1, 2]


def test_one_that_does_more_than_is_needed_gives_way_to_a_plainer_one():
    greedy, plain, other = of(1, {1}, {1, 2, 3}, cost=9.0), of(2, {1}, {1, 2}), of(3, {2}, {3, 4, 5})
    assert chosen(greedy, plain, other) == [2, 3]


def test_a_natural_test_comes_back_for_several_mutants_of_an_odd_one_that_gave_way():
    odd, natural = of(1, set(), {2, 3, 4}, cost=0.5, oddness=4.0), of(3, set(), {2, 3, 4}, cost=6.0, oddness=1.0)
    assert chosen(odd, of(2, {1}, {1}, cost=1.0), natural) == [2, 3]
    assert chosen(odd, of(2, {1}, {1}, cost=1.0), replace(natural, kills=frozenset({2, 3}))) == [2]


def test_what_looks_strange_has_to_kill_more_than_one_mutant_that_no_other_kills():
    plain = of(1, {1}, {1})
    assert chosen(plain, of(2, {1}, {2}, oddness=1.0)) == [1]
    assert chosen(plain, of(2, {1}, {2, 3}, oddness=1.0)) == [1, 2]


def test_what_looks_strange_stays_where_only_it_reaches_something():
    assert chosen(of(1, {1}, {1}), of(2, {2}, {2}, oddness=2.0)) == [1, 2]


def test_what_looks_very_strange_has_to_reach_much():
    assert chosen(of(1, {1}, {1}), of(2, {2}, {2}, oddness=4.0)) == [1]
    assert chosen(of(1, {1}, {1}), of(2, {2, 3, 4}, {2}, oddness=4.0)) == [1, 2]


def test_what_nobody_would_write_is_taken_only_for_much_that_nothing_else_reaches_or_if_somebody_wrote_it():
    plain, odd = of(1, {1}, {1}), of(2, {1}, {2, 3, 4, 5, 6, 7, 8, 9}, oddness=6.0)
    assert chosen(plain, odd) == [1]
    assert chosen(plain, replace(odd, plainness=2)) == [1, 2]
    assert chosen(plain, replace(odd, goals=frozenset({2, 3}))) == [1, 2]
    assert chosen(plain, replace(odd, goals=frozenset({2, 3}), kills=frozenset({2}))) == [1]


def test_a_row_that_expects_what_another_expects_has_to_show_more():
    first, same = replace(of(1, {1, 2}, {1}), answer="2"), replace(of(2, {1}, {2}, cost=2.0), answer="2")
    assert chosen(first, same) == [1]
    assert chosen(first, replace(same, answer="3")) == [1, 2]
    assert chosen(first, replace(same, kills=frozenset({2, 3, 4}))) == [1, 2]
    assert chosen(first, replace(same, family="g(x)", subject="g")) == [1, 2]


def test_for_one_that_looks_strange_a_plainer_one_is_taken_that_kills_one_mutant_less():
    assert chosen(of(1, {1}, {1, 2}, cost=9.0, oddness=2.5), of(2, {1}, {1}, cost=1.0)) == [2]


def test_one_that_kills_nothing_asserts_nothing():
    assert chosen(of(1, {1, 2}, set()), of(2, {1}, {1})) == [2]


def test_a_table_that_shows_only_what_is_special_begins_with_the_plainest_ordinary_case():
    special = of(1, {1, 2}, {1, 2}, cost=3.0)
    plain = replace(of(2, {1}, {1}, cost=0.5), plainness=1)
    plainer = replace(of(3, {1}, {1}, cost=0.2), plainness=1)
    elsewhere = replace(of(4, {1}, {1}), plainness=1, family="g(x)")
    assert chosen(special, plain, plainer, elsewhere) == [1, 3]


def test_an_example_is_taken_beside_ordinary_cases():
    ordinary, example = replace(of(1, {1}, {1, 2}), plainness=1), replace(of(2, {1}, {1}, cost=3.0), plainness=2)
    assert chosen(ordinary, example) == [1, 2]


def test_what_an_example_does_is_left_to_it():
    greedy, example = of(1, {1, 2}, {1, 2, 3}, cost=2.0), replace(of(2, {1, 2}, {1, 2}, cost=3.0), plainness=2)
    plain, rest = of(3, {1}, {3}), of(4, {1}, {3, 4}, cost=5.0)
    assert chosen(greedy, example, plain) == [2, 3]
    assert chosen(greedy, example, rest) == [2, 4]


def test_a_subject_that_shows_only_its_options_begins_with_its_example():
    with_option = replace(of(1, {1}, {1, 2}), family="f(x, y=y)")
    example = replace(of(2, {1}, {1}, cost=3.0), plainness=2)
    of_another = replace(of(3, {1}, {1}), plainness=2, subject="g", family="g(x)")
    assert chosen(with_option, example, of_another) == [1, 2]


def test_what_an_ordinary_case_does_as_well_is_left_out():
    special, other = of(1, {1}, {1, 2}, cost=3.0), of(2, {2}, {3})
    ordinary = replace(of(3, {2}, {3}, cost=0.5), plainness=1)
    assert chosen(special, other, ordinary) == [1, 3]


def test_goals_that_are_settled_count_for_nothing():
    assert chosen(of(1, {1}, {1}), of(2, {1, 2}, {1}), settled=Settled(goals=frozenset({1}))) == [2]


def test_mutants_that_are_settled_count_for_nothing():
    assert chosen(of(1, {1}, {1}), of(2, {1}, {2}), settled=Settled(goals=frozenset({1}), kills=frozenset({2}))) == [1]


def test_a_test_has_to_add_what_is_asked_for():
    assert chosen(of(1, {1, 2, 3}, {1}), of(2, {4}, {2}), min_gain=2) == [1]


proposals = st.lists(
    st.builds(
        of,
        st.integers(),
        st.sets(st.integers(0, 12), max_size=6),
        st.sets(st.integers(0, 12), min_size=1, max_size=6),
        st.floats(0, 50),
    ),
    unique_by=lambda each: each.number,
    max_size=12,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(proposals)
def test_the_chosen_reach_and_kill_everything_that_all_together_do_and_none_can_be_spared(given_proposals):
    taken = select(given_proposals, settled=Settled())

    def reach(several):
        return (
            frozenset().union(*(each.goals for each in several)),
            frozenset().union(*(each.kills for each in several)),
        )

    assert reach(taken) == reach(given_proposals)
    for each in taken:
        assert reach([other for other in taken if other is not each]) != reach(taken)
