"""``add_container_scanning``: an image with known holes is never pushed.

The gate comes before the push: the image is built and loaded, scanned, and only then pushed, which the build cache
makes cheap. Jobs that deploy need the pushing job, so nothing unscanned is deployed either.
"""

from typing import Any, Literal

from pydantic import Field

from orchestrator.edits.action import Action, EditParams, Scene
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import EditCode, EditResult, Refusal, already
from orchestrator.edits.workflows.actions.make_trivy_blocking import TRIVY, covers
from orchestrator.edits.workflows.images import BUILD_PUSH, pushes
from orchestrator.edits.workflows.workflow import Workflow, uses_of
from orchestrator.models.json import JsonObject

_GRYPE = "anchore/scan-action"
_LOCAL = "localhost/scan:${{ github.sha }}"
_NOT_FOR_THE_SCAN = ("push", "tags", "outputs", "load", "provenance", "sbom", "attests", "cache-to")


class ScanParams(EditParams):
    """What is scanned, by what, and what fails."""

    job: str | None = Field(default=None, description="the job that builds and pushes, else all")
    scanner: Literal["trivy", "grype"] = "trivy"
    severity: str = Field(default="HIGH,CRITICAL", pattern=r"^(?:UNKNOWN|LOW|MEDIUM|HIGH|CRITICAL)(?:,[A-Z]+)*$")
    ignore_unfixed: bool = True


class AddContainerScanning(Action[ScanParams]):
    """Scan every image ahead of its push."""

    name = "add_container_scanning"
    summary = "Build, load and scan each image before it is pushed; findings of a severity stop the push"
    params_model = ScanParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: ScanParams) -> EditResult:
        """Insert a loading build and a scan ahead of each pushing step."""
        workflow = Workflow(scene)
        places = _pushing(workflow, params.job)
        if not places:
            raise Refusal(EditCode.NOT_FOUND, "no step builds and pushes an image")
        missing = [(job, at) for job, at in places if not _is_scanned(workflow, job, at, params)]
        if not missing:
            return already(f"{', '.join(job for job, _ in places)}: scanned before the push")
        for job, at in reversed(missing):
            _insert(workflow, job, at, params)
        return workflow.finish(f"{', '.join(job for job, _ in missing)}: {params.severity} stops the push", "")

    def holds(self, scene: Scene, params: ScanParams) -> str | None:
        """See that a blocking scan stands ahead of every push."""
        workflow = Workflow(scene)
        for job, at in _pushing(workflow, params.job):
            if not _is_scanned(workflow, job, at, params):
                return f"{job} pushes an image that was not scanned"
        return None


def _pushing(workflow: Workflow, job: str | None) -> list[tuple[str, int]]:
    return [
        (name, at)
        for name in workflow.chosen_jobs(job)
        for at, step in enumerate(workflow.steps(name))
        if uses_of(step) == BUILD_PUSH and pushes(step)
    ]


def _is_scanned(workflow: Workflow, job: str, at: int, params: ScanParams) -> bool:
    """Say whether a blocking scan of an image stands ahead of a pushing step."""
    for step in workflow.steps(job)[:at]:
        given = step.get("with") or {}
        if step.get("continue-on-error") not in (None, False):
            continue
        if uses_of(step) == TRIVY and given.get("image-ref") and str(given.get("exit-code", "0")) != "0":
            return covers(str(given.get("severity", "")), params.severity)
        if uses_of(step) == _GRYPE and given.get("image") and given.get("fail-build", True) in (True, "true"):
            return True
    return False


def _insert(workflow: Workflow, job: str, at: int, params: ScanParams) -> None:
    step = workflow.steps(job)[at]
    given = dict(step.get("with") or {})
    if "," in str(given.get("platforms", "")) or "${{" in str(given.get("platforms", "")):
        reason = f"{job} builds for several platforms, such an image cannot be loaded and scanned before the push"
        raise Refusal(EditCode.PRECONDITION, reason)
    kept = {key: value for key, value in given.items() if key not in _NOT_FOR_THE_SCAN}
    cache = {"cache-to": given["cache-to"]} if "cache-to" in given else {}
    build: dict[str, Any] = {"name": "Build for the scan"}
    build |= {key: step[key] for key in ("if", "env") if key in step}
    build["uses"] = workflow.uses(BUILD_PUSH)
    build["with"] = {**kept, "load": True, "push": False, "tags": _LOCAL, **cache}
    scan: dict[str, Any] = {"name": "Scan the image"}
    scan |= {"if": step["if"]} if "if" in step else {}
    scan |= _scanner(workflow, params)
    workflow.insert_step(job, at, build)
    workflow.insert_step(job, at + 1, scan)


def _scanner(workflow: Workflow, params: ScanParams) -> JsonObject:
    if params.scanner == "grype":
        order = ["negligible", "low", "medium", "high", "critical"]
        cutoff = min((part.lower() for part in params.severity.split(",") if part.lower() in order), key=order.index)
        given: dict[str, Any] = {
            "image": _LOCAL,
            "fail-build": True,
            "severity-cutoff": cutoff,
            "output-format": "table",
        }
        if params.ignore_unfixed:
            given["only-fixed"] = True
        return {"uses": workflow.uses(_GRYPE), "with": given}
    return {
        "uses": workflow.uses(TRIVY),
        "with": {
            "image-ref": _LOCAL,
            "format": "table",
            "exit-code": "1",
            "severity": params.severity,
            "ignore-unfixed": params.ignore_unfixed,
        },
    }
