"""``parallelize_python_builds``: what one job does for one service after another becomes a matrix.

It may be written as a shell loop, as steps or jobs that differ in one word, or as a list for tox, nox or pytest. Steps
around it stay in their job, unless they only set it up. Each service gets a cache scope of its own, because one scope
is overwritten by whoever comes last.
"""

import re
from typing import Any, Literal

from pydantic import Field

from orchestrator.edits.action import Action, Scene, WorkflowParams
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import Duty, EditCode, EditResult, Refusal, already
from orchestrator.edits.workflows import serial
from orchestrator.edits.workflows.commands import TEST, is_placeholder
from orchestrator.edits.workflows.joining import join
from orchestrator.edits.workflows.scopes import settle_only_job
from orchestrator.edits.workflows.serial import Part, Siblings
from orchestrator.edits.workflows.shape import matrix_of, needs_of
from orchestrator.edits.workflows.workflow import Workflow, run_of, title_of, uses_of
from orchestrator.models.json import JsonObject

_IMAGE_SETUP = ("actions/checkout", "docker/setup-buildx-action", "docker/setup-qemu-action", "docker/login-action")
_SETUP = re.compile(r"^(?:actions/(?:checkout|setup-|cache)|docker/(?:setup-|login-)|astral-sh/setup-uv|snok/install-)")
_INSTALLS = re.compile(
    r"\A(?:\s*(?:python3? -m )?(?:pip3?|uv|uv pip|pipx|poetry|npm|yarn|pnpm)[ \t]+(?:install|ci|sync)\b[^\n|;&]*)+\s*\Z"
)
_PREPARES = re.compile(
    r"\A(?:\s*(?:\./configure|make|cmake|npm|yarn|pnpm|npx|pip3?|python3?|uv|poetry|bundle|composer|cargo|go|mkdir|cp|tar"
    r"|unzip)\b[^\n|;&<>$`]*)+\s*\Z"
)
_ONCE = re.compile(r"publish|push|deploy|release|upload|commit|send|notif|coverage|\bversion\b", re.IGNORECASE)
_COPIED = ("runs-on", "needs", "if", "permissions", "env", "defaults", "container", "services", "timeout-minutes")
_TAKES_IMAGES = re.compile(r"\bdocker(?:-compose\b|[ \t]+(?:push|run|tag|save|compose|image push|manifest)\b)")


class ParallelParams(WorkflowParams):
    """What becomes a matrix."""

    job: str | None = Field(default=None, description="the job that works one after another, else the only one")
    services: list[str] | None = Field(default=None, min_length=1, description="instead of a loop's own list")
    key: str = Field(default="service", pattern=r"^[A-Za-z_][\w-]*$", description="of the matrix")
    new_job: str | None = Field(default=None, pattern=r"^[A-Za-z_][\w-]*$", description="default: the step's name")
    max_parallel: int | None = Field(
        default=None, ge=1, le=256, description="how many builds run at a time; default: no limit"
    )
    fail_fast: bool = Field(default=False, description="cancel the other builds when one fails")
    cache: Literal["gha", "none"] = Field(default="gha", description="of image builds; one scope for each value")


class ParallelizePythonBuilds(Action[ParallelParams]):
    """Turn what goes one after another into a matrix job."""

    name = "parallelize_python_builds"
    summary = "Turn a loop, steps or jobs alike, or a list of environments into one matrix job"
    params_model = ParallelParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: ParallelParams) -> EditResult:
        """Move it to a matrix job and rewire what needed it."""
        workflow = Workflow(scene)
        part = _only(workflow, list(serial.loops(workflow, workflow.chosen_jobs(params.job), params.key)))
        if part is not None and params.cache == "none":
            part = serial.without_cache(part)
        return _parted(workflow, part, params) if part is not None else _other_forms(workflow, params)

    def holds(self, scene: Scene, params: ParallelParams) -> str | None:
        """See that no loop is left and a matrix builds."""
        workflow = Workflow(scene)
        left = next(serial.loops(workflow, workflow.chosen_jobs(params.job), params.key), None)
        if left is not None:
            return f"{left.job} still has a loop"
        return None if _done(workflow, params) is not None else f"no matrix over {params.key} builds"


def _done(workflow: Workflow, params: ParallelParams) -> str | None:
    """Return the job that builds in a matrix over the key, the named one if there is one."""
    found = [
        job
        for job, item in workflow.jobs.items()
        if isinstance(matrix := matrix_of(item), dict)
        and params.key in matrix
        and any(serial.does_for(step, params.key) for step in workflow.steps(job))
    ]
    if params.services is not None:
        wanted = set(params.services)
        found = [job for job in found if wanted == set(map(str, matrix_of(workflow.job(job)).get(params.key) or ()))]
    return next(iter([job for job in found if job == params.job] or found), None)


def _only(workflow: Workflow, found: list[Part]) -> Part | None:
    if len(found) > 1:
        places = ", ".join(f"{part.job} line {workflow.line('jobs', part.job, 'steps', part.start)}" for part in found)
        raise Refusal(EditCode.AMBIGUOUS, f"several steps build one after another: {places}", hint="`job` names one")
    return found[0] if found else None


