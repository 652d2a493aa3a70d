"""Images and files that are built: described, signed, scanned, in every way that the params offer."""

from collections.abc import Callable

import pytest
from edits_repository import DEPLOY, Repository, code, done, jobs, steps

from orchestrator.edits.pins import is_pinned
from orchestrator.edits.result import EditCode, EditStatus, Refusal
from orchestrator.edits.yaml.model import load_model

Make = Callable[..., Repository]


BUILD = "on: {push: {tags: ['v*']}}\njobs:\n  b:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make dist/app\n"


def test_syft_describes_the_pushed_digest_and_the_sbom_is_kept(shop: Repository) -> None:
    done(shop.edit("add_sbom_generation", DEPLOY, tool="syft", format="cyclonedx-json"))
    found = steps(shop, "build", DEPLOY)
    assert is_pinned(found["Install Syft"]["uses"])
    made = found["Generate the SBOM"]
    assert made["env"]["SOURCE"] == "registry:${{ env.IMAGE }}@${{ steps.build.outputs.digest }}"
    assert made["run"] == '"$SYFT" scan "$SOURCE" --output "cyclonedx-json=$RUNNER_TEMP/sbom.json"'
    assert found["Upload the SBOM"]["with"]["path"] == found["Attest the SBOM"]["with"]["sbom-path"]
    assert shop.edit("add_sbom_generation", DEPLOY, tool="syft").status is EditStatus.ALREADY


def test_buildkit_attaches_the_sbom_as_the_build_goes(shop: Repository) -> None:
    result = done(shop.edit("add_sbom_generation", DEPLOY, tool="buildkit"))
    assert "not signed" in result.warnings[0]
    found = steps(shop, "build", DEPLOY)
    assert found["Build and push"]["with"]["sbom"] is True
    assert found["Build and push"]["with"]["provenance"] == "mode=max"
    assert list(found).index("Set up Docker Buildx") < list(found).index("Build and push")
    assert jobs(shop, DEPLOY)["build"]["permissions"] == {"contents": "read", "packages": "write"}
    assert shop.edit("add_sbom_generation", DEPLOY, tool="buildkit").status is EditStatus.ALREADY
    shop.files[DEPLOY] = shop.files[DEPLOY].replace("sbom: true", "sbom: false")
    assert code(shop.edit("add_sbom_generation", DEPLOY, tool="buildkit")) is EditCode.CONFLICT


def test_a_file_is_described_where_its_job_ends_and_signed_by_its_path(workflow: Make) -> None:
    repository = workflow(BUILD)
    done(repository.edit("add_sbom_generation", target="file", path="dist/app", release_assets=True))
    job = jobs(repository)["b"]
    assert [step.get("name") for step in job["steps"]] == [
        None, "Generate the SBOM", "Attest the SBOM", "Attest the provenance",
    ]  # fmt: skip
    assert job["steps"][1]["with"]["file"] == "dist/app"
    assert job["steps"][1]["with"]["upload-release-assets"] is True
    assert job["steps"][2]["with"]["subject-path"] == "dist/app"
    assert job["permissions"]["contents"] == "write"
    assert "packages" not in job["permissions"]


def test_a_folder_is_described_and_not_signed_because_it_has_no_digest(workflow: Make) -> None:
    repository = workflow(BUILD)
    result = done(repository.edit("add_sbom_generation", target="dir"))
    assert "no digest" in result.warnings[0]
    assert steps(repository, "b")["Generate the SBOM"]["with"]["path"] == "."
    assert "permissions" not in jobs(repository)["b"]
    assert repository.edit("add_sbom_generation", target="dir").status is EditStatus.ALREADY
    done(repository.edit("add_sbom_generation", target="file", path="dist/app"))


def test_an_sbom_that_cannot_go_where_it_should_is_refused(workflow: Make, shop: Repository) -> None:
    on_branches = BUILD.replace("tags: ['v*']", "branches: [main]")
    assert code(workflow(on_branches).edit("add_sbom_generation", target="dir", release_assets=True)) is (
        EditCode.PRECONDITION
    )
    two = BUILD + "  c:\n    runs-on: ubuntu-latest\n    steps: [{run: make}]\n"
    assert code(workflow(two).edit("add_sbom_generation", target="dir")) is EditCode.AMBIGUOUS
    matrix = BUILD.replace("    steps:", "    strategy: {matrix: {v: [1, 2]}}\n    steps:")
    assert code(workflow(matrix).edit("add_sbom_generation", target="dir")) is EditCode.PRECONDITION


