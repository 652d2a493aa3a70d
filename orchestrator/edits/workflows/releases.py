"""What a release to production has besides the deployment: a note on the run, and a way back by hand.

Who starts the workflow with a `version` gets the images of that version: the jobs that make and try new ones are
skipped then, and nothing asks whether staging has run them, because production itself has.
"""

import re
from typing import Any

from orchestrator.edits.result import EditCode, Refusal
from orchestrator.edits.workflows.shape import downstream, events_of
from orchestrator.edits.workflows.workflow import Workflow, run_of
from orchestrator.models.json import JsonObject

_INPUT: JsonObject = {
    "description": "Tag of the images to bring back; empty: deploy this commit",
    "type": "string",
    "required": False,
    "default": "",
}
_PLACE = ("on", "workflow_dispatch", "inputs", "version")
_TAG = re.compile(r'^(?P<head>tag|export IMAGE_TAG)="(?P<tag>.*)"$', re.MULTILINE)
_NOTE = 'echo "::notice title=Release::$GITHUB_SHA to $ENVIRONMENT: $STATUS"'
_STATUS = re.compile(r"\b(?:always|cancelled|failure|success)\(\)")
_IS_NAMED, _IS_NONE = "inputs.version != ''", "inputs.version == ''"


def noted(step: dict[str, Any]) -> dict[str, Any]:
    """Return a step; the one that sums the deployment up leaves a note on the run as well."""
    script = run_of(step)
    if "GITHUB_STEP_SUMMARY" not in script or "$ENVIRONMENT" not in script:
        return step
    return {**step, "run": f"{script.rstrip()}\n{_NOTE}\n"}


def takes_version(workflow: Workflow, job: str) -> bool:
    """Say whether a person can name the version that a job deploys."""
    return workflow.editor.get(*_PLACE) is not None and _IS_NAMED in str(workflow.job(job).get("if"))


def take_version(workflow: Workflow, job: str, check: str) -> None:
    """Let a person name the version that a job deploys; the step `check` is for commits only."""
    if takes_version(workflow, job):
        return
    if workflow.editor.get(*_PLACE) is not None:
        raise Refusal(EditCode.CONFLICT, "workflow_dispatch has an input `version` that means something else")
    if not isinstance(workflow.model["on"], dict):
        events = {name: {} if item is None else item for name, item in events_of(workflow.model).items()}
        workflow.set(("on",), events)
    workflow.set(_PLACE, _INPUT)
    behind = downstream(workflow.jobs, job)
    for other in [name for name in workflow.jobs if name != job and name not in behind]:
        old = _grouped(workflow.job(other).get("if"))
        workflow.set_key(other, "if", f"{_IS_NONE} && {old}" if old else _IS_NONE)
    old = _grouped(workflow.job(job).get("if"))
    usual = " && ".join(part for part in ("" if _STATUS.search(old) else "success()", old) if part)
    workflow.set_key(job, "if", f"${{{{ !cancelled() && !failure() && ({_IS_NAMED} || {usual}) }}}}")
    is_tagged = any(_TAG.search(run_of(step)) for step in workflow.steps(job))
    for at, step in enumerate(workflow.steps(job)):
        path = ("jobs", job, "steps", at)
        if step.get("name") == check:
            workflow.set((*path, "if"), _IS_NONE)
        named = _TAG.sub(r'\g<head>="${VERSION:-\g<tag>}"', run_of(step), count=1)
        if _NOTE in named:
            named = named.replace("$GITHUB_SHA", "${VERSION:-$GITHUB_SHA}")
        if named != run_of(step) or (step.get("id") == "deploy" and not is_tagged):
            workflow.set((*path, "run"), named)
            workflow.set((*path, "env", "VERSION"), "${{ inputs.version }}")
    workflow.warnings.append(f"{job} brings a version back by hand: gh workflow run … --field version=TAG")


def _grouped(condition: object) -> str:
    """Return a condition so that `&&` can stand beside it, "" for none."""
    text = str(condition).strip() if condition is not None else ""
    text = text[3:-2].strip() if text.startswith("${{") and text.endswith("}}") else text
    return f"({text})" if "||" in text else text
