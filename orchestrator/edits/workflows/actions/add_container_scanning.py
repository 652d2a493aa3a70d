"""``add_container_scanning``: an image with known holes is never pushed.

The gate comes before the push: the image is built and loaded, scanned, and only then pushed, which the build cache
makes cheap. An image for several platforms is built and scanned for each. Jobs that deploy need the pushing job, so
nothing unscanned is deployed either.
"""

import re
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator

from orchestrator.edits.action import Action, Scene, WorkflowParams
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import EditCode, EditResult, Refusal, already, changed
from orchestrator.edits.workflows import scans
from orchestrator.edits.workflows.images import BUILD_PUSH, by_digest, find_pushed, pushes
from orchestrator.edits.workflows.rescan import rescan, rescan_path
from orchestrator.edits.workflows.scopes import permit, settle_only_job
from orchestrator.edits.workflows.severities import covers
from orchestrator.edits.workflows.shape import environment_of, matrix_of, tells_apart
from orchestrator.edits.workflows.workflow import Workflow, uses_of
from orchestrator.models.json import Json, JsonObject

_LOCAL = "localhost/scan:${{ github.sha }}"
_MATRIX = re.compile(r"\$\{\{\s*matrix\.([\w-]+)\s*\}\}")
_JOB = "container-scan"
Image = Annotated[str, Field(pattern=r"^[\w.:/@-]+$")]


class ScanParams(WorkflowParams):
    """What is scanned, by what, and what fails."""

    job: str | None = Field(default=None, description="the job that builds and pushes, else all")
    images: list[Image] = Field(default=[], description="scan these in a job of their own, whoever built them")
    scanner: Literal["trivy", "grype"] = Field(default="trivy", description="which scanner looks at the images")
    severity: str = Field(
        default="HIGH,CRITICAL",
        pattern=r"^(?:UNKNOWN|LOW|MEDIUM|HIGH|CRITICAL)(?:,[A-Z]+)*$",
        description="findings from which the job fails, separated by commas",
    )
    ignore_unfixed: bool = Field(default=True, description="pass findings that no version mends yet")
    when: Literal["before_push", "after_push"] = Field(
        default="before_push", description="after_push scans the pushed digest: nothing is built twice, all is pushed"
    )
    sarif: bool = Field(default=True, description="also report to code scanning")
    schedule: str | None = Field(
        default=None, pattern=r"^\S+( \S+){4}$", description="cron: scan what was pushed last again, in a new workflow"
    )

    @model_validator(mode="after")
    def _fits(self) -> "ScanParams":
        if self.images and (self.job is not None or self.schedule is not None):
            message = "`images` go without `job` and `schedule`"
            raise ValueError(message)
        return self

    @property
    def scan(self) -> scans.Scan:
        """Return how images are scanned."""
        return scans.Scan(
            scanner=self.scanner, severity=self.severity, ignore_unfixed=self.ignore_unfixed, sarif=self.sarif
        )


class AddContainerScanning(Action[ScanParams]):
    """Scan every image ahead of its push."""

    name = "add_container_scanning"
    summary = "Build, load and scan each image before it is pushed; findings of a severity stop the push"
    params_model = ScanParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: ScanParams) -> EditResult:
        """Insert a loading build and a scan ahead of each pushing step, or a job for given images."""
        workflow = Workflow(scene)
        if params.images:
            return _given_images(workflow, params)
        places = _pushing(workflow, params.job)
        missing = [(job, at) for job, at in places if not _is_scanned(workflow, job, at, params)]
        again = None
        if params.schedule is not None:
            again = rescan(workflow, find_pushed(workflow, params.job), params.scan, params.schedule)
        for job, at in reversed(missing):
            (_before if params.when == "before_push" else _after)(workflow, job, at, params)
        if params.sarif and missing:
            workflow.duties.append(scans.duty())
        listed = ", ".join(dict.fromkeys(job for job, _ in missing or places))
        edits = [*([workflow.editor.finish()] if missing else []), *([again] if again is not None else [])]
        if not edits:
            return already(f"{listed}: scanned {params.when.replace('_', ' the ')}")
        done = f"{listed}: {params.severity} stops the push" if missing else f"{listed}: scanned again at set times"
        if missing and params.when == "after_push":
            done = f"{listed}: {params.severity} fails the job behind the push"
        return changed(done, edits, duties=workflow.duties, warnings=workflow.warnings)

    def holds(self, scene: Scene, params: ScanParams) -> str | None:
        """See that a blocking scan stands ahead of every push."""
        workflow = Workflow(scene)
        if params.images:
            return None if _scans_given(workflow, params) else "the images are not scanned"
        for job, at in _pushing(workflow, params.job):
            if not _is_scanned(workflow, job, at, params):
                return f"{job} pushes an image that was not scanned"
        is_late = params.schedule is not None and not scene.tree.exists(rescan_path(scene.target))
        return "nothing scans again" if is_late else None

    def writes(self, target: str, params: ScanParams) -> tuple[str, ...]:
        """Name the workflow, and the one that scans again."""
        return (target, rescan_path(target)) if params.schedule is not None else (target,)


def _pushing(workflow: Workflow, job: str | None) -> list[tuple[str, int]]:
    """Return the steps that build and push, else those that only build; Refusal E_NOT_FOUND when there are none."""
    every = [
        (name, at)
        for name in workflow.chosen_jobs(job)
        for at, step in enumerate(workflow.steps(name))
        if uses_of(step) == BUILD_PUSH and (step.get("with") or {}).get("tags") != _LOCAL
    ]
    found = [(name, at) for name, at in every if pushes(workflow.steps(name)[at])]
    if not found:
        raise Refusal(
            EditCode.NOT_FOUND, "no step builds and pushes an image", hint="`images` names images to scan as they are"
        )
    return found


