"""Which part of a plan is chosen, and whether what it needs is done."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planning_samples import group, phase, plan_of, task

from orchestrator.errors import NothingSelected, UsageError
from orchestrator.planning.restrict import restrict
from orchestrator.planning.select import Selection, select
from orchestrator.planning.waits import Graph


@pytest.fixture(scope="module")
def plan():
    """Return three phases: a (sequential) before b in 1; c, d in 2; e in 3, beside 2."""
    return plan_of(
        phase(
            "1",
            group("a", "1.1", task("1.2", tags=["slow"])),
            group("b", "1.3", "1.4", execution="parallel", depends_on=["a"]),
        ),
        phase(
            "2",
            group("c", task("2.1", name="Write docs"), "2.2", execution="parallel"),
            group("d", task("2.3", depends_on=["1.3"], tags=["slow"])),
        ),
        phase("3", group("E", "3.1", name="Last ones"), parallel_with=["2"], name="Finish"),
    )


ALL = ["1.1", "1.2", "1.3", "1.4", "2.1", "2.2", "2.3", "3.1"]


def ids(plan):
    return [one.id for one in plan.tasks]


@pytest.mark.parametrize(
    ("selection", "chosen"),
    [
        ({}, ALL),
        ({"phases": ("2",)}, ["2.1", "2.2", "2.3"]),
        ({"phases": ("phase_2",)}, ["2.1", "2.2", "2.3"]),
        ({"phases": ("finish",)}, ["3.1"]),
        ({"phases": ("1..2",)}, ALL[:-1]),
        ({"phases": ("1-2",)}, ALL[:-1]),
        ({"phases": ("[13]",)}, ["1.1", "1.2", "1.3", "1.4", "3.1"]),
        ({"groups": ("A",)}, ["1.1", "1.2"]),
        ({"groups": ("group_b", "3.e")}, ["1.3", "1.4", "3.1"]),
        ({"groups": ("a..c",)}, ["1.1", "1.2", "1.3", "1.4", "2.1", "2.2"]),
        ({"groups": ("Last ones",)}, ["3.1"]),
        ({"tasks": ("2.1",)}, ["2.1"]),
        ({"tasks": ("write docs",)}, ["2.1"]),
        ({"tasks": ("1.2..2.1",)}, ["1.2", "1.3", "1.4", "2.1"]),
        ({"tasks": ("*.1",)}, ["1.1", "2.1", "3.1"]),
        ({"tasks": ("Write*",)}, ["2.1"]),
        ({"phases": ("1", "3")}, ["1.1", "1.2", "1.3", "1.4", "3.1"]),
        ({"phases": ("2",), "groups": ("c",)}, ["2.1", "2.2"]),
        ({"phases": ("2",), "groups": ("b..d",)}, ["2.1", "2.2", "2.3"]),
        ({"phases": ("2",), "tasks": ("*.1", "2.3")}, ["2.1", "2.3"]),
        ({"groups": ("c", "d"), "failed": ("1.1", "2.2")}, ["2.2"]),
        ({"phases": ("1",), "only": ("b", "c")}, ["1.3", "1.4"]),
        ({"tags": ("slow",)}, ["1.2", "2.3"]),
        ({"tags": ("s*",), "phases": ("2",)}, ["2.3"]),
        ({"start": "2.2"}, ["2.2", "2.3", "3.1"]),
        ({"start": "b", "until": "c"}, ["1.3", "1.4", "2.1", "2.2"]),
        ({"until": "1"}, ["1.1", "1.2", "1.3", "1.4"]),
        ({"skip": ("1", "2.3")}, ["2.1", "2.2", "3.1"]),
        ({"only": ("d",)}, ["2.3"]),
        ({"failed": ("2.2", "gone")}, ["2.2"]),
        ({"tasks": ("+1.3",)}, ["1.1", "1.2", "1.3"]),
        ({"tasks": ("1.3+",)}, ["1.3", "2.1", "2.2", "2.3", "3.1"]),
        ({"tasks": ("+2.1+",)}, ["1.1", "1.2", "1.3", "1.4", "2.1"]),
    ],
)
def test_selectors(plan, selection, chosen):
    assert ids(select(plan, Selection(**selection), set(ALL))) == chosen


@pytest.mark.parametrize(
    ("selection", "message", "hint"),
    [
        ({"phases": ("7",)}, "--phase 7: nothing has this id or name", "there is 1, 2, 3"),
        (
            {"groups": ("zzz",)},
            "--group zzz: nothing has this id or name",
            "there is 1.a, 1.b, 2.c, 2.d, 3.e, a, b, c, d, e",
        ),
        ({"tasks": ("2.11",)}, "--task 2.11: nothing has this id or name", "did you mean --task 2.1?"),
        ({"tags": ("slwo",)}, "--tag slwo: nothing has this id or name", "did you mean --tag slow?"),
        ({"only": ("x9x9x9",)}, "--only x9x9x9: nothing has this id or name", None),
        ({"tasks": ("9.*",)}, "--task 9.*: nothing has this id or name", None),
        ({"tasks": ("2.1..1.1",)}, "the range 2.1..1.1 is empty: 1.1 stands before 2.1", "1.1..2.1"),
    ],
)
def test_a_selector_that_matches_nothing_is_an_error_with_the_nearest(plan, selection, message, hint):
    with pytest.raises(UsageError) as caught:
        select(plan, Selection(**selection))
    assert caught.value.message == message
    if hint is not None:
        assert caught.value.hint == hint


def test_a_letter_of_two_phases_needs_the_phase():
    twins = plan_of(phase("1", group("a", "x")), phase("2", group("a", "y")))
    with pytest.raises(UsageError) as caught:
        select(twins, Selection(groups=("a",)))
    assert caught.value.hint == "--group 1.a or --group 2.a"
    assert ids(select(twins, Selection(phases=("2",), groups=("a",)), {"x"})) == ["y"]


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        ({"failed": ()}, "no task failed in the last run"),
        ({"phases": ("1",), "skip": ("a", "b")}, "the selection is empty: its parts have no task in common"),
        ({"start": "2", "until": "1"}, "the selection is empty: its parts have no task in common"),
        ({"phases": ("1",), "groups": ("c",)}, "the selection is empty: its parts have no task in common"),
    ],
)
def test_an_empty_selection_is_told(plan, selection, message):
    with pytest.raises(NothingSelected) as caught:
        select(plan, Selection(**selection))
    assert caught.value.message == message


def test_missing_dependencies_are_named_with_what_to_type(plan):
    with pytest.raises(UsageError) as caught:
        select(plan, Selection(groups=("b",)), {"1.1"})
    assert caught.value.message == "1.3, 1.4 need 1.2, which is not done"
    assert caught.value.hint == "--with-deps adds it; --only takes it as given"


def test_with_deps_adds_what_is_missing_and_nothing_that_is_done(plan):
    part = select(plan, Selection(tasks=("2.3",), with_deps=True), {"1.1", "1.2", "1.3"})
    assert ids(part) == ["1.4", "2.3"]
    assert part.task("2.3").satisfied == ("1.3",)
    assert part.task("2.3").depends_on == ()


def test_only_takes_dependencies_as_given(plan):
    part = select(plan, Selection(only=("2.3",)))
    assert ids(part) == ["2.3"]
    assert (part.task("2.3").depends_on, part.task("2.3").satisfied) == ((), ())
    assert [one.id for one in part.groups] == ["2.d"]
    assert part.phases[0].after == ()


def test_what_stood_between_two_chosen_phases_leaves_them_in_order(plan):
    chain = plan_of(phase("1", group("a", "x")), phase("2", group("b", "y")), phase("3", group("c", "z")))
    part = select(chain, Selection(skip=("2",)), {"y"})
    assert [(one.id, one.after) for one in part.phases] == [("1", ()), ("3", ("1",))]


def test_a_skipped_task_is_not_needed():
    plan = plan_of(phase("1", group("a", task("x", when=False), "y")))
    assert ids(select(plan, Selection(tasks=("y",)))) == ["y"]


def test_a_checkpoint_stands_in_a_partial_run_once_nothing_of_its_scope_is_missing():
    check = [{"type": "count", "least": 1}]
    plan = plan_of(phase("1", group("a", "x"), group("b", "y", "z", checkpoint=check), checkpoint=check))
    whole_group = select(plan, Selection(groups=("b",)))
    assert [len(one.checkpoint) for one in (*whole_group.phases, *whole_group.groups)] == [0, 1]
    half_a_group = select(plan, Selection(tasks=("y",)))
    assert [len(one.checkpoint) for one in (*half_a_group.phases, *half_a_group.groups)] == [0, 0]
    rest_is_done = select(plan, Selection(groups=("b",)), {"x"})
    assert [len(one.checkpoint) for one in (*rest_is_done.phases, *rest_is_done.groups)] == [1, 1]


def test_instances_of_foreach_answer_to_their_base_id():
    plan = plan_of(phase("1", group("a", task("t", foreach={"items": ["x", "y"]}), "u", execution="parallel")))
    assert ids(select(plan, Selection(tasks=("t",)))) == ["t.x", "t.y"]
    assert ids(select(plan, Selection(tasks=("t.y",)))) == ["t.y"]


# ---------------------------------------------------------------- properties


@st.composite
def plans(draw):
    """Draw a plan of up to three phases with groups of both kinds and dependencies backwards."""
    tasks: list[str] = []
    phases = []
    for p in range(draw(st.integers(1, 3))):
        groups = []
        for g in range(draw(st.integers(1, 3))):
            members = []
            for _ in range(draw(st.integers(1, 3))):
                id_ = f"t{len(tasks)}"
                needed = draw(st.lists(st.sampled_from(tasks), max_size=2, unique=True)) if tasks else []
                members.append(task(id_, depends_on=needed))
                tasks.append(id_)
            earlier = draw(st.lists(st.sampled_from([f"g{n}" for n in range(g)]), max_size=2, unique=True)) if g else []
            groups.append(
                group(
                    f"g{g}", *members, execution=draw(st.sampled_from(["parallel", "sequential"])), depends_on=earlier
                )
            )
        phases.append(phase(f"p{p}", *groups, parallel_with=[f"p{p - 1}"] if p and draw(st.booleans()) else []))
    return plan_of(*phases)


def waits(plan):
    """Return for each task the ids of all that come before it, straight from the rules."""
    members: dict[str, list[str]] = {}
    for one in plan.tasks:
        members.setdefault(one.group, []).append(one.id)
    groups = {one.id: one for one in plan.groups}
    after = {one.id: set(one.after) for one in plan.phases}
    found = {}
    for one in plan.tasks:
        direct = set(one.depends_on)
        for needed in groups[one.group].depends_on:
            direct |= set(members.get(needed, ()))
        if groups[one.group].execution == "sequential":
            direct |= set(members[one.group][: members[one.group].index(one.id)])
        direct |= {other.id for other in plan.tasks if other.phase in after[one.phase]}
        found[one.id] = direct
    changed = True
    while changed:
        changed = False
        for one, direct in found.items():
            more = set().union(*(found[other] for other in direct)) - direct
            if more:
                found[one] = direct | more
                changed = True
    return found


@given(plans())
def test_the_graph_is_what_the_rules_say(plan):
    graph = Graph(plan)
    expected = waits(plan)
    for number, one in enumerate(plan.tasks):
        assert {plan.tasks[other].id for other in graph.before([number])} == expected[one.id]
        assert {plan.tasks[other].id for other in graph.behind([number])} == {
            other for other, needed in expected.items() if one.id in needed
        }


@given(plans(), st.data())
def test_a_selection_with_its_dependencies_is_closed(plan, data):
    all_ids = ids(plan)
    wanted = data.draw(st.lists(st.sampled_from(all_ids), min_size=1, unique=True))
    done = data.draw(st.sets(st.sampled_from(all_ids)))
    part = select(plan, Selection(tasks=tuple(wanted), with_deps=True), done)
    chosen, needed = set(ids(part)), waits(plan)
    assert set(wanted) <= chosen
    for one in chosen:
        assert needed[one] <= chosen | done
    assert chosen - set(wanted) == set().union(*(needed[one] for one in wanted)) - done - set(wanted)
    for one in part.tasks:
        assert set(one.depends_on) <= chosen
        assert set(one.satisfied) == set(plan.task(one.id).depends_on) - chosen
    select(plan, Selection(tasks=tuple(sorted(chosen))), done)  # the closure needs nothing more


@given(plans(), st.data())
def test_order_among_the_chosen_is_kept_when_direct_dependencies_are_left_out(plan, data):
    edges = {one.id: one.depends_on for one in plan.tasks}
    kept = data.draw(st.sets(st.sampled_from(ids(plan))))
    restricted = restrict(edges, kept)

    def reach(graph, one):
        seen, waiting = set(), [one]
        while waiting:
            for other in graph[waiting.pop()]:
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
        return seen

    assert set(restricted) == kept
    for one in kept:
        assert reach(restricted, one) == reach(edges, one) & kept


def test_what_is_skipped_on_purpose_is_taken_as_given():
    plan = plan_of(phase("1", group("a", "x", "y", "z")))
    part = select(plan, Selection(phases=("1",), skip=("y",)))
    assert ids(part) == ["x", "z"]
