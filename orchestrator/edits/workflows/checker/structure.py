"""Rules job-id, job-form, needs-unknown, needs-cycle, step-form, step-id, outputs of steps and jobs, timeout."""

import re
from collections.abc import Iterator

from orchestrator.edits.finding import Finding
from orchestrator.edits.workflows.checker.checked import Checked
from orchestrator.edits.workflows.shape import find_cycle, needs_of, steps_of
from orchestrator.models.json import JsonObject

IDENTIFIER = re.compile(r"[A-Za-z_][\w-]*\Z", re.ASCII)
_NOT_OF_A_CALL = ("runs-on", "steps", "environment", "env", "defaults", "container", "services", "timeout-minutes")


def check(checked: Checked) -> Iterator[Finding]:
    """Yield what is wrong with jobs and steps."""
    jobs = checked.jobs
    for name, job in jobs.items():
        if not IDENTIFIER.match(name):
            yield checked.finding("job-id", "is no valid id of a job", ("jobs", name))
        yield from _form(checked, name, job)
        yield from _needs(checked, name, job)
        yield from _steps(checked, name, job)
    cycle = find_cycle({name: needs_of(job) for name, job in jobs.items()})
    if cycle:
        yield checked.finding("needs-cycle", f"jobs wait for each other: {' → '.join(cycle)}", ("jobs", cycle[0]))


def _form(checked: Checked, name: str, job: JsonObject) -> Iterator[Finding]:
    path = ("jobs", name)
    if "uses" in job:
        for key in _NOT_OF_A_CALL:
            if key in job:
                yield checked.finding("job-form", f"a job that calls a workflow cannot have `{key}`", (*path, key))
        return
    for key in ("with", "secrets"):
        if key in job:
            yield checked.finding("job-form", f"`{key}` belongs to jobs with `uses`", (*path, key))
    if job.get("runs-on") is None:
        yield checked.finding("missing-key", "`runs-on` is missing", path)
    if not job.get("steps"):
        yield checked.finding("missing-key", "`steps` is missing or empty", path)
    timeout = job.get("timeout-minutes")
    if isinstance(timeout, int | float) and timeout <= 0:
        yield checked.finding("timeout", "has to be more than 0", (*path, "timeout-minutes"))


def _needs(checked: Checked, name: str, job: JsonObject) -> Iterator[Finding]:
    needs = needs_of(job)
    known = {other.lower() for other in checked.jobs}
    for other in needs:
        if other.lower() not in known:
            yield checked.finding("needs-unknown", f"there is no job `{other}`", ("jobs", name, "needs"))
    for other in sorted({other for other in needs if needs.count(other) > 1}):
        yield checked.finding("needs-unknown", f"`{other}` is needed twice", ("jobs", name, "needs"))


def _steps(checked: Checked, name: str, job: JsonObject) -> Iterator[Finding]:
    seen: set[str] = set()
    for at, step in enumerate(steps_of(job)):
        path = ("jobs", name, "steps", at)
        has = [key for key in ("uses", "run", "parallel") if step.get(key) is not None]
        if step and len(has) != 1:
            message = f"has both `{has[0]}` and `{has[1]}`" if has else "has neither `uses` nor `run`"
            yield checked.finding("step-form", message, path)
        for key, needed in (("with", "uses"), ("shell", "run"), ("working-directory", "run")):
            if key in step and needed not in step:
                yield checked.finding("step-form", f"`{key}` belongs to steps with `{needed}`", (*path, key))
        identifier = step.get("id")
        if identifier is None:
            continue
        if not IDENTIFIER.match(str(identifier)):
            yield checked.finding("step-id", f"`{identifier}` is no valid id", (*path, "id"))
        if str(identifier).lower() in seen:
            yield checked.finding("step-id", f"the id `{identifier}` is used twice", (*path, "id"))
        seen.add(str(identifier).lower())
