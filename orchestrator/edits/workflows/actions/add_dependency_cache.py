"""``add_dependency_cache``: set-up actions keep what the package manager downloads."""

import re
from collections.abc import Iterator

from pydantic import Field

from orchestrator.edits.action import Action, Scene, WorkflowParams
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import EditCode, EditResult, Refusal
from orchestrator.edits.workflows.deploys import releases
from orchestrator.edits.workflows.migrations import package_manager
from orchestrator.edits.workflows.workflow import Workflow, run_of, uses_of
from orchestrator.models.json import JsonObject

_NODE_LOCKS = ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml")
_INSTALLS = {
    "npm": re.compile(r"\bnpm (?:ci|i|install|clean-install)\b"),
    "yarn": re.compile(r"\byarn(?: install\b| --frozen-lockfile| --immutable|[ \t]*(?:$|&&))", re.MULTILINE),
    "pnpm": re.compile(r"\bpnpm (?:i|install)\b"),
    "pip": re.compile(r"\bpip3? install\b"),
}
# What setup-python looks for unless it is told; without a match it fails, old versions with pyproject.toml alone too.
_SOUGHT = "requirements.txt"
_NAMED = ("pyproject.toml", "setup.py", "setup.cfg")
_LISTS = ("requirements*.txt", "requirements/*.txt")


class CacheParams(WorkflowParams):
    """Where."""

    job: str | None = Field(default=None, description="the job, else all")


class AddDependencyCache(Action[CacheParams]):
    """Turn the cache of setup-node and setup-python on."""

    name = "add_dependency_cache"
    summary = "Turn the package cache of setup-node and setup-python on"
    params_model = CacheParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: CacheParams) -> EditResult:
        """Set the inputs where they are missing; a workflow that releases keeps clean of caches."""
        workflow = Workflow(scene)
        if releases(workflow):
            reason = f"{scene.target} releases; a cache that others can fill has no place in it"
            raise Refusal(EditCode.PRECONDITION, reason)
        places = list(_places(workflow, params))
        if not places:
            raise Refusal(EditCode.NOT_FOUND, _NOWHERE)
        done = []
        with workflow.editor.at_once():
            for job, at, inputs in places:
                present = _inputs_of(workflow.steps(job)[at])
                if "cache" not in present or _has_no_key(scene, present, inputs):
                    workflow.set(("jobs", job, "steps", at, "with"), {**present, **inputs, **present})
                    done.append(job)
        return workflow.finish(f"{', '.join(dict.fromkeys(done))}: packages are cached", "packages are cached")

    def reads(self, target: str, params: CacheParams) -> tuple[str, ...]:  # noqa: ARG002
        """Name what decides on the package manager and on the key of the cache."""
        return (*_NODE_LOCKS, _SOUGHT, *_NAMED)


_NOWHERE = (
    "no set-up step stands between a checkout at the root and an install with a package manager for which there is a "
    f"lock file, {_SOUGHT} or {', '.join(_NAMED)} at the root: the cache would have no key, and the step would fail"
)


def _places(workflow: Workflow, params: CacheParams) -> Iterator[tuple[str, int, JsonObject]]:
    """Yield job and position of each step that sets up what a cache is for, and the inputs that turn it on."""
    for job in workflow.chosen_jobs(params.job):
        for at, step in enumerate(workflow.steps(job)):
            inputs = _inputs_for(workflow.scene, uses_of(step))
            if inputs is not None and _fills(workflow, job, at, str(inputs["cache"])):
                yield job, at, inputs


def _fills(workflow: Workflow, job: str, at: int, cache: str) -> bool:
    """Say whether the job installs with the package manager behind a step, so that there will be something to keep.

    Without it the set-up action fails at the end of the job; without the files of the repository before it, at once.
    pnpm has to be there before setup-node asks for it.
    """
    steps = workflow.steps(job)
    if not any(_checks_out(step) for step in steps[:at]):
        return False
    if cache == "pnpm" and not any("pnpm" in uses_of(step) or "pnpm" in run_of(step) for step in steps[:at]):
        return False
    return any(_INSTALLS[cache].search(run_of(step)) for step in steps[at + 1 :])


def _checks_out(step: JsonObject) -> bool:
    """Say whether a step brings this repository to the root of the workspace."""
    inputs = _inputs_of(step)
    return uses_of(step) == "actions/checkout" and not inputs.get("path") and not inputs.get("repository")


def _inputs_of(step: JsonObject) -> JsonObject:
    given = step.get("with")
    return given if isinstance(given, dict) else {}


def _has_no_key(scene: Scene, present: JsonObject, wanted: JsonObject) -> bool:
    """Say whether a step that has its cache on looks for a file that is nowhere, and so would fail."""
    has_path = not wanted.keys() - {"cache"} or "cache-dependency-path" in present
    return not has_path and present.get("cache") == wanted["cache"] and not scene.tree.glob(f"**/{_SOUGHT}")


def _inputs_for(scene: Scene, action: str) -> JsonObject | None:
    """Return what a set-up action has to be given, or None where nothing could be the key of its cache."""
    if action == "actions/setup-node" and any(scene.tree.exists(path) for path in _NODE_LOCKS):
        return {"cache": package_manager(scene)}
    if action != "actions/setup-python":
        return None
    if scene.tree.exists(_SOUGHT):
        return {"cache": "pip"}
    found = [path for path in _NAMED if scene.tree.exists(path)]
    found += [pattern for pattern in _LISTS if scene.tree.glob(pattern)]
    return {"cache": "pip", "cache-dependency-path": "\n".join(found)} if found else None