@pytest.mark.parametrize(
    "given",
    [
        {"target": "file"},
        {"path": "dist"},
        {"tool": "buildkit", "target": "dir"},
        {"tool": "buildkit", "format": "cyclonedx-json"},
        {"tool": "syft", "release_assets": True},
    ],
)
def test_params_of_an_sbom_that_contradict_each_other_are_told(workflow: Make, given: dict[str, object]) -> None:
    with pytest.raises(Refusal) as raised:
        workflow(BUILD).edit("add_sbom_generation", **given)
    assert raised.value.code is EditCode.PARAM


def scanned(repository: Repository, **params: object) -> list[dict]:
    done(repository.edit("add_container_scanning", DEPLOY, **params))
    return jobs(repository, DEPLOY)["build"]["steps"]


def test_the_report_is_complete_and_uploaded_before_the_gate_fails(shop: Repository) -> None:
    made = {step.get("name"): step for step in scanned(shop)}
    assert list(made)[1:] == [
        "Build for the scan",
        "Report on the image",
        "Upload the findings",
        "Scan the image",
        "Build and push",
    ]
    assert "exit-code" not in made["Report on the image"]["with"]
    assert made["Report on the image"]["with"]["output"].startswith("${{ runner.temp }}/")
    assert made["Upload the findings"]["with"]["category"] == "trivy-build"
    gate = made["Scan the image"]["with"]
    assert (gate["exit-code"], gate["format"], gate["severity"]) == ("1", "table", "HIGH,CRITICAL")
    scopes = {"contents": "read", "packages": "write", "security-events": "write"}
    assert jobs(shop, DEPLOY)["build"]["permissions"] == scopes


def test_no_report_no_right_to_upload_one(shop: Repository) -> None:
    names = [step.get("name") for step in scanned(shop, sarif=False)]
    assert names[2:] == ["Build for the scan", "Scan the image", "Build and push"]
    assert "security-events" not in jobs(shop, DEPLOY)["build"]["permissions"]


def test_grype_reports_and_fails_in_one_step(shop: Repository) -> None:
    made = {step.get("name"): step for step in scanned(shop, scanner="grype")}
    assert made["Scan the image"]["with"]["severity-cutoff"] == "high"
    assert made["Upload the findings"]["if"].startswith("${{ !cancelled()")
    assert made["Upload the findings"]["with"]["sarif_file"] == "${{ steps.image-scan.outputs.sarif }}"


def test_each_platform_of_an_image_is_built_and_scanned_on_its_own(shop: Repository) -> None:
    both = "push: true\n          platforms: linux/amd64,linux/arm64"
    shop.files[DEPLOY] = shop.files[DEPLOY].replace("\r\n", "\n").replace("push: true", both)
    builds = [step["with"] for step in scanned(shop, sarif=False) if step.get("with", {}).get("load")]
    assert [(given["platforms"], given["tags"]) for given in builds] == [
        ("linux/amd64", "localhost/scan:${{ github.sha }}-linux-amd64"),
        ("linux/arm64", "localhost/scan:${{ github.sha }}-linux-arm64"),
    ]


def test_of_computed_platforms_the_own_one_is_scanned_ahead_of_the_push(shop: Repository) -> None:
    computed = "push: true\n          platforms: ${{ vars.PLATFORMS }}"
    shop.files[DEPLOY] = shop.files[DEPLOY].replace("\r\n", "\n").replace("push: true", computed)
    ahead = Repository(dict(shop.files))
    result = done(ahead.edit("add_container_scanning", DEPLOY))
    build = next(step for step in steps(ahead, "build", DEPLOY).values() if (step.get("with") or {}).get("load"))
    assert "platforms" not in build["with"]
    assert "only the runner's own is scanned; `when: after_push` scans what was pushed" in result.warnings[0]
    made = scanned(shop, when="after_push")
    push = next(at for at, step in enumerate(made) if step.get("name") == "Build and push")
    image = "${{ env.IMAGE }}@${{ steps.build.outputs.digest }}"
    assert [step["with"]["image-ref"] for step in made[push:] if "image-ref" in step.get("with", {})] == [image, image]


