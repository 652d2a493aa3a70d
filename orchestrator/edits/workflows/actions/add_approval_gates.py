"""``add_approval_gates``: production waits for a person.

The workflow can only name the environment: a job that names an unknown one creates it without any protection. Who has
to approve is a setting of the repository, so unless GitHub says that reviewers are required, that comes back as a duty
with the call to type; a key such as `reviewers:` would break the workflow.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from orchestrator.edits.action import Action, Scene, WorkflowParams
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import Duty, EditCode, EditResult, Refusal
from orchestrator.edits.workflows.deploys import is_production
from orchestrator.edits.workflows.shape import environment_of
from orchestrator.edits.workflows.workflow import Workflow

_SECRETS = re.compile(r"secrets\.\w*PROD(?:UCTION)?(?:_\w*)?\b")
_QUESTION = "protection"
Reviewer = Annotated[str, Field(pattern=r"^[\w.-]+(?:/[\w.-]+)?$")]


class GateParams(WorkflowParams):
    """Which job waits, and for whom."""

    job: str | None = Field(default=None, description="the job, else the first that deploys to production")
    environment: str = Field(
        default="production",
        pattern=r"^[\w.-]+$",
        description="the environment of the job, which is made where it has none",
    )
    url: str | None = Field(default=None, description="the address that the environment shows; default: none")
    reviewers: list[Reviewer] = Field(
        default=[], max_length=6, description="logins, or org/team; one approval is enough"
    )
    prevent_self_review: bool = Field(default=True, description="nobody may approve a run of their own")
    wait_minutes: int = Field(default=0, ge=0, le=43_200, description="how long a deployment waits before it begins")
    branches: list[str] = Field(default=[], description="only these may deploy to it")
    tags: list[str] = Field(default=[], description="only these may deploy to it")
    verify: Literal["auto", "api", "manual"] = Field(
        default="auto", description="ask GitHub if it is protected: when `gh` can, or refuse, or never"
    )


class AddApprovalGates(Action[GateParams]):
    """Give the production job its environment, and say what has to be set in the repository."""

    name = "add_approval_gates"
    summary = "Bind the production job to an environment; reviewers that it lacks on GitHub come as a duty"
    params_model = GateParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: GateParams) -> EditResult:
        """Set the environment of the first job that touches production."""
        workflow = Workflow(scene)
        job = _job(workflow, params)
        item = workflow.job(job)
        if "uses" in item:
            reason = f"{job} calls another workflow and cannot have an environment; put it inside of that one"
            raise Refusal(EditCode.PRECONDITION, reason)
        present = environment_of(item)
        if present is not None and present != params.environment:
            raise Refusal(EditCode.CONFLICT, f"{job} has the environment {present}, not {params.environment}")
        if present is None:
            value: Any = {"name": params.environment, "url": params.url} if params.url else params.environment
            workflow.set_key(job, "environment", value)
        elif params.url and not isinstance(item["environment"], dict):
            workflow.set_key(job, "environment", {"name": params.environment, "url": params.url})
        protected = _is_protected(scene, params)
        if not protected:
            workflow.duties += _duties(params, is_known=protected is not None)
        state = {True: ", which requires reviewers", False: ", which requires no reviewers yet", None: ""}[protected]
        return workflow.finish(
            f"{job} waits for the environment {params.environment}{state}",
            f"{job} has the environment {params.environment}{state}",
        )

    def holds(self, scene: Scene, params: GateParams) -> str | None:
        """See that the job has the environment."""
        workflow = Workflow(scene)
        job = _job(workflow, params)
        return None if environment_of(workflow.job(job)) == params.environment else f"{job} has another environment"

    def asks(self, params: GateParams) -> Mapping[str, tuple[str, ...]]:
        """Ask for the rules that protect the environment."""
        if params.verify == "manual":
            return {}
        rules = f'[.environments[] | select(.name == "{params.environment}") | .protection_rules[].type] | join(" ")'
        path = "repos/{owner}/{repo}/environments?per_page=100"
        return {_QUESTION: ("gh", "api", path, "--jq", rules)}


def _is_protected(scene: Scene, params: GateParams) -> bool | None:
    """Say whether the environment requires reviewers; None when GitHub was not asked or did not answer."""
    answer = scene.answers.get(_QUESTION)
    if answer is None:
        if params.verify == "api":
            reason = f"GitHub could not be asked whether {params.environment} is protected"
            raise Refusal(EditCode.PRECONDITION, reason, hint="`gh auth status`, or `verify: manual`")
        return None
    return "required_reviewers" in answer.split()


def _job(workflow: Workflow, params: GateParams) -> str:
    if params.job is not None:
        workflow.job(params.job)
        return params.job
    jobs = [name for name, item in workflow.jobs.items() if environment_of(item) == params.environment]
    jobs = jobs or [name for name in workflow.jobs if is_production(name)]
    jobs = jobs or [name for name, item in workflow.jobs.items() if is_production(str(item.get("name", "")))]
    jobs = jobs or [name for name, item in workflow.jobs.items() if _SECRETS.search(str(item))]
    if not jobs:
        hint = f"`job` names it; jobs: {', '.join(workflow.jobs)}"
        raise Refusal(EditCode.NOT_FOUND, "no job is for production", hint=hint)
    return jobs[0]


def _duties(params: GateParams, *, is_known: bool) -> list[Duty]:
    who = ", ".join(params.reviewers) or "the people who may approve"
    state = "nothing waits now" if is_known else "until then nothing waits"
    text = (
        f"let the environment {params.environment} require {who} as reviewers: {state}. Private "
        "repositories need GitHub Enterprise for it; administrators can bypass it unless that is switched off"
    )
    found = [Duty(kind="environment", text=text, command=_command(params))]
    if not params.reviewers:
        fallback = (
            "where the plan of the repository has no reviewers, let production run on workflow_dispatch alone and allow"
            f" only protected branches in {params.environment}: whoever may push there then decides by starting it"
        )
        found.append(Duty(kind="setting", text=fallback))
    return found


def _command(params: GateParams) -> str:
    """Return the calls that protect the environment."""
    place = f"repos/{{owner}}/{{repo}}/environments/{params.environment}"
    words = [f"gh api -X PUT {place}", f"-F wait_timer={params.wait_minutes}"]
    words.append(f"-F prevent_self_review={str(params.prevent_self_review).lower()}")
    for reviewer in params.reviewers or ["LOGIN"]:
        org, _, team = reviewer.partition("/")
        kind, path = ("Team", f"orgs/{org}/teams/{team}") if team else ("User", f"users/{org}")
        words += [f"-f 'reviewers[][type]={kind}'", f'-F "reviewers[][id]=$(gh api {path} --jq .id)"']
    allowed = [("branch", name) for name in params.branches] + [("tag", name) for name in params.tags]
    if allowed:
        words.append("-F 'deployment_branch_policy[protected_branches]=false'")
        words.append("-F 'deployment_branch_policy[custom_branch_policies]=true'")
    further = [
        f"gh api -X POST {place}/deployment-branch-policies -f 'name={name}' -f type={kind}" for kind, name in allowed
    ]
    return " && ".join([" ".join(words), *further])
