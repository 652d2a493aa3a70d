"""Filling a placeholder deploy job in: what staging and production have in common."""

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import Field

from orchestrator.edits.action import WorkflowParams
from orchestrator.edits.result import Duty, EditCode, Refusal
from orchestrator.edits.workflows import rollout
from orchestrator.edits.workflows.deploy_migrations import insert_migration, migrates_first
from orchestrator.edits.workflows.deploys import Found, environment_url, is_kubectl, look_at
from orchestrator.edits.workflows.entrances import refuse_missing_scripts
from orchestrator.edits.workflows.images import Pushed, find_pushed, login_step
from orchestrator.edits.workflows.migrations import find_migration
from orchestrator.edits.workflows.platforms import PLATFORMS, environment_for, sign_in
from orchestrator.edits.workflows.scopes import permit
from orchestrator.edits.workflows.shape import environment_of
from orchestrator.edits.workflows.workflow import Workflow, run_of
from orchestrator.models.json import JsonObject

_KUBECONFIG_WRITE = re.compile(r"base64 (?:-d|--decode|-D)\b[^\n]*>\s*(?P<file>\S+)")


Setting = Annotated[str, Field(pattern=r"^[\w./:@${} -]+$")]


class DeployParams(WorkflowParams):
    """How a job deploys."""

    job: str | None = Field(default=None, description="the job to fill in, else the one with the environment")
    url: str | None = Field(default=None, description="where the service answers; default: the environment's url")
    health_path: str = Field(default="/health", description="asked at the url when that has no path of its own")
    health_retries: int = Field(
        default=10, ge=1, le=100, description="how often the address is tried before the deployment counts as failed"
    )
    health_delay: int = Field(default=6, ge=1, le=300, description="seconds between two tries")
    health_expect: str | None = Field(default=None, min_length=1, description="what the answer has to contain")
    force: bool = Field(default=False, description="replace a real command too")
    strategy: Literal["auto", "kubectl", "helm", "ecs", "cloud-run", "compose-ssh", "command"] = Field(
        default="auto", description="how it is deployed; auto: found by the files of the repository"
    )
    settings: dict[str, Setting] = Field(
        default={},
        description="helm: release, chart, namespace; ecs: cluster, service, region; cloud-run: service, region; "
        "compose-ssh: folder; and `image` where several are pushed",
    )
    auth: Literal["oidc", "secret"] = Field(default="oidc", description="how ecs and cloud-run are signed in to")
    command: str | None = Field(default=None, description="of the strategy `command`; sees $IMAGE_TAG")
    rollback_command: str | None = Field(
        default=None, description="what takes a failed deployment back, instead of the strategy's own"
    )
    migrate: Literal["none", "before"] = Field(
        default="none", description="before: migrate the database ahead of the rollout, as `add_deploy_migration` does"
    )
    build_job: str | None = Field(default=None, description="the job that pushes the images, when there are several")
    branch: str | None = Field(
        default=None,
        pattern=r"^[\w./-]+$",
        description="the only branch that is deployed; default: what the job's `if` says",
    )
    fix_trigger: bool = Field(default=False, description="add the branch that the job's `if` names to on.push")
    timeout: int = Field(default=30, ge=1, le=360, description="minutes")
    concurrency: Literal["latest", "queue"] = Field(
        default="latest", description="of waiting deployments keep the latest, or queue all"
    )


def is_complete(workflow: Workflow, job: str) -> bool:
    """Say whether a job deploys for real: an environment, a probe, a way back, nothing that only talks."""
    found = look_at(workflow.job(job))
    has_parts = found.deploy is not None and found.probe is not None and found.rollback is not None
    return has_parts and not found.placeholders and environment_of(workflow.job(job)) is not None


def migrate_first(workflow: Workflow, job: str, params: DeployParams) -> None:
    """Migrate ahead of the rollout, if that is wished and nothing does."""
    deploy = look_at(workflow.job(job)).deploy
    if params.migrate == "none" or deploy is None or migrates_first(workflow, job, None):
        return
    insert_migration(workflow, job, deploy, find_migration(workflow.scene))
    text = "migrations have to fit the version that still runs: a roll back does not take them back"
    workflow.warnings.append(text)


def missing_part(workflow: Workflow, job: str, params: DeployParams) -> str | None:
    """Return what a job lacks of the deployment that the params ask for, or None."""
    if not is_complete(workflow, job):
        return f"{job} is not complete"
    is_migrated = params.migrate == "none" or migrates_first(workflow, job, None)
    return None if is_migrated else f"{job} does not migrate before it deploys"


