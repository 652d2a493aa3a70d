"""``set_permissions``: the least that a workflow's token may do; jobs that need more say so themselves."""

from pydantic import Field

from orchestrator.edits.action import Action, Scene, WorkflowParams
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import EditCode, EditResult, Refusal
from orchestrator.edits.wording import worded
from orchestrator.edits.workflows.scopes import needed_scopes, unknown_users
from orchestrator.edits.workflows.workflow import Workflow, lacking


class PermissionParams(WorkflowParams):
    """What the token may do."""

    permissions: dict[str, str] = Field(default={"contents": "read"}, description="scope: read, write or none")
    job: str | None = Field(default=None, description="of this job; default: of the whole workflow")
    replace: bool = Field(default=False, description="replace permissions that are there, of the workflow or of `job`")


class SetPermissions(Action[PermissionParams]):
    """Set the permissions of a workflow or job."""

    name = "set_permissions"
    summary = "Give the workflow's token the least permissions, or those that a job needs"
    params_model = PermissionParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: PermissionParams) -> EditResult:
        """Set them where there are none; jobs that are known to need more get that for themselves."""
        workflow = Workflow(scene)
        owner = workflow.job(params.job) if params.job is not None else workflow.model
        present = owner.get("permissions")
        where = params.job or "the workflow"
        if present is not None and present != params.permissions and not params.replace:
            reason = f"{where} has the permissions {worded(present)}"
            raise Refusal(EditCode.CONFLICT, reason, hint="`replace: true` replaces them")
        if params.job is not None:
            workflow.set_key(params.job, "permissions", params.permissions)
        else:
            workflow.set(("permissions",), params.permissions, before="env" if "env" in owner else "jobs")
            if present != params.permissions:
                _grant(workflow, params.permissions)
        done = f"{where} has the permissions {worded(dict(params.permissions))}"
        return workflow.finish(done, f"{where} has these permissions")


def _grant(workflow: Workflow, given: dict[str, str]) -> None:
    """Give each job without permissions of its own what its steps are known to need, and name what nobody can know."""
    for name, job in workflow.jobs.items():
        if "permissions" in job:
            continue
        more = lacking(given, needed_scopes(job))
        if more:
            workflow.set_key(name, "permissions", {**given, **more})
            listed = ", ".join(f"{scope}: {level}" for scope, level in more.items())
            workflow.warnings.append(f"{name} keeps {listed}, which its steps need")
        users = unknown_users(job)
        if users:
            workflow.warnings.append(f"{name} may need more permissions: {', '.join(users)}")
