"""The roadmap's workflow actions: what each makes of a small shop, and that a second time there is nothing to do."""

from collections.abc import Callable

import pytest
from edits_repository import CI, DEPLOY, Repository, code, done, jobs, steps

from orchestrator.edits.patch import invert
from orchestrator.edits.pins import is_pinned
from orchestrator.edits.result import EditCode, EditStatus
from orchestrator.edits.workflows.checker import check_text
from orchestrator.edits.yaml.model import load_model
from orchestrator.errors import Severity

Make = Callable[..., Repository]


CI_ACTIONS = (
    ("remove_continue_on_error", {}),
    ("add_migration_step", {}),
    ("parallelize_python_builds", {}),
    ("add_path_filters", {}),
    ("make_trivy_blocking", {}),
    ("upgrade_audit_level", {"level": "moderate"}),
    ("add_perf_checks", {}),
)
DEPLOY_ACTIONS = (
    ("implement_staging_deploy", {"fix_trigger": True}),
    ("implement_production_deploy", {}),
    ("add_deploy_migration", {}),
    ("add_sbom_generation", {}),
    ("add_container_scanning", {}),
    ("add_blue_green", {}),
    ("add_canary", {}),
)


def test_the_whole_roadmap_goes_one_after_another_and_ends_valid(shop: Repository, eol: str) -> None:
    for target, actions in ((CI, CI_ACTIONS), (DEPLOY, DEPLOY_ACTIONS)):
        for action, params in actions:
            before = shop.files[target]
            result = done(shop.edit(action, target, **params))
            assert shop.files[target].count("\n") == shop.files[target].count(eol), action
            back = sorted(invert(result.edits[0].patches))
            assert len(back) == len(result.edits[0].patches)
            assert result.edits[0].before == before
        for action, params in actions:
            again = shop.edit(action, target, **params)
            assert again.status is EditStatus.ALREADY, (action, again.reason)
        findings = [item for item in check_text(shop.files[target]) if item.rule != "unpinned-use"]
        assert findings == []
    for path in (CI, DEPLOY):
        new = [step for job in jobs(shop, path).values() for step in job["steps"] if "uses" in step]
        assert all(is_pinned(step["uses"]) or step["uses"].endswith(("@v3", "@v4", "@v6")) for step in new)


def test_excuses_go_and_what_is_no_check_keeps_its_own(shop: Repository) -> None:
    result = done(shop.edit("remove_continue_on_error"))
    step = jobs(shop)["worker-test"]["steps"][2]
    assert step == {"run": "flake8 worker\npsql -c 'drop table old' || true\npytest worker\n"}
    assert result.reason.startswith("removed 2 excuses")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("safety check -r a.txt --continue-on-error || echo bad", "safety check -r a.txt"),
        ("npm audit || true", "npm audit"),
        ("bandit -r src --exit-zero", "bandit -r src"),
        ("npx eslint . || exit 0", "npx eslint ."),
        ("pytest; true", "pytest"),
        ("echo mypy || true", None),
        ("rm -rf mypy-cache || true", None),
        ("mypy . || exit 1", None),
        ("# mypy || true\nmake", None),
        ("test -f x && mypy . || true", "test -f x && mypy ."),
        ("mypy . && deploy || true", None),
        ("npm audit || true # not yet", "npm audit  # not yet"),
        ('npm audit || echo "found: a; b | c"', "npm audit"),
        ("npm audit || { echo 'x; y'; true; }", "npm audit"),
        ("npm audit || (echo x && exit 1)", None),
        ("npm audit \\\n  --json \\\n  || true", "npm audit \\\n  --json"),
        ("flake8 . \\\n  --exit-zero \\\n  --count", "flake8 . \\\n  --count"),
        ("npm audit || echo x || exit 1", None),
    ],
)
def test_only_the_excuse_of_a_check_is_removed(workflow: Make, before: str, after: str | None) -> None:
    block = "\n".join(f"          {line}" for line in before.split("\n"))
    text = f"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n{block}\n"
    repository = workflow(text)
    result = repository.edit("remove_continue_on_error")
    assert result.status is (EditStatus.ALREADY if after is None else EditStatus.CHANGED)
    assert load_model(repository.files[CI])["jobs"]["a"]["steps"][0]["run"] == f"{after or before}\n"


