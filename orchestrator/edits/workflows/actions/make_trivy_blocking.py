"""``make_trivy_blocking``: a Trivy finding fails the build, and the report is uploaded all the same.

With `format: sarif` the action drops the severity filter, so an exit code there would fail on LOW too: the report
stays as it is and a second step, which only prints, is the gate. Tags of the action were moved to hostile code in
March 2026 (CVE-2026-33634), so it is pinned by commit.
"""

import re
from typing import Literal

from pydantic import Field

from orchestrator.edits.action import Action, Scene, WorkflowParams
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.pins import is_pinned
from orchestrator.edits.result import EditCode, EditResult, Refusal
from orchestrator.edits.workflows.commands import logical_lines, runs_tool, without_excuses
from orchestrator.edits.workflows.scans import TRIVY, UPLOAD
from orchestrator.edits.workflows.severities import covers
from orchestrator.edits.workflows.workflow import Workflow, run_of, title_of, uses_of
from orchestrator.models.json import JsonObject

# Where and how much of it the report goes is the report's business; everything else the gate has to look at as well.
_OF_THE_REPORT = frozenset(
    ("format", "output", "template", "exit-code", "severity", "ignore-unfixed", "limit-severities-for-sarif",
     "skip-setup-trivy", "list-all-pkgs")
)  # fmt: skip
_EXIT = re.compile(r"--exit-code[= \t]+['\"]?\d+['\"]?")
_SEVERITY = re.compile(r"(?:--severity|(?<!\S)-s)[= \t]+['\"]?(?P<list>[^\s'\"]+)")
_TRIVY_COMMAND = re.compile(r"\btrivy[ \t]+(?:image|fs|filesystem|repo|repository|config|rootfs|sbom)\b")


class TrivyParams(WorkflowParams):
    """What fails the build."""

    job: str | None = Field(default=None, description="the job, else all")
    severity: str = Field(
        default="HIGH,CRITICAL",
        pattern=r"^(?:UNKNOWN|LOW|MEDIUM|HIGH|CRITICAL)(?:,[A-Z]+)*$",
        description="findings from which the job fails, separated by commas",
    )
    ignore_unfixed: bool = Field(default=True, description="pass findings that no version mends yet")
    keep_sarif: bool = Field(default=True, description="else the scan only prints and fails, and no report is uploaded")
    trivyignores: str | None = Field(
        default=None, pattern=r"^[\w./,-]+$", description="files of findings that are accepted, each until a date"
    )
    mode: Literal["two-step", "one-step"] = Field(
        default="two-step", description="one-step limits the report to the severities and fails on it"
    )


class MakeTrivyBlocking(Action[TrivyParams]):
    """Make every Trivy scan of the selection a gate."""

    name = "make_trivy_blocking"
    summary = "Fail on Trivy findings of a severity, keep the SARIF upload, pin the action by commit"
    params_model = TrivyParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: TrivyParams) -> EditResult:
        """Add the gate, free the upload, pin."""
        workflow = Workflow(scene)
        found = 0
        for job in workflow.chosen_jobs(params.job):
            for at in reversed(range(len(workflow.steps(job)))):
                step = workflow.steps(job)[at]
                if uses_of(step) == TRIVY:
                    found += 1
                    _pin(workflow, job, at, step)
                    _gate(workflow, job, at, params)
                elif any(runs_tool(line.text, ("trivy",)) for line in logical_lines(run_of(step))):
                    found += 1
                    _gate_command(workflow, job, at, params)
        if not found:
            raise Refusal(EditCode.NOT_FOUND, "no step runs Trivy", hint="add_container_scanning adds one")
        return workflow.finish(f"findings of {params.severity} fail the build", f"fails on {params.severity} already")


def _pin(workflow: Workflow, job: str, at: int, step: JsonObject) -> None:
    if not is_pinned(str(step["uses"])):
        workflow.editor.replace_scalar(("jobs", job, "steps", at, "uses"), workflow.uses(TRIVY))


def _gate(workflow: Workflow, job: str, at: int, params: TrivyParams) -> None:
    """Make one use of the action block, by itself or by a step behind it."""
    step = workflow.steps(job)[at]
    given = dict(step.get("with") or {})
    if "${{" in str(given.get("exit-code", "")):
        raise Refusal(EditCode.CONFLICT, f"{job}: {title_of(step, at)}: exit-code is computed")
    if step.get("continue-on-error") not in (None, False):
        workflow.editor.delete(("jobs", job, "steps", at, "continue-on-error"))
    path = ("jobs", job, "steps", at, "with")
    if str(given.get("format", "table")) == "sarif" and not params.keep_sarif:
        _drop_report(workflow, job, at, path)
        given = dict(workflow.steps(job)[at].get("with") or {})
    if str(given.get("format", "table")) != "sarif":
        _block(workflow, path, given, params)
        return
    if params.mode == "one-step":
        _block(workflow, path, given, params)
        workflow.set((*path, "limit-severities-for-sarif"), True)
        _free_upload(workflow, job, at)
        return
    upload = _free_upload(workflow, job, at)
    if not _has_gate(workflow, job, given, params):
        workflow.insert_step(job, upload + 1, _gate_step(workflow, step, given, params))