def _other_forms(workflow: Workflow, params: ParallelParams) -> EditResult:
    jobs = workflow.chosen_jobs(params.job)
    part = _only(workflow, list(serial.steps_alike(workflow, jobs, params.key)))
    if part is not None:
        return _parted(workflow, part, params)
    siblings = [
        each
        for each in serial.jobs_alike(workflow, list(workflow.jobs))
        if params.job is None or params.job in each.jobs
    ]
    if len(siblings) > 1:
        listed = "; ".join(", ".join(each.jobs) for each in siblings)
        raise Refusal(EditCode.AMBIGUOUS, f"several groups of jobs are alike: {listed}", hint="`job` names one")
    if siblings:
        return _joined(workflow, siblings[0], params)
    done = _done(workflow, params)
    if done is not None:
        return already(f"{done} builds in a matrix over {params.key}")
    part = _only(workflow, list(serial.lists(workflow, jobs, params.key)))
    if part is not None:
        return _parted(workflow, part, params)
    raise Refusal(EditCode.NOT_FOUND, "no loop, no steps or jobs alike and no list builds one thing after another")


# ---------------------------------------------------------------- steps become a matrix job


def _parted(workflow: Workflow, part: Part, params: ParallelParams) -> EditResult:
    _refuse_results(workflow, part)
    if params.services is not None and part.end - part.start > 1 and set(params.services) != set(part.values):
        raise Refusal(EditCode.PARAM, f"the steps build {', '.join(part.values)}, and `services` says otherwise")
    name = _move(workflow, part, params)
    _tell(workflow, name, params.services or list(part.values), [part.job])
    return workflow.finish(f"{name} does {', '.join(params.services or part.values)} at the same time", "")


def _tell(workflow: Workflow, name: str, values: list[str], before: list[str]) -> None:
    listed = ", ".join(values)
    text = f"the names of checks change: {name} (…) for {listed}; required checks have to follow"
    workflow.warnings.append(f"{text}, or add_required_gate_job stands for all")
    first = f"{name} ({values[0]})"
    workflow.duties.append(
        Duty(kind="check", text=f"where {', '.join(before)} is a required check, {first} and the others are too")
    )


def _refuse_results(workflow: Workflow, part: Part) -> None:
    """Refuse where something reads what a matrix cannot hand over."""
    steps = workflow.steps(part.job)
    for at in range(part.start, part.end):
        if re.search(r"GITHUB_(?:OUTPUT|ENV|PATH)\b", run_of(steps[at])):
            raise Refusal(EditCode.PRECONDITION, f"{title_of(steps[at], at)} sets outputs; a matrix cannot gather them")
        identifier = steps[at].get("id")
        if identifier and re.search(rf"\bsteps\.{re.escape(str(identifier))}\.", str(workflow.job(part.job))):
            raise Refusal(EditCode.PRECONDITION, f"the outputs of {identifier} are read; a matrix cannot gather them")
    if "strategy" in workflow.job(part.job):
        raise Refusal(EditCode.CONFLICT, f"{part.job} has a matrix already, besides the loop")
    for at, step in enumerate(steps[part.end :], part.end):
        if _takes(step, is_image=part.is_image):
            reason = (
                f"{title_of(step, at)}, line {workflow.line('jobs', part.job, 'steps', at)}, works with what is built"
            )
            raise Refusal(EditCode.PRECONDITION, f"{reason}, and the matrix builds it on other machines")


def _takes(step: JsonObject, *, is_image: bool) -> bool:
    """Say whether a later step may work with what is built before it: an image that stays, or any file."""
    if is_image:
        given = step.get("with")
        return bool(_TAKES_IMAGES.search(run_of(step)) or (isinstance(given, dict) and given.get("image-ref")))
    return not re.fullmatch(r"(?:echo|true|docker images)\b[^\n]*\s*", run_of(step)) and bool(step)


def _strategy(params: ParallelParams, values: list[str]) -> dict[str, Any]:
    limit = {} if params.max_parallel is None else {"max-parallel": params.max_parallel}
    return {"fail-fast": params.fail_fast, **limit, "matrix": {params.key: values}}