def test_a_computed_continue_on_error_stays_and_is_told(workflow: Make) -> None:
    text = "on: push\njobs:\n  a:\n    runs-on: x\n    continue-on-error: ${{ vars.X }}\n    steps: [{run: make}]\n"
    result = workflow(text).edit("remove_continue_on_error")
    assert result.status is EditStatus.ALREADY
    assert "is computed" in result.warnings[0]


def test_migrations_run_before_the_tests_with_their_database(shop: Repository) -> None:
    done(shop.edit("add_migration_step"))
    names = list(steps(shop, "api-test"))
    assert names == ["actions/checkout@v4", "Install", "Migrate the database", "Test"]
    found = steps(shop, "api-test")
    assert found["Migrate the database"]["run"] == "npm run migrate"
    assert found["Migrate the database"]["env"] == found["Test"]["env"]


def test_a_job_without_a_database_gets_a_service(workflow: Make) -> None:
    text = "on: push\njobs:\n  t:\n    runs-on: x\n    steps:\n      - run: npm ci\n      - run: npm test\n"
    repository = workflow(text, prisma__schema="", **{"prisma/schema.prisma": "x"})
    done(repository.edit("add_migration_step"))
    job = jobs(repository)["t"]
    assert job["services"]["postgres"]["image"] == "postgres:17-alpine"
    assert job["steps"][1]["env"] == {"DATABASE_URL": "postgresql://test:test@localhost:5432/test"}
    assert job["steps"][1]["run"] == "npx prisma migrate deploy\nnpx prisma migrate status\n"


@pytest.mark.parametrize(
    ("steps_text", "expected"),
    [
        ("[{run: npm test}]", EditCode.PRECONDITION),
        ("[{run: make}]", EditCode.NOT_FOUND),
        ("[{run: npm test}, {run: npx knex migrate:latest}]", EditCode.CONFLICT),
    ],
)
def test_migrations_that_cannot_be_placed_are_refused(workflow: Make, steps_text: str, expected: EditCode) -> None:
    text = f"on: push\njobs:\n  t:\n    runs-on: x\n    steps: {steps_text}\n"
    assert code(workflow(text).edit("add_migration_step")) is expected


def test_a_real_database_is_never_written_into_a_workflow(workflow: Make) -> None:
    text = (
        "on: push\njobs:\n  t:\n    runs-on: x\n    steps:\n      - run: npm test\n"
        "        env: {DATABASE_URL: 'postgresql://admin:hunter2@db.example/prod'}\n"
    )
    assert code(workflow(text, **{"knexfile.js": ""}).edit("add_migration_step")) is EditCode.PRECONDITION


def test_a_staging_job_that_nothing_reaches_is_refused_until_its_trigger_may_be_mended(shop: Repository) -> None:
    assert code(shop.edit("implement_staging_deploy", DEPLOY)) is EditCode.UNREACHABLE
    result = done(shop.edit("implement_staging_deploy", DEPLOY, fix_trigger=True))
    assert load_model(shop.files[DEPLOY])["on"]["push"]["branches"] == ["main", "develop"]
    assert any("these jobs run on it too: build" in warning for warning in result.warnings)
    assert {duty.kind for duty in result.duties} == {"secret", "setting", "environment"}


def test_staging_deploys_the_tag_that_was_pushed_and_leaves_no_kubeconfig(shop: Repository) -> None:
    done(shop.edit("implement_staging_deploy", DEPLOY, fix_trigger=True))
    found = steps(shop, "staging", DEPLOY)
    assert 'tag="$GITHUB_SHA"' in found["Find the images of this commit"]["run"]
    assert found["Configure"]["run"] == 'umask 077\necho "$KUBE_CONFIG" | base64 -d > "$KUBECONFIG"\n'
    assert found["Roll back"]["if"] == "failure() && steps.deploy.outcome != 'skipped'"
    assert found["Remove the kubeconfig"]["if"] == "always()"
    assert "--retry 10" in found["Check the health"]["run"]
    assert found["Check the health"]["env"]["HEALTH_URL"] == "https://staging.shop.example/health"
    job = jobs(shop, DEPLOY)["staging"]
    assert job["concurrency"] == {"group": "deploy-staging", "cancel-in-progress": False}
    assert job["timeout-minutes"] == 30


