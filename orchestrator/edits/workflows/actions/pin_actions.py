"""``pin_actions``: actions by commit, the version as a comment: a tag can be moved to other code, a commit cannot."""

from pydantic import Field

from orchestrator.contracts import Params
from orchestrator.edits.action import Action, Scene
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.pins import is_pinned, split_uses
from orchestrator.edits.result import EditCode, EditResult, Refusal, already
from orchestrator.edits.workflows.workflow import Workflow
from orchestrator.edits.yaml.emit import Noted


class PinParams(Params):
    """Which actions."""

    only: list[str] = Field(default=[], description="owner/name; default: all that are not pinned")
    skip: list[str] = Field(default=[], description="owner/name that may stay on a tag")
    allow_major: bool = Field(default=True, description="pin to the known version even if its major differs")


class PinActions(Action[PinParams]):
    """Pin what is named by a tag or branch."""

    name = "pin_actions"
    summary = "Pin actions to the known commits, the version as a comment; what is not known is named"
    params_model = PinParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: PinParams) -> EditResult:
        """Replace each movable ref for which a commit is known."""
        workflow = Workflow(scene)
        unknown: list[str] = []
        done = 0
        for job in workflow.jobs:
            for at, step in enumerate(workflow.steps(job)):
                uses = step.get("uses")
                parts = split_uses(uses) if isinstance(uses, str) else None
                if parts is None or is_pinned(str(uses)) or not _is_meant(parts[0], params):
                    continue
                pin = scene.pins.find(parts[0])
                if pin is None or not (params.allow_major or _major(parts[2]) == _major(pin.version)):
                    unknown.append(str(uses))
                    continue
                wanted = Noted(f"{parts[0]}{parts[1]}@{pin.commit}", pin.version)
                workflow.editor.replace_scalar(("jobs", job, "steps", at, "uses"), wanted)
                done += 1
        workflow.warnings += [f"no commit is known for {uses}" for uses in dict.fromkeys(unknown)]
        if not done and unknown:
            raise Refusal(EditCode.UNPINNED, f"no commit is known for {', '.join(dict.fromkeys(unknown))}")
        if not done:
            return already("every action is pinned")
        return workflow.finish(f"pinned {done} action{'s' if done > 1 else ''}", "")

    def holds(self, scene: Scene, params: PinParams) -> str | None:
        """See that nothing is left that could be pinned."""
        try:
            result = self.plan(scene, params)
        except Refusal:
            return None  # what is left has no known commit
        return None if result.status == "already" else "an action is not pinned"


def _is_meant(repo: str, params: PinParams) -> bool:
    return repo not in params.skip and (not params.only or repo in params.only)


def _major(ref: str) -> str:
    return ref.removeprefix("v").split(".", maxsplit=1)[0]
