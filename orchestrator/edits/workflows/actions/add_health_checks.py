"""``add_health_checks``: a deployment is good when the service answers, and fails when it does not."""

from pydantic import Field

from orchestrator.edits.action import Action, Scene, WorkflowParams
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import EditCode, EditResult, Refusal
from orchestrator.edits.workflows import rollout
from orchestrator.edits.workflows.deployment import with_path
from orchestrator.edits.workflows.deploys import deploying_jobs, environment_url, look_at
from orchestrator.edits.workflows.workflow import Workflow


class HealthParams(WorkflowParams):
    """What is asked, and how long."""

    job: str | None = Field(default=None, description="the job, else all that have an environment")
    url: str | None = Field(default=None, description="default: the environment's url")
    path: str = Field(default="/health", description="asked at a url without a path of its own")
    retries: int = Field(
        default=10, ge=1, le=100, description="how often the address is tried before the deployment counts as failed"
    )
    delay: int = Field(default=6, ge=1, le=300, description="seconds between two tries")


class AddHealthChecks(Action[HealthParams]):
    """Put a retrying probe behind every deployment."""

    name = "add_health_checks"
    summary = "Probe the service after each deployment, with retries, and fail when it does not answer"
    params_model = HealthParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: HealthParams) -> EditResult:
        """Insert a probe behind the deploying step of each job that has none."""
        workflow = Workflow(scene)
        jobs = deploying_jobs(workflow, params.job)
        missing = [job for job in jobs if look_at(workflow.job(job)).probe is None]
        for job in missing:
            found = look_at(workflow.job(job))
            if found.deploy is None:
                reason = f"no step of {job} is known to deploy, there is nothing to probe"
                raise Refusal(EditCode.PRECONDITION, reason, hint="implement_staging_deploy fills it in")
            url = params.url or environment_url(workflow.job(job))
            if url is None:
                raise Refusal(EditCode.PRECONDITION, f"nobody says where {job} answers", hint="`url` says it")
            step = rollout.probe(with_path(url, params.path), retries=params.retries, delay=params.delay)
            workflow.insert_step(job, found.deploy + 1, step)
            if found.rollback is None:
                workflow.warnings.append(f"{job} has no step that takes a failed deployment back")
        return workflow.finish(f"{', '.join(missing)}: probed after deploying", f"{', '.join(jobs)}: probed already")

    def holds(self, scene: Scene, params: HealthParams) -> str | None:
        """See that a probe stands behind each deployment and ahead of the way back."""
        workflow = Workflow(scene)
        for job in deploying_jobs(workflow, params.job):
            found = look_at(workflow.job(job))
            if found.probe is None or found.deploy is None or found.probe < found.deploy:
                return f"{job} has no probe behind its deployment"
        return None