def test_a_short_sha_tag_is_deployed_as_it_was_pushed(shop: Repository) -> None:
    shop.files[DEPLOY] = shop.files[DEPLOY].replace("${{ env.IMAGE }}:${{ github.sha }}", "${{ steps.m.outputs.tags }}")
    head, tail = shop.files[DEPLOY].split("      - name: Build and push", 1)
    eol = "\r\n" if "\r\n" in head else "\n"
    lines = [
        "- id: m",
        "  uses: docker/metadata-action@v5",
        "  with:",
        "    images: ${{ env.IMAGE }}",
        "    tags: type=sha",
    ]
    shop.files[DEPLOY] = head + "".join(f"      {line}{eol}" for line in lines) + "      - name: Build and push" + tail
    done(shop.edit("implement_production_deploy", DEPLOY))
    assert 'tag="sha-${GITHUB_SHA::7}"' in steps(shop, "production", DEPLOY)["Find the images of this commit"]["run"]


def test_production_takes_only_what_staging_has_run(shop: Repository) -> None:
    done(shop.edit("implement_production_deploy", DEPLOY))
    assert "gh api" in steps(shop, "production", DEPLOY)["Check the deployment to staging"]["run"]
    assert jobs(shop, DEPLOY)["production"]["permissions"]["deployments"] == "read"


def test_a_person_can_name_the_version_that_production_brings_back(shop: Repository) -> None:
    done(shop.edit("implement_production_deploy", DEPLOY, version_input=True))
    made = jobs(shop, DEPLOY)
    version = load_model(shop.files[DEPLOY])["on"]["workflow_dispatch"]["inputs"]["version"]
    assert (version["type"], version["required"]) == ("string", False)
    assert made["build"]["if"] == "inputs.version == ''"
    assert made["staging"]["if"] == "inputs.version == '' && github.ref == 'refs/heads/develop'"
    usual = "success() && startsWith(github.ref, 'refs/tags/v')"
    assert made["production"]["if"] == f"${{{{ !cancelled() && !failure() && (inputs.version != '' || {usual}) }}}}"
    found = steps(shop, "production", DEPLOY)
    assert found["Check the deployment to staging"]["if"] == "inputs.version == ''"
    assert found["Find the images of this commit"]["run"].startswith('tag="${VERSION:-$GITHUB_SHA}"\n')
    assert "::notice title=Release::${VERSION:-$GITHUB_SHA} to $ENVIRONMENT" in found["Summarise"]["run"]
    assert shop.edit("implement_production_deploy", DEPLOY, version_input=True).status is EditStatus.ALREADY


def test_a_command_sees_the_version_and_another_input_of_that_name_is_a_conflict(workflow: Make) -> None:
    text = (
        "on: {0}\njobs:\n  prod:\n    runs-on: u\n    environment: {{name: production, url: 'https://x.org'}}\n"
        "    steps:\n      - run: echo deploy\n"
    )
    given = {"command": "./up.sh", "rollback_command": "./back.sh", "version_input": True}
    scripts = {"up.sh": "", "back.sh": ""}
    repository = workflow(text.format("push"), **scripts)
    done(repository.edit("implement_production_deploy", **given))
    assert steps(repository, "prod")["Deploy"]["env"] == {"VERSION": "${{ inputs.version }}"}
    taken = workflow(text.format("{workflow_dispatch: {inputs: {version: {type: number}}}}"), **scripts)
    assert code(taken.edit("implement_production_deploy", **given)) is EditCode.CONFLICT


def test_production_has_no_place_in_a_workflow_of_pull_requests(shop: Repository) -> None:
    shop.files[DEPLOY] = shop.files[DEPLOY].replace("on:", "on:\n  pull_request:", 1)
    assert code(shop.edit("implement_production_deploy", DEPLOY)) is EditCode.PRECONDITION


def test_a_real_deployment_is_never_replaced(shop: Repository) -> None:
    shop.files[DEPLOY] = shop.files[DEPLOY].replace('run: echo "deploying"', "run: ./ship.sh")
    result = shop.edit("implement_staging_deploy", DEPLOY, fix_trigger=True)
    assert result.status is EditStatus.CONFLICT
    assert "a deployment of its own" in result.reason


