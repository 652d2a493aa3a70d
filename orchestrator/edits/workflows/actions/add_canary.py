"""``add_canary``: an option to show a new version to a few users first.

The repository variable DEPLOY_STRATEGY decides: with `canary` the step before the deployment gives the new version a
growing share and takes it away when a probe fails, which stops the deployment; otherwise the deployment goes as ever.
"""

from pydantic import Field

from orchestrator.edits.action import Action, Scene, WorkflowParams
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import Duty, EditCode, EditResult, Refusal, already
from orchestrator.edits.workflows import colours
from orchestrator.edits.workflows.deployment import with_path
from orchestrator.edits.workflows.deploys import deploying_job, environment_url, is_kubectl, look_at
from orchestrator.edits.workflows.workflow import Workflow, run_of


class CanaryParams(WorkflowParams):
    """Which job, and how the share grows."""

    job: str | None = Field(default=None, description="the job that deploys; default: the one of the environment")
    environment: str = Field(
        default="production", pattern=r"^[\w.-]+$", description="the environment that gets the canary"
    )
    replicas: list[int] = Field(
        default=[1, 2, 4], min_length=1, max_length=10, description="of the canary, step by step"
    )
    probes: int = Field(default=10, ge=1, le=1_000, description="at each step; every one has to succeed")
    pause: int = Field(default=6, ge=1, le=600, description="seconds between two probes")
    url: str | None = Field(default=None, description="what is probed; default: the environment's url")
    health_path: str = Field(default="/health", description="the path that is probed at every step")


class AddCanary(Action[CanaryParams]):
    """Put a canary ahead of a deployment."""

    name = "add_canary"
    summary = "Let a repository variable choose a canary ahead of the deployment: growing shares, automatic abort"
    params_model = CanaryParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: CanaryParams) -> EditResult:
        """Insert the canary ahead of the deploying step."""
        workflow = Workflow(scene)
        job = deploying_job(workflow, params.environment, params.job)
        if _has_canary(workflow, job):
            return already(f"{job} has a canary")
        found = look_at(workflow.job(job))
        if found.deploy is None or found.rollback is None or not is_kubectl(workflow.job(job)):
            hint = "implement_production_deploy makes such a deployment"
            raise Refusal(EditCode.PRECONDITION, f"{job} has no deployment to Kubernetes with a way back", hint=hint)
        url = params.url or environment_url(workflow.job(job))
        if url is None:
            raise Refusal(EditCode.PRECONDITION, f"nobody says where {job} answers", hint="`url` says it")
        step = colours.canary(params.replicas, params.probes, params.pause, with_path(url, params.health_path))
        workflow.insert_step(job, found.deploy, step)
        text = "each service has a deployment NAME-canary whose pods its Service selects too"
        workflow.duties.append(Duty(kind="setting", text=text))
        workflow.duties.append(
            Duty(
                kind="variable",
                text="DEPLOY_STRATEGY is `canary` when a canary goes first",
                command="gh variable set DEPLOY_STRATEGY --body canary",
            )
        )
        return workflow.finish(f"{job} can try a canary first", "")

    def holds(self, scene: Scene, params: CanaryParams) -> str | None:
        """See that the canary stands ahead of the deployment, chosen by the variable."""
        workflow = Workflow(scene)
        job = deploying_job(workflow, params.environment, params.job)
        ids = [step.get("id") for step in workflow.steps(job)]
        deploy = look_at(workflow.job(job)).deploy
        is_ahead = "canary" in ids and deploy is not None and ids.index("canary") < deploy
        return None if is_ahead else f"{job} has no canary ahead of its deployment"


def _has_canary(workflow: Workflow, job: str) -> bool:
    return any(step.get("id") == "canary" and bool(run_of(step)) for step in workflow.steps(job))
