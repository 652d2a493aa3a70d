"""``implement_production_deploy``: as staging, and only what staging has run, never cancelled half-way."""

from typing import Literal

from pydantic import Field

from orchestrator.edits.action import Action, Scene
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import EditCode, EditResult, Refusal
from orchestrator.edits.workflows import rollout
from orchestrator.edits.workflows.deployment import (
    DeployParams,
    fill_in,
    is_complete,
    migrate_first,
    missing_part,
)
from orchestrator.edits.workflows.deploys import deploying_job, is_kubectl
from orchestrator.edits.workflows.entrances import ensure_reachable, restrict_to
from orchestrator.edits.workflows.images import find_pushed
from orchestrator.edits.workflows.reachability import is_reachable
from orchestrator.edits.workflows.releases import noted, take_version, takes_version
from orchestrator.edits.workflows.scopes import permit
from orchestrator.edits.workflows.shape import environment_of, events_of
from orchestrator.edits.workflows.workflow import Workflow


class ProductionParams(DeployParams):
    """How production is deployed."""

    environment: str = Field(default="production", pattern=r"^[\w.-]+$", description="the environment of the job")
    staging: str = Field(default="staging", pattern=r"^[\w.-]+$", description="the environment that comes before")
    version_input: bool = Field(
        default=False, description="let a person start the workflow with a `version`, to bring it back by hand"
    )
    require_staging: Literal["deployment", "job", "none"] = Field(
        default="deployment",
        description="deployment: GitHub has a successful one of this commit; job: the staging job of the same run",
    )


class ImplementProductionDeploy(Action[ProductionParams]):
    """Fill in the job that deploys to production."""

    name = "implement_production_deploy"
    summary = (
        "Replace the placeholder of the production job: only commits that staging runs, by digest, with a way back"
    )
    params_model = ProductionParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: ProductionParams) -> EditResult:
        """Guard, deploy, probe, roll back."""
        workflow = Workflow(scene)
        job = deploying_job(workflow, params.environment, params.job)
        risky = {"pull_request", "pull_request_target"}.intersection(events_of(workflow.model))
        if risky:
            reason = f"{scene.target} runs on {', '.join(sorted(risky))}; production has no place in it"
            raise Refusal(EditCode.PRECONDITION, reason)
        restrict_to(workflow, job, params.branch)
        ensure_reachable(workflow, job, fix_trigger=params.fix_trigger)
        if not is_complete(workflow, job):
            if environment_of(workflow.job(job)) is None:
                raise Refusal(EditCode.PRECONDITION, f"{job} has no environment", hint="add_approval_gates adds it")
            guard = _staging(workflow, job, params)
            fill_in(workflow, job, params.environment, params, guard=guard, finish=noted)
        migrate_first(workflow, job, params)
        if params.version_input:
            take_version(workflow, job, rollout.STAGING_CHECK)
        return workflow.finish(f"{job} deploys to {params.environment}", f"{job} deploys, probes and rolls back")

    def holds(self, scene: Scene, params: ProductionParams) -> str | None:
        """See that the job deploys, probes, rolls back and can run."""
        workflow = Workflow(scene)
        job = deploying_job(workflow, params.environment, params.job)
        if params.version_input and not takes_version(workflow, job):
            return f"nobody can name the version that {job} deploys"
        if not is_reachable(workflow.model, job):
            return f"{job} can never run"
        return missing_part(workflow, job, params)


def _staging(workflow: Workflow, job: str, params: ProductionParams) -> rollout.Step | None:
    """Make the job depend on staging; return the step that checks it, if it is one."""
    if params.require_staging == "job":
        workflow.add_needs(job, [deploying_job(workflow, params.staging, None)])
        return None
    if params.require_staging == "none":
        return None
    permit(workflow, job, {"contents": "read", "deployments": "read"})
    text = f"{params.environment} takes only commits that {params.staging} has run: tag the very commit, no merge of it"
    workflow.warnings.append(text)
    is_command = params.strategy == "command" or (params.strategy == "auto" and not is_kubectl(workflow.job(job)))
    pushed = None if is_command else find_pushed(workflow, params.build_job)
    if pushed is not None and is_reachable(workflow.model, pushed.job):
        text = f"{pushed.job} builds again for this run; its cache makes that cheap, but the digest may differ"
        workflow.warnings.append(text)
    return rollout.staging_check(params.staging)
