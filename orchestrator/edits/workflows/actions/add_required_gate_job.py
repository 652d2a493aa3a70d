"""``add_required_gate_job``: one job that stands for all others as the required check."""

from pydantic import Field

from orchestrator.edits.action import Action, Scene, WorkflowParams
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import EditCode, EditResult, Refusal
from orchestrator.edits.workflows.gate import add_gate, is_gate
from orchestrator.edits.workflows.workflow import Workflow


class GateJobParams(WorkflowParams):
    """How it is called."""

    job: str = Field(
        default="ci-required", pattern=r"^[A-Za-z_][\w-]*$", description="the id of the job that waits for all others"
    )


class AddRequiredGateJob(Action[GateJobParams]):
    """Add the gate, or let it need the jobs that came since."""

    name = "add_required_gate_job"
    summary = "Add one job that needs all others and fails unless each succeeded or was skipped"
    params_model = GateJobParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: GateJobParams) -> EditResult:
        """Add or complete it."""
        workflow = Workflow(scene)
        present = workflow.jobs.get(params.job)
        if present is not None and "always()" not in str(present.get("if", "")):
            raise Refusal(EditCode.CONFLICT, f"there is a job {params.job} that does something else")
        add_gate(workflow, params.job)
        return workflow.finish(f"{params.job} stands for all jobs", f"{params.job} needs all other jobs")

    def holds(self, scene: Scene, params: GateJobParams) -> str | None:
        """See that it needs every other job and always runs."""
        return None if is_gate(Workflow(scene), params.job) else f"{params.job} does not stand for all jobs"
