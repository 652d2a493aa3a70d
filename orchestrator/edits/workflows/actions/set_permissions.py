"""``set_permissions``: the least that a workflow's token may do; jobs that need more say so themselves."""

from pydantic import Field

from orchestrator.contracts import Params
from orchestrator.edits.action import Action, Scene
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import EditCode, EditResult, Refusal
from orchestrator.edits.workflows.workflow import Workflow


class PermissionParams(Params):
    """What the token may do."""

    permissions: dict[str, str] = Field(default={"contents": "read"}, description="scope: read, write or none")
    job: str | None = Field(default=None, description="of this job; default: of the whole workflow")
    replace: bool = Field(default=False, description="replace permissions that are there")


class SetPermissions(Action[PermissionParams]):
    """Set the permissions of a workflow or job."""

    name = "set_permissions"
    summary = "Give the workflow's token the least permissions, or those that a job needs"
    params_model = PermissionParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: PermissionParams) -> EditResult:
        """Set them where there are none."""
        workflow = Workflow(scene)
        owner = workflow.job(params.job) if params.job is not None else workflow.model
        present = owner.get("permissions")
        where = params.job or "the workflow"
        if present is not None and present != params.permissions and not params.replace:
            raise Refusal(
                EditCode.CONFLICT, f"{where} has the permissions {present}", hint="`replace: true` replaces them"
            )
        if params.job is not None:
            workflow.set_key(params.job, "permissions", params.permissions)
        else:
            workflow.set(("permissions",), params.permissions, before="env" if "env" in owner else "jobs")
            if present is None:
                text = "jobs that write (comments, releases, packages) need permissions of their own from now on"
                workflow.warnings.append(text)
        return workflow.finish(f"{where} has the permissions {params.permissions}", f"{where} has these permissions")