def test_what_was_pushed_last_is_scanned_again_by_a_workflow_of_its_own(shop: Repository) -> None:
    done(shop.edit("add_container_scanning", DEPLOY, schedule="0 5 * * 1"))
    again = load_model(shop.files[".github/workflows/rescan-deploy.yml"])
    assert again["on"] == {"schedule": [{"cron": "0 5 * * 1"}], "workflow_dispatch": {}}
    job = again["jobs"]["rescan"]
    assert job["permissions"] == {"contents": "read", "packages": "read", "security-events": "write"}
    assert job["env"] == {"IMAGE": "ghcr.io/acme/shop"}
    assert job["steps"][-1]["with"]["image-ref"] == "${{ steps.find.outputs.image }}"
    assert shop.edit("add_container_scanning", DEPLOY, schedule="0 5 * * 1").status is EditStatus.ALREADY


def test_named_images_are_scanned_by_a_job_that_deployments_wait_for(shop: Repository) -> None:
    done(shop.edit("add_container_scanning", DEPLOY, images=["ghcr.io/acme/shop:stable", "postgres:17"]))
    job = jobs(shop, DEPLOY)["container-scan"]
    assert job["strategy"]["matrix"] == {"image": ["ghcr.io/acme/shop:stable", "postgres:17"]}
    assert jobs(shop, DEPLOY)["staging"]["needs"] == ["build", "container-scan"]


def test_reports_and_statements_of_a_matrix_are_told_apart_by_what_names_the_image(workflow: Make) -> None:
    text = (
        "on: push\npermissions: {contents: read}\njobs:\n  images:\n    runs-on: ubuntu-latest\n    strategy:\n"
        "      matrix:\n        include:\n          - {service: mail, file: Dockerfile.python}\n"
        "          - {service: stock, file: Dockerfile.python}\n    steps:\n"
        "      - uses: acme/look@v1\n        with: {at: '${{ matrix.file }}'}\n"
        "      - uses: docker/build-push-action@v6\n        with:\n          file: ${{ matrix.file }}\n"
        "          push: true\n          tags: 'ghcr.io/acme/${{ matrix.service }}:${{ github.sha }}'\n"
    )
    scanned, described = workflow(text), workflow(text)
    done(scanned.edit("add_container_scanning"))
    done(described.edit("add_sbom_generation"))

    assert steps(scanned, "images")["Upload the findings"]["with"]["category"] == "trivy-${{ matrix.service }}"
    made = steps(described, "images")["Generate the SBOM"]["with"]
    assert made["image"] == "ghcr.io/acme/${{ matrix.service }}@${{ steps.build.outputs.digest }}"
    assert made["artifact-name"] == "sbom-${{ matrix.service }}.spdx.json"
    product = text.replace("        include:\n", "        os: [a, b]\n        include:\n")
    several = workflow(product)
    done(several.edit("add_container_scanning"))
    category = steps(several, "images")["Upload the findings"]["with"]["category"]
    assert category == "trivy-${{ strategy.job-index }}"
    named = workflow(product)
    done(named.edit("add_sbom_generation"))
    artifact = steps(named, "images")["Generate the SBOM"]["with"]["artifact-name"]
    assert artifact == "sbom-${{ matrix.service }}-${{ strategy.job-index }}.spdx.json"


def test_reports_of_several_images_of_one_job_are_told_apart(workflow: Make) -> None:
    push = "      - uses: docker/build-push-action@v6\n        with: {{push: true, tags: {0}}}\n"
    text = "on: push\npermissions: {contents: read}\njobs:\n  images:\n    runs-on: ubuntu-latest\n    steps:\n"
    repository = workflow(text + push.format("acme/a") + push.format("acme/b"))
    done(repository.edit("add_container_scanning"))
    found = [step.get("with", {}).get("category") for step in jobs(repository)["images"]["steps"]]
    assert [each for each in found if each] == ["trivy-images-1", "trivy-images-2"]
