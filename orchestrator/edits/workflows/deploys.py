"""Jobs that deploy: which ones they are, whether they are only placeholders, what they probe and take back."""

import re
from dataclasses import dataclass

from orchestrator.edits.result import EditCode, Refusal
from orchestrator.edits.workflows.commands import is_placeholder
from orchestrator.edits.workflows.shape import environment_of, events_of, steps_of
from orchestrator.edits.workflows.workflow import Workflow, run_of, uses_of
from orchestrator.models.json import JsonObject

_PROBE = re.compile(r"\b(?:curl|wget|http)\b[^\n]*(?:https?://|\$\{?[A-Z_]*URL)|wait-on\b|/health\b")
_RETRY = re.compile(r"--retry\b|--tries\b|\bfor\b|\bwhile\b|\buntil\b|wait-on")
_FAILS = re.compile(r"--fail\b|-[a-zA-Z]*f[a-zA-Z]*\b|\bexit 1\b|wget|wait-on")
_PRODUCTION = re.compile(r"prod", re.IGNORECASE)
_SETUP = re.compile(r"kube_?config|kubectl config|aws configure|gcloud auth|docker login|helm repo", re.IGNORECASE)
_PUBLISHERS = ("pypa/gh-action-pypi-publish", "actions/deploy-pages", "peaceiris/actions-gh-pages", "changesets/action")
_PUBLISHES = re.compile(
    r"\b(?:(?:npm|pnpm|lerna|cargo|poetry|uv|flit|hatch|changeset)(?:[ \t]+-\S+)*[ \t]+publish|yarn(?: npm)? publish"
    r"|twine upload|gem push|nuget push|semantic-release|gradlew? publish)\b"
)
_ROLLED_OUT = re.compile(r"prod|stag(?:e|ing)|devel|preview|sandbox|\b(?:dev|qa|uat|live|demo)\b", re.IGNORECASE)
_DEPLOYERS = re.compile(
    r"^(?:azure/(?:webapps-deploy|functions-action|k8s-deploy|static-web-apps-deploy|aks-\S*deploy\S*)"
    r"|aws-actions/(?:amazon-ecs-deploy-task-definition|aws-cloudformation-github-deploy)"
    r"|google-github-actions/(?:deploy-cloudrun|deploy-appengine|deploy-cloud-functions)"
    r"|appleboy/ssh-action|redhat-actions/oc-new-app|superfly/flyctl-actions|akhileshns/heroku-deploy|digitalocean/app_action/deploy)"
)


@dataclass(frozen=True, slots=True)
class Found:
    """Where the parts of a deploying job are; None when there is no such step."""

    deploy: int | None
    probe: int | None
    rollback: int | None
    placeholders: tuple[int, ...]


def deploying_job(workflow: Workflow, environment: str, name: str | None) -> str:
    """Return the named job, else the one job with this environment, else the one that is named for it."""
    if name is not None:
        workflow.job(name)
        return name
    jobs = [job for job, item in workflow.jobs.items() if environment_of(item) == environment]
    jobs = jobs or [job for job in workflow.jobs if environment in job.lower() and "deploy" in job.lower()]
    if len(jobs) > 1:
        raise Refusal(EditCode.AMBIGUOUS, f"several jobs deploy to {environment}: {', '.join(jobs)}")
    if not jobs:
        hint = f"jobs: {', '.join(workflow.jobs)}"
        raise Refusal(EditCode.NOT_FOUND, f"no job deploys to {environment}", hint=hint)
    return jobs[0]


def deploying_jobs(workflow: Workflow, name: str | None) -> list[str]:
    """Return the named job, else all that deploy; Refusal E_NOT_FOUND when there is none.

    A job with an environment deploys when a step, its own name or that of the environment says so: environments also
    keep the secrets of jobs that only label, or publish packages.

    An environment whose name is computed says nothing about where a job deploys: Refusal E_DYNAMIC.
    """
    if name is not None:
        workflow.job(name)
        return [name]
    jobs = [
        job
        for job, item in workflow.jobs.items()
        if environment_of(item) and "uses" not in item and not _only_publishes(item) and _is_named_or_deploys(job, item)
    ]
    jobs = [job for job in jobs if "${{" not in str(environment_of(workflow.job(job))) or _is_deployment(workflow, job)]
    computed = next((job for job in jobs if "${{" in str(environment_of(workflow.job(job)))), None)
    if computed is not None:
        reason = f"the environment of {computed} is computed: {environment_of(workflow.job(computed))}"
        raise Refusal(EditCode.DYNAMIC, reason, hint="`job` names the one that deploys")
    if not jobs:
        raise Refusal(EditCode.NOT_FOUND, "no job is known to deploy", hint="`job` names the one that deploys")
    return jobs


