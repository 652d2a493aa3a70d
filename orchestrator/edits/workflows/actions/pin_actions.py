"""``pin_actions``: actions by commit, the version as a comment: a tag can be moved to other code, a commit cannot."""

import re
from collections.abc import Iterator

from pydantic import Field

from orchestrator.edits.action import Action, Scene, WorkflowParams
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.pins import OVERRIDES, Pin, is_pinned, split_uses
from orchestrator.edits.result import Duty, EditCode, EditResult, Refusal
from orchestrator.edits.workflows.workflow import Workflow
from orchestrator.edits.yaml.emit import Noted

_VERSION = re.compile(r"v?\d")
_CHECKOUT, _SINCE = "actions/checkout", 6


class PinParams(WorkflowParams):
    """Which actions."""

    only: list[str] = Field(default=[], description="owner/name; default: all that are not pinned")
    skip: list[str] = Field(default=[], description="owner/name that may stay on a tag")
    allow_major: bool = Field(default=False, description="pin to the newest version even if its major differs")


class PinActions(Action[PinParams]):
    """Pin what is named by a tag or branch."""

    name = "pin_actions"
    summary = "Pin actions to the known commits, the version as a comment; what is not known is named"
    params_model = PinParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: PinParams) -> EditResult:
        """Replace each movable ref for which a commit is known; the major version stays, unless it may change."""
        workflow = Workflow(scene)
        unknown: list[str] = []
        checkouts: list[tuple[str, int]] = []
        done = kept = 0
        with workflow.editor.at_once():
            for job, at, uses in _uses(workflow):
                parts = split_uses(uses)
                if parts is None or not _is_meant(parts[0], params):
                    continue
                if is_pinned(uses):
                    kept += 1
                    continue
                pin = _pin(workflow, parts[0], parts[2], params)
                if pin is None:
                    unknown.append(uses)
                    continue
                path = ("jobs", job, "uses") if at is None else ("jobs", job, "steps", at, "uses")
                workflow.editor.replace_scalar(path, Noted(f"{parts[0]}{parts[1]}@{pin.commit}", pin.version))
                if at is not None and parts[0].lower() == _CHECKOUT and _keeps_apart(parts[2]):
                    checkouts.append((job, at))
                done += 1
        with workflow.editor.at_once():
            told = dict.fromkeys(job for job, at in checkouts if _say_default(workflow, job, at))
        if told:
            text = "the checkout keeps its credentials, as before; harden_checkout turns that off where nobody needs it"
            workflow.warnings.append(f"{', '.join(told)}: {text}")
        left = list(dict.fromkeys(unknown))
        if not done and not kept and left:
            hint = f"add them to {OVERRIDES}; `allow_major: true` takes the newest version of what is known"
            raise Refusal(EditCode.UNPINNED, f"no commit is known for {', '.join(left)}", hint=hint)
        workflow.warnings += [f"stays on a tag, no commit is known for {uses}" for uses in left]
        if left:
            workflow.duties.append(Duty(kind="file", text=f"{OVERRIDES} names commits for {', '.join(left)}"))
        nothing = "every action with a known commit is pinned" if left else "every action is pinned"
        return workflow.finish(f"pinned {done} action{'s' if done > 1 else ''}", nothing)

    def holds(self, scene: Scene, params: PinParams) -> str | None:
        """See that nothing is left that could be pinned."""
        workflow = Workflow(scene)
        for _, _, uses in _uses(workflow):
            parts = split_uses(uses)
            if parts is None or is_pinned(uses) or not _is_meant(parts[0], params):
                continue
            if _pin(workflow, parts[0], parts[2], params) is not None:
                return f"{uses} is not pinned"
        return None


def _uses(workflow: Workflow) -> Iterator[tuple[str, int | None, str]]:
    """Yield job, step and value of each `uses:`; the step is None for a job that calls a workflow."""
    for job, item in workflow.jobs.items():
        if isinstance(item.get("uses"), str):
            yield job, None, item["uses"]
        for at, step in enumerate(workflow.steps(job)):
            if isinstance(step.get("uses"), str):
                yield job, at, step["uses"]


def _pin(workflow: Workflow, repo: str, ref: str, params: PinParams) -> Pin | None:
    """Return the pin for a ref; a branch (`main`) has no major version of its own and gets the newest."""
    pins = workflow.scene.pins
    keeps_major = _VERSION.match(ref) is not None and not params.allow_major
    return pins.find_major(repo, ref) if keeps_major else pins.find(repo)


def _keeps_apart(ref: str) -> bool:
    """Say whether a version of the checkout keeps its token outside of the workspace, which a commit does not show."""
    return _VERSION.match(ref) is not None and int("0" + re.sub(r"\D.*", "", ref.removeprefix("v"))) >= _SINCE


def _say_default(workflow: Workflow, job: str, at: int) -> bool:
    """Write the default of a checkout down, so that who reads only the commit knows that it is meant."""
    if "persist-credentials" in (workflow.steps(job)[at].get("with") or {}):
        return False
    return workflow.set(("jobs", job, "steps", at, "with", "persist-credentials"), True)


def _is_meant(repo: str, params: PinParams) -> bool:
    return repo not in params.skip and (not params.only or repo in params.only)
