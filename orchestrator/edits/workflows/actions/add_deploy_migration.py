"""``add_deploy_migration``: the database is migrated before the new version runs.

The migration is a step of the deploying job, ahead of the rollout: a job of its own would ask for approval twice. It
has to fit the version that still runs (expand, then contract), because a roll back does not take it back.
"""

from typing import Literal

from pydantic import Field

from orchestrator.edits.action import Action, Scene, WorkflowParams
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import EditCode, EditResult, Refusal
from orchestrator.edits.workflows.deploy_migrations import (
    DATABASE_URL_NAME,
    insert_migration,
    migrates_first,
    migrating_step,
)
from orchestrator.edits.workflows.deploys import deploying_jobs, look_at
from orchestrator.edits.workflows.migrations import SIGN_FILES, find_migration
from orchestrator.edits.workflows.workflow import Workflow


class DeployMigrationParams(WorkflowParams):
    """What migrates which databases."""

    job: str | None = Field(default=None, description="the job, else all that have an environment")
    tool: Literal["auto", "prisma", "alembic", "django", "knex", "sequelize", "drizzle"] = Field(
        default="auto", description="what migrates; auto: found by the files of the repository"
    )
    command: str | None = Field(
        default=None, min_length=1, description="the command that migrates, instead of the tool's own"
    )
    secret: str = Field(default=DATABASE_URL_NAME, description="{ENVIRONMENT} is the job's, in capitals")


class AddDeployMigration(Action[DeployMigrationParams]):
    """Migrate ahead of each rollout."""

    name = "add_deploy_migration"
    summary = "Migrate the database in each deploying job, before the rollout, with the environment's own secret"
    params_model = DeployMigrationParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: DeployMigrationParams) -> EditResult:
        """Insert the steps into each deploying job that does not migrate."""
        workflow = Workflow(scene)
        done: list[str] = []
        jobs = deploying_jobs(workflow, params.job)
        for job in jobs:
            present = migrating_step(workflow, job, params.command)
            deploy = look_at(workflow.job(job)).deploy
            if deploy is None:
                reason = f"no step of {job} is known to deploy yet"
                raise Refusal(EditCode.PRECONDITION, reason, hint="implement_staging_deploy fills it in")
            if present is not None and present > deploy:
                raise Refusal(EditCode.CONFLICT, f"{job} migrates only after it has deployed")
            if present is None:
                migration = find_migration(scene, params.tool, params.command)
                insert_migration(workflow, job, deploy, migration, params.secret)
                done.append(job)
        if done:
            text = "migrations have to fit the version that still runs: a roll back does not take them back"
            workflow.warnings.append(text)
        return workflow.finish(f"{', '.join(done)}: migrates before deploying", f"{', '.join(jobs)}: migrates already")

    def holds(self, scene: Scene, params: DeployMigrationParams) -> str | None:
        """Find a migrating step ahead of each rollout."""
        workflow = Workflow(scene)
        for job in deploying_jobs(workflow, params.job):
            if not migrates_first(workflow, job, params.command):
                return f"{job} does not migrate before it deploys"
        return None

    def reads(self, target: str, params: DeployMigrationParams) -> tuple[str, ...]:  # noqa: ARG002
        """Name what decides on the tool."""
        return ("package.json", *SIGN_FILES)
