"""What has to be so before a job deploys: its branch, its trigger, its scripts."""

from collections.abc import Callable

import pytest
from edits_repository import CI, Repository, code, done, jobs

from orchestrator.edits.action import Scene, TextTree
from orchestrator.edits.result import EditCode, EditStatus, Refusal
from orchestrator.edits.workflows.entrances import refuse_missing_scripts

Make = Callable[..., Repository]
TEXT = """on:
  push:
    branches: [main]
jobs:
  staging:
    runs-on: ubuntu-latest
    environment: {name: staging, url: https://s.example.org}
    steps:
      - run: echo deploy
"""
GIVEN = {"command": "make deploy", "rollback_command": "make back"}


def test_a_job_is_restricted_to_the_branch_that_is_named(workflow: Make) -> None:
    repository = workflow(TEXT)
    done(repository.edit("implement_staging_deploy", **GIVEN, branch="main"))
    assert jobs(repository)["staging"]["if"] == "github.ref == 'refs/heads/main'"
    assert repository.edit("implement_staging_deploy", **GIVEN, branch="main").status is EditStatus.ALREADY


def test_a_branch_that_no_trigger_has_is_added_only_when_wished(workflow: Make) -> None:
    repository = workflow(TEXT)
    told = repository.edit("implement_staging_deploy", **GIVEN, branch="develop")
    assert code(told) is EditCode.UNREACHABLE
    done(repository.edit("implement_staging_deploy", **GIVEN, branch="develop", fix_trigger=True))
    assert "branches: [main, develop]" in repository.files[CI]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [("github.ref_name == 'main'", None), ("github.ref == 'refs/heads/live'", "live"), ("vars.GO == 'yes'", "vars")],
)
def test_a_condition_of_the_job_names_the_branch_or_is_a_conflict(
    workflow: Make, condition: str, expected: str | None
) -> None:
    repository = workflow(TEXT.replace("    steps:", f"    if: {condition}\n    steps:"))
    result = repository.edit("implement_staging_deploy", **GIVEN, branch="main")
    if expected is None:
        done(result)
        assert jobs(repository)["staging"]["if"] == condition
    else:
        assert (code(result), expected in result.reason) == (EditCode.CONFLICT, True)


def test_a_step_without_a_command_is_a_placeholder(workflow: Make) -> None:
    repository = workflow(TEXT.replace("run: echo deploy", 'run: ""'))
    done(repository.edit("implement_staging_deploy", **GIVEN))
    assert all(step["run"] for step in jobs(repository)["staging"]["steps"])


@pytest.mark.parametrize(
    ("command", "missing"),
    [
        ("./deploy.sh --now", "deploy.sh"),
        ("bash ops/go.sh && ./bin/tell", "ops/go.sh"),
        ("python ops/roll.py", "ops/roll.py"),
        ("bash ops/there.sh && make x.sh-like", None),
        ("cd ops && ./nowhere.sh", None),
        ("/usr/local/bin/deploy.sh", None),
        ("kubectl apply -f k8s/app.yaml; echo done.sh", None),
    ],
)
def test_scripts_that_a_command_runs_have_to_be_there(command: str, missing: str | None) -> None:
    scene = Scene(CI, TextTree({"ops/there.sh": "", "bin/tell": ""}))
    if missing is None:
        refuse_missing_scripts(scene, command)
        return
    with pytest.raises(Refusal, match=f"runs {missing}, which is not there") as caught:
        refuse_missing_scripts(scene, command)
    assert caught.value.code is EditCode.PRECONDITION


def test_a_custom_migration_needs_its_command(workflow: Make) -> None:
    text = "on: push\njobs:\n  a: {runs-on: ubuntu-latest, steps: [{run: npm test}]}\n"
    told = workflow(text).edit("add_migration_step", tool="custom")
    assert (code(told), told.reason) == (EditCode.PARAM, "`tool: custom` needs `command`")
    done(workflow(text).edit("add_migration_step", tool="custom", command="make migrate"))


def test_jobs_that_wait_for_each_other_are_not_filtered(workflow: Make) -> None:
    job = "{runs-on: u, steps: [{run: npm test}], needs: "
    text = f"on: pull_request\njobs:\n  a: {job}b}}\n  b: {job}a}}\n"
    told = workflow(text, **{"package.json": "{}"}).edit("add_path_filters")
    assert (code(told), told.reason) == (EditCode.PRECONDITION, "jobs wait for each other: a → b → a")


def test_jobs_that_upload_one_artifact_name_do_not_become_a_matrix(workflow: Make) -> None:
    job = (
        "  build-{0}:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make {0}\n"
        "      - uses: actions/upload-artifact@v4\n        with: {{name: {1}, path: dist}}\n"
    )
    same = "on: push\njobs:\n" + job.format("mail", "dist") + job.format("stock", "dist")
    told = workflow(same).edit("parallelize_python_builds")
    assert (code(told), "all upload the artifact dist" in told.reason) == (EditCode.PRECONDITION, True)
    own = "on: push\njobs:\n" + job.format("mail", "dist-mail") + job.format("stock", "dist-stock")
    done(workflow(own).edit("parallelize_python_builds"))
