"""``parallelize_python_builds``: a shell loop over services becomes a matrix, one job per service at the same time.

Steps around the loop stay in their job; the loop moves to a job of its own with the set-up steps that it needs. Each
service gets a cache scope of its own, because one scope is overwritten by whoever comes last.
"""

from typing import Any

from pydantic import Field

from orchestrator.contracts import Params
from orchestrator.edits.action import Action, Scene
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import Duty, EditCode, EditResult, Refusal, already
from orchestrator.edits.workflows.loops import Loop, docker_build, find_loop
from orchestrator.edits.workflows.shape import matrix_of, needs_of
from orchestrator.edits.workflows.workflow import Workflow, run_of, title_of, uses_of
from orchestrator.models.json import JsonObject

_SETUP = ("actions/checkout", "docker/setup-buildx-action", "docker/setup-qemu-action", "docker/login-action")
_COPIED = ("runs-on", "needs", "if", "permissions", "env", "defaults", "container", "services", "timeout-minutes")


class ParallelParams(Params):
    """What becomes a matrix."""

    job: str | None = Field(default=None, description="the job with the loop, else the only one")
    services: list[str] | None = Field(default=None, min_length=1, description="instead of the loop's own list")
    key: str = Field(default="service", pattern=r"^[A-Za-z_][\w-]*$")
    new_job: str | None = Field(default=None, pattern=r"^[A-Za-z_][\w-]*$", description="default: the step's name")
    max_parallel: int | None = Field(default=None, ge=1, le=256)
    fail_fast: bool = False


class ParallelizePythonBuilds(Action[ParallelParams]):
    """Turn one loop into a matrix job."""

    name = "parallelize_python_builds"
    summary = "Turn a shell loop that builds one service after another into a matrix job with a cache per service"
    params_model = ParallelParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: ParallelParams) -> EditResult:
        """Move the loop to a matrix job and rewire what needed it."""
        workflow = Workflow(scene)
        found = [
            (job, at, loop)
            for job in workflow.chosen_jobs(params.job)
            for at, step in enumerate(workflow.steps(job))
            if (loop := find_loop(run_of(step))) is not None
        ]
        if not found:
            return _nothing(workflow, params)
        if len(found) > 1:
            places = ", ".join(f"{job} line {workflow.line('jobs', job, 'steps', at)}" for job, at, _ in found)
            raise Refusal(EditCode.AMBIGUOUS, f"several loops build: {places}", hint="`job` names one")
        job, at, loop = found[0]
        _refuse_outputs(workflow, job, at)
        name = _move(workflow, job, at, loop, params)
        values = ", ".join(params.services or loop.values)
        workflow.warnings.append(f"the names of checks change: {name} (…) for {values}; required checks have to follow")
        workflow.duties.append(Duty(kind="check", text=f"required checks that name {job} also name {name}"))
        return workflow.finish(f"{name} builds {values} at the same time", "")

    def holds(self, scene: Scene, params: ParallelParams) -> str | None:
        """See that no loop is left and a matrix builds."""
        workflow = Workflow(scene)
        loops = [job for job in workflow.chosen_jobs(params.job) if _has_loop(workflow, job)]
        return f"{loops[0]} still has a loop" if loops else None


def _has_loop(workflow: Workflow, job: str) -> bool:
    return any(find_loop(run_of(step)) is not None for step in workflow.steps(job))


def _nothing(workflow: Workflow, params: ParallelParams) -> EditResult:
    for job, item in workflow.jobs.items():
        matrix = matrix_of(item)
        builds = any("build" in f"{step.get('run', '')}{step.get('uses', '')}" for step in workflow.steps(job))
        if isinstance(matrix, dict) and params.key in matrix and builds:
            return already(f"{job} builds in a matrix over {params.key}")
    raise Refusal(EditCode.NOT_FOUND, "no step builds services in a loop")


def _refuse_outputs(workflow: Workflow, job: str, at: int) -> None:
    step = workflow.steps(job)[at]
    if "GITHUB_OUTPUT" in run_of(step) or "GITHUB_ENV" in run_of(step):
        raise Refusal(EditCode.PRECONDITION, f"{title_of(step, at)} sets outputs; a matrix cannot gather them")
    if "strategy" in workflow.job(job):
        raise Refusal(EditCode.CONFLICT, f"{job} has a matrix already, besides the loop")


