"""Which files concern which jobs: filters by the languages that a repository has, and jobs by what they run."""

import re

from orchestrator.edits.action import Scene
from orchestrator.edits.workflows.commands import TEST
from orchestrator.edits.workflows.shape import downstream, matrix_of
from orchestrator.edits.workflows.workflow import Workflow, run_of

_NODE = re.compile(r"\b(?:npm|npx|yarn|pnpm|node|jest|vitest)\b")
_PYTHON = re.compile(r"\b(?:pip|pytest|python3?|poetry|uv|tox|nox|black|mypy|flake8)\b")
_NODE_FILES = (
    "src/**", "lib/**", "test/**", "tests/**", "package.json", "package-lock.json", "yarn.lock", "pnpm-lock.yaml",
    "tsconfig*.json", "jest.config.*", "vitest.config.*", "knexfile.*", ".eslintrc*", "eslint.config.*",
)  # fmt: skip
_LOCKS = (
    "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "uv.lock", "poetry.lock", "Pipfile.lock",
    "go.sum", "Cargo.lock", "Gemfile.lock", "composer.lock",
)  # fmt: skip
_PYTHON_FILES = (
    "*.py",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "tox.ini",
    "requirements*.txt",
    "uv.lock",
    "poetry.lock",
)


def matches_something(scene: Scene, glob: str) -> bool:
    """Say whether a glob matches a file of the repository; a last `**` stands for whatever is below."""
    return bool(scene.tree.glob(glob) or (glob.endswith("/**") and scene.tree.glob(f"{glob}/*")))


def filters_for(scene: Scene) -> dict[str, list[str]]:
    """Return the filters `backend` and `python` with the globs that match something."""
    filters: dict[str, list[str]] = {}
    if scene.tree.exists("package.json"):
        filters["backend"] = [glob for glob in _NODE_FILES if matches_something(scene, glob)]
    folders = sorted({path.split("/", 1)[0] for path in scene.tree.glob("*/**/*.py")} - {"node_modules"})
    python = [f"{folder}/**" for folder in folders if not folder.startswith(".")]
    python += [glob for glob in _PYTHON_FILES if matches_something(scene, glob)]
    if python:
        filters["python"] = python
    return filters


def with_locks(scene: Scene, filters: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return filters with the lock files at the root: what they pin can break any job."""
    locks = [name for name in _LOCKS if scene.tree.exists(name)]
    return {name: [*globs, *(lock for lock in locks if lock not in globs)] for name, globs in filters.items()}


def jobs_for(workflow: Workflow, filters: dict[str, list[str]]) -> dict[str, str]:
    """Return the jobs that test one language only, with its filter; scans and builds are never skipped."""
    chosen: dict[str, str] = {}
    for name in workflow.jobs:
        scripts = "\n".join(run_of(step) for step in workflow.steps(name))
        if not TEST.search(scripts) or "uses" in workflow.job(name):
            continue
        node, python = bool(_NODE.search(scripts)), bool(_PYTHON.search(scripts))
        if node != python:
            kind = "backend" if node else "python"
            if kind in filters and not _is_conditional(workflow, name):
                chosen[name] = kind
    return chosen


def _is_conditional(workflow: Workflow, name: str) -> bool:
    """Say whether a job may be skipped as it is, where a filter would hide from others why it was."""
    job = workflow.job(name)
    return "if" in job and (matrix_of(job) is not None or bool(downstream(workflow.jobs, name)))


def filters_text(filters: dict[str, list[str]], workflow: str) -> str:
    """Return the filters as the YAML text that dorny/paths-filter reads; each includes the workflow itself."""
    lines: list[str] = []
    for name, globs in filters.items():
        lines.append(f"{name}:")
        lines += [f"  - '{glob}'" for glob in [*globs, workflow]]
    return "\n".join(lines) + "\n"
