"""Documents that are named one by one, as commit hooks do."""

import json

import pytest
from wiring_registry import wires
from wiring_world import Make, Repository, task, tasks

GOOD = tasks(task("1.1"))
TWICE = tasks(task("1.1"), task("1.1"))


@pytest.fixture
def several(make: Make) -> Repository:
    repository = make(GOOD)
    repository.plant(TWICE, "a.phases.yaml")
    repository.plant(TWICE, "b/phases.yaml")
    return repository


@wires("argument:validate files")
def test_every_document_that_is_named_is_checked_and_no_other(several: Repository) -> None:
    answer = several.orchestrate("validate", "--format", "concise", "a.phases.yaml", "b/phases.yaml")
    assert answer.code == 3
    assert {line.split(":")[0] for line in answer.out.splitlines()} == {"a.phases.yaml", "b/phases.yaml"}
    assert several.orchestrate("validate").code == 0


def test_the_sound_ones_are_told_below_the_problems_of_the_others(several: Repository) -> None:
    answer = several.orchestrate("validate", "--ascii", "a.phases.yaml", "phases.yaml")
    assert answer.code == 3
    assert answer.out.splitlines()[-1].endswith(" phases.yaml: 1 phase, 1 group, 1 task")


def test_problems_of_several_documents_are_one_list_of_json(several: Repository) -> None:
    answer = several.orchestrate("validate", "--format", "json", "a.phases.yaml", "b/phases.yaml", "phases.yaml")
    assert {each["file"] for each in json.loads(answer.out)["problems"]} == {"a.phases.yaml", "b/phases.yaml"}


def test_a_file_beside_a_document_named_by_flag_is_refused(several: Repository) -> None:
    answer = several.orchestrate("validate", "-c", "phases.yaml", "a.phases.yaml")
    assert (answer.code, answer.err) == (
        2,
        "error: --config and a FILE both name a document\n  hint: orchestrate validate phases.yaml a.phases.yaml\n",
    )


def test_a_file_comes_before_the_document_of_the_environment(several: Repository) -> None:
    environment = {"ORCHESTRATE_CONFIG": "phases.yaml"}
    assert several.orchestrate("validate", "a.phases.yaml", env=environment).code == 3


def test_a_file_that_cannot_be_read_is_named(several: Repository) -> None:
    answer = several.orchestrate("validate", "nope.yaml")
    assert (answer.code, "nope.yaml cannot be read: No such file or directory" in answer.err) == (2, True)
