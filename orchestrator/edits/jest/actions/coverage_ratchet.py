"""``coverage_ratchet``: raise the coverage gates that are there to what was measured, rounded down; never lower one."""

import json
import math
import posixpath

from pydantic import Field

from orchestrator.contracts import RelativePath
from orchestrator.edits.action import Action, EditParams, Scene
from orchestrator.edits.jest.document import KINDS, PLACES, JestDocument
from orchestrator.edits.jest.globs import UnknownGlob
from orchestrator.edits.jest.summary import REPORT, Summary, read_summary
from orchestrator.edits.jest.thresholds import files_of, is_glob, present_thresholds, rest_of
from orchestrator.edits.kinds import TOML, kind_of
from orchestrator.edits.result import EditCode, EditResult, Refusal, already, changed
from orchestrator.edits.toml.editor import TomlEditor

FAIL_UNDER = ("tool", "coverage", "report", "fail_under")


class RatchetParams(EditParams):
    """The report; by default coverage-summary.json for Jest, coverage.json for pyproject.toml."""

    report: RelativePath | None = Field(default=None, description="what was measured, beside the config")


class CoverageRatchet(Action[RatchetParams]):
    """Raise the gates that are there."""

    name = "coverage_ratchet"
    summary = "Raise coverage gates (Jest thresholds, pyproject fail_under) to the measured value, never lower"
    params_model = RatchetParams
    kinds = KINDS | {TOML}
    places = (*PLACES, "pyproject.toml")

    def reads(self, target: str, params: RatchetParams) -> tuple[str, ...]:
        """Name the report."""
        usual = "coverage.json" if kind_of(target) == TOML else REPORT
        return (posixpath.join(posixpath.dirname(target), params.report or usual),)

    def plan(self, scene: Scene, params: RatchetParams) -> EditResult:
        """Raise each gate to the floor of its measured value."""
        report = self.reads(scene.target, params)[0]
        if kind_of(scene.target) == TOML:
            return _ratchet_python(scene, report)
        summary = read_summary(scene, report)
        if summary is None:
            raise Refusal(EditCode.PRECONDITION, f"nothing was measured: there is no {report}")
        return _ratchet_jest(scene, summary)


def _ratchet_jest(scene: Scene, summary: Summary) -> EditResult:
    document = JestDocument(scene)
    present = present_thresholds(document)
    if not present:
        raise Refusal(EditCode.NOT_FOUND, "there is no coverageThreshold", hint="add_directory_thresholds makes one")
    lead = document.folder + "/" if document.folder else ""
    files = [path.removeprefix(lead) for path in summary.files]
    raised = []
    for key, values in present.items():
        try:
            own = rest_of(list(present), files) if key == "global" else files_of(key, files)
        except UnknownGlob:
            continue
        groups = [[lead + path] for path in own] if is_glob(key) else [[lead + path for path in own]]
        for metric, value in values.items():
            found = [floor for group in groups if (floor := summary.floor(group, metric)) is not None]
            if found and 0 <= value < min(found):
                document.editor.set((*document.prefix, "coverageThreshold", key, metric), min(found))
                raised.append(f"{key} {metric} {value:g} to {min(found)}")
    if not raised:
        return already("no gate is below what was measured")
    return changed(f"raised {', '.join(raised)}", [document.editor.finish()])


def _ratchet_python(scene: Scene, report: str) -> EditResult:
    editor = TomlEditor(scene.target, scene.text)
    value = editor.get(*FAIL_UNDER)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refusal(EditCode.NOT_FOUND, f"{'.'.join(FAIL_UNDER)} is no number", hint="set_tool_option makes one")
    found = _percent_python(scene, report)
    floor = math.floor(found + 1e-9)
    if floor <= value:
        return already(f"fail_under {value:g} is not below the measured {found:.1f} %")
    editor.set(FAIL_UNDER, floor)
    return changed(f"raised fail_under {value:g} to {floor}, measured {found:.1f} %", [editor.finish()])


def _percent_python(scene: Scene, report: str) -> float:
    """Return what coverage.py counts: lines, and branches where they were measured."""
    text = scene.read_if_there(report)
    if text is None:
        hint = "coverage json writes it"
        raise Refusal(EditCode.PRECONDITION, f"nothing was measured: there is no {report}", hint=hint)
    try:
        totals = json.loads(text)["totals"]
        covered = int(totals["covered_lines"]) + int(totals.get("covered_branches", 0))
        total = int(totals["num_statements"]) + int(totals.get("num_branches", 0))
    except (ValueError, KeyError, TypeError) as error:
        raise Refusal(EditCode.PRECONDITION, f"{report} is no report of `coverage json`: {error!r}") from error
    return 100.0 * covered / total if total else 100.0
