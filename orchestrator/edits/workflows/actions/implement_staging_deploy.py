"""``implement_staging_deploy``: a placeholder job becomes a deployment with a probe and a way back.

It deploys by digest the images that this very workflow pushed for the commit. A job that no trigger can reach is
refused, or its trigger mended when that is wished: filling in what never runs would be a success in name only.
"""

from pydantic import Field

from orchestrator.edits.action import Action, Scene
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import EditResult
from orchestrator.edits.workflows.deployment import (
    DeployParams,
    fill_in,
    is_complete,
    migrate_first,
    missing_part,
)
from orchestrator.edits.workflows.deploys import deploying_job
from orchestrator.edits.workflows.entrances import ensure_reachable, restrict_to
from orchestrator.edits.workflows.workflow import Workflow


class StagingParams(DeployParams):
    """How staging is deployed."""

    environment: str = Field(default="staging", pattern=r"^[\w.-]+$", description="the environment of the job")


class ImplementStagingDeploy(Action[StagingParams]):
    """Fill in the job that deploys to staging."""

    name = "implement_staging_deploy"
    summary = "Replace the placeholder of the staging job: deploy by digest, probe, roll back, with a reachable trigger"
    params_model = StagingParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: StagingParams) -> EditResult:
        """Mend the trigger, replace the placeholder steps, complete the job's keys."""
        workflow = Workflow(scene)
        job = deploying_job(workflow, params.environment, params.job)
        restrict_to(workflow, job, params.branch)
        ensure_reachable(workflow, job, fix_trigger=params.fix_trigger)
        if not is_complete(workflow, job):
            fill_in(workflow, job, params.environment, params, guard=None)
        migrate_first(workflow, job, params)
        return workflow.finish(f"{job} deploys to {params.environment}", f"{job} deploys, probes and rolls back")

    def holds(self, scene: Scene, params: StagingParams) -> str | None:
        """See that the job deploys, probes, rolls back and can run."""
        workflow = Workflow(scene)
        job = deploying_job(workflow, params.environment, params.job)
        ensure_reachable(workflow, job, fix_trigger=params.fix_trigger)
        return missing_part(workflow, job, params)
