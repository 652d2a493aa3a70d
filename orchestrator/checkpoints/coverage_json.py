"""Read JSON coverage reports: Istanbul's summary and details (Jest, c8, nyc), and coverage.py's."""

import json
from collections.abc import Mapping
from typing import Any

from orchestrator.checkpoints.report import METRICS, Count, FileCoverage, NotAReport, Report, count

_Object = Mapping[str, Any]


def read_json_report(text: str) -> Report:
    """Return the report; NotAReport when the text is not JSON or none of the three kinds."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        message = f"it is not valid JSON ({error})"
        raise NotAReport(message) from error
    if not isinstance(value, dict):
        message = "it is JSON, but not a coverage report"
        raise NotAReport(message)
    if isinstance(value.get("totals"), dict):
        return _coverage_py(value)
    if isinstance(value.get("total"), dict):
        return _summary(value)
    if value and all(isinstance(entry, dict) and "statementMap" in _inner(entry) for entry in value.values()):
        return _details(value)
    message = "it is JSON, but neither an Istanbul report nor one of coverage.py"
    raise NotAReport(message)


def _summary(value: _Object) -> Report:
    """Istanbul's `json-summary`: four metrics in all and per file."""
    files = tuple(
        FileCoverage(path=path, counts=_summary_counts(entry)) for path, entry in value.items() if path != "total"
    )
    return Report(format="Istanbul summary", files=files, totals=_summary_counts(value["total"]))


def _summary_counts(entry: object) -> dict[str, Count]:
    if not isinstance(entry, dict):
        message = "an entry of the summary is not a map"
        raise NotAReport(message)
    return {
        metric: count(entry[metric].get("covered"), entry[metric].get("total"))
        for metric in METRICS
        if isinstance(entry.get(metric), dict)
    }


def _inner(entry: _Object) -> _Object:
    """Return the data of an entry; older versions wrap it in `data`."""
    data = entry.get("data")
    return data if isinstance(data, dict) else entry


def _details(value: _Object) -> Report:
    """Istanbul's `json`: hits of every statement, function and branch."""
    return Report(
        format="Istanbul details",
        files=tuple(FileCoverage(path=path, counts=_detail_counts(_inner(entry))) for path, entry in value.items()),
    )


def _detail_counts(entry: _Object) -> dict[str, Count]:
    statements, functions = _hits(entry, "s"), _hits(entry, "f")
    branches = [hits for arms in _map(entry, "b").values() for hits in _arms(arms)]
    lines: dict[int, int] = {}
    for key, place in _map(entry, "statementMap").items():
        line = place.get("start", {}).get("line") if isinstance(place, dict) else None
        if not isinstance(line, int) or key not in statements:
            message = "a statement of the report has no line or no hits"
            raise NotAReport(message)
        lines[line] = max(lines.get(line, 0), statements[key])
    return {
        "statements": _covered(statements.values()),
        "functions": _covered(functions.values()),
        "branches": _covered(branches),
        "lines": _covered(lines.values()),
    }


def _map(entry: _Object, key: str) -> _Object:
    value = entry.get(key)
    if not isinstance(value, dict):
        message = f"an entry of the report has no `{key}`"
        raise NotAReport(message)
    return value


def _hits(entry: _Object, key: str) -> dict[str, int]:
    return {name: _number(hits) for name, hits in _map(entry, key).items()}


def _arms(arms: object) -> list[int]:
    if not isinstance(arms, list):
        message = "a branch of the report has no list of hits"
        raise NotAReport(message)
    return [_number(hits) for hits in arms]


def _number(value: object) -> int:
    """Return a number of hits; some tools write a negative one or null for code that was never loaded."""
    if value is None:
        return 0
    if not isinstance(value, int) or isinstance(value, bool):
        message = f"{value!r} is not a number of hits"
        raise NotAReport(message)
    return value


def _covered(hits: Any) -> Count:
    found = list(hits)
    return Count(covered=sum(number > 0 for number in found), total=len(found))


def _coverage_py(value: _Object) -> Report:
    """coverage.py's `json`: its statements are what it counts; branches only when they were measured."""
    files = value.get("files")
    entries = files if isinstance(files, dict) else {}
    return Report(
        format="coverage.py JSON",
        files=tuple(FileCoverage(path=path, counts=_py_file(entry)) for path, entry in entries.items()),
        totals=_py_counts(value["totals"]),
    )


def _py_file(entry: object) -> dict[str, Count]:
    """Return the counts of one file; functions are listed since coverage.py 7.6, the unnamed one is the module."""
    summary = entry.get("summary") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(summary, dict):
        message = "a file of the report has no `summary`"
        raise NotAReport(message)
    counts = _py_counts(summary)
    functions = entry.get("functions")
    if isinstance(functions, dict):
        regions = [_py_counts(region.get("summary", {})) for name, region in functions.items() if name]
        hit = [region["statements"].covered > 0 for region in regions if region["statements"].total]
        counts["functions"] = Count(covered=sum(hit), total=len(hit))
    return counts


def _py_counts(summary: _Object) -> dict[str, Count]:
    lines = count(summary.get("covered_lines"), summary.get("num_statements"))
    counts = {"statements": lines, "lines": lines}
    if "num_branches" in summary:
        counts["branches"] = count(summary.get("covered_branches"), summary["num_branches"])
    return counts
