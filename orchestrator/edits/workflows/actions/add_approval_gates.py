"""``add_approval_gates``: production waits for a person.

The workflow can only name the environment. Who has to approve is a setting of the repository, so what the action cannot
do itself comes back as a duty with the call to type; a key such as `reviewers:` would break the workflow.
"""

from typing import Any

from pydantic import Field

from orchestrator.edits.action import Action, EditParams, Scene
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import Duty, EditCode, EditResult, Refusal
from orchestrator.edits.workflows.deploys import is_production
from orchestrator.edits.workflows.shape import environment_of
from orchestrator.edits.workflows.workflow import Workflow


class GateParams(EditParams):
    """Which job waits, and for whom."""

    job: str | None = Field(default=None, description="the job, else the one that deploys to production")
    environment: str = Field(default="production", pattern=r"^[\w.-]+$")
    url: str | None = None
    reviewers: list[str] = Field(default=[], max_length=6, description="logins; one approval is enough")
    prevent_self_review: bool = True
    wait_minutes: int = Field(default=0, ge=0, le=43_200)


class AddApprovalGates(Action[GateParams]):
    """Give the production job its environment, and say what has to be set in the repository."""

    name = "add_approval_gates"
    summary = "Bind the production job to an environment; the reviewers are a repository setting and come as a duty"
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
        workflow.duties.append(_duty(params))
        return workflow.finish(
            f"{job} waits for the environment {params.environment}", f"{job} has the environment {params.environment}"
        )

    def holds(self, scene: Scene, params: GateParams) -> str | None:
        """See that the job has the environment."""
        workflow = Workflow(scene)
        job = _job(workflow, params)
        return None if environment_of(workflow.job(job)) == params.environment else f"{job} has another environment"


def _job(workflow: Workflow, params: GateParams) -> str:
    if params.job is not None:
        workflow.job(params.job)
        return params.job
    jobs = [name for name, item in workflow.jobs.items() if environment_of(item) == params.environment]
    jobs = jobs or [name for name in workflow.jobs if is_production(name)]
    jobs = jobs or [name for name, item in workflow.jobs.items() if is_production(str(item.get("name", "")))]
    if not jobs:
        hint = f"`job` names it; jobs: {', '.join(workflow.jobs)}"
        raise Refusal(EditCode.NOT_FOUND, "no job is for production", hint=hint)
    return jobs[0]


def _duty(params: GateParams) -> Duty:
    who = ", ".join(params.reviewers) or "the people who may approve"
    ids = " ".join("-f 'reviewers[][type]=User' -F 'reviewers[][id]=<id>'" for _ in params.reviewers or ("",))
    command = (
        f"gh api -X PUT repos/{{owner}}/{{repo}}/environments/{params.environment} -F wait_timer={params.wait_minutes} "
        f"-F prevent_self_review={str(params.prevent_self_review).lower()} {ids}"
    )
    text = (
        f"the environment {params.environment} requires {who} as reviewers: until then nothing waits. Private "
        "repositories need GitHub Enterprise for it; administrators can bypass it unless that is switched off"
    )
    return Duty(kind="environment", text=text, command=command)