@pytest.mark.parametrize(
    ("action", "job", "given"),
    [("implement_staging_deploy", "staging", {"fix_trigger": True}), ("implement_production_deploy", "production", {})],
)
def test_a_deployment_migrates_first_where_that_is_wished(shop: Repository, action: str, job: str, given: dict) -> None:
    done(shop.edit(action, DEPLOY, **given))
    assert "Migrate the database" not in steps(shop, job, DEPLOY)
    done(shop.edit(action, DEPLOY, migrate="before", **given))
    found = steps(shop, job, DEPLOY)
    names = list(found)
    assert names.index("Migrate the database") == names.index("Deploy") - 1
    assert found["Migrate the database"]["env"] == {"DATABASE_URL": f"${{{{ secrets.{job.upper()}_DATABASE_URL }}}}"}
    assert shop.edit(action, DEPLOY, migrate="before", **given).status is EditStatus.ALREADY


def test_migrations_go_ahead_of_each_deployment(shop: Repository) -> None:
    assert code(shop.edit("add_deploy_migration", DEPLOY)) is EditCode.PRECONDITION
    done(shop.edit("implement_staging_deploy", DEPLOY, fix_trigger=True))
    done(shop.edit("implement_production_deploy", DEPLOY))
    result = done(shop.edit("add_deploy_migration", DEPLOY))
    for job, secret in (("staging", "STAGING_DATABASE_URL"), ("production", "PRODUCTION_DATABASE_URL")):
        names = list(steps(shop, job, DEPLOY))
        assert names.index("Migrate the database") == names.index("Deploy") - 1
        assert steps(shop, job, DEPLOY)["Migrate the database"]["env"]["DATABASE_URL"] == f"${{{{ secrets.{secret} }}}}"
        assert steps(shop, job, DEPLOY)["Set up Node.js"]["with"]["package-manager-cache"] is False
    assert [duty.kind for duty in result.duties] == ["secret", "secret"]


def test_reviewers_are_a_duty_and_never_a_key_of_the_workflow(shop: Repository) -> None:
    result = shop.edit("add_approval_gates", DEPLOY, reviewers=["mia"])
    assert result.status is EditStatus.ALREADY
    assert "require mia as reviewers" in result.duties[0].text
    assert result.duties[0].command.startswith("gh api -X PUT repos/{owner}/{repo}/environments/production")
    assert code(shop.edit("add_approval_gates", DEPLOY, job="staging")) is EditCode.CONFLICT


def test_a_production_job_without_an_environment_gets_one(workflow: Make) -> None:
    repository = workflow("on: push\njobs:\n  production:\n    runs-on: x\n    steps: [{run: ./ship}]\n")
    done(repository.edit("add_approval_gates"))
    assert list(jobs(repository)["production"]) == ["runs-on", "environment", "steps"]
    called = workflow("on: push\njobs:\n  production:\n    uses: ./.github/workflows/x.yml\n")
    assert code(called.edit("add_approval_gates")) is EditCode.PRECONDITION


def test_a_probe_stands_behind_the_deployment(workflow: Make) -> None:
    text = (
        "on: push\njobs:\n  ship:\n    runs-on: x\n    environment: {name: staging, url: 'https://a.example'}\n"
        "    steps:\n      - run: ./ship.sh\n      - run: echo done\n"
    )
    repository = workflow(text)
    result = done(repository.edit("add_health_checks", retries=3))
    assert "--retry 3" in jobs(repository)["ship"]["steps"][1]["run"]
    assert "no step that takes a failed deployment back" in result.warnings[0]
    assert code(workflow(text.replace("./ship.sh", "echo x")).edit("add_health_checks")) is EditCode.PRECONDITION


