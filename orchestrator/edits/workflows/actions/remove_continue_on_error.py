"""``remove_continue_on_error``: checks that fail have to fail the build.

The excuse stands in one of two layers: the YAML key, or the shell (`|| true`, `--exit-zero`, …) behind an auditor,
linter or test runner. A `|| true` behind anything else is somebody's intention and stays.
"""

import re
from typing import Literal

from pydantic import Field

from orchestrator.edits.action import Action, Scene, WorkflowParams
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import EditResult
from orchestrator.edits.workflows.commands import (
    AUDITORS,
    EXCUSES,
    Excuse,
    logical_lines,
    pipes_without_pipefail,
    runs_tool,
    without_excuses,
)
from orchestrator.edits.workflows.safety import checks_safety, with_pip_audit
from orchestrator.edits.workflows.workflow import Workflow, run_of, title_of
from orchestrator.edits.yaml.lines import above_entry, column_of, line_start
from orchestrator.edits.yaml.tree import Path

_STALE = re.compile(r"continue|for now|reports? only|until|temporar|todo|fixme", re.IGNORECASE)


class RemoveParams(WorkflowParams):
    """Where to look; without a job the whole workflow."""

    job: str | None = Field(default=None, description="the job, else all")
    step: str | None = Field(
        default=None, description="id, name, `uses` prefix or /regex of the script/ of one step of the job"
    )
    layers: list[Literal["yaml", "shell"]] = Field(
        default=["yaml", "shell"],
        min_length=1,
        description="which excuses: the key `continue-on-error`, or `|| true` and its like in scripts",
    )
    tools: list[str] = Field(default=list(AUDITORS), description="commands that may not be excused in the shell")
    also: list[Excuse] = Field(default=list(EXCUSES), description="what counts as an excuse in the shell")
    replace_with: Literal["pip-audit"] | None = Field(default=None, description="what takes the place of safety check")
    keep_if_expression: bool = Field(default=True, description="leave a continue-on-error that is computed")


class RemoveContinueOnError(Action[RemoveParams]):
    """Take every excuse away from checks."""

    name = "remove_continue_on_error"
    summary = "Let failing checks fail the build: no continue-on-error, no `|| true` behind auditors and tests"
    params_model = RemoveParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: RemoveParams) -> EditResult:
        """Delete the key and the excuses of the selection."""
        workflow = Workflow(scene)
        steps: dict[Path, list[str]] = {}  # what was removed where, in the order of the file
        with workflow.editor.at_once():
            for job, only in _selection(workflow, params):
                places = [("jobs", job, "steps", at) for at in range(len(workflow.steps(job))) if only in (None, at)]
                for path in [*([("jobs", job)] if only is None else []), *places]:
                    steps[path] = _delete_key(workflow, path, params, _title(workflow, path))
        with workflow.editor.at_once():
            for path in [path for path in steps if len(path) > 2]:
                steps[path] += _shell(workflow, path, _title(workflow, path), params)
        for path in [path for path in steps if len(path) > 2 and steps[path]]:
            _warn_stale(workflow, path)
        removed = [text for texts in steps.values() for text in texts]
        return workflow.finish(f"removed {_listed(removed)}", "nothing excuses a failing check")

    def holds(self, scene: Scene, params: RemoveParams) -> str | None:
        """Look for excuses that are left in the selection."""
        workflow = Workflow(scene)
        for job, only in _selection(workflow, params):
            for at, step in enumerate(workflow.steps(job)):
                if "yaml" in params.layers and only in (None, at) and step.get("continue-on-error") is True:
                    return f"a step of {job} has continue-on-error"
                script = run_of(step) if "shell" in params.layers and only in (None, at) else ""
                if without_excuses(script, tuple(params.tools), params.also) != script:
                    return f"a script of {job} excuses a check"
        return None


def _selection(workflow: Workflow, params: RemoveParams) -> list[tuple[str, int | None]]:
    """Return the jobs, each with the one step that is meant or None for all."""
    if params.step is not None:
        return [workflow.find_step(params.job, params.step)]
    return [(job, None) for job in workflow.chosen_jobs(params.job)]


def _title(workflow: Workflow, path: Path) -> str:
    """Return how a job or step is named to people."""
    job = str(path[1])
    if len(path) == 2:
        return job
    at = int(path[3])
    return f"{job}: {title_of(workflow.steps(job)[at], at)}"


def _delete_key(workflow: Workflow, path: Path, params: RemoveParams, title: str) -> list[str]:
    if "yaml" not in params.layers:
        return []
    value = workflow.editor.get(*path, "continue-on-error")
    if value is None or value is False:
        return []
    if value is not True and params.keep_if_expression:
        workflow.warnings.append(f"{title}: continue-on-error is computed ({value}) and stays")
        return []
    _warn_above(workflow, workflow.editor.node(*path, "continue-on-error").start)
    workflow.editor.delete((*path, "continue-on-error"))
    return [f"continue-on-error of {title}"]


def _shell(workflow: Workflow, path: Path, title: str, params: RemoveParams) -> list[str]:
    step = workflow.editor.get(*path)
    script = run_of(step)
    if "shell" not in params.layers or not script:
        return []
    tools = tuple(params.tools)
    if pipes_without_pipefail(step.get("shell"), script, tools):
        workflow.warnings.append(f"{title}: a pipe hides the exit code; `shell: bash` turns pipefail on")
    wanted = without_excuses(script, tools, params.also)
    if params.replace_with is not None:
        wanted = with_pip_audit(wanted)
    elif checks_safety(wanted):
        workflow.warnings.append(
            f"{title}: `safety check` is no longer supported; `replace_with: pip-audit` replaces it"
        )
    lines = [line.text.strip() for line in logical_lines(wanted)]
    if "set +e" in lines and any(runs_tool(line, tools) for line in lines):
        workflow.warnings.append(f"{title}: `set +e` keeps the script going after a failure")
    if wanted == script:
        return []
    workflow.set((*path, "run"), wanted)
    return [f"the excuse in {title}"]


def _warn_stale(workflow: Workflow, path: Path) -> None:
    """Name comment lines above an edited step that speak of the excuse."""
    editor = workflow.editor
    _warn_above(workflow, editor.text.rfind("-", 0, editor.node(*path).start))


def _warn_above(workflow: Workflow, at: int) -> None:
    """Name comment lines right above the line of an offset."""
    text = workflow.editor.text
    begin = line_start(text, at)
    begin += len(text[begin:at]) - len(text[begin:at].lstrip(" "))
    top = above_entry(text, begin, column_of(text, begin))
    first = workflow.editor.tree.place(top)[0]
    for number, line in enumerate(text[top:begin].splitlines(), first):
        if line.strip().startswith("#") and _STALE.search(line):
            workflow.warnings.append(f"line {number}: the comment may no longer be true: {line.strip()}")


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{len(parts)} excuses: {'; '.join(parts)}"
