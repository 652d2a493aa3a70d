"""Rules unknown-key, missing-key, shape: which keys each level of a workflow knows.

From https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax.
"""

from collections.abc import Collection, Iterator
from difflib import get_close_matches

from orchestrator.edits.finding import Finding
from orchestrator.edits.workflows.checker.checked import Checked
from orchestrator.edits.yaml.tree import Path
from orchestrator.models.json import Json

WORKFLOW = frozenset(("name", "run-name", "on", "permissions", "env", "defaults", "concurrency", "jobs"))
JOB = frozenset(
    [
        "name",
        "permissions",
        "needs",
        "if",
        "runs-on",
        "snapshot",
        "environment",
        "concurrency",
        "outputs",
        "env",
        "defaults",
        "steps",
        "timeout-minutes",
        "strategy",
        "continue-on-error",
        "container",
        "services",
        "uses",
        "with",
        "secrets",
    ]
)
STEP = frozenset(
    [
        "id",
        "if",
        "name",
        "uses",
        "run",
        "working-directory",
        "shell",
        "with",
        "env",
        "continue-on-error",
        "timeout-minutes",
        "parallel",
    ]
)
STRATEGY = frozenset(("matrix", "fail-fast", "max-parallel"))
CONTAINER = frozenset(("image", "credentials", "env", "ports", "volumes", "options"))
SERVICE = CONTAINER.union(("entrypoint", "command"))
CREDENTIALS = frozenset(("username", "password"))
CONCURRENCY = frozenset(("group", "cancel-in-progress", "queue"))
ENVIRONMENT = frozenset(("name", "url", "deployment"))
DEFAULTS = frozenset(("run",))
DEFAULTS_RUN = frozenset(("shell", "working-directory"))


def check(checked: Checked) -> Iterator[Finding]:
    """Yield what is wrong with keys."""
    model = checked.model
    yield from _known(checked, model, (), WORKFLOW)
    for key in ("on", "jobs"):
        if model.get(key) is None:
            yield checked.finding("missing-key", f"`{key}` is missing", ())
    yield from _shared(checked, model, ())
    jobs = model.get("jobs")
    if jobs is not None and not isinstance(jobs, dict):
        yield checked.finding("shape", "has to be a mapping of jobs", ("jobs",))
    for name, job in jobs.items() if isinstance(jobs, dict) else ():
        path = ("jobs", str(name))
        if isinstance(job, dict):
            yield from _job(checked, job, path)
        else:
            yield checked.finding("shape", "a job is a mapping", path)


def _job(checked: Checked, job: Json, path: Path) -> Iterator[Finding]:
    yield from _known(checked, job, path, JOB)
    yield from _shared(checked, job, path)
    for key, known in (("strategy", STRATEGY), ("environment", ENVIRONMENT), ("container", CONTAINER)):
        yield from _known(checked, job.get(key), (*path, key), known)
    services = job.get("services")
    for name, service in services.items() if isinstance(services, dict) else ():
        place = (*path, "services", str(name))
        yield from _known(checked, service, place, SERVICE)
        if isinstance(service, dict):
            yield from _known(checked, service.get("credentials"), (*place, "credentials"), CREDENTIALS)
            if not service.get("image"):
                yield checked.finding("missing-key", "`image` is missing", place)
    steps = job.get("steps")
    if steps is not None and not isinstance(steps, list):
        yield checked.finding("shape", "has to be a list", (*path, "steps"))
    for at, step in enumerate(steps if isinstance(steps, list) else ()):
        place = (*path, "steps", at)
        if isinstance(step, dict):
            yield from _known(checked, step, place, STEP)
            yield from _mappings(checked, step, place, ("env", "with"))
        else:
            yield checked.finding("shape", "a step is a mapping", place)


def _shared(checked: Checked, owner: Json, path: Path) -> Iterator[Finding]:
    """Check the keys that a workflow and a job have in common."""
    yield from _known(checked, owner.get("concurrency"), (*path, "concurrency"), CONCURRENCY)
    defaults = owner.get("defaults")
    yield from _known(checked, defaults, (*path, "defaults"), DEFAULTS)
    if isinstance(defaults, dict):
        yield from _known(checked, defaults.get("run"), (*path, "defaults", "run"), DEFAULTS_RUN)
    yield from _mappings(checked, owner, path, ("env",))


def _mappings(checked: Checked, owner: Json, path: Path, names: Collection[str]) -> Iterator[Finding]:
    for name in names:
        value = owner.get(name)
        if value is not None and not isinstance(value, dict) and "${{" not in str(value):
            yield checked.finding("shape", "has to be a mapping", (*path, name))


def _known(checked: Checked, value: Json, path: Path, known: Collection[str]) -> Iterator[Finding]:
    if not isinstance(value, dict):
        return
    for key in value:
        if key not in known:
            near = get_close_matches(str(key), known, n=1)
            hint = f", did you mean `{near[0]}`?" if near else ""
            yield checked.finding("unknown-key", f"is no key that GitHub knows here{hint}", (*path, str(key)))