def test_a_loop_becomes_a_matrix_and_what_needed_it_needs_the_matrix_too(shop: Repository) -> None:
    result = done(shop.edit("parallelize_python_builds"))
    job = jobs(shop)["build-the-workers"]
    assert job["strategy"] == {"fail-fast": False, "matrix": {"service": ["mail", "stock"]}}
    assert job["needs"] == ["api-test", "worker-test"]
    build = job["steps"][-1]["with"]
    assert build["build-args"] == "WORKER=${{ matrix.service }}"
    assert build["cache-to"] == "type=gha,mode=max,scope=${{ matrix.service }}"
    assert job["permissions"] == {"contents": "read"}
    assert job["steps"][0]["with"] == {"persist-credentials": False}
    assert list(steps(shop, "images")) == ["actions/checkout@v4", "List them"]
    assert "names of checks change" in result.warnings[0]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("for s in $(ls); do make $s; done", EditCode.DYNAMIC),
        ("for s in a b; do make $s; echo x >> $GITHUB_OUTPUT; done", EditCode.PRECONDITION),
        ("make all", EditCode.NOT_FOUND),
    ],
)
def test_a_loop_that_cannot_be_a_matrix_is_refused(workflow: Make, script: str, expected: EditCode) -> None:
    text = f"on: push\njobs:\n  b:\n    runs-on: x\n    steps:\n      - run: {script}\n"
    assert code(workflow(text).edit("parallelize_python_builds")) is expected


def test_filtered_jobs_ask_and_those_behind_them_still_run(shop: Repository) -> None:
    done(shop.edit("add_path_filters"))
    found = jobs(shop)
    assert found["api-test"]["if"].endswith("needs.changes.outputs.backend == 'true'")
    assert found["worker-test"]["needs"] == "changes"
    assert found["images"]["if"] == "${{ !cancelled() && !failure() }}"
    assert set(found["ci-required"]["needs"]) == set(found) - {"ci-required"}
    filters = load_model(found["changes"]["steps"][0]["with"]["filters"])
    assert all(CI in globs for globs in filters.values())


def test_a_filter_that_matches_nothing_is_refused(shop: Repository) -> None:
    result = shop.edit("add_path_filters", filters={"go": ["**/*.go"]}, apply={"api-test": "go"})
    assert code(result) is EditCode.PRECONDITION
    assert code(shop.edit("add_path_filters", mode="workflow")) is EditCode.PRECONDITION


def test_trivy_blocks_by_a_second_step_and_the_report_is_still_uploaded(shop: Repository) -> None:
    done(shop.edit("make_trivy_blocking"))
    found = steps(shop, "audit")
    assert "exit-code" not in found["Scan"]["with"]
    assert is_pinned(found["Scan"]["uses"])
    assert found["Upload"]["if"] == "${{ !cancelled() }}"
    gate = found["Fail on vulnerabilities"]["with"]
    assert (gate["exit-code"], gate["severity"], gate["format"]) == ("1", "HIGH,CRITICAL", "table")


def test_trivy_in_a_script_blocks_too(workflow: Make) -> None:
    text = "on: push\njobs:\n  s:\n    runs-on: x\n    steps:\n      - run: trivy fs . --exit-code 0 || true\n"
    repository = workflow(text)
    done(repository.edit("make_trivy_blocking"))
    scan = "trivy fs --severity HIGH,CRITICAL --ignore-unfixed --exit-code 1 ."
    assert jobs(repository)["s"]["steps"][0]["run"] == scan
    weaker = workflow(text.replace("--exit-code 0", "--severity=CRITICAL"))
    done(weaker.edit("make_trivy_blocking"))
    assert jobs(weaker)["s"]["steps"][0]["run"] == "trivy fs --exit-code 1 . --severity=HIGH,CRITICAL"
    stricter = workflow(text.replace("--exit-code 0 || true", "-s LOW,HIGH,CRITICAL --exit-code 1"))
    assert stricter.edit("make_trivy_blocking").status is EditStatus.ALREADY
    unknown = workflow(text.replace("--exit-code 0", '--severity "$LEVEL"'))
    assert code(unknown.edit("make_trivy_blocking")) is EditCode.CONFLICT
    computed = text.replace(
        "run: trivy fs . --exit-code 0 || true",
        "uses: aquasecurity/trivy-action@v1\n        with: {exit-code: '${{ vars.X }}'}",
    )
    assert code(workflow(computed).edit("make_trivy_blocking")) is EditCode.CONFLICT
    assert code(workflow(text.replace("trivy", "grype")).edit("make_trivy_blocking")) is EditCode.NOT_FOUND