def _is_deployment(workflow: Workflow, job: str) -> bool:
    return any(_deploys(step) for step in steps_of(workflow.job(job)))


def _is_named_or_deploys(name: str, job: JsonObject) -> bool:
    is_named = "deploy" in name.lower() or _ROLLED_OUT.search(str(environment_of(job))) is not None
    return is_named or any(_deploys(step) for step in steps_of(job))


def _only_publishes(job: JsonObject) -> bool:
    """Say whether a job hands packages or pages over to a host: no service of ours is rolled out."""
    steps = steps_of(job)
    return any(uses_of(step).startswith(_PUBLISHERS) or _PUBLISHES.search(run_of(step)) for step in steps)


def ships(job: JsonObject) -> bool:
    """Say whether a job hands something over to users: a service, a package, pages."""
    return _only_publishes(job) or any(_deploys(step) for step in steps_of(job))


def releases(workflow: Workflow) -> bool:
    """Say whether a workflow makes what users get: by a tag, a release, a branch of releases, or a step that ships."""
    push = events_of(workflow.model).get("push")
    filters = push if isinstance(push, dict) else {}
    named = any("release" in str(branch) for branch in filters.get("branches") or ())
    return (
        "release" in events_of(workflow.model)
        or "tags" in filters
        or named
        or any(ships(job) for job in workflow.jobs.values())
    )


def is_production(name: str) -> bool:
    """Say whether an environment or job is named for production."""
    return _PRODUCTION.search(name) is not None


def look_at(job: JsonObject) -> Found:
    """Find the deploy, probe and rollback steps of a job, and the steps that only talk."""
    steps = steps_of(job)
    placeholders = tuple(at for at, step in enumerate(steps) if "run" in step and is_placeholder(run_of(step)))
    rollback = next((at for at, step in enumerate(steps) if is_rollback(step)), None)
    probe = next((at for at, step in enumerate(steps) if is_probe(step) and at != rollback), None)
    deploy = next((at for at, step in enumerate(steps) if step.get("id") == "deploy"), None)
    if deploy is None:
        real = [at for at, step in enumerate(steps) if _deploys(step)] or [
            at for at, step in enumerate(steps) if _does_work(step) and at not in (*placeholders, rollback, probe)
        ]
        deploy = real[-1] if real else None
    return Found(deploy, probe, rollback, placeholders)


def is_probe(step: JsonObject) -> bool:
    """Say whether a step asks the deployed service, again and again, and fails when it does not answer."""
    script = run_of(step)
    return bool(_PROBE.search(script) and _RETRY.search(script) and _FAILS.search(script))


def is_rollback(step: JsonObject) -> bool:
    """Say whether a step takes a failed deployment back."""
    return "failure()" in str(step.get("if", "")) and bool(run_of(step)) and not is_placeholder(run_of(step))


def is_kubectl(job: JsonObject) -> bool:
    """Say whether a job works with a Kubernetes cluster."""
    return any("kube" in f"{run_of(step)}{step.get('env', '')}{uses_of(step)}".lower() for step in steps_of(job))


def _deploys(step: JsonObject) -> bool:
    """Say whether a step is one of the actions that roll a service out."""
    return _DEPLOYERS.search(uses_of(step)) is not None


def _does_work(step: JsonObject) -> bool:
    script = run_of(step)
    return bool(script) and not _SETUP.search(script) and not is_placeholder(script)


def environment_url(job: JsonObject) -> str | None:
    """Return the URL of a job's environment, or None."""
    value = job.get("environment")
    return str(value["url"]) if isinstance(value, dict) and value.get("url") else None
