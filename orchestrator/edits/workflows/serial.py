"""What a workflow does one after another and could do at the same time: loops, steps alike, jobs alike, lists."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from orchestrator.edits.result import EditCode, Refusal
from orchestrator.edits.workflows.alike import HOLE, Family, spell, unify
from orchestrator.edits.workflows.images import BUILD_PUSH
from orchestrator.edits.workflows.loops import BUILDS, Loop, docker_build, find_list, find_loop
from orchestrator.edits.workflows.shape import needs_of
from orchestrator.edits.workflows.shells import POSIX, shell_of
from orchestrator.edits.workflows.workflow import Workflow, run_of, title_of, uses_of
from orchestrator.edits.yaml.emit import plain
from orchestrator.models.json import JsonObject

_PHASES = re.compile(
    r"(?:all|bootstrap|build|check|clean|coverage|deploy|deps|dist|distcheck|docs|e2e|fix|fmt|format|generate|install|lint"
    r"|package|prepare|publish|release|setup|start|test|typecheck|update|verify)(?:[-_:.].*)?"
)
_TARGET = re.compile(rf"\b(?:make|just|task|yarn|(?:npm|pnpm|yarn|bun)[ \t]+run)[ \t]+{HOLE}(?![\w:-])")
_LONGEST = 3  # steps that each value takes, at most: build, tag, push
_UPLOAD = "actions/upload-artifact"
_NO_MATRIX = {
    "if": "a condition of a job is judged before its matrix",
    "needs": "what a job needs cannot depend on its matrix",
    "permissions": "permissions cannot depend on a matrix",
    "uses": "what is called cannot depend on a matrix",
}


@dataclass(frozen=True, kw_only=True)
class Part:
    """Steps `start` to `end` of a job do the same for each value; `steps` do it for the one of a matrix."""

    job: str
    start: int
    end: int
    values: tuple[str, ...]
    steps: tuple[dict[str, Any], ...]
    title: str

    @property
    def is_image(self) -> bool:
        """Say whether an action builds an image of it."""
        return any(uses_of(plain(step)) == BUILD_PUSH for step in self.steps)


def variable_for(key: str) -> str:
    """Return the name of the variable in which a script finds the value of a matrix key."""
    return re.sub(r"\W", "_", key).upper()


def loops(workflow: Workflow, jobs: Sequence[str], key: str) -> Iterator[Part]:
    """Yield the steps that build in a shell loop."""
    for job in jobs:
        for at, step in enumerate(workflow.steps(job)):
            loop = find_loop(run_of(step))
            if loop is not None:
                yield _part(workflow, job, at, loop, key)


def lists(workflow: Workflow, jobs: Sequence[str], key: str) -> Iterator[Part]:
    """Yield the steps that hand several environments, sessions or folders to tox, nox or pytest."""
    for job in jobs:
        for at, step in enumerate(workflow.steps(job)):
            loop = find_list(run_of(step), variable_for(key))
            if loop is not None and shell_of(workflow.model, workflow.job(job), step) in POSIX:
                yield _part(workflow, job, at, loop, key)


def _part(workflow: Workflow, job: str, at: int, loop: Loop, key: str) -> Part:
    step = workflow.steps(job)[at]
    made = _looped(workflow, step, loop, key)
    return Part(job=job, start=at, end=at + 1, values=loop.values, steps=(made,), title=title_of(step, at))


def without_cache(part: Part) -> Part:
    """Return a part whose image builds keep nothing between runs."""
    steps = [
        {**step, "with": {key: item for key, item in step["with"].items() if not key.startswith("cache-")}}
        if isinstance(step.get("with"), dict)
        else step
        for step in part.steps
    ]
    return replace(part, steps=tuple(steps))


def _looped(workflow: Workflow, step: JsonObject, loop: Loop, key: str) -> dict[str, Any]:
    """Return the loop's body for one value: as build-push-action with a cache when it is a plain docker build."""
    value = f"${{{{ matrix.{key} }}}}"
    head: dict[str, Any] = {
        name: item for name, item in step.items() if name in ("name", "if", "shell", "working-directory")
    }
    inputs = docker_build(loop, value)
    if inputs is not None and "working-directory" not in step:
        cached = {"cache-from": f"type=gha,scope={value}", "cache-to": f"type=gha,mode=max,scope={value}"}
        kept: dict[str, Any] = {name: head[name] for name in ("name", "if") if name in head}
        extra = {"env": step["env"]} if "env" in step else {}
        return {**kept, "uses": workflow.uses(BUILD_PUSH), **extra, "with": {**inputs, **cached}}
    env = {**(step.get("env") or {}), loop.variable: value}
    return {**head, "env": env, "run": loop.body}


