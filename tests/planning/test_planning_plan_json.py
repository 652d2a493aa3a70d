"""Plans as JSON and back."""

import json
import subprocess
import sys

import pytest
from effort import lines_run
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from planning_samples import group, phase, plan_of, task

from orchestrator.errors import Unusable
from orchestrator.models.plan import (
    Limits,
    Notification,
    Plan,
    PlannedCheck,
    PlannedGroup,
    PlannedGuard,
    PlannedPhase,
    PlannedTask,
    RetryPolicy,
    Targets,
)
from orchestrator.models.status import Durability, Execution, FailureClass, Priority
from orchestrator.planning.plan_json import plan_from_json, plan_from_text, plan_to_json, plan_to_text

_TEXT = st.text(max_size=6)
_TEXTS = st.lists(_TEXT, max_size=3).map(tuple)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=4,
)
_OBJECT = st.dictionaries(_TEXT, _JSON, max_size=3)
_ENV = st.dictionaries(_TEXT, _TEXT, max_size=2)
_SECONDS = st.floats(0, 1e6)
_MAYBE = st.none() | _TEXT
_CHECKS = st.lists(st.builds(PlannedCheck, type=_TEXT, params=_OBJECT, title=_TEXT, late=_TEXTS), max_size=2).map(tuple)
_GUARDS = st.lists(st.builds(PlannedGuard, type=_TEXT, params=_OBJECT, on_fail=_TEXT, late=_TEXTS), max_size=2).map(
    tuple
)
_RETRIES = st.builds(
    RetryPolicy,
    attempts=st.integers(1, 20),
    delay=_SECONDS,
    backoff=_SECONDS,
    max_delay=_SECONDS,
    jitter=st.booleans(),
    on=st.lists(st.sampled_from(FailureClass), max_size=3).map(tuple),
)
_TASKS = st.builds(
    PlannedTask,
    id=_TEXT,
    name=_TEXT,
    handler=_TEXT,
    phase=_TEXT,
    group=_TEXT,
    params=_OBJECT,
    description=_TEXT,
    priority=st.sampled_from(Priority),
    depends_on=_TEXTS,
    satisfied=_TEXTS,
    when=_MAYBE,
    skip_reason=_MAYBE,
    timeout=_SECONDS,
    idle_timeout=_SECONDS,
    retry=_RETRIES,
    critical=st.booleans(),
    exclusive=st.booleans(),
    env=_ENV,
    secrets=_TEXTS,
    outputs=_ENV,
    verify=_CHECKS,
    tags=_TEXTS,
    targets=st.builds(Targets, reads=_TEXTS, writes=_TEXTS),
    late=_TEXTS,
    values=_OBJECT,
    base=_TEXT,
    definition=_TEXT,
    origin=_TEXT,
)
_GROUPS = st.builds(
    PlannedGroup,
    id=_TEXT,
    letter=_TEXT,
    name=_TEXT,
    phase=_TEXT,
    execution=st.sampled_from(Execution),
    max_parallel=st.integers(0, 9),
    depends_on=_TEXTS,
    fail_fast=st.booleans(),
    checkpoint=_CHECKS,
    guards=_GUARDS,
    description=_TEXT,
)
_PHASES = st.builds(
    PlannedPhase,
    id=_TEXT,
    name=_TEXT,
    description=_TEXT,
    estimate=_TEXT,
    after=_TEXTS,
    critical=st.booleans(),
    checkpoint=_CHECKS,
    guards=_GUARDS,
)
_PLANS = st.builds(
    Plan,
    project=_TEXT,
    root=_TEXT,
    document=_TEXT,
    document_hash=_TEXT,
    phases=st.lists(_PHASES, max_size=2).map(tuple),
    groups=st.lists(_GROUPS, max_size=2).map(tuple),
    tasks=st.lists(_TASKS, max_size=2).map(tuple),
    limits=st.builds(Limits, max_parallel_tasks=st.integers(0, 9), fail_fast=st.booleans()),
    durability=st.sampled_from(Durability),
    snapshot=st.booleans(),
    params=_OBJECT,
    env=_ENV,
    guards=_GUARDS,
    notifications=st.lists(st.builds(Notification, on=_TEXTS, to=_TEXTS), max_size=2).map(tuple),
    template_folders=_TEXTS,
    profile=_MAYBE,
)


def test_the_strategies_above_know_every_field():
    for kind, given_names in ((Plan, 17), (PlannedTask, 29), (PlannedGroup, 11), (PlannedPhase, 8), (PlannedCheck, 4)):
        assert len(kind.__struct_fields__) <= given_names, f"{kind.__name__} has a field that no strategy sets"


@given(_PLANS)
def test_a_plan_comes_back_as_it_was(plan):
    text = json.dumps(plan_to_json(plan))
    assert plan_from_json(json.loads(text)) == plan
    assert plan_from_text(text.encode()) == plan


@given(_PLANS)
def test_a_plan_comes_back_from_its_text(plan):
    text = plan_to_text(plan)
    assert json.loads(text) == json.loads(json.dumps(plan_to_json(plan)))
    assert plan_from_text(text) == plan


def test_a_plan_with_half_a_surrogate_pair_comes_back_from_its_text():
    plan = replace(
        plan_of(phase("1", group("a", task("x", target="caf\udce9")))), params={"big": 2**70, "small": 5e-324}
    )
    assert plan_from_text(plan_to_text(plan)) == plan


def test_defaults_take_no_room():
    data = plan_to_json(plan_of(phase("1", group("a", task("x", target="t")))))
    assert set(data["tasks"][0]) == {"id", "name", "handler", "phase", "group", "params", "targets", "definition"}


@pytest.mark.parametrize(
    "data",
    [{}, {"format": 2}, {"format": 1, "tasks": 5}, {"format": 1, "nonsense": 1}, {"format": 1, "tasks": [{"id": "x"}]}],
)
def test_a_plan_of_another_version_is_refused(data):
    with pytest.raises(Unusable):
        plan_from_json(data)
    with pytest.raises(Unusable):
        plan_from_text(json.dumps(data, separators=(",", ":")).encode())


def test_it_needs_no_pydantic():
    code = "import sys, orchestrator.planning.plan_json; assert not {'pydantic', 'jinja2', 'yaml'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def many(groups):
    return [
        phase(f"p{p}", *(group(f"g{g}", *(f"{p}.{g}.{t}" for t in range(100))) for g in range(groups)))
        for p in range(10)
    ]


def test_ten_thousand_tasks_are_planned_and_written():
    plan = plan_of(*many(10))
    assert plan_from_json(plan_to_json(plan)) == plan
    assert len(plan.tasks) == 10_000


def test_ten_times_the_tasks_cost_ten_times_the_work():
    def effort(groups):
        phases = many(groups)
        return lines_run(lambda: plan_from_json(plan_to_json(plan_of(*phases))))

    assert effort(2) > 1_000
    assert effort(2) < 2.4 * effort(1)
