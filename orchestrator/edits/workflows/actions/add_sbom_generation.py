"""``add_sbom_generation``: what is built gets a bill of materials and signed statements, images by digest.

A tag can be moved, so the SBOM is made of `image@digest`, and the attestations name that digest. Artifacts of a matrix
need names of their own.
"""

import re
from typing import Any, Literal

from pydantic import Field, model_validator

from orchestrator.edits.action import Action, Scene, WorkflowParams
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import Duty, EditCode, EditResult, Refusal, already
from orchestrator.edits.workflows import sboms
from orchestrator.edits.workflows.images import Pushed, find_pushed, step_id
from orchestrator.edits.workflows.scopes import permit
from orchestrator.edits.workflows.shape import events_of, matrix_of, tells_apart
from orchestrator.edits.workflows.workflow import Workflow, uses_of

_BUILDX = "docker/setup-buildx-action"


class SbomParams(WorkflowParams):
    """What is described, and how."""

    build_job: str | None = Field(default=None, description="the job that builds, when there are several")
    target: Literal["image", "dir", "file"] = Field(
        default="image", description="the pushed image, or what `path` says"
    )
    path: str | None = Field(default=None, pattern=r"^[\w./-]+$", description="the folder (default `.`) or file")
    tool: Literal["sbom-action", "syft", "buildkit"] = Field(
        default="sbom-action", description="buildkit attaches unsigned statements to the image, as the build goes"
    )
    format: Literal["spdx-json", "cyclonedx-json"] = Field(
        default="spdx-json", description="the format of the bill of materials"
    )
    attest: bool = Field(default=True, description="sign the SBOM for the image's or file's digest")
    provenance: bool = Field(default=True, description="sign where and from what it was built")
    release_assets: bool = Field(default=False, description="add the SBOM to the release; needs `contents: write`")

    @model_validator(mode="after")
    def _fits(self) -> "SbomParams":
        problems = {
            "`target: file` needs `path`": self.target == "file" and self.path is None,
            "`path` goes with `target: dir` and `target: file`": self.target == "image" and self.path is not None,
            "`tool: buildkit` describes images only": self.tool == "buildkit" and self.target != "image",
            "`tool: buildkit` writes spdx-json only": self.tool == "buildkit" and self.format != "spdx-json",
            "`release_assets` goes with `tool: sbom-action`": self.release_assets and self.tool != "sbom-action",
        }
        for message, is_wrong in problems.items():
            if is_wrong:
                raise ValueError(message)
        return self


class AddSbomGeneration(Action[SbomParams]):
    """Describe what is built."""

    name = "add_sbom_generation"
    summary = "Make an SBOM of each pushed image by digest (or of a folder or file), upload it, attest it"
    params_model = SbomParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: SbomParams) -> EditResult:
        """Insert the steps behind the pushing one, or at the end of the job that builds the files."""
        workflow = Workflow(scene)
        pushed = _pushed(workflow, params) if params.target == "image" else None
        job = pushed.job if pushed is not None else _building(workflow, params)
        if sboms.has_sbom(workflow, job, params.target):
            return already(f"{job} makes an SBOM")
        if params.release_assets and not _releases(workflow):
            reason = f"{scene.target} runs neither on tags nor on releases, there is nothing to add the SBOM to"
            raise Refusal(EditCode.PRECONDITION, reason)
        if pushed is None:
            _describe_files(workflow, job, params)
        elif params.tool == "buildkit":
            _let_build(workflow, pushed, params)
        else:
            _describe_image(workflow, pushed, params)
        return workflow.finish(f"{job} makes an SBOM of {_WHAT[params.target]}", "")

    def holds(self, scene: Scene, params: SbomParams) -> str | None:
        """See that the building job makes an SBOM of this kind of target."""
        workflow = Workflow(scene)
        is_image = params.target == "image"
        job = find_pushed(workflow, params.build_job).job if is_image else _building(workflow, params)
        return None if sboms.has_sbom(workflow, job, params.target) else f"{job} makes no SBOM"


_WHAT = {"image": "each image", "dir": "the folder", "file": "the file"}


def _pushed(workflow: Workflow, params: SbomParams) -> Pushed:
    try:
        return find_pushed(workflow, params.build_job)
    except Refusal as refusal:
        if refusal.code is EditCode.PRECONDITION:
            raise Refusal(EditCode.NOT_FOUND, refusal.reason, hint=refusal.hint) from refusal
        raise


