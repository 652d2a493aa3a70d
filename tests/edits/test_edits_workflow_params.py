"""Params of workflow actions that are seldom given, each with what it changes."""

from collections.abc import Callable

import pytest
from edits_repository import CI, DEPLOY, Repository

from orchestrator.edits.result import EditCode, EditStatus
from orchestrator.edits.yaml.model import load_model

Make = Callable[..., Repository]
HEAD = "on: [push, pull_request]\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"


def steps(repository: Repository, job: str = "a", target: str = CI) -> list[dict]:
    return load_model(repository.files[target])["jobs"][job]["steps"]


def changed(repository: Repository, action: str, target: str = CI, /, **params: object) -> Repository:
    result = repository.edit(action, target, **params)
    assert result.status is EditStatus.CHANGED, (result.code, result.reason, result.hint)
    return repository


@pytest.mark.parametrize(
    ("script", "also", "after"),
    [
        ("mypy . || true", ["|| echo"], None),
        ("mypy . || true", ["|| true"], "mypy ."),
        ("mypy . || { echo no; exit 0; }", ["|| echo"], "mypy ."),
        ("mypy . ; true", ["; true"], "mypy ."),
    ],
)
def test_only_the_named_excuses_go(workflow: Make, script: str, also: list[str], after: str | None) -> None:
    repository = workflow(f"{HEAD}      - run: '{script}'\n")
    result = repository.edit("remove_continue_on_error", also=also)
    assert steps(repository)[0]["run"] == (after or script)
    assert result.status is (EditStatus.CHANGED if after else EditStatus.ALREADY)


@pytest.mark.parametrize(
    ("lines", "after"),
    [
        (["set +e", "pytest"], ["pytest"]),
        (["set +e", "pytest", "code=$?"], None),
        (["set +e", "pytest", "set -e"], None),
        (["set +e", "rm -r x"], None),
    ],
)
def test_a_script_that_goes_on_after_a_failure_stops_there_unless_it_looks(
    workflow: Make, lines: list[str], after: list[str] | None
) -> None:
    text = HEAD + "      - run: |\n" + "".join(f"          {line}\n" for line in lines)
    repository = workflow(text)
    repository.edit("remove_continue_on_error")
    assert steps(repository)[0]["run"].splitlines() == (after or lines)


def test_a_scan_without_a_report_prints_fails_and_uploads_nothing(shop: Repository) -> None:
    made = steps(changed(shop, "make_trivy_blocking", keep_sarif=False, trivyignores=".trivyignore"), "audit")
    scan = next(step for step in made if "trivy-action" in step.get("uses", ""))["with"]
    assert (scan["format"], scan["exit-code"], scan["trivyignores"]) == ("table", "1", ".trivyignore")
    assert "output" not in scan
    assert not any("upload-sarif" in step.get("uses", "") for step in made)


def test_the_gate_accepts_what_the_ignore_file_says(shop: Repository) -> None:
    made = steps(changed(shop, "make_trivy_blocking", trivyignores=".trivyignore"), "audit")
    gate = next(step for step in made if step.get("name") == "Fail on vulnerabilities")["with"]
    assert gate["trivyignores"] == ".trivyignore"


def test_all_runs_of_a_group_wait_in_order(workflow: Make) -> None:
    text = HEAD + "      - run: make\n"
    model = load_model(changed(workflow(text), "add_concurrency", queue=True, cancel=False).files[CI])
    assert model["concurrency"] == {
        "group": "${{ github.workflow }}-${{ github.ref }}",
        "cancel-in-progress": False,
        "queue": "max",
    }
    assert workflow(text).edit("add_concurrency", queue=True).code is EditCode.PARAM


def test_given_filters_include_the_lock_files(workflow: Make) -> None:
    files = {"src/x.js": "", "package-lock.json": "{}", "package.json": "{}"}
    repository = workflow(HEAD + "      - run: npm test\n", **files)
    changed(repository, "add_path_filters", filters={"api": ["src/**"]}, apply={"a": "api"})
    filters = steps(repository, "changes")[0]["with"]["filters"]
    assert filters == "api:\n  - 'src/**'\n  - 'package-lock.json'\n  - '.github/workflows/ci.yml'\n"


def test_images_are_built_without_a_cache_where_that_is_wished(shop: Repository) -> None:
    made = steps(changed(shop, "parallelize_python_builds", cache="none"), "build-the-workers")
    assert not [key for key in made[-1]["with"] if key.startswith("cache-")]


def test_a_deployment_is_probed_as_the_params_say(shop: Repository) -> None:
    given = {"fix_trigger": True, "health_retries": 3, "health_delay": 9, "health_expect": "ok"}
    made = steps(changed(shop, "implement_staging_deploy", DEPLOY, **given), "staging", DEPLOY)
    probe = next(step for step in made if step["name"] == "Check the health")
    assert "--retry 3 --retry-delay 9 " in probe["run"]
    assert probe["env"]["EXPECTED"] == "ok"


def test_a_real_deployment_is_replaced_only_by_force(shop: Repository) -> None:
    shop.files[DEPLOY] = shop.files[DEPLOY].replace('echo "deploying"', "./ship.sh")
    given = {"fix_trigger": True, "command": "./go.sh", "rollback_command": "./back.sh", "strategy": "command"}
    assert shop.edit("implement_staging_deploy", DEPLOY, **given).code is EditCode.CONFLICT
    shop.files |= {"go.sh": "", "back.sh": ""}
    made = steps(changed(shop, "implement_staging_deploy", DEPLOY, **given, force=True), "staging", DEPLOY)
    assert "./ship.sh" not in str(made)
    assert any("./go.sh" in step.get("run", "") for step in made)


@pytest.mark.parametrize(
    ("strategy", "settings", "said"),
    [
        ("helm", {"release": "shop", "chart": "./chart", "namespace": "web"}, "helm upgrade --install"),
        ("ecs", {"cluster": "c", "service": "s", "region": "eu-west-1"}, "aws ecs update-service"),
        ("cloud-run", {"service": "s", "region": "europe-west1"}, "gcloud run deploy"),
        ("compose-ssh", {"folder": "/srv/shop"}, "docker compose --env-file images.env up"),
    ],
)
def test_each_platform_gets_the_digest_a_probe_and_a_way_back(
    shop: Repository, strategy: str, settings: dict[str, str], said: str
) -> None:
    given = {"fix_trigger": True, "strategy": strategy}
    assert shop.edit("implement_staging_deploy", DEPLOY, **given).code is EditCode.PRECONDITION
    changed(shop, "implement_staging_deploy", DEPLOY, **given, settings=settings)
    made = {step.get("name"): step for step in steps(shop, "staging", DEPLOY)}
    names = list(made)
    order = ["Find the images of this commit", "Record what is running", "Deploy", "Check the health", "Roll back"]
    assert [name for name in names if name in order] == order
    assert said in made["Deploy"]["run"]
    assert made["Roll back"]["if"] == "failure() && steps.deploy.outcome != 'skipped'"
    assert "${{" not in made["Deploy"]["run"]
    scopes = load_model(shop.files[DEPLOY])["jobs"]["staging"]["permissions"]
    assert ("id-token" in scopes) == (strategy in ("ecs", "cloud-run"))
