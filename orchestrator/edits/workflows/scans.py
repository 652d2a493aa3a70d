"""Steps that scan an image: build it for the scan, report, upload the report, fail.

The report never fails, so that it is complete and uploaded; the gate behind it only prints. What a scanner keeps goes
to the runner's temporary folder: in the workspace it would get into the next image.
"""

from dataclasses import dataclass
from typing import Any, Literal

from orchestrator.edits.result import Duty
from orchestrator.edits.workflows.images import BUILD_PUSH
from orchestrator.edits.workflows.shape import events_of
from orchestrator.edits.workflows.workflow import Workflow
from orchestrator.models.json import JsonObject

TRIVY = "aquasecurity/trivy-action"
GRYPE = "anchore/scan-action"
UPLOAD = "github/codeql-action/upload-sarif"
_SARIF = "${{ runner.temp }}/scan.sarif"
_CACHE = "${{ runner.temp }}/trivy"
_NOT_FOR_THE_SCAN = ("push", "tags", "outputs", "load", "provenance", "sbom", "attests", "cache-to", "platforms")
_ORDER = ("negligible", "low", "medium", "high", "critical")
_OF_THIS_REPOSITORY = (
    "github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository"
)


@dataclass(frozen=True, kw_only=True)
class Scan:
    """How images are scanned."""

    scanner: Literal["trivy", "grype"]
    severity: str
    ignore_unfixed: bool
    sarif: bool


def build_for_scan(workflow: Workflow, step: JsonObject, tag: str, platform: str) -> dict[str, Any]:
    """Return a step that builds the image of a pushing step into the local store; `platform` may be empty."""
    given: JsonObject = dict(step.get("with") or {})
    kept = {key: value for key, value in given.items() if key not in _NOT_FOR_THE_SCAN}
    cache = {"cache-to": given["cache-to"]} if "cache-to" in given else {}
    made: dict[str, Any] = {"name": f"Build for the scan{_suffix(platform)}"}
    made |= {key: step[key] for key in ("if", "env") if key in step}
    made["uses"] = workflow.uses(BUILD_PUSH)
    one = {"platforms": platform} if platform else {}
    made["with"] = {**kept, **one, "load": True, "push": False, "tags": tag, **cache}
    return made


def scan_steps(
    workflow: Workflow, scan: Scan, image: str, category: str, *, condition: str | None = None, platform: str = ""
) -> list[dict[str, Any]]:
    """Return the steps that scan one image and fail on what they find; `category` keeps reports apart."""
    make = _trivy if scan.scanner == "trivy" else _grype
    steps = make(workflow, scan, image, category, platform)
    for step in steps:
        conditions = [text for text in (_bare(condition), step.pop("if", None)) if text]
        if conditions:
            joined = " && ".join(f"({text})" if "||" in text and len(conditions) > 1 else text for text in conditions)
            step["if"] = f"${{{{ {joined} }}}}" if joined.startswith("!") else joined
    return [{key: step[key] for key in ("name", "id", "if", "uses", "with") if key in step} for step in steps]


def duty() -> Duty:
    """Return what a person has to know of uploads."""
    text = "code scanning takes the reports: private repositories need GitHub Code Security and `actions: read` for it"
    return Duty(kind="setting", text=text)


def _bare(condition: str | None) -> str | None:
    text = str(condition).strip() if condition is not None else ""
    return text[3:-2].strip() if text.startswith("${{") and text.endswith("}}") else text or None


def _suffix(platform: str) -> str:
    return f" ({platform})" if platform else ""


def _uploads(workflow: Workflow, scan: Scan, sarif: str, category: str, platform: str, *, late: str) -> dict[str, Any]:
    """Return the upload; pull requests of forks have no right to it."""
    guard = _OF_THIS_REPOSITORY if "pull_request" in events_of(workflow.model) else ""
    condition = f"{late} && ({guard})" if late and guard else late or guard
    return {
        "name": f"Upload the findings{_suffix(platform)}",
        **({"if": condition} if condition else {}),
        "uses": workflow.uses(UPLOAD),
        "with": {"sarif_file": sarif, "category": f"{scan.scanner}-{category}{platform and '-'}{slug(platform)}"},
    }


def slug(platform: str) -> str:
    """Return a platform as part of a tag or id."""
    return platform.replace("/", "-")


def _trivy(workflow: Workflow, scan: Scan, image: str, category: str, platform: str) -> list[dict[str, Any]]:
    common = {"image-ref": image, "cache-dir": _CACHE}
    steps: list[dict[str, Any]] = []
    if scan.sarif:
        report = {**common, "format": "sarif", "output": _SARIF}
        steps = [
            {"name": f"Report on the image{_suffix(platform)}", "uses": workflow.uses(TRIVY), "with": report},
            _uploads(workflow, scan, _SARIF, category, platform, late=""),
        ]
    gate: dict[str, Any] = {**common, "format": "table", "exit-code": "1", "severity": scan.severity}
    gate["ignore-unfixed"] = scan.ignore_unfixed
    if scan.sarif:
        gate["skip-setup-trivy"] = True
    steps.append({"name": f"Scan the image{_suffix(platform)}", "uses": workflow.uses(TRIVY), "with": gate})
    return steps


def _grype(workflow: Workflow, scan: Scan, image: str, category: str, platform: str) -> list[dict[str, Any]]:
    cutoff = min((word.lower() for word in scan.severity.split(",") if word.lower() in _ORDER), key=_ORDER.index)
    given: dict[str, Any] = {"image": image, "fail-build": True, "severity-cutoff": cutoff}
    given["output-format"] = "sarif" if scan.sarif else "table"
    if scan.ignore_unfixed:
        given["only-fixed"] = True
    identifier = f"image-scan{platform and '-'}{slug(platform)}"
    step: dict[str, Any] = {"name": f"Scan the image{_suffix(platform)}", "uses": workflow.uses(GRYPE), "with": given}
    if not scan.sarif:
        return [step]
    step["id"] = identifier
    sarif = f"${{{{ steps.{identifier}.outputs.sarif }}}}"
    late = f"!cancelled() && steps.{identifier}.outputs.sarif != ''"
    return [step, _uploads(workflow, scan, sarif, category, platform, late=late)]
