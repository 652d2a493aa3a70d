"""``add_step``, ``move_step``, ``replace_step``: the steps of a job."""

import re
from typing import Literal

from pydantic import Field, model_validator

from orchestrator.edits.action import Action, Scene, WorkflowParams
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import EditCode, EditResult, Refusal, already
from orchestrator.edits.workflows.workflow import Workflow, title_of
from orchestrator.models.json import Json


class PlaceParams(WorkflowParams):
    """A job, and a place among its steps: by id, name, `uses` prefix or /regex of the script/ of another step."""

    job: str = Field(description="the job that gets the step")
    before: str | None = Field(
        default=None, description="the name, id or action of the step in front of which it stands"
    )
    after: str | None = Field(default=None, description="the name, id or action of the step behind which it stands")

    @model_validator(mode="after")
    def _one_place(self) -> "PlaceParams":
        if self.before is not None and self.after is not None:
            message = "`before` and `after` exclude each other"
            raise ValueError(message)
        return self


def _place(workflow: Workflow, params: PlaceParams) -> int:
    if params.before is not None:
        return workflow.step_index(params.job, params.before)
    if params.after is not None:
        return workflow.step_index(params.job, params.after) + 1
    return len(workflow.steps(params.job))


class AddStepParams(PlaceParams):
    """The step as it is written in a workflow."""

    step: dict[str, Json] = Field(
        min_length=1, description="the step itself: `name`, `run` or `uses`, and whatever else it has"
    )


class AddStep(Action[AddStepParams]):
    """Add a step."""

    name = "add_step"
    summary = "Add a step to a job, at the end or next to another step"
    params_model = AddStepParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: AddStepParams) -> EditResult:
        """Add it unless the very same one is there; another one of its id or name is a conflict."""
        workflow = Workflow(scene)
        steps = workflow.steps(params.job)
        if params.step in steps:
            return already(f"{params.job} has the step")
        for key in ("id", "name"):
            if key in params.step and any(step.get(key) == params.step[key] for step in steps):
                raise Refusal(EditCode.CONFLICT, f"{params.job} has another step with the {key} {params.step[key]}")
        workflow.insert_step(params.job, _place(workflow, params), params.step)
        return workflow.finish(f"added a step to {params.job}", "")


class ReplaceStepParams(WorkflowParams):
    """Which step becomes what."""

    job: str = Field(description="the job whose step is replaced")
    step: str = Field(description="id, name, `uses` prefix or /regex of the script/")
    content: dict[str, Json] = Field(
        min_length=1, description="the new step: `name`, `run` or `uses`, and whatever else it has"
    )
    on_missing: Literal["error", "skip", "create"] = Field(  # type: ignore[assignment]  # one word more than elsewhere
        default="error", description="when the step is not there: refuse, have nothing to do, or add it at the end"
    )


class ReplaceStep(Action[ReplaceStepParams]):
    """Bring a step to another content."""

    name = "replace_step"
    summary = "Give a step another content; what is equal stays as it is written"
    params_model = ReplaceStepParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: ReplaceStepParams) -> EditResult:
        """Replace it; the new one already there, and nothing else by the name, is `already`."""
        workflow = Workflow(scene)
        if params.content in workflow.steps(params.job):
            return already(f"{params.job} has the step")
        try:
            at = workflow.step_index(params.job, params.step)
        except Refusal as refusal:
            if refusal.code is not EditCode.NOT_FOUND or params.on_missing != "create":
                raise
            workflow.job(params.job)
            workflow.insert_step(params.job, len(workflow.steps(params.job)), params.content)
            return workflow.finish(f"added the step to {params.job}, which had no {params.step}", "")
        workflow.replace_step(params.job, at, params.content)
        return workflow.finish(f"replaced {params.step} of {params.job}", "")


class MoveStepParams(PlaceParams):
    """Which step goes there."""

    step: str = Field(description="id, name, `uses` prefix or /regex of the script/")

    @model_validator(mode="after")
    def _some_place(self) -> "MoveStepParams":
        if self.before is None and self.after is None:
            message = "`before` or `after` says where the step goes"
            raise ValueError(message)
        return self


class MoveStep(Action[MoveStepParams]):
    """Move a step within its job."""

    name = "move_step"
    summary = "Move a step before or after another one; refused where an output would be read too early"
    params_model = MoveStepParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: MoveStepParams) -> EditResult:
        """Give the step another place, as it is written."""
        workflow = Workflow(scene)
        at = workflow.step_index(params.job, params.step)
        other = workflow.step_index(params.job, params.before or params.after or "")
        if at == (other - 1 if params.before is not None else other + 1):
            return already(f"{params.step} stands there")
        if at == other:
            raise Refusal(EditCode.PARAM, "a step cannot be moved next to itself")
        place = other if params.before is not None else other + 1
        _refuse_early_reader(workflow, params.job, at, place)
        workflow.editor.move_item(("jobs", params.job, "steps"), at, place - 1 if at < place else place)
        return workflow.finish(f"moved {params.step} of {params.job}", "")


def _refuse_early_reader(workflow: Workflow, job: str, at: int, place: int) -> None:
    """Raise Refusal E_PRECONDITION when a step would run ahead of one whose outputs or result it reads."""
    steps = workflow.steps(job)
    pairs = [(at, other) for other in range(place, at)] + [(other, at) for other in range(at + 1, place)]
    for reader, read in pairs:
        name = str(steps[read].get("id", ""))
        if name and re.search(rf"\bsteps\.{re.escape(name)}\b", str(steps[reader])):
            reason = f"{title_of(steps[reader], reader)} reads {name}, which would run after it"
            raise Refusal(EditCode.PRECONDITION, reason, hint="move both, that one first")
