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

_NODE_LOCKS = ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml")
_INSTALLS = {
    "npm": re.compile(r"\bnpm (?:ci|i|install|clean-install)\b"),
    "yarn": re.compile(r"\byarn(?: install\b| --frozen-lockfile| --immutable|[ \t]*(?:$|&&))", re.MULTILINE),
    "pnpm": re.compile(r"\bpnpm (?:i|install)\b"),
    "pip": re.compile(r"\bpip3? install\b"),
}
_PYTHON_FILES = ("requirements.txt", "pyproject.toml", "requirements-dev.txt")


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
        """Set the input where it is missing; a workflow that releases keeps clean of caches."""
        workflow = Workflow(scene)
        if releases(workflow):
            reason = f"{scene.target} releases; a cache that others can fill has no place in it"
            raise Refusal(EditCode.PRECONDITION, reason)
        places = list(_places(workflow, params))
        if not places:
            reason = "no set-up step is followed by an install with a package manager that has a lock file at the root"
            raise Refusal(EditCode.NOT_FOUND, reason)
        done = []
        with workflow.editor.at_once():
            for job, at, cache in places:
                if "cache" not in (workflow.steps(job)[at].get("with") or {}):
                    workflow.set(("jobs", job, "steps", at, "with", "cache"), cache)
                    done.append(job)
        return workflow.finish(f"{', '.join(dict.fromkeys(done))}: packages are cached", "packages are cached")


def _places(workflow: Workflow, params: CacheParams) -> Iterator[tuple[str, int, str]]:
    """Yield job and position of each step that sets up what a cache is for, and the cache."""
    for job in workflow.chosen_jobs(params.job):
        for at, step in enumerate(workflow.steps(job)):
            cache = _cache_for(workflow.scene, uses_of(step))
            if cache is not None and _fills(workflow, job, at, cache):
                yield job, at, cache


def _fills(workflow: Workflow, job: str, at: int, cache: str) -> bool:
    """Say whether the job installs with the package manager behind a step, so that there will be something to keep.

    Without it the set-up action fails at the end of the job. pnpm has to be there before setup-node asks for it.
    """
    steps = workflow.steps(job)
    if cache == "pnpm" and not any("pnpm" in uses_of(step) or "pnpm" in run_of(step) for step in steps[:at]):
        return False
    return any(_INSTALLS[cache].search(run_of(step)) for step in steps[at + 1 :])


def _cache_for(scene: Scene, action: str) -> str | None:
    if action == "actions/setup-node" and any(scene.tree.exists(path) for path in _NODE_LOCKS):
        return package_manager(scene)
    if action == "actions/setup-python" and any(scene.tree.exists(path) for path in _PYTHON_FILES):
        return "pip"
    return None
