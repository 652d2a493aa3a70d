"""``add_timeouts``: no job hangs for the six hours that GitHub allows."""

from pydantic import Field

from orchestrator.edits.action import Action, Scene, WorkflowParams
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import EditResult
from orchestrator.edits.workflows.workflow import Workflow


class TimeoutParams(WorkflowParams):
    """How long."""

    minutes: int = Field(default=30, ge=1, le=360, description="the limit of a job")
    job: str | None = Field(default=None, description="the job, else all without a limit")


class AddTimeouts(Action[TimeoutParams]):
    """Give every job without a limit one."""

    name = "add_timeouts"
    summary = "Give jobs without timeout-minutes a limit"
    params_model = TimeoutParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: TimeoutParams) -> EditResult:
        """Set the key where it is missing; jobs that call a workflow cannot have it."""
        workflow = Workflow(scene)
        jobs = [name for name in workflow.chosen_jobs(params.job) if "uses" not in workflow.job(name)]
        missing = [name for name in jobs if "timeout-minutes" not in workflow.job(name)]
        with workflow.editor.at_once():
            for name in missing:
                workflow.set_key(name, "timeout-minutes", params.minutes)
        return workflow.finish(f"{', '.join(missing)}: at most {params.minutes} minutes", "every job has a limit")