def test_an_audit_is_never_loosened_by_the_way(shop: Repository) -> None:
    assert shop.edit("upgrade_audit_level", level="critical").status is EditStatus.ALREADY
    done(shop.edit("upgrade_audit_level", level="low"))
    assert steps(shop, "audit")["Packages"]["run"] == "npm audit --audit-level=low"
    done(shop.edit("upgrade_audit_level", level="high", direction="looser"))
    assert steps(shop, "audit")["Packages"]["run"] == "npm audit --audit-level=high"
    assert code(shop.edit("upgrade_audit_level", DEPLOY)) is EditCode.NOT_FOUND


def test_an_sbom_is_made_of_the_digest_that_was_pushed(shop: Repository) -> None:
    done(shop.edit("add_sbom_generation", DEPLOY))
    found = steps(shop, "build", DEPLOY)
    assert found["Build and push"]["id"] == "build"
    assert found["Generate the SBOM"]["with"]["image"] == "${{ env.IMAGE }}@${{ steps.build.outputs.digest }}"
    assert jobs(shop, DEPLOY)["build"]["permissions"]["attestations"] == "write"
    assert code(shop.edit("add_sbom_generation", CI)) is EditCode.NOT_FOUND


def test_an_image_is_scanned_before_it_is_pushed(shop: Repository) -> None:
    done(shop.edit("add_container_scanning", DEPLOY))
    names = list(steps(shop, "build", DEPLOY))
    assert names.index("Build for the scan") < names.index("Scan the image") < names.index("Build and push")
    assert steps(shop, "build", DEPLOY)["Build for the scan"]["with"]["push"] is False


def test_two_colours_and_a_canary_need_a_real_deployment(shop: Repository) -> None:
    assert code(shop.edit("add_blue_green", DEPLOY)) is EditCode.PRECONDITION
    assert code(shop.edit("add_canary", DEPLOY)) is EditCode.PRECONDITION
    done(shop.edit("implement_production_deploy", DEPLOY))
    done(shop.edit("add_blue_green", DEPLOY))
    done(shop.edit("add_canary", DEPLOY))
    names = list(steps(shop, "production", DEPLOY))
    order = [
        "Try a canary",
        "Deploy to the idle colour",
        "Switch the traffic",
        "Check the health",
        "Roll back",
        "Retire the old colour",
    ]
    assert [name for name in names if name in order] == order
    assert "Record what is running" not in names


def test_a_slower_command_fails_the_new_job(shop: Repository) -> None:
    done(shop.edit("add_perf_checks", command="npm run bench", threshold=10))
    found = steps(shop, "performance")
    assert found["Measure"]["env"]["COMMAND"] == "npm run bench"
    assert found["Compare with the baseline"]["env"]["THRESHOLD"] == "10"
    assert code(shop.edit("add_perf_checks", job="audit")) is EditCode.CONFLICT


@pytest.mark.parametrize(
    ("on", "branch", "is_made"),
    [
        ("push", None, True),
        ("{push: {branches: [trunk]}}", None, True),
        ("{push: {branches: [trunk]}}", "main", False),
        ("{push: {branches: ['v*']}}", "v2", True),
        ("pull_request", None, False),
        ("{schedule: [{cron: 0 3 * * 1}]}", None, False),
    ],
)
def test_a_performance_job_stands_only_where_a_run_can_leave_a_baseline(
    workflow: Make, on: str, branch: str | None, is_made: bool
) -> None:
    text = f"on: {on}\njobs:\n  t: {{runs-on: u, steps: [{{run: make}}]}}\n"
    result = workflow(text).edit("add_perf_checks", command="make bench", branch=branch)
    assert (result.code is EditCode.PRECONDITION, result.status is EditStatus.CHANGED) == (not is_made, is_made)


@pytest.mark.parametrize("action", [name for name, _ in (*CI_ACTIONS, *DEPLOY_ACTIONS)])
def test_every_action_refuses_what_it_cannot_read(workflow: Make, action: str) -> None:
    for text, expected in (
        ("a: 1\n---\nb: 2\n", EditCode.MULTIDOC),
        ("on: push\non: pull_request\n", EditCode.DUP_KEY),
        ("jobs: [", EditCode.PARSE),
        ("name: x\n", EditCode.PRECONDITION),
    ):
        assert code(workflow(text).edit(action)) is expected
    repository = workflow("x: 1\n", **{"package.json": "{}"})
    assert code(repository.edit(action, ".github/workflows/none.yml")) is EditCode.FILE_MISSING
    assert code(repository.edit(action, "none.yml")) is EditCode.FILE_MISSING
    assert code(repository.edit(action, "package.json")) is EditCode.PARAM


