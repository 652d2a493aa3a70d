"""What the demo repository keeps on purpose to mislead an edit; each is seen, done or told, and never papered over."""

import re
from pathlib import Path

import pytest

from orchestrator.contracts import CheckScene
from orchestrator.edits.action import Scene, TextTree
from orchestrator.edits.propose import propose, read_params
from orchestrator.edits.registry import find_action
from orchestrator.edits.result import EditCode, EditResult, EditStatus
from orchestrator.edits.yaml.model import load_model
from orchestrator.handlers.config_edit import ConfigEdit, ConfigEditParams
from orchestrator.handlers.config_edit_tree import DiskTree

DEMO = Path(__file__).parents[2] / "examples" / "learning-platform"
CI, DEPLOY, JEST = ".github/workflows/ci.yml", ".github/workflows/deploy.yml", "jest.config.js"


class Demo:
    """The demo repository, with the edits made so far over it."""

    def __init__(self) -> None:
        self.tree = TextTree({}, DiskTree(str(DEMO)))

    def edit(self, action: str, target: str, **params: object) -> EditResult:
        found = find_action(action)
        result = propose(found, Scene(target, self.tree), read_params(found, params))
        self.tree = TextTree({**self.tree.texts, **{edit.path: edit.after for edit in result.edits}}, self.tree.below)
        return result

    def job(self, target: str, name: str) -> dict:
        return load_model(self.tree.read_text(target))["jobs"][name]

    def step(self, target: str, job: str, name: str) -> dict:
        return next(step for step in self.job(target, job)["steps"] if step.get("name") == name)


@pytest.fixture
def demo() -> Demo:
    return Demo()


def test_a_threshold_that_is_there_is_kept_and_a_second_run_finds_nothing_to_do(demo: Demo) -> None:
    given = {"thresholds": {"services": 70}, "mode": "set"}
    before = demo.tree.read_text(JEST)
    assert "global" in before
    assert demo.edit("add_directory_thresholds", JEST, **given).status is EditStatus.CHANGED
    assert re.search(r"global: \{[^}]*\}", before)[0] in demo.tree.read_text(JEST)
    assert demo.edit("add_directory_thresholds", JEST, **given).status is EditStatus.ALREADY


def test_the_excuse_of_the_safety_check_stands_in_the_shell_and_not_in_a_key(demo: Demo) -> None:
    assert "continue-on-error:" not in demo.tree.read_text(CI)
    result = demo.edit("remove_continue_on_error", CI)
    assert demo.step(CI, "dependency-audit", "Python safety check")["run"].splitlines() == [
        "pip install safety",
        "safety check -r python-services/requirements.txt",
    ]
    assert any("the comment may no longer be true: # Reports only" in warning for warning in result.warnings)


def test_tests_that_have_a_database_get_no_second_one(demo: Demo) -> None:
    before = demo.job(CI, "backend-test")["services"]
    assert demo.edit("add_migration_step", CI).went_well
    assert demo.job(CI, "backend-test")["services"] == before
    url = demo.step(CI, "backend-test", "Run tests")["env"]["DATABASE_URL"]
    assert demo.step(CI, "backend-test", "Migrate the database")["env"] == {"DATABASE_URL": url}


def test_a_staging_job_that_no_trigger_reaches_is_refused_until_its_trigger_may_be_mended(demo: Demo) -> None:
    refused = demo.edit("implement_staging_deploy", DEPLOY)
    assert (refused.code, refused.edits) == (EditCode.UNREACHABLE, ())
    mended = demo.edit("implement_staging_deploy", DEPLOY, fix_trigger=True)
    assert "develop" in load_model(demo.tree.read_text(DEPLOY))["on"]["push"]["branches"]
    assert any("these jobs run on it too" in warning for warning in mended.warnings)


def test_a_tag_that_is_never_pushed_is_not_deployed(demo: Demo) -> None:
    assert "backend:${{ github.sha }}" in demo.step(DEPLOY, "deploy-staging", "Deploy")["run"]
    assert demo.edit("implement_staging_deploy", DEPLOY, fix_trigger=True).went_well
    found = demo.step(DEPLOY, "deploy-staging", "Find the images of this commit")
    assert 'tag="sha-${GITHUB_SHA::7}"' in found["run"]
    assert "github.sha" not in str(demo.job(DEPLOY, "deploy-staging"))


def test_a_kubeconfig_does_not_stay_in_the_workspace(demo: Demo) -> None:
    assert demo.edit("implement_staging_deploy", DEPLOY, fix_trigger=True).went_well
    steps = demo.job(DEPLOY, "deploy-staging")["steps"]
    assert "> kubeconfig" not in str(steps)
    assert (steps[-1]["if"], steps[-1]["run"]) == ("always()", 'rm -f "$KUBECONFIG"')


@pytest.mark.parametrize("is_turned", [False, True])
def test_two_edits_of_one_file_meet_in_any_order(demo: Demo, is_turned: bool) -> None:
    actions = ["parallelize_python_builds", "add_path_filters"]
    for action in reversed(actions) if is_turned else actions:
        assert demo.edit(action, CI).went_well
    jobs = load_model(demo.tree.read_text(CI))["jobs"]
    assert jobs["build-python-images"]["strategy"]["matrix"]["service"] == [
        "matching",
        "analytics",
        "moderation",
        "checkpoint",
    ]
    assert "needs.changes.outputs" in jobs["backend-test"]["if"]
    assert "build-python-images" in jobs["ci-required"]["needs"]


def test_a_scanner_on_a_branch_that_was_once_hostile_is_pinned_by_commit(demo: Demo) -> None:
    assert demo.step(CI, "security-scan", "Run Trivy")["uses"].endswith("@master")
    assert demo.edit("make_trivy_blocking", CI).went_well
    assert re.search(r"trivy-action@[0-9a-f]{40}$", demo.step(CI, "security-scan", "Run Trivy")["uses"])
    assert demo.step(CI, "security-scan", "Upload results")["if"] == "${{ !cancelled() }}"


def test_an_environment_is_no_gate_and_the_missing_reviewers_are_told(demo: Demo) -> None:
    result = demo.edit("add_approval_gates", DEPLOY)
    assert (result.status, result.edits) == (EditStatus.ALREADY, ())
    assert "until then nothing waits" in result.duties[0].text


def test_a_deep_check_tells_what_the_workflows_have_wrong_before_anything_runs() -> None:
    params = ConfigEditParams.model_validate({"target": DEPLOY, "action": "add_approval_gates"})
    scene = CheckScene(root=str(DEMO), templates=None, deep=True)
    found = [(each.code, each.hint) for each in ConfigEdit().check(params, scene)]
    assert found == [("W511", "rule unreachable-job"), *[("W511", "rule unpushed-image")] * 2]
