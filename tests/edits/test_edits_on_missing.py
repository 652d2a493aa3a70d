"""`on_missing`: what is not there is refused, skipped or made, as the params say."""

from collections.abc import Callable

import pytest
from edits_repository import CI, Repository

from orchestrator.edits.result import EditCode, EditStatus
from orchestrator.edits.yaml.model import load_model

Make = Callable[..., Repository]
TEXT = "on: push\njobs:\n  t:\n    runs-on: ubuntu-latest\n    steps:\n      - run: npm test\n"


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("add_timeouts", {"job": "u"}),
        ("make_trivy_blocking", {}),
        ("replace_step", {"job": "t", "step": "x", "content": {"run": "y"}}),
        ("yaml_set", {"path": "env.A", "value": 1}),
    ],
)
def test_what_is_not_there_is_refused_or_nothing_to_do(workflow: Make, action: str, params: dict) -> None:
    refused = workflow(TEXT).edit(action, **params, on_missing="error")
    assert refused.code is EditCode.NOT_FOUND
    skipped = workflow(TEXT).edit(action, **params, on_missing="skip")
    assert skipped.status is EditStatus.ALREADY
    assert skipped.reason == f"nothing to do: {refused.reason} (`on_missing: skip`)"


def test_what_is_not_there_is_made_where_that_is_wished(workflow: Make) -> None:
    repository = workflow(TEXT)
    step = {"name": "Lint", "run": "npm run lint"}
    assert repository.edit("replace_step", job="t", step="Lint", content=step, on_missing="create").went_well
    assert repository.edit("yaml_set", path="env.A", value=1, on_missing="create").went_well
    model = load_model(repository.files[CI])
    assert (model["jobs"]["t"]["steps"][-1], model["env"]) == (step, {"A": 1})


def test_what_is_to_be_gone_has_to_be_there_where_that_is_said(workflow: Make) -> None:
    for action, params in (("yaml_delete", {"path": "env"}), ("remove_job", {"job": "u"})):
        assert workflow(TEXT).edit(action, **params).status is EditStatus.ALREADY
        assert workflow(TEXT).edit(action, **params, on_missing="error").code is EditCode.NOT_FOUND


def test_a_file_that_is_not_there_is_skipped_only_when_that_is_said(workflow: Make) -> None:
    missing = ".github/workflows/no.yml"
    assert workflow(TEXT).edit("yaml_delete", missing, path="env").code is EditCode.FILE_MISSING
    assert workflow(TEXT).edit("yaml_delete", missing, path="env", on_missing="skip").went_well