def test_real_workflows_keep_every_other_byte_and_get_no_new_finding(corpus: list[tuple[str, str]]) -> None:
    counts = {"changed": 0}
    unproven: list[tuple[str, str, str]] = []
    for name, text in corpus:
        for body in (text, text.replace("\n", "\r\n")) if "\r" not in text else (text,):
            for action, params in (*CI_ACTIONS, *DEPLOY_ACTIONS):
                repository = Repository(
                    {CI: body, "package.json": "{}", "src/a.js": "", "x/y/a.py": "", "knexfile.js": ""}
                )
                result = repository.edit(action, **params)
                counts["changed"] += result.status is EditStatus.CHANGED
                if result.code in (EditCode.VERIFY, EditCode.VALIDATOR):
                    unproven.append((name, action, result.reason))
    assert unproven == []
    assert counts["changed"] > 200


def test_findings_of_the_fixtures_are_only_what_is_meant(shop: Repository) -> None:
    assert [item for item in check_text(shop.files[CI]) if item.severity is Severity.ERROR] == []
    assert [item.rule for item in check_text(shop.files[DEPLOY]) if item.rule != "unpinned-use"] == ["unreachable-job"]


def test_jobs_behind_a_filtered_one_run_when_they_would_have_run(workflow: Make) -> None:
    text = (
        "on: [push, pull_request]\njobs:\n"
        "  unit: {runs-on: u, steps: [{run: npm test}]}\n"
        "  py: {runs-on: u, needs: unit, steps: [{run: pytest}]}\n"
        "  main-only: {runs-on: u, needs: unit, if: github.ref == 'refs/heads/main', steps: [{run: make}]}\n"
        "  deploy: {runs-on: u, needs: [unit, main-only], steps: [{run: make}]}\n"
    )
    repository = workflow(text, **{"package.json": "{}", "src__a.js": "", "service__a.py": ""})

    assert repository.edit("add_path_filters").status is EditStatus.CHANGED

    jobs = load_model(repository.files[CI])["jobs"]
    asked = "github.event_name != 'pull_request' || needs.changes.outputs.{} == 'true'"
    assert jobs["unit"]["if"] == asked.format("backend")
    assert jobs["py"]["if"] == f"${{{{ !cancelled() && !failure() && ({asked.format('python')}) }}}}"
    assert jobs["main-only"]["if"] == "${{ !cancelled() && !failure() && (github.ref == 'refs/heads/main') }}"
    assert jobs["deploy"]["if"] == "${{ !cancelled() && !failure() && needs.main-only.result == 'success' }}"


def test_a_change_of_python_tests_or_of_a_file_at_the_root_runs_the_python_jobs(workflow: Make) -> None:
    text = "on: [push, pull_request]\njobs:\n  py: {runs-on: u, steps: [{run: pytest}]}\n"
    repository = workflow(text, **{"src__a.py": "", "tests__test_a.py": "", "conftest.py": ""})
    assert repository.edit("add_path_filters").status is EditStatus.CHANGED
    steps = load_model(repository.files[CI])["jobs"]["changes"]["steps"]
    (filters,) = (step["with"]["filters"] for step in steps if "filters" in step.get("with", {}))
    assert load_model(filters)["python"] == ["src/**", "tests/**", "*.py", CI]


def test_a_filter_on_a_job_with_a_condition_that_others_need_is_a_conflict(workflow: Make) -> None:
    text = (
        "on: [push, pull_request]\njobs:\n  unit: {runs-on: u, if: github.actor != 'x', steps: [{run: npm test}]}\n"
        "  deploy: {runs-on: u, needs: unit, steps: [{run: make}]}\n"
    )
    repository = workflow(text, **{"package.json": "{}", "src__a.js": ""})
    assert repository.edit("add_path_filters").code is EditCode.NOT_FOUND
    assert repository.edit("add_path_filters", apply={"unit": "backend"}).code is EditCode.CONFLICT