def fill_in(
    workflow: Workflow,
    job: str,
    environment: str,
    params: DeployParams,
    *,
    guard: dict[str, Any] | None,
    finish: Callable[[dict[str, Any]], dict[str, Any]] = dict,
) -> None:
    """Replace the placeholders of a job by a deployment; `guard` goes ahead, `finish` has a last look at steps."""
    item = workflow.job(job)
    if "uses" in item:
        raise Refusal(EditCode.PRECONDITION, f"{job} calls another workflow, its steps are there")
    found = look_at(item)
    if not _replaced(found, params):
        if found.deploy is not None:
            raise Refusal(EditCode.CONFLICT, f"{job} has a deployment of its own, without a probe or a way back")
        raise Refusal(EditCode.NOT_FOUND, f"{job} has no placeholder step to replace")
    if found.deploy is not None and not params.force:
        line = workflow.line("jobs", job, "steps", found.deploy)
        raise Refusal(EditCode.CONFLICT, f"{job} has a real command next to its placeholders, line {line}")
    health = _health_url(item, params)
    steps = list(map(finish, _steps(workflow, job, environment, params, health)))
    places = _replaced(look_at(workflow.job(job)), params)  # a step may have been inserted ahead of them
    _put(workflow, job, places, [dict(guard), *steps] if guard else steps)
    _job_keys(workflow, job, environment, params)


def _replaced(found: Found, params: DeployParams) -> tuple[int, ...]:
    """Return the places of the steps that are replaced."""
    real = (found.deploy,) if params.force and found.deploy is not None else ()
    return tuple(sorted({*found.placeholders, *real}))


def _health_url(item: JsonObject, params: DeployParams) -> str:
    url = params.url or environment_url(item)
    if url is None:
        raise Refusal(EditCode.PRECONDITION, "nobody says where the deployed service answers", hint="`url` says it")
    return with_path(url, params.health_path)


def with_path(url: str, path: str) -> str:
    """Return a URL with a path, unless it has one of its own."""
    head, sep, rest = url.partition("://")
    return url if "/" in rest.rstrip("/") or "${{" in url else f"{head}{sep}{rest.rstrip('/')}/{path.lstrip('/')}"


def _steps(workflow: Workflow, job: str, environment: str, params: DeployParams, health: str) -> list[dict[str, Any]]:
    strategy = params.strategy
    if strategy == "auto":
        strategy = "kubectl" if is_kubectl(workflow.job(job)) else "command"
    if strategy == "command":
        if params.command is None or params.rollback_command is None:
            hint = "`command` and `rollback_command` say how to deploy and how to go back"
            raise Refusal(EditCode.PRECONDITION, f"nothing says how {job} deploys", hint=hint)
        refuse_missing_scripts(workflow.scene, params.command, params.rollback_command)
        tag = _tag(workflow, params)
        going, back = rollout.command_steps(params.command, params.rollback_command, tag)
        return [going, _probe(params, health), back, rollout.summary(environment)]
    pushed = find_pushed(workflow, params.build_job)
    workflow.add_needs(job, [pushed.job])
    if strategy != "kubectl":
        return _platform_steps(workflow, job, environment, params, pushed, health)
    _secure_kubeconfig(workflow, job, environment, params)
    _let_pull(workflow, job, pushed)
    names = ", ".join(pushed.names)
    text = f"the cluster of {environment} has a deployment for each of: {names}"
    workflow.duties.append(Duty(kind="setting", text=text))
    return list(rollout.kubectl_steps(pushed, login_step(workflow, pushed), _probe(params, health), environment))


