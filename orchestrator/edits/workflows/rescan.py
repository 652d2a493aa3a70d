"""A workflow of its own that scans again, at set times, what was pushed last: holes are found after the release too."""

import posixpath
import re
from typing import Any

from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import EditCode, FileEdit, Refusal, new_file
from orchestrator.edits.workflows.images import Pushed, login_step
from orchestrator.edits.workflows.scans import GRYPE, TRIVY, Scan, scan_steps
from orchestrator.edits.workflows.workflow import Workflow
from orchestrator.edits.yaml.emit import entry_lines, plain
from orchestrator.edits.yaml.style import Style

_LATEST = re.compile(r":latest\b|value=latest\b")
_FIND = (
    'image="${IMAGE/\\{\\}/${NAME:-}}"\n'
    'image="${image,,}"\n'
    'digest="$(docker buildx imagetools inspect "$image:%s" --format \'{{.Manifest.Digest}}\')"\n'
    'echo "image=$image@$digest" >> "$GITHUB_OUTPUT"\n'
)


def rescan_path(target: str) -> str:
    """Return the path of the workflow that scans again what another one pushes."""
    folder, name = posixpath.split(target)
    return posixpath.join(folder, f"rescan-{name}")


def rescan(workflow: Workflow, pushed: Pushed, scan: Scan, cron: str) -> FileEdit | None:
    """Return the new file, None when there is one that does it; Refusal E_CONFLICT when there is another one."""
    path = rescan_path(workflow.scene.target)
    present = workflow.scene.read_if_there(path)
    if present is not None:
        if cron in present and (TRIVY in present or GRYPE in present):
            return None
        raise Refusal(EditCode.CONFLICT, f"{path} is there already and does not scan at {cron}")
    model = _model(workflow, pushed, scan, cron)
    lines = [line for key, value in model.items() for line in entry_lines(key, value, 0, Style())]
    return new_file(path, WORKFLOW, "\n".join(lines) + "\n", plain(model))


def _model(workflow: Workflow, pushed: Pushed, scan: Scan, cron: str) -> dict[str, Any]:
    login = login_step(workflow, pushed)
    name = "${{ matrix.name }}"
    find = {
        "name": "Find the image",
        "id": "find",
        "env": {"IMAGE": pushed.image.replace("$NAME", "{}"), **({"NAME": name} if pushed.is_matrix else {})},
        "run": _FIND % ("latest" if _is_latest(workflow, pushed) else pushed.tag),
    }
    steps = [*([login] if login else []), find]
    steps += scan_steps(workflow, scan, "${{ steps.find.outputs.image }}", name if pushed.is_matrix else "rescan")
    scopes = {"contents": "read", **({"packages": "read"} if login else {})}
    if scan.sarif:
        scopes["security-events"] = "write"
    env = _env(workflow, pushed, str(steps))
    job: dict[str, Any] = {
        "name": f"Rescan ({name})" if pushed.is_matrix else "Rescan",
        "runs-on": "ubuntu-latest",
        "permissions": scopes,
        "timeout-minutes": 30,
        **({"strategy": {"fail-fast": False, "matrix": {"name": list(pushed.names)}}} if pushed.is_matrix else {}),
        **({"env": env} if env else {}),
        "steps": steps,
    }
    on = {"schedule": [{"cron": cron}], "workflow_dispatch": {}}
    return {"name": "Rescan images", "on": on, "permissions": {}, "jobs": {"rescan": job}}


def _is_latest(workflow: Workflow, pushed: Pushed) -> bool:
    steps = workflow.steps(pushed.job)
    return any(_LATEST.search(str((step.get("with") or {}).get("tags", ""))) for step in steps)


def _env(workflow: Workflow, pushed: Pushed, text: str) -> dict[str, Any]:
    """Return the variables of the pushing workflow that the steps name."""
    found: dict[str, Any] = {}
    for owner in (workflow.model, workflow.job(pushed.job)):
        env = owner.get("env")
        if isinstance(env, dict):
            found |= {key: value for key, value in env.items() if re.search(rf"\benv\.{re.escape(str(key))}\b", text)}
    return found
