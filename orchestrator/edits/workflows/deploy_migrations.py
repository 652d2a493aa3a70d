"""A migration of the database as a step of a deploying job, ahead of the rollout, with the tool's own set-up."""

import re
from typing import Any

from orchestrator.edits.action import Scene
from orchestrator.edits.result import Duty, EditCode, Refusal
from orchestrator.edits.workflows.deploys import look_at
from orchestrator.edits.workflows.migrations import Migration, install_command, migrates
from orchestrator.edits.workflows.shape import environment_of
from orchestrator.edits.workflows.workflow import Workflow, run_of, uses_of

DATABASE_URL_NAME = "{ENVIRONMENT}_DATABASE_URL"


def migrates_first(workflow: Workflow, job: str, command: str | None) -> bool:
    """Say whether a job migrates, and before it deploys."""
    at, deploy = migrating_step(workflow, job, command), look_at(workflow.job(job)).deploy
    return at is not None and deploy is not None and at < deploy


def migrating_step(workflow: Workflow, job: str, command: str | None) -> int | None:
    """Return the place of the step that migrates, or None."""
    for at, step in enumerate(workflow.steps(job)):
        script = run_of(step)
        if migrates(workflow.scene, script) or (command is not None and command in script):
            return at
    return None


def insert_migration(
    workflow: Workflow, job: str, at: int, migration: Migration, secret: str = DATABASE_URL_NAME
) -> None:
    """Put the migration in front of a step of a job; in `secret`, {ENVIRONMENT} stands for the job's own."""
    environment = environment_of(workflow.job(job)) or job
    if "${{" in environment and "{ENVIRONMENT}" in secret:
        reason = f"the environment of {job} is computed, so is the name of its secret"
        raise Refusal(EditCode.DYNAMIC, reason, hint="`secret` names it")
    secret = secret.replace("{ENVIRONMENT}", re.sub(r"\W", "_", environment.upper()))
    steps = [*_setup(workflow, job, migration)]
    steps.append(
        {
            "name": "Migrate the database",
            "env": {"DATABASE_URL": f"${{{{ secrets.{secret} }}}}"},
            "run": migration.command,
        }
    )
    workflow.insert_steps(job, at, steps)
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
