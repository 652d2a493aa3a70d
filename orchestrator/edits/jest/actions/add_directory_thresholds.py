"""``add_directory_thresholds``: each folder has its own coverage gate.

Mode `ratchet` (the default) sets a gate at what the report measured, rounded down, and never lowers one: a gate above
the measured value only gets switched off. Where nothing was measured it starts at zero, and says so.
"""

import posixpath
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from orchestrator.contracts import RelativePath
from orchestrator.edits.action import Action, EditParams, Scene
from orchestrator.edits.jest.document import KINDS, PLACES, JestDocument
from orchestrator.edits.jest.gates import Gate, Mode, gate_values
from orchestrator.edits.jest.globs import UnknownGlob
from orchestrator.edits.jest.summary import METRICS, REPORT, Summary, read_summary
from orchestrator.edits.jest.thresholds import (
    files_of,
    is_glob,
    present_key,
    present_thresholds,
    rest_of,
    wanted_key,
)
from orchestrator.edits.result import Duty, EditCode, EditResult, Refusal, already, changed
from orchestrator.models.json import Json

KEY = "coverageThreshold"


def _whole_if_negative(value: float) -> float:
    if value < 0 and value != int(value):
        message = "below 0 it is a number of uncovered ones, and that is whole"
        raise ValueError(message)
    return value


Percent = Annotated[int | float, Field(ge=-1_000_000, le=100), AfterValidator(_whole_if_negative)]
Metric = Literal["branches", "functions", "lines", "statements"]


class ThresholdParams(EditParams):
    """The gates by folder, and how they meet what is there."""

    thresholds: dict[str, Percent | dict[Metric, Percent]] = Field(
        min_length=1, description="by folder (`services` or `src/services`): one number for all four metrics, or each"
    )
    mode: Mode = Field(default="ratchet", description="ratchet takes the measured value; only `set` lowers a gate")
    report: RelativePath = Field(default=REPORT, description="coverage-summary.json, read in mode ratchet")
    without_report: Literal["zero", "refuse"] = Field(
        default="zero", description="in mode ratchet: where nothing was measured, begin at 0 or refuse"
    )
    trust_spreads: bool = Field(default=False, description="spread objects do not hold the key")


class AddDirectoryThresholds(Action[ThresholdParams]):
    """Give folders a coverage gate of their own."""

    name = "add_directory_thresholds"
    summary = "Give folders their own coverage gates: set, raise, or ratchet to what was measured"
    params_model = ThresholdParams
    kinds = KINDS
    places = PLACES

    def reads(self, target: str, params: ThresholdParams) -> tuple[str, ...]:
        """Name the report."""
        return (posixpath.join(posixpath.dirname(target), params.report),) if params.mode == "ratchet" else ()

    def plan(self, scene: Scene, params: ThresholdParams) -> EditResult:
        """Set what is missing or too low, key by key."""
        document = JestDocument(scene, trust_spreads=params.trust_spreads)
        summary = self._summary(scene, params)
        present = present_thresholds(document)
        notes: list[str] = []
        made: dict[str, Gate] = {}
        for name, wanted in params.thresholds.items():
            key = wanted_key(document, name)
            key = present_key(present, key) or key
            notes += _checked(document, key)
            each = _by_metric(wanted)
            gate = gate_values(key, present.get(key, {}), each, params.mode, _measured(document, key, summary))
            made[key] = gate
            notes += gate.notes
        after = {**present, **{key: gate.values for key, gate in made.items()}}
        notes += _global_note(document, after, summary)
        duties = _duties(params, made, summary)
        fresh = {key: gate.values for key, gate in made.items() if dict(present.get(key, {})) != dict(gate.values)}
        if not fresh:
            return already("every gate is at least as high", duties=duties, warnings=notes)
        for key, values in fresh.items():
            _write(document, key, values)
        return changed(_reason(fresh), [document.editor.finish()], duties=duties, warnings=notes)

    def _summary(self, scene: Scene, params: ThresholdParams) -> Summary | None:
        if params.mode != "ratchet":
            return None
        path = self.reads(scene.target, params)[0]
        found = read_summary(scene, path)
        if found is None and params.without_report == "refuse":
            hint = "jest --coverage --coverageReporters=json-summary writes it"
            raise Refusal(EditCode.PRECONDITION, f"nothing was measured: there is no {path}", hint=hint)
        return found


