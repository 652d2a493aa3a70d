"""The job that looks at what changed, and the starts of a workflow for which nobody asks it."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from orchestrator.edits.result import Refusal
from orchestrator.edits.workflows.path_filters import filters_text
from orchestrator.edits.workflows.shape import events_of
from orchestrator.edits.workflows.workflow import Workflow, uses_of
from orchestrator.edits.yaml.model import load_model
from orchestrator.models.json import Json, JsonObject

Start = Literal["push", "default_branch", "tags", "merge_group", "workflow_dispatch"]
_FILTER = "dorny/paths-filter"
_PUSHED: Mapping[Start, str] = {
    "default_branch": "github.ref == format('refs/heads/{0}', github.event.repository.default_branch)",
    "tags": "startsWith(github.ref, 'refs/tags/')",
}


def deciding_job(workflow: Workflow) -> str | None:
    """Return the job that filters paths, or None."""
    return next((name for name in workflow.jobs if _filter_step(workflow, name) is not None), None)


def present_filters(workflow: Workflow, job: str) -> dict[str, list[str]] | None:
    """Return the globs by filter that a job decides by; None when that cannot be told."""
    step = _filter_step(workflow, job) or {}
    text = str((step.get("with") or {}).get("filters", ""))
    if "\n" not in text.strip() and ":" not in text:  # the name of a file
        text = workflow.scene.read_if_there(text.strip().removeprefix("./")) or ""
    try:
        found = load_model(text)
    except Refusal:
        return None
    return {str(name): list(_texts(globs)) for name, globs in found.items()} if isinstance(found, dict) else None


def always_runs(workflow: Workflow, always_on: Sequence[Start]) -> str:
    """Return the condition under which every job runs, whatever changed.

    Pull requests are filtered, and of the starts that can be left out those that are not named; others, like a
    schedule, have nothing to compare with.
    """
    filtered = _filtered(workflow, always_on)
    parts = [f"github.event_name != '{event}'" for event in filtered]
    always = " && ".join(parts) if len(parts) == 1 else f"({' && '.join(parts)})"
    if "push" not in filtered:
        return always
    pushed = [text for name, text in _PUSHED.items() if name in always_on]
    return " || ".join([always, *(f"(github.event_name == 'push' && {text})" for text in pushed)])


def made_job(workflow: Workflow, filters: dict[str, list[str]], always_on: Sequence[Start]) -> dict[str, Any]:
    """Return the job that filters paths; only of pull requests GitHub itself tells what changed."""
    filtered = _filtered(workflow, always_on)
    checkout = {
        "name": "Check out",
        "if": "github.event_name != 'pull_request'",
        "uses": workflow.uses("actions/checkout"),
        "with": {"persist-credentials": False},
    }
    decide = {
        "name": "Compare paths",
        "id": "filter",
        "if": " || ".join(f"github.event_name == '{event}'" for event in filtered),
        "uses": workflow.uses(_FILTER),
        "with": {"filters": filters_text(filters, workflow.scene.target)},
    }
    return {
        "name": "Find out what changed",
        "runs-on": "ubuntu-latest",
        "permissions": {"contents": "read", "pull-requests": "read"},
        "outputs": {name: f"${{{{ steps.filter.outputs.{name} }}}}" for name in filters},
        "steps": [decide] if filtered == ["pull_request"] else [checkout, decide],
    }


def _filtered(workflow: Workflow, always_on: Sequence[Start]) -> list[str]:
    """Return the events for which the change decides."""
    events = events_of(workflow.model)
    may = ("push", "merge_group", "workflow_dispatch")
    return ["pull_request", *(event for event in may if event in events and event not in always_on)]


def _filter_step(workflow: Workflow, job: str) -> JsonObject | None:
    return next((step for step in workflow.steps(job) if uses_of(step) == _FILTER), None)


def _texts(value: Json) -> list[str]:
    """Return the globs of a filter: a text, or a list of texts, of lists, or of kinds of change with theirs."""
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    return [str(value)]
