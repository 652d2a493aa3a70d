"""``add_concurrency``: a newer push stops the older run of a pull request; a deployment is never stopped half-way."""

from typing import Any

from pydantic import Field

from orchestrator.edits.action import Action, Scene, WorkflowParams
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import EditCode, EditResult, Refusal
from orchestrator.edits.wording import worded
from orchestrator.edits.workflows.shape import environment_of, events_of
from orchestrator.edits.workflows.workflow import Workflow

_OF_A_REF = frozenset(("push", "pull_request", "merge_group", "workflow_dispatch", "schedule", "release", "create"))
_PULLS = ("pull_request", "pull_request_target")
_USUAL = "${{ github.event_name == 'pull_request' }}"


class ConcurrencyParams(WorkflowParams):
    """Which runs wait for each other."""

    group: str | None = Field(
        default=None, min_length=1, description="default: one per workflow and branch or pull request"
    )
    queue: bool = Field(default=False, description="let all that wait run in order, not only the latest")
    cancel: bool | None = Field(
        default=None, description="default: on pull requests only, never when the workflow deploys"
    )


class AddConcurrency(Action[ConcurrencyParams]):
    """Give a workflow its group."""

    name = "add_concurrency"
    summary = "Let newer runs of a pull request stop older ones; deployments queue instead"
    params_model = ConcurrencyParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: ConcurrencyParams) -> EditResult:
        """Set the key unless there is one."""
        workflow = Workflow(scene)
        deploys = any(environment_of(job) for job in workflow.jobs.values())
        if params.cancel is None:
            cancel: Any = False if deploys else _cancels(workflow)
        else:
            cancel = params.cancel
        if params.queue and cancel is not False:
            raise Refusal(EditCode.PARAM, "runs that are to wait in order cannot be cancelled", hint="`cancel: false`")
        wanted = {"group": params.group or _group(workflow), "cancel-in-progress": cancel}
        wanted |= {"queue": "max"} if params.queue else {}
        present = workflow.model.get("concurrency")
        is_usual = params.cancel is None and not deploys and present == {**wanted, "cancel-in-progress": _USUAL}
        if is_usual and not _is_never_true(workflow):
            return workflow.finish("", "has this concurrency")
        if present is not None and present != wanted and not is_usual:
            reason = f"{scene.target} has the concurrency {worded(present)}"
            raise Refusal(EditCode.CONFLICT, reason, hint="yaml_set changes it")
        if params.cancel and deploys:
            raise Refusal(EditCode.PRECONDITION, f"{scene.target} deploys, stopping it would leave it half done")
        workflow.set(("concurrency",), wanted, before="env" if "env" in workflow.model else "jobs")
        return workflow.finish("newer runs stop or follow older ones", "has this concurrency")


def _cancels(workflow: Workflow) -> str | bool:
    """Return on which of the workflow's own events a newer run stops an older one."""
    pulls = [f"github.event_name == '{event}'" for event in _PULLS if event in events_of(workflow.model)]
    return f"${{{{ {' || '.join(pulls)} }}}}" if pulls else False


def _is_never_true(workflow: Workflow) -> bool:
    """Say whether the usual condition is idle, though the workflow does run on pull requests."""
    events = events_of(workflow.model)
    return "pull_request_target" in events and "pull_request" not in events


def _group(workflow: Workflow) -> str:
    """Return a group in which only runs meet of which the latest is enough.

    Of the runs that wait in a group GitHub keeps one. Events about issues, comments and the like all run on the default
    branch, so each of their runs gets a group of its own. A called workflow has its caller's name: its runs would
    vanish, or wait for themselves.
    """
    events = events_of(workflow.model)
    if "workflow_call" in events:
        reason = f"{workflow.scene.target} is called by others"
        raise Refusal(EditCode.PRECONDITION, reason, hint="`group` names the group")
    pulls = ["pull_request_target"] if "pull_request_target" in events else []
    odd = sorted(set(events) - _OF_A_REF - {"pull_request_target"})
    if odd and len(odd) == len(events):
        reason = f"{workflow.scene.target} runs on {', '.join(odd)} alone: no run makes an older one needless"
        raise Refusal(EditCode.PRECONDITION, reason, hint="`group` names the group")
    ref = "github.event.pull_request.number || github.ref" if pulls else "github.ref"
    if odd:
        single = [f"github.event_name == '{event}'" for event in odd]
        either = single[0] if len(single) == 1 else f"({' || '.join(single)})"
        ref = f"{either} && github.run_id || {ref}"
    return f"${{{{ github.workflow }}}}-${{{{ {ref} }}}}"
