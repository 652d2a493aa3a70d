"""The shipped roadmap, from file to plan."""

from pathlib import Path

import pytest
from planning_samples import Shop

from orchestrator.models.status import Execution
from orchestrator.planning.build import build_plan
from orchestrator.planning.critical_path import estimate
from orchestrator.planning.document_loader import load_document
from orchestrator.planning.select import Selection

ROADMAP = Path(__file__).parents[2] / "config" / "phases.yaml"


@pytest.fixture(scope="module")
def loaded():
    return load_document(ROADMAP)


@pytest.fixture(scope="module")
def plan(loaded):
    return build_plan(
        loaded.document,
        root="/repo",
        catalogue=Shop(),
        path=str(loaded.path),
        document_hash=loaded.hash,
        places=loaded.place,
    )


def test_six_phases_fourteen_groups_sixty_one_tasks(plan):
    assert (len(plan.phases), len(plan.groups), len(plan.tasks)) == (6, 14, 61)
    assert [sum(task.phase == phase.id for task in plan.tasks) for phase in plan.phases] == [7, 10, 10, 14, 12, 8]


def test_phase_four_runs_beside_two_and_three(plan):
    assert [phase.after for phase in plan.phases] == [(), ("1",), ("2",), ("1",), ("3", "4"), ("5",)]


def test_groups_and_their_limits(plan):
    by_letter = {group.letter: group for group in plan.groups}
    assert by_letter["b"].depends_on == ("1.a",)
    assert (by_letter["c"].execution, by_letter["c"].max_parallel) == (Execution.PARALLEL, 3)


def test_checkpoints_compare_with_params(loaded, plan):
    assert plan.phases[0].checkpoint[0].params["min"] == 30
    stricter = build_plan(loaded.document, root="/r", catalogue=Shop(), params={"foundation_coverage": "45"})
    assert stricter.phases[0].checkpoint[0].params["min"] == 45


def test_tasks_know_where_they_stand(plan):
    line = ROADMAP.read_text().splitlines()[int(plan.task("4.4").origin.rpartition(":")[2]) - 1]
    assert '"4.4"' in line


def test_one_group_with_what_it_needs(loaded):
    part = build_plan(
        loaded.document,
        root="/r",
        catalogue=Shop(),
        selection=Selection(groups=("B",), with_deps=True),
        successes={"1.1"},
    )
    assert [task.id for task in part.tasks] == ["1.2", "1.3", "1.4", "1.5", "1.6", "1.7"]


def test_the_critical_path_is_the_longest_way_through_the_phases(plan):
    found = estimate(plan, {task.id: 1.0 for task in plan.tasks})
    assert list(dict.fromkeys(plan.task(one).phase for one in found.critical)) == ["1", "2", "3", "5", "6"]
    assert found.critical_seconds == 5 + 5 + 1 + 1 + 4  # a, b; c, d; a test; a test; m or n
    assert found.lower_bound == 16.0
