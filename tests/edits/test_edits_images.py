"""Images and files that are built: described, signed, scanned, in every way that the params offer."""

from collections.abc import Callable

import pytest
from edits_repository import DEPLOY, Repository

from orchestrator.edits.pins import is_pinned
from orchestrator.edits.result import EditCode, EditResult, EditStatus, Refusal
from orchestrator.edits.yaml.model import load_model

CI = ".github/workflows/ci.yml"
Make = Callable[..., Repository]


def done(result: EditResult) -> EditResult:
    assert result.status is EditStatus.CHANGED, (result.code, result.reason, result.hint)
    return result


def code(result: EditResult) -> EditCode | None:
    assert not result.edits
    return result.code


def jobs(repository: Repository, path: str = CI) -> dict:
    return load_model(repository.files[path])["jobs"]


def steps(repository: Repository, job: str, path: str = CI) -> dict:
    return {step.get("name", step.get("uses")): step for step in jobs(repository, path)[job]["steps"]}


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