def _move(workflow: Workflow, part: Part, params: ParallelParams) -> str:
    """Make the matrix job and take the steps out of their old place; return the name of the job that builds."""
    job, item, steps = part.job, workflow.job(part.job), workflow.steps(part.job)
    strategy = _strategy(params, list(params.services or part.values))
    others = [step for at, step in enumerate(steps) if not part.start <= at < part.end]
    is_last = part.end == len(steps)
    if params.new_job is None and all(
        _is_setup(step, is_image=part.is_image) or (is_last and _may_repeat(step)) for step in others
    ):
        _put(workflow, part)
        workflow.set_key(job, "strategy", strategy)
        if not all(_is_setup(step, is_image=part.is_image) for step in others):
            workflow.warnings.append(f"the steps ahead are repeated for each {params.key}, on its own machine")
        if isinstance(item.get("name"), str):
            workflow.set_key(job, "name", f"{item['name']} (${{{{ matrix.{params.key} }}}})")
        return job
    _refuse_prepared(workflow, part)
    name = params.new_job or _slug(part.title)
    made: dict[str, Any] = {"name": f"{part.title} (${{{{ matrix.{params.key} }}}})"}
    made.update({key: item[key] for key in _COPIED if key in item})
    signs_in = any(uses_of(other) == "docker/login-action" for other in steps[: part.start])
    if not ("permissions" in item or "permissions" in workflow.model or signs_in) and _only_builds(part.steps):
        made["permissions"] = {"contents": "read"}  # no more than a checkout needs, where the default would be all
    made["strategy"] = strategy
    made["steps"] = [*_setup(workflow, steps[: part.start], is_image=part.is_image), *part.steps]
    settle_only_job(workflow)
    workflow.add_job(name, made, after=job)
    for at in reversed(range(part.start, part.end)):
        workflow.remove_step(job, at)
    for other, needing in workflow.jobs.items():
        if job in needs_of(needing) and other != name:
            workflow.add_needs(other, [name])
    return name


def _refuse_prepared(workflow: Workflow, part: Part) -> None:
    """Refuse where a step ahead may make files that the builds read: on other machines they would not be there."""
    for at, step in enumerate(workflow.steps(part.job)[: part.start]):
        script = run_of(step)
        is_idle = not script or is_placeholder(script) or _INSTALLS.match(script) or "docker login" in script
        if not is_idle and not TEST.search(script):
            line = workflow.line("jobs", part.job, "steps", at)
            reason = f"line {line}: {title_of(step, at)} may make what the builds need, and they go to other machines"
            raise Refusal(EditCode.PRECONDITION, reason)


def _put(workflow: Workflow, part: Part) -> None:
    """Bring the steps of the first value to those of the matrix, and take the others out."""
    for at in reversed(range(part.start + len(part.steps), part.end)):
        workflow.remove_step(part.job, at)
    for offset, step in enumerate(part.steps):
        workflow.replace_step(part.job, part.start + offset, step)


def _is_setup(step: JsonObject, *, is_image: bool) -> bool:
    if is_image:
        return uses_of(step) in _IMAGE_SETUP
    return _SETUP.match(uses_of(step)) is not None or (bool(run_of(step)) and _INSTALLS.match(run_of(step)) is not None)


def _may_repeat(step: JsonObject) -> bool:
    """Say whether a step only makes files for those behind it, so that every machine may do it for itself."""
    script = run_of(step)
    is_preparing = _PREPARES.match(script) is not None and not _ONCE.search(script) and not TEST.search(script)
    return uses_of(step) == "actions/download-artifact" or (bool(script) and is_preparing)


def _setup(workflow: Workflow, steps: list[JsonObject], *, is_image: bool) -> list[JsonObject]:
    """Return the set-up steps ahead that the new job needs as well, pinned where a pin is known."""
    found: list[JsonObject] = []
    for step in steps:
        if not _is_setup(step, is_image=is_image) or "id" in step:
            continue
        pin = workflow.scene.pins.find(uses_of(step)) if uses_of(step) in _IMAGE_SETUP else None
        copy = _without_credentials(step)
        found.append({**copy, "uses": workflow.uses(uses_of(step))} if pin is not None else dict(copy))
    if is_image and all(uses_of(step) != "docker/setup-buildx-action" for step in steps):
        found.append({"name": "Set up Docker Buildx", "uses": workflow.uses("docker/setup-buildx-action")})
    return found


def _only_builds(steps: tuple[dict[str, Any], ...]) -> bool:
    given = [step.get("with") for step in steps]
    return all(isinstance(one, dict) and one.get("push") is False for one in given)


def _without_credentials(step: JsonObject) -> JsonObject:
    """Return a checkout that leaves no token on the disk: a job that only builds has no use for it."""
    given = step.get("with", {})
    if uses_of(step) != "actions/checkout" or not isinstance(given, dict):
        return step
    return {**step, "with": {"persist-credentials": False, **given}}


def _slug(title: str) -> str:
    slug = "".join(character if character.isalnum() else "-" for character in title.lower())
    return "-".join(part for part in slug.split("-") if part) or "build-matrix"


# ---------------------------------------------------------------- jobs become one


def _joined(workflow: Workflow, found: Siblings, params: ParallelParams) -> EditResult:
    """Make one job of several."""
    values = list(found.family.values)
    if params.services is not None and set(params.services) != set(values):
        raise Refusal(EditCode.PARAM, f"the jobs build {', '.join(values)}, and `services` says otherwise")
    name = join(workflow, found, params.key, _strategy(params, values), params.new_job)
    _tell(workflow, name, values, list(found.jobs))
    return workflow.finish(f"{name} stands for {', '.join(found.jobs)}", "")
