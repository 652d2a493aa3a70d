"""One job that stands for all others as the required check."""

from typing import Any

from orchestrator.edits.result import Duty
from orchestrator.edits.workflows.scopes import settle_only_job
from orchestrator.edits.workflows.shape import needs_of
from orchestrator.edits.workflows.workflow import Workflow

_SCRIPT = (
    'echo "$NEEDS"\n'
    'echo "$NEEDS" | jq --exit-status \'all(.[]; .result == "success" or .result == "skipped")\' > /dev/null\n'
)


def add_gate(workflow: Workflow, name: str) -> None:
    """Add the gate, or complete what it needs; it fails unless every job succeeded or was skipped."""
    others = [job for job in workflow.jobs if job != name]
    workflow.duties.append(Duty(kind="check", text=f"{name} is the only required check of this workflow"))
    if name in workflow.jobs:
        workflow.add_needs(name, others)
        return
    settle_only_job(workflow)
    made: dict[str, Any] = {
        "name": "All required jobs",
        "runs-on": "ubuntu-latest",
        "needs": others,
        "if": "always()",
        "permissions": {},
        "steps": [{"name": "Check the results", "env": {"NEEDS": "${{ toJSON(needs) }}"}, "run": _SCRIPT}],
    }
    workflow.add_job(name, made)


def is_gate(workflow: Workflow, name: str) -> bool:
    """Say whether a job needs all others and always runs."""
    job = workflow.jobs.get(name, {})
    return "always()" in str(job.get("if", "")) and set(workflow.jobs) - {name} <= set(needs_of(job))
