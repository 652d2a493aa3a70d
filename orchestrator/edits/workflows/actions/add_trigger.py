"""``add_trigger``: one more event that starts a workflow."""

from pydantic import Field

from orchestrator.contracts import Params
from orchestrator.edits.action import Action, Scene
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import EditCode, EditResult, Refusal, already
from orchestrator.edits.workflows.checker.triggers import EVENTS, cron_problem
from orchestrator.edits.workflows.shape import events_of
from orchestrator.edits.workflows.workflow import Workflow
from orchestrator.models.json import Json


class TriggerParams(Params):
    """Which event, with which settings."""

    event: str = Field(description="merge_group, workflow_dispatch, schedule, …")
    settings: dict[str, Json] | None = Field(default=None, description="filters or inputs of the event")
    cron: str | None = Field(default=None, description="of the event schedule")


class AddTrigger(Action[TriggerParams]):
    """Add an event, whatever form `on` has."""

    name = "add_trigger"
    summary = "Add an event to a workflow: merge_group, workflow_dispatch with inputs, a schedule"
    params_model = TriggerParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: TriggerParams) -> EditResult:
        """Add the event; one that is there with other settings is a conflict."""
        workflow = Workflow(scene)
        value = _settings(params)
        present = events_of(workflow.model)
        if params.event in present:
            if params.event == "schedule" and isinstance(present["schedule"], list):
                if any(isinstance(entry, dict) and entry.get("cron") == params.cron for entry in present["schedule"]):
                    return already(f"runs at {params.cron}")
                workflow.editor.append(("on", "schedule"), {"cron": params.cron})
                return workflow.finish(f"runs at {params.cron} too", "")
            if value is None or present[params.event] == value:
                return already(f"{params.event} starts it")
            reason = f"{params.event} is there with other settings: {present[params.event]}"
            raise Refusal(EditCode.CONFLICT, reason)
        if isinstance(workflow.model["on"], list) and value is None:
            workflow.editor.append(("on",), params.event)
        elif isinstance(workflow.model["on"], dict):
            workflow.set(("on", params.event), {} if value is None else value)
        elif value is None:
            workflow.set(("on",), [*present, params.event])
        else:
            workflow.set(
                ("on",),
                {**{event: ({} if item is None else item) for event, item in present.items()}, params.event: value},
            )
        return workflow.finish(f"{params.event} starts it", "")


def _settings(params: TriggerParams) -> Json:
    if params.event not in EVENTS:
        raise Refusal(EditCode.PARAM, f"there is no event {params.event}")
    if params.event != "schedule":
        return params.settings
    problem = "`cron` is missing" if params.cron is None else cron_problem(params.cron)
    if problem:
        raise Refusal(EditCode.PARAM, problem)
    return [{"cron": params.cron}]
