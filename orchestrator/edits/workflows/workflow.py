"""A workflow under edit: the YAML editor with the words of workflows."""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from orchestrator.edits.action import Scene
from orchestrator.edits.result import Duty, EditCode, EditResult, Refusal, already, changed
from orchestrator.edits.workflows.shape import jobs_of, needs_of, steps_of
from orchestrator.edits.yaml.editor import YamlEditor
from orchestrator.edits.yaml.emit import Noted
from orchestrator.models.json import Json, JsonObject

StepPath = tuple[str, str, str, int]


class Workflow:
    """The target of a scene as a workflow; every change goes through `editor`."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.editor = YamlEditor(scene.target, scene.text, "workflow")
        self.warnings: list[str] = []
        self.duties: list[Duty] = []
        self._jobs_of: Json = None
        self._jobs: dict[str, JsonObject] = {}
        if not isinstance(self.editor.model, dict) or not jobs_of(self.editor.model):
            raise Refusal(EditCode.PRECONDITION, f"{scene.target} is no workflow: it has no jobs")

    @property
    def model(self) -> JsonObject:
        """Return the intended model so far."""
        model: JsonObject = self.editor.model
        return model

    @property
    def jobs(self) -> dict[str, JsonObject]:
        """Return the jobs."""
        if self._jobs_of is not self.editor.model:  # every edit makes another model
            self._jobs_of, self._jobs = self.editor.model, jobs_of(self.model)
        return self._jobs

    def job(self, name: str) -> JsonObject:
        """Return a job; Refusal E_NOT_FOUND with the nearest name."""
        found = self.jobs.get(name)
        if found is None:
            near = get_close_matches(name, self.jobs, n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"jobs: {', '.join(self.jobs)}"
            raise Refusal(EditCode.NOT_FOUND, f"there is no job {name}", hint=hint)
        return found

    def chosen_jobs(self, name: str | None) -> list[str]:
        """Return the named job, or all."""
        if name is None:
            return list(self.jobs)
        self.job(name)
        return [name]

    def steps(self, job: str) -> list[JsonObject]:
        """Return the steps of a job."""
        return steps_of(self.job(job))

    def step_index(self, job: str, selector: str) -> int:
        """Return the position of the one step that a selector names; Refusal when none or several.

        It is an id, a name, the beginning of a `uses`, or `/…/`: a regular expression for the script.
        """
        steps = self.steps(job)
        for matches in _matches(steps, selector):
            if len(matches) == 1:
                return matches[0]
            if matches:
                places = ", ".join(f"line {self.line('jobs', job, 'steps', at)}" for at in matches)
                raise Refusal(EditCode.AMBIGUOUS, f"{len(matches)} steps of {job} are {selector}: {places}")
        names = [str(step.get("id") or step.get("name") or step.get("uses") or "") for step in steps]
        near = get_close_matches(selector, names, n=1)
        hint = f"did you mean `{near[0]}`?" if near else ""
        raise Refusal(EditCode.NOT_FOUND, f"{job} has no step {selector}", hint=hint)

    def find_step(self, job: str | None, selector: str) -> tuple[str, int]:
        """Return the job and position of the one step that a selector names, in one job or in all of them."""
        if job is not None:
            return job, self.step_index(job, selector)
        places = [(name, self.step_index(name, selector)) for name in self.jobs if self._has_step(name, selector)]
        if len(places) > 1:
            listed = ", ".join(f"{name} line {self.line('jobs', name, 'steps', at)}" for name, at in places)
            hint = "`job` names one"
            raise Refusal(EditCode.AMBIGUOUS, f"several jobs have the step {selector}: {listed}", hint=hint)
        if not places:
            raise Refusal(EditCode.NOT_FOUND, f"no job has a step {selector}")
        return places[0]

    def _has_step(self, job: str, selector: str) -> bool:
        return any(_matches(self.steps(job), selector))

    def line(self, *path: str | int) -> int:
        """Return the line, from 1, where something stands."""
        return self.editor.tree.place(self.editor.node(*path).start)[0]

    # ------------------------------------------------------------ changes

    def set(self, path: Sequence[str | int], value: Any, **place: str | None) -> bool:
        """Make the value at a path this one (`YamlEditor.set`)."""
        return self.editor.set(path, value, **place)

    def insert_step(self, job: str, index: int, step: JsonObject) -> None:
        """Put a step into a job."""
        self.editor.insert_item(("jobs", job, "steps"), index, step)

    def insert_steps(self, job: str, index: int, steps: Sequence[JsonObject]) -> None:
        """Put steps into a job, one behind the other."""
        self.editor.insert_items(("jobs", job, "steps"), index, steps)

    def remove_step(self, job: str, index: int) -> None:
        """Take a step out, with the comments that belong to it."""
        self.editor.delete(("jobs", job, "steps", index), with_comments=True)

    def replace_step(self, job: str, index: int, step: JsonObject) -> None:
        """Bring a step to another content; what is equal stays as it is written."""
        self.editor.set(("jobs", job, "steps", index), step)

    def add_job(self, name: str, job: JsonObject, *, after: str | None = None) -> None:
        """Add a job at the end, or behind another one."""
        if name in self.jobs:
            raise Refusal(EditCode.CONFLICT, f"there is a job {name} already")
        self.editor.set(("jobs", name), job, after=after)

    def set_key(self, job: str, key: str, value: Any) -> bool:
        """Set a key of a job; a new one stands where people look for it, above the steps."""
        order = _ORDER[: _ORDER.index(key)] if key in _ORDER else _ORDER
        written = self.editor.node("jobs", job)  # what is edited at once is not there yet
        present = [name for name in order if written.index_of(name) is not None]
        if key in self.job(job) or not present:
            return self.editor.set(("jobs", job, key), value, before="steps")
        return self.editor.set(("jobs", job, key), value, after=present[-1])

    def add_needs(self, job: str, others: Sequence[str]) -> bool:
        """Add jobs to what a job needs, in the form in which it is written."""
        needs = needs_of(self.job(job))
        missing = [other for other in others if other not in needs]
        if not missing:
            return False
        if not needs and len(missing) == 1:
            return self.set_key(job, "needs", missing[0])
        if isinstance(self.job(job).get("needs"), list) and needs:
            for other in missing:
                self.editor.append(("jobs", job, "needs"), other)
            return True
        return self.set_key(job, "needs", [*needs, *missing])

    def add_permissions(self, job: str, scopes: JsonObject) -> bool:
        """Give a job at least these permissions; those that it has from the workflow are carried over."""
        present = self.job(job).get("permissions")
        if isinstance(present, str):
            if present == "write-all":
                return False
            raise Refusal(EditCode.CONFLICT, f"{job} has `permissions: {present}`, scopes cannot be added to it")
        if present is None:
            inherited = self.model.get("permissions")
            base = inherited if isinstance(inherited, dict) else {"contents": "read"}
            return self.set_key(job, "permissions", {**base, **lacking(base, scopes)})
        missing = lacking(present, scopes)
        if not present:
            return self.set_key(job, "permissions", missing)
        with self.editor.at_once():
            for scope, level in missing.items():
                self.editor.set(("jobs", job, "permissions", scope), level)
        return bool(missing)

    def uses(self, action: str) -> Noted:
        """Return a `uses` value at its pinned commit with the version behind it."""
        pinned = self.scene.pins.uses(action)
        return Noted(pinned.uses, pinned.version)

    # ------------------------------------------------------------ results

    def finish(self, done: str, nothing: str) -> EditResult:
        """Return `changed` with the edit, or `already` when there was nothing to do."""
        if not self.editor.is_changed:
            return already(nothing, duties=self.duties, warnings=self.warnings)
        return changed(done, [self.editor.finish()], duties=self.duties, warnings=self.warnings)


def _matches(steps: Sequence[JsonObject], selector: str) -> Iterator[list[int]]:
    """Yield the positions of the steps that a selector can mean, the most certain meaning first."""
    if len(selector) > 2 and selector.startswith("/") and selector.endswith("/"):
        try:
            pattern = re.compile(selector[1:-1], re.MULTILINE)
        except re.error as error:
            raise Refusal(EditCode.PARAM, f"{selector} is no regular expression: {error}") from error
        yield [at for at, step in enumerate(steps) if pattern.search(run_of(step))]
        return
    yield [at for at, step in enumerate(steps) if step.get("id") == selector]
    yield [at for at, step in enumerate(steps) if step.get("name") == selector]
    yield [at for at, step in enumerate(steps) if str(step.get("uses", "")).startswith(selector)]


_ORDER = (
    "name",
    "needs",
    "if",
    "runs-on",
    "environment",
    "concurrency",
    "permissions",
    "timeout-minutes",
    "strategy",
    "outputs",
    "env",
    "defaults",
    "container",
    "services",
)


def lacking(present: Mapping[str, Json], scopes: Mapping[str, Json]) -> JsonObject:
    """Return those of some scopes that permissions lack or have at a lower level."""
    rank = {"none": 0, "read": 1, "write": 2}
    level = {scope: rank.get(str(value), 0) for scope, value in present.items()}
    return {scope: value for scope, value in scopes.items() if level.get(scope, 0) < rank.get(str(value), 0)}


def uses_of(step: JsonObject) -> str:
    """Return the action of a step without its version, in small letters."""
    return str(step.get("uses", "")).split("@", maxsplit=1)[0].lower()


def run_of(step: JsonObject) -> str:
    """Return the script of a step, or an empty text."""
    return str(step.get("run") or "")


def title_of(step: JsonObject, index: int) -> str:
    """Return how a person would name a step."""
    return str(step.get("name") or step.get("id") or step.get("uses") or f"step {index + 1}")