def test_a_job_that_decides_by_other_means_is_never_replaced(workflow: Make) -> None:
    text = (
        "on: pull_request\njobs:\n  changes: {runs-on: u, steps: [{run: git diff}]}\n"
        "  unit: {runs-on: u, steps: [{run: npm test}]}\n"
    )
    repository = workflow(text, **{"package.json": "{}", "src__a.js": ""})
    assert repository.edit("add_path_filters").code is EditCode.CONFLICT


def test_a_job_that_only_publishes_is_no_deployment(workflow: Make) -> None:
    publish = "  pypi: {runs-on: u, environment: pypi, steps: [{uses: pypa/gh-action-pypi-publish@v1}]}\n"
    place = "environment: {name: prod, url: 'https://x.org'}"
    deploy = f"  web: {{runs-on: u, {place}, steps: [{{uses: azure/webapps-deploy@v3}}]}}\n"
    head = "on: push\njobs:\n"
    assert workflow(head + publish).edit("add_health_checks").code is EditCode.NOT_FOUND
    repository = workflow(head + publish + deploy)
    assert repository.edit("add_health_checks").status is EditStatus.CHANGED
    jobs = load_model(repository.files[CI])["jobs"]
    assert len(jobs["pypi"]["steps"]) == 1
    assert "HEALTH_URL" in jobs["web"]["steps"][1]["env"]


def test_production_is_deployed_by_a_command_where_no_image_is_pushed(workflow: Make) -> None:
    text = (
        "on: push\njobs:\n  prod:\n    runs-on: u\n    environment: {name: production, url: 'https://x.org'}\n"
        "    steps:\n      - run: echo deploy\n"
    )
    given = {"command": "./up.sh", "rollback_command": "./back.sh"}
    assert workflow(text, **{"up.sh": ""}).edit("implement_production_deploy", **given).reason == (
        "`./back.sh` runs back.sh, which is not there"
    )
    done(workflow(text, **{"up.sh": "", "back.sh": ""}).edit("implement_production_deploy", **given))


def test_the_gate_stands_for_the_performance_job_too(shop: Repository) -> None:
    for action in ("add_path_filters", "add_perf_checks"):
        assert shop.edit(action).status is EditStatus.CHANGED
    jobs = load_model(shop.files[CI])["jobs"]
    assert set(jobs["ci-required"]["needs"]) == set(jobs) - {"ci-required"}


def test_a_comment_above_a_removed_key_is_named(workflow: Make) -> None:
    head = "on: push\njobs:\n  a:\n    runs-on: u\n    steps:\n      - run: x\n"
    text = head + "        # continue for now\n        continue-on-error: true\n"
    result = workflow(text).edit("remove_continue_on_error")
    assert result.warnings == ("line 7: the comment may no longer be true: # continue for now",)


def test_migrations_go_only_where_their_language_and_linux_are(workflow: Make) -> None:
    text = "on: push\njobs:\n  a: {{runs-on: {}, steps: [{{run: {}}}]}}\n"
    node = workflow(text.format("u", "npm test"), **{"alembic.ini": ""})
    assert node.edit("add_migration_step").code is EditCode.NOT_FOUND
    windows = workflow(text.format("windows-latest", "pytest"), **{"alembic.ini": ""})
    assert windows.edit("add_migration_step").code is EditCode.PRECONDITION
    assert windows.edit("add_migration_step", database="none").status is EditStatus.CHANGED


def test_the_artifact_of_an_sbom_has_no_slash_in_its_name(workflow: Make) -> None:
    text = (
        "on: push\nenv: {NAME: '${{ github.repository }}'}\njobs:\n  image:\n    runs-on: u\n    steps:\n"
        "      - uses: docker/build-push-action@v6\n"
        "        with: {push: true, tags: 'ghcr.io/${{ env.NAME }}:${{ github.sha }}'}\n"
    )
    repository = workflow(text)
    assert repository.edit("add_sbom_generation").status is EditStatus.CHANGED
    step = load_model(repository.files[CI])["jobs"]["image"]["steps"][1]
    assert step["with"]["artifact-name"] == "sbom-image.spdx.json"
