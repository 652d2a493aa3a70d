"""``replace_in_run``: another text for a fragment of a step's script."""

from pydantic import Field

from orchestrator.edits.action import Action, Scene, WorkflowParams
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import EditCode, EditResult, Refusal, already
from orchestrator.edits.workflows.workflow import Workflow, run_of, title_of


class ReplaceParams(WorkflowParams):
    """What, by what, where."""

    find: str = Field(min_length=1, description="the text as it stands in the script")
    replace: str = Field(description="the text that stands there instead")
    job: str | None = Field(default=None, description="only scripts of this job; default: of all")
    step: str | None = Field(default=None, description="id, name or /regex of the script/ of one step")
    every: bool = Field(default=False, description="in all steps that have it; else several are ambiguous")


class ReplaceInRun(Action[ReplaceParams]):
    """Replace a fragment of a script."""

    name = "replace_in_run"
    summary = "Replace a piece of text in the script of a step"
    params_model = ReplaceParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: ReplaceParams) -> EditResult:
        """Replace it where it stands; `already` when only the new text is there."""
        workflow = Workflow(scene)
        places = _places(workflow, params)
        found = [(job, at) for job, at in places if params.find in _without(workflow, job, at, params)]
        if not found:
            if params.replace and any(params.replace in run_of(workflow.steps(job)[at]) for job, at in places):
                return already("the new text is there")
            raise Refusal(EditCode.NOT_FOUND, f"no script has {params.find!r}")
        if len(found) > 1 and not params.every:
            listed = ", ".join(f"{job}: {title_of(workflow.steps(job)[at], at)}" for job, at in found)
            raise Refusal(EditCode.AMBIGUOUS, f"{len(found)} scripts have it: {listed}", hint="`every: true` takes all")
        with workflow.editor.at_once():
            for job, at in found:
                script = run_of(workflow.steps(job)[at])
                kept = script.split(params.replace) if params.find in params.replace else [script]
                new = params.replace.join(part.replace(params.find, params.replace) for part in kept)
                workflow.set(("jobs", job, "steps", at, "run"), new)
        return workflow.finish(f"replaced it in {len(found)} script{'s' if len(found) > 1 else ''}", "")

    def holds(self, scene: Scene, params: ReplaceParams) -> str | None:
        """See that the old text is gone (but inside of the new one)."""
        workflow = Workflow(scene)
        left = any(params.find in _without(workflow, job, at, params) for job, at in _places(workflow, params))
        return "the old text is still there" if left else None


def _places(workflow: Workflow, params: ReplaceParams) -> list[tuple[str, int]]:
    if params.step is not None:
        return [workflow.find_step(params.job, params.step)]
    return [(job, at) for job in workflow.chosen_jobs(params.job) for at in range(len(workflow.steps(job)))]


def _without(workflow: Workflow, job: str, at: int, params: ReplaceParams) -> str:
    """Return a script without the new text, which may hold the old one."""
    script = run_of(workflow.steps(job)[at])
    return script.replace(params.replace, "") if params.find in params.replace else script