def steps_alike(workflow: Workflow, jobs: Sequence[str], key: str) -> Iterator[Part]:
    """Yield runs of steps that build the same way for one value after another."""
    for job in jobs:
        steps, at = workflow.steps(job), 0
        while at < len(steps):
            found = _alike_from(steps, at)
            if found is None:
                at += 1
                continue
            period, count, family = found
            made = tuple(_filled_step(workflow, job, at, step, family, key) for step in range(period))
            end = at + period * count
            yield Part(job=job, start=at, end=end, values=family.values, steps=made, title=_title(family.template))
            at = end


def _alike_from(steps: Sequence[JsonObject], at: int) -> tuple[int, int, Family] | None:
    for period in range(1, _LONGEST + 1):
        best = None
        for count in range(2, (len(steps) - at) // period + 1):
            family = unify([steps[at + each * period : at + (each + 1) * period] for each in range(count)])
            if family is None or _are_phases(family):
                break
            best = (period, count, family)
        if best is not None and any(_builds(step) for step in steps[at : at + period]):
            return best
    return None


def _are_phases(family: Family) -> bool:
    """Say whether members are stages of one pipeline, as `make check` and `make install` are, not work on equals."""
    if not any(_TARGET.search(text) for path, text in family.holes() if path[-1] == "run"):
        return False
    return any(_PHASES.fullmatch(value) for value in family.values)


def _builds(step: JsonObject) -> bool:
    return uses_of(step) == BUILD_PUSH or BUILDS.search(run_of(step)) is not None


def does_for(step: JsonObject, key: str) -> bool:
    """Say whether a step builds or tests for the value of a matrix key."""
    named = re.search(rf"matrix\.{re.escape(key)}\b", str(step)) is not None
    return named and (_builds(step) or re.search(r"\b(?:tox|nox|pytest)\b", run_of(step)) is not None)


def _title(template: list[JsonObject]) -> str:
    name = str(template[0].get("name", ""))
    return re.sub(r"\s+", " ", re.sub(r"\W*\ue000\W*", " ", name)).strip() or "build"


def _filled_step(workflow: Workflow, job: str, start: int, offset: int, family: Family, key: str) -> dict[str, Any]:
    """Return one step of the family for the value of a matrix."""
    template = family.template[offset]
    line = workflow.line("jobs", job, "steps", start + offset)
    holes = [(path[1:], text) for path, text in family.holes() if path[0] == offset]
    for path, text in holes:
        if path[0] in ("uses", "shell"):
            raise Refusal(EditCode.PRECONDITION, f"line {line}: `{path[0]}` cannot depend on a matrix")
        if spell(path, text, key, variable_for(key)) is None:
            reason = f"line {line}: neither a matrix nor a variable reaches where the steps of {job} differ"
            raise Refusal(EditCode.PRECONDITION, reason)
    made = Family(family.values, template).filled(lambda path, text: spell(path, text, key, variable_for(key)) or text)
    made.pop("id", None)
    if any(path[0] == "run" for path, _ in holes):
        if shell_of(workflow.model, workflow.job(job), template) not in POSIX:
            raise Refusal(EditCode.PRECONDITION, f"line {line}: the script is not certainly read by sh or bash")
        made = _with_variable(made, key)
    return _with_scope(made, key)


def _with_variable(step: dict[str, Any], key: str) -> dict[str, Any]:
    env = {**(step.get("env") or {}), variable_for(key): f"${{{{ matrix.{key} }}}}"}
    if "env" in step:
        return {**step, "env": env}
    return {**{name: item for name, item in step.items() if name != "run"}, "env": env, "run": step["run"]}


def _with_scope(step: dict[str, Any], key: str) -> dict[str, Any]:
    """Give an image build a cache scope of its own: one scope is overwritten by whoever comes last."""
    given = step.get("with")
    if uses_of(step) != BUILD_PUSH or not isinstance(given, dict):
        return step
    value = f"scope=${{{{ matrix.{key} }}}}"
    scoped = {
        name: f"{item},{value}"
        if name in ("cache-from", "cache-to") and str(item).startswith("type=gha") and "scope=" not in str(item)
        else item
        for name, item in given.items()
    }
    return {**step, "with": scoped}


@dataclass(frozen=True, kw_only=True)
class Siblings:
    """Jobs that do the same, each for its value; `family` leaves out what they need."""

    jobs: tuple[str, ...]
    needs: tuple[str, ...]
    family: Family


def jobs_alike(workflow: Workflow, jobs: Sequence[str]) -> Iterator[Siblings]:
    """Yield groups of jobs that build the same way, whether they wait for each other or not."""
    left = [name for name in jobs if any(_builds(step) for step in workflow.steps(name))]
    while left:
        group = [left[0]]
        for other in left[1:]:
            if _family(workflow, [*group, other]) is not None:
                group.append(other)
        left = [name for name in left if name not in group]
        family = _family(workflow, group)
        if family is not None:
            needs = tuple(dict.fromkeys(need for name in group for need in needs_of(workflow.job(name))))
            yield Siblings(jobs=tuple(group), needs=tuple(need for need in needs if need not in group), family=family)


def _family(workflow: Workflow, names: Sequence[str]) -> Family | None:
    outside = {frozenset(needs_of(workflow.job(name))) - set(names) for name in names}
    bare = [{key: item for key, item in workflow.job(name).items() if key != "needs"} for name in names]
    family = unify(bare) if len(outside) == 1 else None
    return None if family is None or _are_phases(family) else family


def refuse_siblings(workflow: Workflow, found: Siblings, key: str) -> None:
    """Raise Refusal for what a matrix cannot do: conditions, permissions and outputs of its own for each job."""
    first = workflow.job(found.jobs[0])
    if "strategy" in first:
        raise Refusal(EditCode.CONFLICT, f"{found.jobs[0]} has a matrix already")
    if "outputs" in first:
        raise Refusal(EditCode.PRECONDITION, f"{found.jobs[0]} has outputs; a matrix cannot gather them")
    for path, text in found.family.holes():
        if path[0] in _NO_MATRIX:
            raise Refusal(EditCode.PRECONDITION, f"{found.jobs[0]}: {_NO_MATRIX[str(path[0])]}")
        if path[0] == "steps" and len(path) > 2 and path[2] in ("uses", "id", "shell"):
            raise Refusal(EditCode.PRECONDITION, f"{found.jobs[0]}: `{path[2]}` cannot depend on a matrix")
        if spell(path, text, key, variable_for(key)) is None:
            reason = f"{found.jobs[0]}: neither a matrix nor a variable reaches where the jobs differ"
            raise Refusal(EditCode.PRECONDITION, reason)
    for step in found.family.template.get("steps") or ():
        named = (step.get("with") or {}).get("name", "artifact")
        if uses_of(step) == _UPLOAD and HOLE not in str(named):
            reason = f"{', '.join(found.jobs)} all upload the artifact {named}, and each name can be uploaded only once"
            raise Refusal(EditCode.PRECONDITION, reason)
    others = str({name: job for name, job in workflow.jobs.items() if name not in found.jobs})
    read = next((name for name in found.jobs if re.search(rf"\bneeds\.{re.escape(name)}\.", others)), None)
    if read is not None or re.search(r"\bjobs\.[\w-]+\.outputs", str(workflow.model.get("on"))):
        raise Refusal(EditCode.PRECONDITION, f"another job reads the result of {read or found.jobs[0]} alone")


def job_for_all(workflow: Workflow, found: Siblings, key: str) -> dict[str, Any]:
    """Return the one job that does it for the value of a matrix, without what it needs and its strategy."""
    made: dict[str, Any] = found.family.filled(lambda path, text: spell(path, text, key, variable_for(key)) or text)
    scripts = {path[1] for path, _ in found.family.holes() if path[0] == "steps" and path[-1] == "run"}
    for at in scripts:
        if shell_of(workflow.model, made, made["steps"][at]) not in POSIX:
            raise Refusal(EditCode.PRECONDITION, f"{found.jobs[0]}: a script is not certainly read by sh or bash")
    steps = [_with_variable(step, key) if at in scripts else step for at, step in enumerate(made["steps"])]
    return {**made, "steps": [_with_scope(step, key) for step in steps]}
