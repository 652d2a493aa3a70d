"""``add_sbom_generation``: each pushed image gets a bill of materials and signed statements, all by digest.

A tag can be moved, so the SBOM is made of `image@digest`, and the attestations name that digest. Artifacts of a matrix
need names of their own.
"""

import re
from typing import Any, Literal

from pydantic import Field

from orchestrator.contracts import Params
from orchestrator.edits.action import Action, Scene
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import Duty, EditCode, EditResult, Refusal, already
from orchestrator.edits.workflows.images import find_pushed
from orchestrator.edits.workflows.workflow import Workflow, run_of, uses_of

_MAKERS = re.compile(r"anchore/sbom-action|cyclonedx|\bsyft\b|\btrivy\b[^\n]*(?:spdx|cyclonedx)", re.IGNORECASE)


class SbomParams(Params):
    """What is described, and how."""

    build_job: str | None = Field(default=None, description="the job that pushes, when there are several")
    format: Literal["spdx-json", "cyclonedx-json"] = "spdx-json"
    attest: bool = Field(default=True, description="sign the SBOM for the image's digest")
    provenance: bool = Field(default=True, description="sign where and from what the image was built")


class AddSbomGeneration(Action[SbomParams]):
    """Describe every image that is pushed."""

    name = "add_sbom_generation"
    summary = "Make an SBOM of each pushed image by digest, upload it, attest it and its provenance"
    params_model = SbomParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: SbomParams) -> EditResult:
        """Insert the steps behind the pushing one."""
        workflow = Workflow(scene)
        try:
            pushed = find_pushed(workflow, params.build_job)
        except Refusal as refusal:
            if refusal.code is EditCode.PRECONDITION:
                raise Refusal(EditCode.NOT_FOUND, refusal.reason, hint=refusal.hint) from refusal
            raise
        job, at = pushed.job, pushed.step
        if _has_sbom(workflow, job):
            return already(f"{job} makes an SBOM")
        step = workflow.steps(job)[at]
        identifier = str(step.get("id") or "build")
        if "id" not in step:
            if any(other.get("id") == identifier for other in workflow.steps(job)):
                raise Refusal(EditCode.CONFLICT, f"another step of {job} has the id {identifier}")
            workflow.set(("jobs", job, "steps", at, "id"), identifier, after="name")
        name = f"${{{{ matrix.{_key(workflow, job)} }}}}" if pushed.is_matrix else pushed.names[0]
        image = pushed.image.replace("$NAME", name)
        if not pushed.is_matrix and not re.fullmatch(r"[\w.-]+", name):
            name = job  # a computed name may hold a `/`, which the name of an artifact cannot
        steps = _steps(workflow, image, name, f"${{{{ steps.{identifier}.outputs.digest }}}}", params)
        for offset, made in enumerate(steps, start=1):
            workflow.insert_step(job, at + offset, made)
        _permit(workflow, job, params)
        return workflow.finish(f"{job} makes an SBOM of each image", "")

    def holds(self, scene: Scene, params: SbomParams) -> str | None:
        """See that the pushing job makes an SBOM of a digest."""
        workflow = Workflow(scene)
        job = find_pushed(workflow, params.build_job).job
        return None if _has_sbom(workflow, job) else f"{job} makes no SBOM"


def _has_sbom(workflow: Workflow, job: str) -> bool:
    for step in workflow.steps(job):
        given = step.get("with") or {}
        if _MAKERS.search(f"{uses_of(step)} {run_of(step)}") or given.get("sbom") in (True, "true"):
            return True
    return False


def _key(workflow: Workflow, job: str) -> str:
    text = str(workflow.job(job)["steps"])
    found = re.search(r"\$\{\{\s*matrix\.([\w-]+)\s*\}\}", str([s for s in workflow.steps(job) if "with" in s]) or text)
    return found[1] if found else "service"


def _steps(workflow: Workflow, image: str, name: str, digest: str, params: SbomParams) -> list[dict[str, Any]]:
    path = "${{ runner.temp }}/sbom.json"
    suffix = "spdx.json" if params.format == "spdx-json" else "cyclonedx.json"
    steps: list[dict[str, Any]] = [
        {
            "name": "Generate the SBOM",
            "uses": workflow.uses("anchore/sbom-action"),
            "with": {
                "image": f"{image}@{digest}",
                "format": params.format,
                "output-file": path,
                "artifact-name": f"sbom-{name}.{suffix}",
                "upload-release-assets": False,
            },
        }
    ]
    subject = {"subject-name": image, "subject-digest": digest, "push-to-registry": True}
    if params.attest:
        given = {"sbom-path": path, **subject}
        steps.append({"name": "Attest the SBOM", "uses": workflow.uses("actions/attest"), "with": given})
    if params.provenance:
        steps.append({"name": "Attest the provenance", "uses": workflow.uses("actions/attest"), "with": subject})
    return steps


def _permit(workflow: Workflow, job: str, params: SbomParams) -> None:
    if not (params.attest or params.provenance):
        return
    scopes = {"id-token": "write", "attestations": "write", "artifact-metadata": "write", "packages": "write"}
    workflow.add_permissions(job, {"contents": "read", **scopes})
    text = "attestations of private repositories need GitHub Enterprise Cloud, and image names in small letters"
    workflow.duties.append(Duty(kind="setting", text=text))
