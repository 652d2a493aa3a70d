"""``add_trigger``: one more event that starts a workflow."""

import json
import re

from pydantic import Field

from orchestrator.edits.action import Action, Scene, WorkflowParams
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import EditCode, EditResult, Refusal, already
from orchestrator.edits.workflows.checker.triggers import EVENTS, cron_problem
from orchestrator.edits.workflows.scopes import settle_job
from orchestrator.edits.workflows.shape import events_of, texts_of
from orchestrator.edits.workflows.workflow import Workflow
from orchestrator.models.json import Json

_OPEN = frozenset(("workflow_dispatch", "workflow_call"))  # more inputs take nothing away from whoever starts it


class TriggerParams(WorkflowParams):
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
            return _with_settings(workflow, params.event, present[params.event], value)
        _refuse_unknown_inputs(workflow, params)
        if set(present) == {"workflow_call"} and "permissions" not in workflow.model:
            for name in workflow.jobs:  # so far the callers said what their tokens may do
                settle_job(workflow, name)
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


def _refuse_unknown_inputs(workflow: Workflow, params: TriggerParams) -> None:
    """Refuse to give a workflow its first inputs without those that it reads already: they would stay empty."""
    if params.event != "workflow_dispatch" or "workflow_call" in events_of(workflow.model):
        return
    given = params.settings.get("inputs") if isinstance(params.settings, dict) else None
    read = re.findall(r"\$\{\{[^}]*?\binputs\.([\w-]+)", "\n".join(text for _, text in texts_of(workflow.model)))
    missing = [name for name in dict.fromkeys(read) if name not in (given or {})]
    if missing and given:
        reason = f"{workflow.scene.target} reads the inputs {', '.join(missing)}, which nobody could give"
        raise Refusal(EditCode.PRECONDITION, reason, hint="`settings: {inputs: {…}}` declares them")


def _with_settings(workflow: Workflow, event: str, present: Json, wanted: Json) -> EditResult:
    """Add inputs and the like to an event that is there; what would narrow it, or is there otherwise, is a conflict."""
    if event not in _OPEN:
        now = f"the settings {json.dumps(present)}" if present else "no settings"
        raise Refusal(EditCode.CONFLICT, f"{event} is there with {now}", hint="yaml_set changes them")
    if not isinstance(workflow.model["on"], dict):
        events = {name: ({} if item is None else item) for name, item in events_of(workflow.model).items()}
        workflow.set(("on",), {**events, event: wanted})
    for kind, entries in wanted.items() if isinstance(wanted, dict) else ():
        for name, entry in entries.items() if isinstance(entries, dict) else ():
            there = workflow.editor.get("on", event, kind, name)
            if there is not None and there != entry:
                raise Refusal(EditCode.CONFLICT, f"{event} has {kind}.{name} already: {json.dumps(there)}")
            workflow.set(("on", event, kind, name), entry)
    return workflow.finish(f"{event} takes more", f"{event} takes that already")


def _settings(params: TriggerParams) -> Json:
    if params.event not in EVENTS:
        raise Refusal(EditCode.PARAM, f"there is no event {params.event}")
    if params.event != "schedule":
        return params.settings
    problem = "`cron` is missing" if params.cron is None else cron_problem(params.cron)
    if problem:
        raise Refusal(EditCode.PARAM, problem)
    return [{"cron": params.cron}]
