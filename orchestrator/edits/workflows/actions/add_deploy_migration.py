"""``add_deploy_migration``: the database is migrated before the new version runs.

The migration is a step of the deploying job, ahead of the rollout: a job of its own would ask for approval twice. It
has to fit the version that still runs (expand, then contract), because a roll back does not take it back.
"""

import re
from typing import Any, Literal

from pydantic import Field

from orchestrator.edits.action import Action, Scene, WorkflowParams
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import Duty, EditCode, EditResult, Refusal
from orchestrator.edits.workflows.deploys import deploying_jobs, look_at
from orchestrator.edits.workflows.migrations import SIGN_FILES, Migration, find_migration, install_command, migrates
from orchestrator.edits.workflows.shape import environment_of
from orchestrator.edits.workflows.workflow import Workflow, run_of, uses_of


class DeployMigrationParams(WorkflowParams):
    """What migrates which databases."""

    job: str | None = Field(default=None, description="the job, else all that have an environment")
    tool: Literal["auto", "prisma", "alembic", "django", "knex", "sequelize", "drizzle"] = Field(
        default="auto", description="what migrates; auto: found by the files of the repository"
    )
    command: str | None = Field(
        default=None, min_length=1, description="the command that migrates, instead of the tool's own"
    )
    secret: str = Field(default="{ENVIRONMENT}_DATABASE_URL", description="{ENVIRONMENT} is the job's, in capitals")


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
            present = _migrating(workflow, job, params)
            deploy = look_at(workflow.job(job)).deploy
            if deploy is None:
                reason = f"no step of {job} is known to deploy yet"
                raise Refusal(EditCode.PRECONDITION, reason, hint="implement_staging_deploy fills it in")
            if present is not None and present > deploy:
                raise Refusal(EditCode.CONFLICT, f"{job} migrates only after it has deployed")
            if present is None:
                _insert(workflow, job, deploy, find_migration(scene, params.tool, params.command), params)
                done.append(job)
        if done:
            text = "migrations have to fit the version that still runs: a roll back does not take them back"
            workflow.warnings.append(text)
        return workflow.finish(f"{', '.join(done)}: migrates before deploying", f"{', '.join(jobs)}: migrates already")

    def holds(self, scene: Scene, params: DeployMigrationParams) -> str | None:
        """Find a migrating step ahead of each rollout."""
        workflow = Workflow(scene)
        for job in deploying_jobs(workflow, params.job):
            at, deploy = _migrating(workflow, job, params), look_at(workflow.job(job)).deploy
            if at is None or deploy is None or at > deploy:
                return f"{job} does not migrate before it deploys"
        return None

    def reads(self, target: str, params: DeployMigrationParams) -> tuple[str, ...]:  # noqa: ARG002
        """Name what decides on the tool."""
        return ("package.json", *SIGN_FILES)


def _migrating(workflow: Workflow, job: str, params: DeployMigrationParams) -> int | None:
    for at, step in enumerate(workflow.steps(job)):
        script = run_of(step)
        if migrates(workflow.scene, script) or (params.command is not None and params.command in script):
            return at
    return None


def _insert(workflow: Workflow, job: str, at: int, migration: Migration, params: DeployMigrationParams) -> None:
    environment = environment_of(workflow.job(job)) or job
    if "${{" in environment and "{ENVIRONMENT}" in params.secret:
        reason = f"the environment of {job} is computed, so is the name of its secret"
        raise Refusal(EditCode.DYNAMIC, reason, hint="`secret` names it")
    secret = params.secret.replace("{ENVIRONMENT}", re.sub(r"\W", "_", environment.upper()))
    steps = [*_setup(workflow, job, migration)]
    steps.append(
        {
            "name": "Migrate the database",
            "env": {"DATABASE_URL": f"${{{{ secrets.{secret} }}}}"},
            "run": migration.command,
        }
    )
    for offset, step in enumerate(steps):
        workflow.insert_step(job, at + offset, step)
    text = f"{secret} holds the URL of the database of {environment}"
    workflow.duties.append(Duty(kind="secret", text=text, command=f"gh secret set {secret} --env {environment}"))


def _setup(workflow: Workflow, job: str, migration: Migration) -> list[dict[str, Any]]:
    """Return the steps that install the tool, unless the job has them."""
    if migration.language == "any":
        reason = f"{migration.tool} takes its database in another form than the one secret of a deployment"
        raise Refusal(EditCode.PRECONDITION, reason, hint="`command` says how to migrate")
    used = [uses_of(step) for step in workflow.steps(job)]
    if migration.language == "python":
        action, install = "actions/setup-python", _python_install(workflow.scene)
        given: dict[str, Any] = {"python-version": _version(workflow, "PYTHON_VERSION", "3.x")}
    else:
        action, install = "actions/setup-node", install_command(workflow.scene)
        given = {"node-version": _version(workflow, "NODE_VERSION", "lts/*")}
        given["package-manager-cache"] = False  # what a pull request cached has no business in a deployment
    steps: list[dict[str, Any]] = []
    if "actions/checkout" not in used:
        kept: dict[str, Any] = {"persist-credentials": False}
        steps.append({"name": "Checkout", "uses": workflow.uses("actions/checkout"), "with": kept})
    if action not in used:
        name = "Set up Python" if migration.language == "python" else "Set up Node.js"
        steps.append({"name": name, "uses": workflow.uses(action), "with": given})
    if not any(install in run_of(step) for step in workflow.steps(job)):
        steps.append({"name": "Install dependencies", "run": install})
    return steps


def _python_install(scene: Scene) -> str:
    return "pip install -r requirements.txt" if scene.tree.exists("requirements.txt") else "pip install ."


def _version(workflow: Workflow, name: str, otherwise: str) -> str:
    """Return the version that the repository names in a workflow's env, else a default."""
    env = workflow.model.get("env")
    if isinstance(env, dict) and name in env:
        return f"${{{{ env.{name} }}}}"
    action = "actions/setup-python" if name.startswith("PYTHON") else "actions/setup-node"
    key = "python-version" if name.startswith("PYTHON") else "node-version"
    for path in workflow.scene.tree.glob(".github/workflows/*.y*ml"):
        text = workflow.scene.read_if_there(path) or ""
        if path != workflow.scene.target and action in text and f"{name}:" in text:
            value = text.split(f"{name}:", 1)[1].splitlines()[0].strip().strip("'\"")
            if value and "${{" not in value and key in text:
                return value
    return otherwise