def _is_scanned(workflow: Workflow, job: str, at: int, params: ScanParams) -> bool:
    """Say whether a blocking scan of an image stands where it should: ahead of a pushing step, or behind it."""
    steps = workflow.steps(job)
    return any(_blocks(step, params) for step in (steps[:at] if params.when == "before_push" else steps))


def _blocks(step: JsonObject, params: ScanParams) -> bool:
    given = step.get("with") or {}
    if step.get("continue-on-error") not in (None, False):
        return False
    if uses_of(step) == scans.TRIVY and given.get("image-ref") and str(given.get("exit-code", "0")) != "0":
        is_report = str(given.get("format", "table")) == "sarif" and not given.get("limit-severities-for-sarif")
        return is_report or covers(str(given.get("severity", "")), params.severity)
    return bool(uses_of(step) == scans.GRYPE and given.get("image") and given.get("fail-build", True) in (True, "true"))


def _before(workflow: Workflow, job: str, at: int, params: ScanParams) -> None:
    """Build, load, scan: once for each platform, because an image of several cannot be loaded."""
    step = workflow.steps(job)[at]
    made = []
    platforms = _platforms(workflow, job, (step.get("with") or {}).get("platforms"))
    for platform in platforms:
        is_one = len(platforms) == 1
        tag = _LOCAL if is_one else f"{_LOCAL}-{scans.slug(platform)}"
        made.append(scans.build_for_scan(workflow, step, tag, platform))
        made += scans.scan_steps(
            workflow,
            params.scan,
            tag,
            _category(workflow, job, at),
            condition=step.get("if"),
            platform="" if is_one else platform,
        )
    workflow.insert_steps(job, at, made)
    _permit(workflow, job, params)


def _after(workflow: Workflow, job: str, at: int, params: ScanParams) -> None:
    """Scan the digest that was pushed."""
    step = workflow.steps(job)[at]
    image = by_digest(workflow, find_pushed(workflow, job))
    made = scans.scan_steps(workflow, params.scan, image, _category(workflow, job, at), condition=step.get("if"))
    workflow.insert_steps(job, at + 1, made)
    _permit(workflow, job, params)


def _platforms(workflow: Workflow, job: str, given: Json) -> Sequence[str]:
    """Return the platforms of a build, one empty text for the runner's own."""
    text = str(given or "")
    matrix = matrix_of(workflow.job(job))
    found = _MATRIX.fullmatch(text.strip())
    if found is not None and isinstance(matrix, dict):
        values = _values_of(matrix, found[1])
        if values and all(re.fullmatch(r"[\w/.-]+", str(value)) for value in values):
            return [text.strip()]  # each job of the matrix builds for one platform
    if "${{" in text:
        reason = f"{job} builds for computed platforms, {text}: ahead of the push only the runner's own is scanned"
        workflow.warnings.append(f"{reason}; `when: after_push` scans what was pushed")
        return [""]
    return [part for part in re.split(r"[,\s]+", text) if part] or [""]


def _values_of(matrix: JsonObject, key: str) -> list[Json]:
    values = matrix.get(key)
    found = list(values) if isinstance(values, list) else []
    include = matrix.get("include")
    return found + [entry[key] for entry in (include if isinstance(include, list) else []) if key in entry]


def _category(workflow: Workflow, job: str, at: int) -> str:
    """Return what tells the reports of images apart: the job, or what each job of a matrix has alone."""
    places = [place for name, place in _pushing(workflow, job) if name == job]
    number = f"-{places.index(at) + 1}" if len(places) > 1 else ""
    matrix = matrix_of(workflow.job(job))
    if matrix is None:
        return f"{job}{number}"
    builds = [step.get("with") for step in workflow.steps(job) if uses_of(step) == BUILD_PUSH]
    used = dict.fromkeys(_MATRIX.findall(f"{builds} {workflow.steps(job)}"))
    key = next((key for key in used if isinstance(matrix, dict) and tells_apart(matrix, key)), None)
    return (f"${{{{ matrix.{key} }}}}" if key is not None else "${{ strategy.job-index }}") + number


def _permit(workflow: Workflow, job: str, params: ScanParams) -> None:
    if params.sarif:
        permit(workflow, job, {"contents": "read", "security-events": "write"})


# ---------------------------------------------------------------- images that are named


def _given_images(workflow: Workflow, params: ScanParams) -> EditResult:
    listed = ", ".join(params.images)
    if _scans_given(workflow, params):
        return already(f"{_JOB} scans {listed}")
    scopes = {"contents": "read", **({"security-events": "write"} if params.sarif else {})}
    image = "${{ matrix.image }}"
    settle_only_job(workflow)
    workflow.add_job(
        _JOB,
        {
            "name": f"Scan ({image})",
            "runs-on": "ubuntu-latest",
            "permissions": scopes,
            "strategy": {"fail-fast": False, "matrix": {"image": list(params.images)}},
            "steps": scans.scan_steps(workflow, params.scan, image, image),
        },
    )
    for name, job in workflow.jobs.items():
        if name != _JOB and environment_of(job) is not None:
            workflow.add_needs(name, [_JOB])
    if params.sarif:
        workflow.duties.append(scans.duty())
    return workflow.finish(f"{_JOB} fails on {params.severity} in {listed}", "")


def _scans_given(workflow: Workflow, params: ScanParams) -> bool:
    job = workflow.jobs.get(_JOB, {})
    matrix = matrix_of(job)
    values = matrix.get("image") if isinstance(matrix, dict) else None
    return (
        isinstance(values, list)
        and set(params.images) <= set(map(str, values))
        and any(_blocks(step, params) for step in workflow.steps(_JOB))
    )
