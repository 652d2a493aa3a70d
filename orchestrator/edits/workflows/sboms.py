"""Steps that make bills of materials and sign them."""

import re
from typing import Any

from orchestrator.edits.workflows.workflow import Workflow, run_of, uses_of
from orchestrator.models.json import JsonObject

_ACTION = "anchore/sbom-action"
_MAKERS = re.compile(r"cyclonedx|\bsyft\b|\btrivy\b[^\n]*(?:spdx|cyclonedx)", re.IGNORECASE)
_PATH = "${{ runner.temp }}/sbom.json"
_SCHEMES = {"image": "registry", "dir": "dir", "file": "file"}


def has_sbom(workflow: Workflow, job: str, target: str) -> bool:
    """Say whether a step of a job makes an SBOM of this kind of target; a script may mean any kind."""
    for step in workflow.steps(job):
        given = step.get("with") or {}
        if uses_of(step) == _ACTION:
            if _target(given) == target:
                return True
        elif "SYFT" in (step.get("env") or {}):
            if str(step["env"].get("SOURCE", "")).startswith(_SCHEMES[target] + ":"):
                return True
        elif not uses_of(step).startswith(_ACTION) and _MAKERS.search(f"{uses_of(step)} {run_of(step)}"):
            return True
        if target == "image" and given.get("sbom") in (True, "true"):
            return True
    return False


def _target(given: JsonObject) -> str:
    return next((kind for kind in ("image", "file") if given.get(kind)), "dir")


def describe(
    workflow: Workflow, tool: str, source: tuple[str, str], name: str, form: str, *, release_assets: bool
) -> list[dict[str, Any]]:
    """Return the steps that make an SBOM of a source (its kind, and where it is) and upload it."""
    kind, place = source
    artifact = f"sbom-{name}.{'spdx.json' if form == 'spdx-json' else 'cyclonedx.json'}"
    if tool == "sbom-action":
        given = {
            "path" if kind == "dir" else kind: place,
            "format": form,
            "output-file": _PATH,
            "artifact-name": artifact,
            "upload-release-assets": release_assets,
        }
        return [{"name": "Generate the SBOM", "uses": workflow.uses(_ACTION), "with": given}]
    env = {"SYFT": "${{ steps.syft.outputs.cmd }}", "SOURCE": f"{_SCHEMES[kind]}:{place}"}
    run = f'"$SYFT" scan "$SOURCE" --output "{form}=$RUNNER_TEMP/sbom.json"'
    uploaded = {"name": artifact, "path": _PATH, "if-no-files-found": "error"}
    return [
        {"name": "Install Syft", "id": "syft", "uses": workflow.uses(f"{_ACTION}/download-syft")},
        {"name": "Generate the SBOM", "env": env, "run": run},
        {"name": "Upload the SBOM", "uses": workflow.uses("actions/upload-artifact"), "with": uploaded},
    ]


def attest(workflow: Workflow, subject: JsonObject, *, is_sbom: bool, is_provenance: bool) -> list[dict[str, Any]]:
    """Return the steps that sign the SBOM and the provenance of a subject."""
    steps: list[dict[str, Any]] = []
    if is_sbom:
        given = {"sbom-path": _PATH, **subject}
        steps.append({"name": "Attest the SBOM", "uses": workflow.uses("actions/attest"), "with": given})
    if is_provenance:
        steps.append({"name": "Attest the provenance", "uses": workflow.uses("actions/attest"), "with": dict(subject)})
    return steps