def _building(workflow: Workflow, params: SbomParams) -> str:
    jobs = workflow.chosen_jobs(params.build_job)
    if len(jobs) > 1:
        raise Refusal(EditCode.AMBIGUOUS, f"any of {', '.join(jobs)} may build it", hint="`build_job` names one")
    if not workflow.steps(jobs[0]):
        raise Refusal(EditCode.NOT_FOUND, f"{jobs[0]} has no steps that build anything")
    return jobs[0]


def _releases(workflow: Workflow) -> bool:
    events = events_of(workflow.model)
    push = events.get("push")
    is_narrow = isinstance(push, dict) and "branches" in push and "tags" not in push
    return "release" in events or ("push" in events and not is_narrow)


def _describe_image(workflow: Workflow, pushed: Pushed, params: SbomParams) -> None:
    job, at = pushed.job, pushed.step
    name, image = pushed.label, pushed.written
    if not pushed.is_matrix and not re.fullmatch(r"[\w.-]+", name):
        name = job  # a computed name may hold a `/`, which the name of an artifact cannot
    matrix = matrix_of(workflow.job(job))
    if matrix is not None and not (isinstance(matrix, dict) and tells_apart(matrix, pushed.key)):
        name += "-${{ strategy.job-index }}"  # an artifact's name can be taken only once
    digest = f"${{{{ steps.{step_id(workflow, pushed)}.outputs.digest }}}}"
    subject = {"subject-name": image, "subject-digest": digest, "push-to-registry": True}
    steps = sboms.describe(workflow, params.tool, ("image", f"{image}@{digest}"), name, params.format,
                           release_assets=params.release_assets)  # fmt: skip
    steps += sboms.attest(workflow, subject, is_sbom=params.attest, is_provenance=params.provenance)
    workflow.insert_steps(job, at + 1, steps)
    _permit(workflow, job, params, {"packages": "write"})


def _describe_files(workflow: Workflow, job: str, params: SbomParams) -> None:
    """Describe a folder or file where the job ends: what it builds is there by then."""
    if workflow.job(job).get("strategy") is not None:
        reason = f"{job} has a matrix, and every job of it would upload an SBOM of the same name"
        raise Refusal(EditCode.PRECONDITION, reason, hint="`build_job` names another job")
    path = params.path or "."
    steps = sboms.describe(workflow, params.tool, (params.target, path), job, params.format,
                           release_assets=params.release_assets)  # fmt: skip
    is_file = params.target == "file"
    if is_file:
        subject = {"subject-path": path}
        steps += sboms.attest(workflow, subject, is_sbom=params.attest, is_provenance=params.provenance)
    elif params.attest or params.provenance:
        workflow.warnings.append("a folder has no digest: its SBOM is uploaded, and nothing is attested")
    workflow.insert_steps(job, len(workflow.steps(job)), steps)
    _permit(workflow, job, params, {}, is_attested=is_file)


def _let_build(workflow: Workflow, pushed: Pushed, params: SbomParams) -> None:
    """Let BuildKit attach the statements; only its container driver can, so Buildx has to be set up."""
    job, at = pushed.job, pushed.step
    given = workflow.steps(job)[at].get("with") or {}
    wanted: dict[str, Any] = {"sbom": True, **({"provenance": "mode=max"} if params.provenance else {})}
    for key, value in wanted.items():
        if key in given and given[key] != value:
            raise Refusal(EditCode.CONFLICT, f"the build of {job} has `{key}: {given[key]}`")
        workflow.set(("jobs", job, "steps", at, "with", key), value)
    if all(uses_of(step) != _BUILDX for step in workflow.steps(job)[:at]):
        workflow.insert_step(job, at, {"name": "Set up Docker Buildx", "uses": workflow.uses(_BUILDX)})
    if params.attest:
        workflow.warnings.append("what BuildKit attaches to an image is not signed; the other tools sign it")


def _permit(
    workflow: Workflow, job: str, params: SbomParams, further: dict[str, str], *, is_attested: bool = True
) -> None:
    contents = {"contents": "write" if params.release_assets else "read"}
    if is_attested and (params.attest or params.provenance):
        scopes = {"id-token": "write", "attestations": "write", "artifact-metadata": "write", **further}
        permit(workflow, job, {**contents, **scopes})
        text = "attestations of private repositories need GitHub Enterprise Cloud, and image names in small letters"
        workflow.duties.append(Duty(kind="setting", text=text))
    elif params.release_assets:
        permit(workflow, job, contents)
