"""Ids become edges, settings become defaults, handlers name their files."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planning_samples import Shop, group, one_task, phase, plan_of, task

from orchestrator.errors import DocumentInvalid
from orchestrator.models.plan import PlannedGuard, Targets
from orchestrator.models.status import Execution, FailureClass, Priority
from orchestrator.planning.ids import group_letter, names_of, phase_id
from orchestrator.planning.phase_sequence import order_phases, phases_before


@pytest.mark.parametrize(
    ("written", "meant"),
    [("1", "1"), ("phase_1", "1"), ("PHASE_1", "1"), ("phase_", "phase_"), ("Setup", "Setup")],
)
def test_a_phase_is_known_by_its_forms(written, meant):
    assert phase_id(written) == meant


@pytest.mark.parametrize("written", ["a", "A", "group_a", "Group_A", "1.a", "phase_1.group_A"])
def test_a_group_is_known_by_its_forms(written):
    assert group_letter(written, "1") == "a"
    names = names_of(["1", "2"], [("1.a", "a"), ("2.a", "a"), ("2.b", "b")], [])
    assert names.groups_named(written, "1") == ["1.a"]


def test_a_letter_of_several_phases_is_ambiguous_outside_of_them():
    names = names_of(["1", "2", "3"], [("1.a", "a"), ("2.a", "a")], [])
    assert names.groups_named("a", "2") == ["2.a"]
    assert names.groups_named("a", "3") == ["1.a", "2.a"]


@pytest.mark.parametrize("reference", ["a", "A", "group_a", "1.a", "phase_1.group_a", "phase_1", "1"])
def test_a_group_depends_on_groups_in_every_form(reference):
    plan = plan_of(phase("phase_1", group("group_a", "1.1")), phase("2", group("B", "2.1", depends_on=reference)))
    assert [one.id for one in plan.groups] == ["1.a", "2.b"]
    assert plan.groups[1].depends_on == ("1.a",)


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("1.1", ("1.1",)),
        ("1.a", ("1.1", "1.2")),
        ("a", ("1.1", "1.2")),
        ("1", ("1.1", "1.2", "1.3")),
        ("phase_1", ("1.1", "1.2", "1.3")),
    ],
)
def test_a_task_depends_on_tasks_groups_and_phases(reference, found):
    plan = plan_of(
        phase("1", group("a", "1.1", "1.2"), group("b", "1.3")),
        phase("2", group("c", task("2.1", depends_on=[reference]))),
    )
    assert plan.task("2.1").depends_on == found


def test_references_that_lead_nowhere_are_told_together():
    with pytest.raises(DocumentInvalid) as caught:
        plan_of(
            phase("1", group("a", task("1.1", depends_on=["1.l"])), depends_on=["nope"]),
            phase("2", group("a", "2.1"), group("b", "2.2")),
            phase("3", group("c", task("3.1", depends_on=["a"]))),
        )
    told = [(problem.code, problem.message, problem.hint) for problem in caught.value.problems]
    assert told == [
        ("E203", "phase 1 depends on `nope`: there is none", None),
        ("E203", "task 1.1 depends on `1.l`: there is none", "did you mean `1.a`?"),
        ("E206", "task 3.1 depends on `a`: several phases have such a group", "write 1.a or 2.a"),
    ]


@pytest.mark.parametrize(
    ("phases", "path"),
    [
        ([phase("1", group("a", task("x", depends_on=["y"]), "y"))], "x → y → x"),
        (
            [phase("1", group("a", "x", depends_on=["b"]), group("b", "y", depends_on=["a"]))],
            "group 1.b → group 1.a → group 1.b",
        ),
        ([phase("1", group("a", task("x", depends_on=["y"]))), phase("2", group("b", "y"))], "y → x"),
        ([phase("1", group("a", task("x", depends_on=["x"])))], "x → x"),
    ],
)
def test_a_cycle_is_told_as_a_path(phases, path):
    with pytest.raises(DocumentInvalid) as caught:
        plan_of(*phases)
    (problem,) = caught.value.problems
    assert problem.code == "E204"
    ends = problem.message.removeprefix("these wait for each other: ").split(" → ")
    assert ends[0] == ends[-1]
    assert set(path.split(" → ")) <= set(ends)


# ---------------------------------------------------------------- order of phases


def test_the_shipped_shape_phase_four_runs_beside_two_and_three():
    phases = ["1", "2", "3", "4", "5", "6"]
    depends_on = {"2": ["1"], "3": ["2"], "5": ["3"], "6": ["4", "5"]}
    assert phases_before(phases, depends_on, {"4": ["2", "3"]}) == {
        "1": (),
        "2": ("1",),
        "3": ("2",),
        "4": ("1",),
        "5": ("3", "4"),
        "6": ("5",),
    }


def test_depends_on_reorders_phases():
    assert order_phases(["1", "2", "3"], {"1": ["3"]}) == ["2", "3", "1"]
    plan = plan_of(phase("1", group("a", "x"), depends_on=["2"]), phase("2", group("b", "y")))
    assert [(one.id, one.after) for one in plan.phases] == [("1", ("2",)), ("2", ())]


@st.composite
def phase_graphs(draw):
    count = draw(st.integers(1, 7))
    phases = [str(number) for number in range(count)]
    order = draw(st.permutations(phases))
    depends_on = {
        one: draw(st.lists(st.sampled_from(order[:number]), max_size=2, unique=True)) if number else []
        for number, one in enumerate(order)
    }
    parallel = {one: draw(st.lists(st.sampled_from(phases), max_size=2, unique=True)) for one in phases}
    return phases, depends_on, parallel


def _closure(edges):
    """Return every pair (later, earlier) that follows from the edges, by brute force."""
    pairs = {(one, other) for one, others in edges.items() for other in others}
    while True:
        more = {(a, d) for a, b in pairs for c, d in pairs if b == c} - pairs
        if not more:
            return pairs
        pairs |= more


@given(phase_graphs())
def test_phases_wait_for_just_what_the_rules_say(graph):
    phases, depends_on, parallel = graph
    order = order_phases(phases, depends_on)
    overlaps = {frozenset((one, other)) for one in phases for other in parallel[one]}
    rules = {
        one: {other for other in order[:number] if other in depends_on[one] or frozenset((one, other)) not in overlaps}
        for number, one in enumerate(order)
    }
    after = phases_before(phases, depends_on, parallel)
    assert _closure(after) == _closure(rules)
    for one, others in after.items():  # nothing is said twice
        for other in others:
            assert (one, other) not in _closure({**after, one: [another for another in others if another != other]})


@given(phase_graphs())
def test_phases_without_a_reason_to_move_keep_file_order(graph):
    phases, depends_on, _ = graph
    order = order_phases(phases, depends_on)
    assert all(order.index(other) < order.index(one) for one in phases for other in depends_on[one])
    for earlier, later in pairwise(order):
        if int(later) < int(earlier):  # out of file order: only because it had to wait for something before it
            waits = _closure(depends_on)
            assert (later, earlier) in waits


# ---------------------------------------------------------------- defaults and definitions


def test_settings_are_the_defaults_of_tasks():
    settings = {"timeout": "30m", "idle_timeout": "1m", "retry": {"attempts": 3, "delay": "5s", "on": ["timeout"]}}
    plan = plan_of(
        phase(
            "1",
            group("a", "1", task("2", timeout=0, retry={"attempts": 1}, priority="high", critical=False, tags=["t"])),
        ),
        settings=settings,
    )
    first, second = plan.tasks
    assert (first.timeout, first.idle_timeout, first.retry.attempts) == (1800.0, 60.0, 3)
    assert (second.timeout, second.retry.attempts, second.retry.delay) == (0.0, 1, 5.0)
    assert second.retry.on == (FailureClass.TIMEOUT,)
    assert (second.priority, second.critical, second.tags) == (Priority.HIGH, False, ("t",))


def test_settings_of_the_run_reach_the_plan():
    plan = plan_of(
        phase("1", group("a", "1", execution="parallel", max_parallel=2, fail_fast=True, name="A")),
        settings={
            "max_parallel_tasks": "auto",
            "fail_fast": True,
            "snapshot": False,
            "templates": ["own"],
            "env": {"A": "1"},
        },
        guards=[{"type": "clean", "on_fail": "warn", "depth": 2}],
    )
    assert plan.limits.max_parallel_tasks >= 1
    assert (plan.limits.fail_fast, plan.snapshot, plan.template_folders, dict(plan.env)) == (
        True,
        False,
        ("own",),
        {"A": "1"},
    )
    assert plan.guards == (PlannedGuard(type="clean", params={"depth": 2}, on_fail="warn"),)
    (only,) = plan.groups
    assert (only.execution, only.max_parallel, only.fail_fast, only.name) == (Execution.PARALLEL, 2, True, "A")


def test_checkpoints_have_the_title_of_their_type_unless_they_have_a_name():
    checks = [
        {"type": "count", "least": "{{ params.n }}"},
        {"type": "count", "least": 2, "name": "two"},
        {"type": "other", "x": 1},
    ]
    plan = plan_of(
        phase("1", group("a", "1", checkpoint=checks), checkpoint=checks),
        params={"n": {"type": "integer", "default": 5}},
    )
    assert [check.title for check in plan.phases[0].checkpoint] == ["at least 5", "two", "other"]
    assert plan.groups[0].checkpoint[0].params == {"least": 5}


def test_a_handler_names_the_files_and_a_missing_one_names_none():
    assert one_task({"source": "a", "target": "b"}).targets == Targets(reads=("a",), writes=("b",))
    assert one_task({"type": "unknown", "target": "b"}).targets == Targets()


BASE = {"target": "x", "env": {"A": "1"}, "outputs": {"o": "{{ result.x }}"}}


@pytest.mark.parametrize(
    "other",
    [
        {"target": "y"},
        {"times": 2},
        {"env": {"A": "2"}},
        {"outputs": {}},
        {"secrets": ["TOKEN"]},
        {"verify": [{"type": "count", "least": 1}]},
        {"type": "unknown"},
    ],
)
def test_what_a_task_does_is_in_its_definition(other):
    assert one_task(BASE).definition != one_task({**BASE, **other}).definition


@pytest.mark.parametrize(
    "other",
    [
        {"name": "other"},
        {"description": "other"},
        {"priority": "low"},
        {"timeout": 5},
        {"retry": {"attempts": 9}},
        {"critical": False},
        {"exclusive": True},
        {"tags": ["t"]},
    ],
)
def test_how_a_task_is_called_or_bounded_is_not(other):
    assert one_task(BASE).definition == one_task({**BASE, **other}).definition


def test_another_version_of_a_handler_is_another_definition():
    assert one_task(BASE).definition != one_task(BASE, build={"catalogue": Shop(version="2")}).definition
