"""Which images a workflow pushes, and how a later job finds the very same ones.

A job cannot read the outputs of a matrix, so the digest is asked of the registry by the tag that was pushed; which tag
that is follows from the build steps.
"""

import re
from dataclasses import dataclass

from orchestrator.edits.result import EditCode, Refusal
from orchestrator.edits.workflows.shape import matrix_of, steps_of
from orchestrator.edits.workflows.workflow import Workflow, uses_of
from orchestrator.models.json import Json, JsonObject

BUILD_PUSH = "docker/build-push-action"
_METADATA = "docker/metadata-action"
_MATRIX = re.compile(r"\$\{\{\s*matrix\.([\w-]+)\s*\}\}")
_SHA_TAG = re.compile(r"\$\{\{\s*github\.sha\s*\}\}")
_SHORT = 7  # what docker/metadata-action takes of a commit for `type=sha`


@dataclass(frozen=True, slots=True)
class Pushed:
    """The images of one job. `image` is the name with `$NAME` where the value of the matrix key `key` stands.

    `tag` is for the shell.
    """

    job: str
    step: int
    image: str
    names: tuple[str, ...]
    tag: str
    registry: str
    key: str = ""

    @property
    def is_matrix(self) -> bool:
        """Say whether there is one image per value of a matrix."""
        return bool(self.key)

    @property
    def label(self) -> str:
        """Return what tells an image from the others of its job, as that job itself writes it."""
        return f"${{{{ matrix.{self.key} }}}}" if self.is_matrix else self.names[0]

    @property
    def written(self) -> str:
        """Return the name of the image as the pushing job itself writes it."""
        return self.image.replace("$NAME", self.label)


def find_pushed(workflow: Workflow, job: str | None = None) -> Pushed:
    """Return the images that a job (the one that pushes) publishes, Refusal E_PRECONDITION when that is not certain."""
    found = [
        (name, at)
        for name in workflow.chosen_jobs(job)
        for at, step in enumerate(workflow.steps(name))
        if uses_of(step) == BUILD_PUSH and pushes(step)
    ]
    if not found:
        raise Refusal(EditCode.PRECONDITION, "no step pushes an image (docker/build-push-action with `push: true`)")
    if len(found) > 1:
        places = ", ".join(f"{name} line {workflow.line('jobs', name, 'steps', at)}" for name, at in found)
        raise Refusal(EditCode.AMBIGUOUS, f"several steps push images: {places}", hint="`build_job` names one")
    name, at = found[0]
    return _pushed(workflow, name, at)


def pushes(step: JsonObject) -> bool:
    """Say whether a build step pushes what it builds."""
    given = step.get("with") or {}
    value = given.get("push", False)
    return value is True or str(value).lower() == "true" or "${{" in str(value) or "push=true" in str(given)


def by_digest(workflow: Workflow, pushed: Pushed) -> str:
    """Return `image@digest` of what the pushing step pushed, and give that step an id when it has none."""
    return f"{pushed.written}@${{{{ steps.{step_id(workflow, pushed)}.outputs.digest }}}}"


def step_id(workflow: Workflow, pushed: Pushed) -> str:
    """Return the id of the pushing step, which gets one if it has none; Refusal E_CONFLICT when `build` is taken."""
    steps = workflow.steps(pushed.job)
    present = steps[pushed.step].get("id")
    if present:
        return str(present)
    if any(other.get("id") == "build" for other in steps):
        raise Refusal(EditCode.CONFLICT, f"another step of {pushed.job} has the id build")
    workflow.set(("jobs", pushed.job, "steps", pushed.step, "id"), "build", after="name")
    return "build"


def _pushed(workflow: Workflow, job: str, at: int) -> Pushed:
    step = workflow.steps(job)[at]
    tags = str((step.get("with") or {}).get("tags", ""))
    image, tag = _from_metadata(workflow, job, tags) or _from_tags(tags)
    key = _MATRIX.search(image)
    names = _matrix_values(matrix_of(workflow.job(job)), key[1]) if key else (image.rsplit("/", 1)[-1],)
    image = _MATRIX.sub("$NAME", image)
    if "${{" in re.sub(r"\$\{\{\s*(?:env|vars)\.\w+\s*\}\}|\$\{\{\s*github\.repository(?:_owner)?\s*\}\}", "", image):
        raise Refusal(EditCode.PRECONDITION, f"the image name of {job} cannot be followed to another job: {image}")
    return Pushed(job, at, image, names, tag, _registry(workflow, job), key[1] if key else "")


def _from_metadata(workflow: Workflow, job: str, tags: str) -> tuple[str, str] | None:
    found = re.search(r"steps\.([\w-]+)\.outputs\.tags", tags)
    step = next((item for item in workflow.steps(job) if found and str(item.get("id")) == found[1]), None)
    if found is None or step is None or uses_of(step) != _METADATA:
        return None
    given = step.get("with") or {}
    images = [line.strip() for line in str(given.get("images", "")).splitlines() if line.strip()]
    if len(images) != 1:
        raise Refusal(EditCode.PRECONDITION, f"{job} publishes {len(images)} images in one step")
    for line in str(given.get("tags", "")).splitlines():
        parts = dict(part.partition("=")[::2] for part in line.strip().split(","))
        if parts.get("type") == "sha" and parts.get("enable", "true") == "true":
            prefix = parts.get("prefix", "sha-")
            return images[0], prefix + (
                "$GITHUB_SHA" if parts.get("format") == "long" else f"${{GITHUB_SHA::{_SHORT}}}"
            )
    hint = "add `type=sha` to its tags: no other tag names one commit"
    raise Refusal(EditCode.PRECONDITION, f"{job} pushes no tag that names the commit", hint=hint)


def _from_tags(tags: str) -> tuple[str, str]:
    for line in re.split(r"[\n,]", tags):
        head, colon, tag = line.strip().rpartition(":")
        if colon and _SHA_TAG.search(tag):
            return head, _SHA_TAG.sub("$GITHUB_SHA", tag)
    raise Refusal(EditCode.PRECONDITION, "no pushed tag names the commit", hint="push a tag with ${{ github.sha }}")


def _matrix_values(matrix: Json, key: str) -> tuple[str, ...]:
    if not isinstance(matrix, dict):
        raise Refusal(EditCode.PRECONDITION, f"the matrix values of {key} are computed")
    values = matrix.get(key)
    found = [str(value) for value in values] if isinstance(values, list) else []
    include = matrix.get("include")
    if isinstance(include, list):
        found += [str(entry[key]) for entry in include if isinstance(entry, dict) and key in entry]
    if not found or any("${{" in value or not re.fullmatch(r"[\w.-]+", value) for value in found):
        raise Refusal(EditCode.PRECONDITION, f"the matrix values of {key} are computed")
    return tuple(dict.fromkeys(found))


def _registry(workflow: Workflow, job: str) -> str:
    login = next((step for step in steps_of(workflow.job(job)) if uses_of(step) == "docker/login-action"), {})
    return str((login.get("with") or {}).get("registry", "docker.io"))


def login_step(workflow: Workflow, pushed: Pushed) -> JsonObject | None:
    """Return the login of the pushing job for another job, with the action pinned; None when there is none."""
    for step in workflow.steps(pushed.job):
        if uses_of(step) == "docker/login-action":
            return {
                "name": "Log in to the registry",
                "uses": workflow.uses("docker/login-action"),
                "with": step["with"],
            }
    return None
