"""``add_dependency_cache``: set-up actions keep what the package manager downloads."""

from pydantic import Field

from orchestrator.contracts import Params
from orchestrator.edits.action import Action, Scene
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import EditCode, EditResult, Refusal
from orchestrator.edits.workflows.migrations import package_manager
from orchestrator.edits.workflows.shape import events_of
from orchestrator.edits.workflows.workflow import Workflow, uses_of

_NODE_LOCKS = ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml")
_PYTHON_FILES = ("requirements.txt", "pyproject.toml", "requirements-dev.txt")


class CacheParams(Params):
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
        if "release" in events_of(workflow.model):
            reason = f"{scene.target} releases; a cache that others can fill has no place in it"
            raise Refusal(EditCode.PRECONDITION, reason)
        seen, done = 0, []
        for job in workflow.chosen_jobs(params.job):
            for at, step in enumerate(workflow.steps(job)):
                cache = _cache_for(scene, uses_of(step))
                if cache is None:
                    continue
                seen += 1
                if "cache" not in (step.get("with") or {}):
                    workflow.set(("jobs", job, "steps", at, "with", "cache"), cache)
                    done.append(job)
        if not seen:
            raise Refusal(EditCode.NOT_FOUND, "no set-up step has a package manager with a lock file at the root")
        return workflow.finish(f"{', '.join(dict.fromkeys(done))}: packages are cached", "packages are cached")


def _cache_for(scene: Scene, action: str) -> str | None:
    if action == "actions/setup-node" and any(scene.tree.exists(path) for path in _NODE_LOCKS):
        return package_manager(scene)
    if action == "actions/setup-python" and any(scene.tree.exists(path) for path in _PYTHON_FILES):
        return "pip"
    return None
