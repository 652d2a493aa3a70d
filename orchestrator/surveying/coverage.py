"""What a suite's tests reach, per module, folder and in all: counts; percentages are worked out when shown."""

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from orchestrator.checkpoints.report import METRICS, Count, Report
from orchestrator.models.json import Json, JsonObject
from orchestrator.surveying.naming import is_source, is_worked_on, joined

NOTHING = Count(covered=0, total=0)
MOST_MODULES = 20_000  # that a measurement lists


@dataclass(frozen=True, kw_only=True, slots=True)
class SuiteCoverage:
    """How much a suite reaches; `problem` says why it is not known. `modules` maps a path to its counts by metric.

    `tests_passed` is False when the command failed and wrote its report all the same.
    """

    suite: str
    folder: str
    command: str = ""
    seconds: float = 0.0
    modules: Mapping[str, Mapping[str, Count]] = field(default_factory=dict)
    tests_passed: bool = True
    problem: str = ""
    hint: str = ""
    output: str = ""

    @property
    def totals(self) -> Mapping[str, Count]:
        """Return the sum of all modules, by metric."""
        return total(self.modules.values())

    def folders(self) -> Mapping[str, Mapping[str, Count]]:
        """Return the sums of the folders that hold modules, by folder."""
        inside: dict[str, list[Mapping[str, Count]]] = {}
        for path, counts in self.modules.items():
            inside.setdefault(posixpath.dirname(path) or ".", []).append(counts)
        return {folder: total(inside[folder]) for folder in sorted(inside)}


def total(counts: Iterable[Mapping[str, Count]]) -> Mapping[str, Count]:
    """Add counts up; a metric that nobody counted is left out."""
    sums: dict[str, Count] = {}
    for each in counts:
        for metric, count in each.items():
            sums[metric] = sums.get(metric, NOTHING) + count
    return {metric: sums[metric] for metric in METRICS if metric in sums}


def modules_of(report: Report, root: str, folder: str) -> Mapping[str, Mapping[str, Count]]:
    """Return the sources among the files of a report, by their path from the root, however the report names them."""
    found: dict[str, Mapping[str, Count]] = {}
    for file in report.files:
        path = file.path.replace("\\", "/")
        if path.startswith("/"):
            if not path.startswith(f"{root}/"):
                continue
            path = path[len(root) + 1 :]
        else:
            path = posixpath.normpath(joined(folder, path))
        if not path.startswith("../") and is_worked_on(path) and is_source(path):
            found[path] = file.counts
    return dict(sorted(found.items()))


def as_details(coverage: SuiteCoverage) -> JsonObject:
    """Return what the ledger keeps of it: the command, the totals and every module, as pairs of numbers."""
    modules: dict[str, Json] = {path: _pairs(counts) for path, counts in list(coverage.modules.items())[:MOST_MODULES]}
    return {
        "suite": coverage.suite,
        "folder": coverage.folder,
        "command": coverage.command,
        "seconds": round(coverage.seconds, 3),
        "tests_passed": coverage.tests_passed,
        "totals": _pairs(coverage.totals),
        "modules": modules,
    }


def from_details(details: JsonObject) -> SuiteCoverage:
    """Return what the ledger has; whatever is missing counts as not said."""
    modules = details.get("modules")
    return SuiteCoverage(
        suite=str(details.get("suite", "")),
        folder=str(details.get("folder", ".")),
        command=str(details.get("command", "")),
        seconds=float(str(details.get("seconds", 0))),
        tests_passed=details.get("tests_passed") is not False,
        modules={path: _counts(pairs) for path, pairs in modules.items()} if isinstance(modules, Mapping) else {},
    )


def _pairs(counts: Mapping[str, Count]) -> JsonObject:
    return {metric: [count.covered, count.total] for metric, count in counts.items()}


def _counts(pairs: object) -> Mapping[str, Count]:
    found: dict[str, Count] = {}
    for metric, pair in pairs.items() if isinstance(pairs, Mapping) else ():
        if isinstance(pair, list) and len(pair) == 2:
            found[str(metric)] = Count(covered=int(pair[0]), total=int(pair[1]))
    return found