def _platform_steps(
    workflow: Workflow, job: str, environment: str, params: DeployParams, pushed: Pushed, health: str
) -> list[dict[str, Any]]:
    """Return the steps of a deployment to one of the known platforms."""
    platform = PLATFORMS[params.strategy]
    needed = [*platform.settings, *(["region"] if params.strategy == "ecs" else [])]
    missing = [name for name in needed if name not in params.settings]
    if missing:
        reason = f"{params.strategy} needs the settings {', '.join(missing)}"
        raise Refusal(EditCode.PRECONDITION, reason, hint=f"`settings: {{{missing[0]}: …}}`")
    name = params.settings.get("image", pushed.names[0])
    if platform.takes_one_image and len(pushed.names) > 1 and "image" not in params.settings:
        reason = f"{pushed.job} pushes several images: {', '.join(pushed.names)}"
        raise Refusal(EditCode.PRECONDITION, reason, hint="`settings: {image: …}` names the one to deploy")
    if params.strategy == "helm":
        _secure_kubeconfig(workflow, job, environment, params)
    _let_pull(workflow, job, pushed)
    if platform.has_cloud and params.auth == "oidc":
        permit(workflow, job, {"contents": "read", "id-token": "write"})
    login = login_step(workflow, pushed)
    record, deploy, back = platform.steps(params.settings, name, environment_for(params.strategy))
    return [
        *([dict(login)] if login is not None else []),
        rollout.resolve_images(pushed),
        *sign_in(workflow, params.strategy, params.auth, params.settings),
        record,
        deploy,
        _probe(params, health),
        back,
        rollout.summary(environment),
        *([rollout.forget()] if params.strategy == "helm" else []),
    ]


def _let_pull(workflow: Workflow, job: str, pushed: Pushed) -> None:
    if pushed.registry.startswith("ghcr.io") or "REGISTRY" in pushed.registry:
        permit(workflow, job, {"contents": "read", "packages": "read"})


def _probe(params: DeployParams, url: str) -> rollout.Step:
    return rollout.probe(url, retries=params.health_retries, delay=params.health_delay, expect=params.health_expect)


def _tag(workflow: Workflow, params: DeployParams) -> str | None:
    try:
        return find_pushed(workflow, params.build_job).tag
    except Refusal:
        return None


def _secure_kubeconfig(workflow: Workflow, job: str, environment: str, params: DeployParams) -> None:
    """Move the kubeconfig out of the workspace, readable for the job alone; add the step when there is none."""
    secret = f"KUBE_CONFIG_{environment.upper().replace('-', '_')}"
    for at, step in enumerate(workflow.steps(job)):
        if _KUBECONFIG_WRITE.search(run_of(step)) and "KUBE_CONFIG" in (step.get("env") or {}):
            path = ("jobs", job, "steps", at)
            with workflow.editor.at_once():
                workflow.set((*path, "env", "KUBECONFIG"), rollout.KUBECONFIG)
                workflow.set((*path, "run"), rollout.CONFIGURE_SCRIPT)
            value = str(step["env"]["KUBE_CONFIG"])
            named = re.search(r"secrets\.(\w+)", value)
            secret = named[1] if named else secret
            break
    else:
        first = _replaced(look_at(workflow.job(job)), params)[0]
        workflow.insert_step(job, first, rollout.configure(secret))
    text = f"{secret} holds the base64 of a kubeconfig for {environment}"
    workflow.duties.append(Duty(kind="secret", text=text, command=f"gh secret set {secret} --env {environment}"))


def _put(workflow: Workflow, job: str, placeholders: tuple[int, ...], steps: list[dict[str, Any]]) -> None:
    """Put the steps where the first placeholder is and take the placeholders out."""
    at = placeholders[0]
    for index in reversed(placeholders[1:]):
        workflow.remove_step(job, index)
    # the placeholder makes room first: a list never becomes empty, and ids of old and new steps never meet
    with workflow.editor.at_once():
        workflow.editor.set(("jobs", job, "steps", at), steps[0])
        workflow.insert_steps(job, at + 1, steps[1:])


def _job_keys(workflow: Workflow, job: str, environment: str, params: DeployParams) -> None:
    item = workflow.job(job)
    with workflow.editor.at_once():
        if environment_of(item) is None:
            value: Any = {"name": environment, "url": params.url} if params.url else environment
            workflow.set_key(job, "environment", value)
        if "concurrency" not in item:
            wanted: dict[str, Any] = {"group": f"deploy-{environment}", "cancel-in-progress": False}
            workflow.set_key(
                job, "concurrency", {**wanted, "queue": "max"} if params.concurrency == "queue" else wanted
            )
        elif isinstance(item["concurrency"], dict) and item["concurrency"].get("cancel-in-progress") is True:
            workflow.set(("jobs", job, "concurrency", "cancel-in-progress"), False)
        if "timeout-minutes" not in item:
            workflow.set_key(job, "timeout-minutes", params.timeout)
    text = f"the environment {environment} exists and has its secrets"
    workflow.duties.append(Duty(kind="environment", text=text))