def _by_metric(wanted: float | Mapping[Metric, float]) -> dict[str, float]:
    """Return a value for each metric that is meant."""
    if isinstance(wanted, int | float):
        return dict.fromkeys(METRICS, wanted)
    return {str(metric): value for metric, value in wanted.items()}


def _checked(document: JestDocument, key: str) -> list[str]:
    """Refuse a gate that Jest would fail on because no counted file is below it; warn of one that takes too much."""
    if key == "global":
        return []
    notes = []
    if not is_glob(key) and not key.endswith("/"):
        beside = document.scene.tree.glob(key.removeprefix("./") + "*/**/*")
        if any(not path.startswith(key.removeprefix("./") + "/") for path in beside):
            notes.append(f"`{key}` without a trailing slash also takes the folders that begin like it")
    if document.folder:
        notes.append(f"`{key}` counts from the folder that Jest is started in, not from {document.folder}")
    patterns = document.patterns()
    files = document.counted(patterns) if patterns is not None else None
    try:
        if files is not None and not document.base() and not files_of(key, files):
            raise Refusal(
                EditCode.PRECONDITION,
                f"collectCoverageFrom counts no file below {key}, and Jest fails for a gate without files",
                hint="run expand_coverage_collection first",
            )
    except UnknownGlob:
        notes.append(f"which files `{key}` stands for cannot be told here")
    return notes


def _measured(document: JestDocument, key: str, summary: Summary | None) -> Mapping[str, int] | None:
    """Return the measured values of a key, rounded down; None when nothing was measured for it."""
    if summary is None:
        return None
    lead = document.folder + "/" if document.folder else ""
    files = [path.removeprefix(lead) for path in summary.files]
    try:
        own = files_of(key, files) if key != "global" else rest_of(list(present_thresholds(document)), files)
    except UnknownGlob:
        return None
    paths = [lead + path for path in own]
    if is_glob(key):  # each file is judged by itself: the lowest one decides
        values = {
            metric: [v for path in paths if (v := summary.floor([path], metric)) is not None] for metric in METRICS
        }
        return {metric: min(found) for metric, found in values.items() if found} or None
    found = {metric: value for metric in METRICS if (value := summary.floor(paths, metric)) is not None}
    return found or None


def _write(document: JestDocument, key: str, values: Mapping[str, float]) -> None:
    path = (*document.prefix, KEY, key)
    if document.find(KEY, key) is None:
        document.editor.set(path, dict(values))
        return
    for metric, value in values.items():
        document.editor.set((*path, metric), value)


def _global_note(document: JestDocument, after: Mapping[str, Json], summary: Summary | None) -> list[str]:
    """Say what happens to `global`: it now stands for the files that no other key takes."""
    if "global" not in after or len(after) < 2:
        return []
    if summary is None:
        return ["coverageThreshold.global no longer stands for the files below these keys, only for the rest"]
    lead = document.folder + "/" if document.folder else ""
    rest = rest_of(list(after), [path.removeprefix(lead) for path in summary.files])
    low = []
    for metric, limit in after["global"].items():
        found = summary.percent([lead + path for path in rest], metric)
        if found is not None and limit >= 0 and found < limit:
            low.append(f"{metric} {found:.1f} % of {limit:g} %")
    return [f"coverageThreshold.global would fail on the {len(rest)} files left to it: {', '.join(low)}"] if low else []


def _duties(params: ThresholdParams, made: Mapping[str, Gate], summary: Summary | None) -> Sequence[Duty]:
    unmeasured = [key for key, gate in made.items() if not gate.is_measured]
    if params.mode != "ratchet" or not unmeasured:
        return ()
    what = "nothing was measured yet" if summary is None else f"{params.report} has no file of {', '.join(unmeasured)}"
    text = f"{what}: the new gates hold nothing until coverage is measured and the action run again"
    return (Duty(kind="file", text=text, command="npx jest --coverage --coverageReporters=json-summary"),)


def _reason(fresh: Mapping[str, Mapping[str, float]]) -> str:
    parts = [f"{key} {'/'.join(f'{value:g}' for value in values.values())}" for key, values in fresh.items()]
    return f"gates ({'/'.join(METRICS)}): {', '.join(parts)}" if parts else "gates"
