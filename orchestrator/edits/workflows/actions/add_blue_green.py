"""``add_blue_green``: the new version starts next to the old one and takes over at once, or not at all.

The rolling update of a deploying job becomes: roll out to the idle colour, switch the Service, probe, retire the old
colour; a failure switches back to pods that never stopped.
"""

from pydantic import Field

from orchestrator.edits.action import Action, Scene, WorkflowParams
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import Duty, EditCode, EditResult, Refusal, already
from orchestrator.edits.workflows import colours
from orchestrator.edits.workflows.deploys import deploying_job, look_at
from orchestrator.edits.workflows.workflow import Workflow, run_of


class BlueGreenParams(WorkflowParams):
    """Which job, and how large a colour is."""

    job: str | None = Field(default=None, description="the job that deploys; default: the one of the environment")
    environment: str = Field(
        default="production", pattern=r"^[\w.-]+$", description="the environment that is switched over"
    )
    replicas: int = Field(default=2, ge=1, le=1_000, description="of the new colour")


class AddBlueGreen(Action[BlueGreenParams]):
    """Make a rolling deployment a blue-green one."""

    name = "add_blue_green"
    summary = "Deploy next to the running version, switch the traffic, probe, switch back on failure (Kubernetes)"
    params_model = BlueGreenParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: BlueGreenParams) -> EditResult:
        """Replace the rollout, add the switch, make the way back a switch."""
        workflow = Workflow(scene)
        job = deploying_job(workflow, params.environment, params.job)
        if is_blue_green(workflow, job):
            return already(f"{job} switches between two colours")
        found = look_at(workflow.job(job))
        script = run_of(workflow.steps(job)[found.deploy]) if found.deploy is not None else ""
        if "kubectl set image" not in script:
            hint = "implement_production_deploy makes such a deployment"
            raise Refusal(EditCode.PRECONDITION, f"{job} does not roll images out with kubectl", hint=hint)
        if found.deploy is None or found.probe is None or found.rollback is None:
            raise Refusal(EditCode.PRECONDITION, f"{job} needs a probe and a way back", hint="add_health_checks")
        if not found.deploy < found.probe < found.rollback:
            raise Refusal(EditCode.CONFLICT, f"{job} does not deploy, probe and roll back in this order")
        deploy = dict(workflow.steps(job)[found.deploy])
        kept = {"if": deploy["if"]} if "if" in deploy else {}
        workflow.replace_step(job, found.rollback, colours.switch_back())
        # behind the way back: once the old colour is stopped there is nothing to switch back to
        workflow.insert_step(job, found.rollback + 1, {**colours.retire()})
        workflow.insert_step(job, found.deploy + 1, {**colours.switch(), **kept})
        workflow.replace_step(job, found.deploy, {**colours.deploy_idle(params.replicas), **kept})
        _forget_record(workflow, job)
        text = "each service has NAME-blue and NAME-green, and a Service NAME that selects by `colour`"
        workflow.duties.append(Duty(kind="setting", text=text))
        return workflow.finish(f"{job} switches between two colours", "")

    def holds(self, scene: Scene, params: BlueGreenParams) -> str | None:
        """See that the job rolls out, switches, probes and can switch back, in this order."""
        workflow = Workflow(scene)
        job = deploying_job(workflow, params.environment, params.job)
        ids = [step.get("id") for step in workflow.steps(job)]
        found = look_at(workflow.job(job))
        if "switch" not in ids or found.deploy is None or found.probe is None or found.rollback is None:
            return f"{job} is not complete"
        is_ordered = found.deploy < ids.index("switch") < found.probe < found.rollback
        return None if is_ordered else f"{job} is not in order"


def _forget_record(workflow: Workflow, job: str) -> None:
    """Take out the step that recorded the rolling deployment: nobody reads it any more, and it has another name now."""
    scripts = [run_of(step) for step in workflow.steps(job)]
    writers = [at for at, script in enumerate(scripts) if '> "$RUNNER_TEMP/running"' in script]
    readers = [script for script in scripts if '< "$RUNNER_TEMP/running"' in script]
    for at in reversed(writers if not readers else []):
        workflow.remove_step(job, at)


def is_blue_green(workflow: Workflow, job: str) -> bool:
    """Say whether a job switches a selector between two colours."""
    return any(step.get("id") == "switch" and "selector" in run_of(step) for step in workflow.steps(job))