def _drop_report(workflow: Workflow, job: str, at: int, path: tuple[str | int, ...]) -> None:
    """Let a reporting scan print instead, and take its upload out."""
    upload = next((n for n, step in enumerate(workflow.steps(job)) if n > at and uses_of(step) == UPLOAD), None)
    if upload is not None:
        workflow.remove_step(job, upload)
    workflow.set((*path, "format"), "table")
    for key in ("output", "limit-severities-for-sarif"):
        workflow.editor.delete((*path, key))


def _block(workflow: Workflow, path: tuple[str | int, ...], given: JsonObject, params: TrivyParams) -> None:
    if str(given.get("exit-code", "0")) == "0":
        workflow.set((*path, "exit-code"), "1")
    if params.trivyignores is not None:
        workflow.set((*path, "trivyignores"), params.trivyignores)
    if not covers(str(given.get("severity", "")), params.severity):
        workflow.set((*path, "severity"), params.severity)
        if params.ignore_unfixed and "ignore-unfixed" not in given:
            workflow.set((*path, "ignore-unfixed"), True)


def _free_upload(workflow: Workflow, job: str, at: int) -> int:
    """Let the upload behind a scan run when the scan failed; return its position, or the scan's own."""
    for position, step in enumerate(workflow.steps(job)):
        if position > at and uses_of(step) == UPLOAD:
            if "if" not in step:
                path = ("jobs", job, "steps", position, "if")
                workflow.set(path, "${{ !cancelled() }}", before="uses" if "name" not in step else None, after="name")
            return position
    return at


def _has_gate(workflow: Workflow, job: str, given: JsonObject, params: TrivyParams) -> bool:
    for step in workflow.steps(job):
        other = step.get("with") or {}
        same = all(other.get(key) == given.get(key) for key in ("scan-ref", "image-ref"))
        same = same and (params.trivyignores is None or other.get("trivyignores") == params.trivyignores)
        blocks = str(other.get("exit-code", "0")) != "0" and str(other.get("format", "table")) != "sarif"
        if uses_of(step) == TRIVY and same and blocks and covers(str(other.get("severity", "")), params.severity):
            return step.get("continue-on-error") in (None, False)
    return False


def _gate_step(workflow: Workflow, step: JsonObject, given: JsonObject, params: TrivyParams) -> JsonObject:
    kept = {key: value for key, value in given.items() if key not in _OF_THE_REPORT}
    same_pin = str(step["uses"])
    pin = workflow.scene.pins.uses(TRIVY)
    made: dict[str, object] = {"name": "Fail on vulnerabilities"}
    if "if" in step:
        made["if"] = step["if"]
    if "env" in step:
        made["env"] = step["env"]
    made["uses"] = workflow.uses(TRIVY) if same_pin == pin.uses else same_pin
    made["with"] = {
        **kept,
        "format": "table",
        "exit-code": "1",
        "severity": params.severity,
        "ignore-unfixed": params.ignore_unfixed,
        "skip-setup-trivy": True,
        **({"trivyignores": params.trivyignores} if params.trivyignores else {}),
    }
    return made


def _gate_command(workflow: Workflow, job: str, at: int, params: TrivyParams) -> None:
    """Make `trivy …` in a script fail: exit code 1, the severities, no excuse."""
    script = run_of(workflow.steps(job)[at])
    wanted = without_excuses(script, ("trivy",))
    for line in reversed(list(logical_lines(wanted))):
        command = _TRIVY_COMMAND.search(line.text)
        if command is None or not runs_tool(line.text, ("trivy",)):
            continue
        text = _EXIT.sub("--exit-code 1", line.text)
        if "--exit-code" not in text:
            text = f"{text[: command.end()]} --exit-code 1{text[command.end() :]}"
        given = _SEVERITY.search(text)
        if given is None:
            more = " --ignore-unfixed" if params.ignore_unfixed and "--ignore-unfixed" not in text else ""
            text = f"{text[: command.end()]} --severity {params.severity}{more}{text[command.end() :]}"
        elif "$" in given["list"]:
            raise Refusal(EditCode.CONFLICT, f"{job}: {title_of(workflow.steps(job)[at], at)}: --severity is computed")
        elif not covers(given["list"], params.severity):
            text = text[: given.start("list")] + params.severity + text[given.end("list") :]
        wanted = wanted[: line.start] + text + wanted[line.end :]
    if wanted != script:
        workflow.set(("jobs", job, "steps", at, "run"), wanted)