def _move(workflow: Workflow, job: str, at: int, loop: Loop, params: ParallelParams) -> str:
    """Make the matrix job and take the loop out of its old place; return the name of the job that builds."""
    item = workflow.job(job)
    steps = workflow.steps(job)
    strategy: dict[str, Any] = {"fail-fast": params.fail_fast}
    if params.max_parallel is not None:
        strategy["max-parallel"] = params.max_parallel
    strategy["matrix"] = {params.key: list(params.services or loop.values)}
    step = _step(workflow, steps[at], loop, params)
    if all(index == at or uses_of(other) in _SETUP for index, other in enumerate(steps)):
        workflow.replace_step(job, at, step)
        workflow.set_key(job, "strategy", strategy)
        if isinstance(item.get("name"), str):
            workflow.set_key(job, "name", f"{item['name']} (${{{{ matrix.{params.key} }}}})")
        return job
    name = params.new_job or _slug(title_of(steps[at], at))
    title = str(steps[at].get("name") or name)
    made: dict[str, Any] = {"name": f"{title} (${{{{ matrix.{params.key} }}}})"}
    made.update({key: item[key] for key in _COPIED if key in item})
    signs_in = any(uses_of(other) == "docker/login-action" for other in steps[:at])
    if not ("permissions" in item or "permissions" in workflow.model or signs_in) and _only_builds(step):
        made["permissions"] = {"contents": "read"}  # no more than a checkout needs, where the default would be all
    made["strategy"] = strategy
    made["steps"] = [*_setup(workflow, steps[:at], is_image="uses" in step), step]
    workflow.add_job(name, made, after=job)
    workflow.remove_step(job, at)
    for other, needing in workflow.jobs.items():
        if job in needs_of(needing) and other != name:
            workflow.add_needs(other, [name])
    return name


def _setup(workflow: Workflow, steps: list[JsonObject], *, is_image: bool) -> list[JsonObject]:
    """Return the set-up steps ahead of the loop that the new job needs as well, pinned where a pin is known."""
    found: list[JsonObject] = []
    for step in steps:
        if uses_of(step) in _SETUP and "id" not in step:
            pin = workflow.scene.pins.find(uses_of(step))
            copy = _without_credentials(step) if is_image else step
            found.append({**copy, "uses": workflow.uses(uses_of(step))} if pin is not None else dict(copy))
    if is_image and all(uses_of(step) != "docker/setup-buildx-action" for step in steps):
        found.append({"name": "Set up Docker Buildx", "uses": workflow.uses("docker/setup-buildx-action")})
    return found


def _only_builds(step: JsonObject) -> bool:
    given = step.get("with")
    return "uses" in step and isinstance(given, dict) and given.get("push") is False


def _without_credentials(step: JsonObject) -> JsonObject:
    """Return a checkout that leaves no token on the disk: a job of nothing but an image build has no use for it."""
    given = step.get("with", {})
    if uses_of(step) != "actions/checkout" or not isinstance(given, dict):
        return step
    return {**step, "with": {"persist-credentials": False, **given}}


def _step(workflow: Workflow, step: JsonObject, loop: Loop, params: ParallelParams) -> dict[str, Any]:
    """Return the loop's body for one value: as build-push-action with a cache when it is a plain docker build."""
    value = f"${{{{ matrix.{params.key} }}}}"
    head: dict[str, Any] = {
        key: item for key, item in step.items() if key in ("name", "if", "shell", "working-directory")
    }
    inputs = docker_build(loop, value)
    if inputs is not None and "working-directory" not in step:
        cached = {"cache-from": f"type=gha,scope={value}", "cache-to": f"type=gha,mode=max,scope={value}"}
        kept: dict[str, Any] = {key: head[key] for key in ("name", "if") if key in head}
        extra = {"env": step["env"]} if "env" in step else {}
        return {**kept, "uses": workflow.uses("docker/build-push-action"), **extra, "with": {**inputs, **cached}}
    env = {**(step.get("env") or {}), loop.variable: value}
    return {**head, "env": env, "run": loop.body}


def _slug(title: str) -> str:
    slug = "".join(character if character.isalnum() else "-" for character in title.lower())
    return "-".join(part for part in slug.split("-") if part) or "build-matrix"
