"""``add_job``, ``remove_job``, ``rename_job``: jobs, and whatever refers to them."""

import re
from typing import Literal

from pydantic import Field

from orchestrator.edits.action import Action, Scene, WorkflowParams
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import Duty, EditCode, EditResult, Refusal, already
from orchestrator.edits.workflows.scopes import settle_only_job
from orchestrator.edits.workflows.shape import events_of, needs_of, texts_of
from orchestrator.edits.workflows.workflow import Workflow
from orchestrator.models.json import Json

_SPAN = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
_NAME = r"^[A-Za-z_][\w-]*$"


class AddJobParams(WorkflowParams):
    """The job as it is written in a workflow."""

    job: str = Field(pattern=_NAME, description="the id of the new job")
    content: dict[str, Json] = Field(
        min_length=1, description="the job itself: `runs-on`, `steps` and whatever else it has"
    )
    after: str | None = Field(default=None, description="the job that it stands behind, else the last one")


class AddJob(Action[AddJobParams]):
    """Add a job."""

    name = "add_job"
    summary = "Add a job to a workflow"
    params_model = AddJobParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: AddJobParams) -> EditResult:
        """Add it; the same one is already there, another one of its name a conflict."""
        workflow = Workflow(scene)
        if workflow.jobs.get(params.job) == params.content:
            return already(f"there is the job {params.job}")
        if params.after is not None:
            workflow.job(params.after)
        settle_only_job(workflow)
        if "pull_request_target" in events_of(workflow.model):
            workflow.warnings.append(f"{params.job} sees the secrets of the repository on pull requests of strangers")
        workflow.add_job(params.job, params.content, after=params.after)
        return workflow.finish(f"added the job {params.job}", "")


class RemoveJobParams(WorkflowParams):
    """Which job."""

    job: str = Field(description="the id of the job")
    drop_needs: bool = Field(default=False, description="take it out of the needs of other jobs as well")
    on_missing: Literal["skip", "error"] = Field(
        default="skip", description="when the job is not there: have nothing to do, or refuse"
    )


class RemoveJob(Action[RemoveJobParams]):
    """Remove a job with the comments that belong to it."""

    name = "remove_job"
    summary = "Remove a job; refused while other jobs need it, unless their needs may change"
    params_model = RemoveJobParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: RemoveJobParams) -> EditResult:
        """Take it out of the needs of others, then out of the workflow."""
        workflow = Workflow(scene)
        if params.on_missing == "error":
            workflow.job(params.job)
        if params.job not in workflow.jobs:
            return already(f"there is no job {params.job}")
        if len(workflow.jobs) == 1:
            raise Refusal(EditCode.PRECONDITION, f"{params.job} is the only job")
        needing = [name for name, job in workflow.jobs.items() if params.job in needs_of(job)]
        if needing and not params.drop_needs:
            hint = "`drop_needs: true` takes it out of their needs"
            raise Refusal(EditCode.PRECONDITION, f"{', '.join(needing)} need {params.job}", hint=hint)
        for name in needing:
            left = [other for other in needs_of(workflow.job(name)) if other != params.job]
            if left:
                workflow.set(("jobs", name, "needs"), left)
            else:
                workflow.editor.delete(("jobs", name, "needs"))
        workflow.editor.delete(("jobs", params.job), with_comments=True)
        workflow.duties.append(Duty(kind="check", text=f"no required check names {params.job}"))
        return workflow.finish(f"removed the job {params.job}", "")


class RenameJobParams(WorkflowParams):
    """From what to what."""

    job: str = Field(description="the id of the job as it is")
    to: str = Field(pattern=_NAME, description="its new id; `needs` of others follow")


class RenameJob(Action[RenameJobParams]):
    """Rename a job everywhere."""

    name = "rename_job"
    summary = "Rename a job, with the needs and the needs.NAME expressions of other jobs"
    params_model = RenameJobParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: RenameJobParams) -> EditResult:
        """Rename the key, the needs and the expressions."""
        workflow = Workflow(scene)
        if params.job not in workflow.jobs and params.to in workflow.jobs:
            return already(f"the job is called {params.to}")
        workflow.job(params.job)
        for name, job in workflow.jobs.items():
            needs = needs_of(job)
            if params.job in needs:
                renamed = [params.to if other == params.job else other for other in needs]
                workflow.set(("jobs", name, "needs"), renamed[0] if isinstance(job["needs"], str) else renamed)
            _rename_in(workflow, job, ("jobs", name), "needs", params)
        _rename_in(workflow, workflow.model.get("on"), ("on",), "jobs", params)
        workflow.editor.rename(("jobs", params.job), params.to)
        workflow.duties.append(Duty(kind="check", text=f"required checks name {params.to}, not {params.job}"))
        return workflow.finish(f"{params.job} is called {params.to}", "")


def _rename_in(
    workflow: Workflow, value: Json, path: tuple[str | int, ...], context: str, params: RenameJobParams
) -> None:
    """Let every expression below a place speak of the new name; text outside of expressions is left alone."""
    old = re.escape(params.job)
    pattern = re.compile(rf"\b{context}(?:\.{old}(?![\w-])|\[\s*'{old}'\s*\])")
    for at, text in list(texts_of(value, path)):
        if not pattern.search(text) or workflow.editor.get(*at) != text:
            continue
        new = _SPAN.sub(lambda found: pattern.sub(f"{context}.{params.to}", found[0]), text)
        if at[-1] == "if" and "${{" not in text:
            new = pattern.sub(f"{context}.{params.to}", text)
        if new != text:
            workflow.set(at, new)
