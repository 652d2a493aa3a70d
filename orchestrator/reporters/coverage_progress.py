"""Coverage from the baseline to the last phase: the measurements of a run side by side, and nothing else.

Two measurements stand in one column when they count the same language: what the checkpoint of a phase measured, and
what `orchestrate measure` measured before and after the run.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from orchestrator.models.json import JsonObject
from orchestrator.models.record import Measured, RunRecord
from orchestrator.reporters.cells import cells, pad
from orchestrator.reporters.news import text_of
from orchestrator.reporters.outline import CheckLine, check_line, newest_checks
from orchestrator.reporters.style import Look
from orchestrator.sanitize import line

_FEWEST = 2  # measurements of one thing: fewer are no progress
_PYTHON, _SCRIPTS = "Python", "TypeScript/JavaScript"


class Moment(Struct, frozen=True, kw_only=True):
    """One measured value: when, of what, and how much of how many."""

    when: str
    what: str
    value: float
    covered: int | None = None
    total: int | None = None


def moments(
    checks: Sequence[CheckLine],
    before: Sequence[CheckLine] = (),
    after: Sequence[CheckLine] = (),
    *,
    last: str = "now",
) -> tuple[Moment, ...]:
    """Return what the coverage checkpoints of groups and phases measured, in order, between two looks by hand.

    `last` says when the second of them was.
    """
    measured = [check for check in checks if check.type == "coverage" and not check.scope.startswith("task ")]
    columns = _columns([*before, *measured, *after])
    found = [_moment("before the run", check, columns) for check in before]
    found += [_moment(f"after {check.scope}", check, columns) for check in measured]
    found += [_moment(last, check, columns) for check in after]
    return tuple(moment for moment in found if moment is not None)


def moments_of(record: RunRecord, measured: Sequence[Measured], until: datetime | None = None) -> tuple[Moment, ...]:
    """Return the coverage of a recorded run, from the last measuring by hand before it to the last one after it.

    `until` is when the next run began, None when there is none: what is measured later says nothing of this one.
    """
    before = {each.source: check_line(each) for each in measured if each.time <= record.started}
    after = {each.source: check_line(each) for each in measured if _is_after(each, record, until)}
    last = "now" if until is None else "after the run"
    return moments(newest_checks(record), list(before.values()), list(after.values()), last=last)


def _is_after(measured: Measured, record: RunRecord, until: datetime | None) -> bool:
    return measured.time > (record.ended or record.started) and (until is None or measured.time < until)


def progress_lines(found: Sequence[Moment], look: Look) -> list[str]:
    """Return the table; nothing unless something was measured twice."""
    columns = list(dict.fromkeys(moment.what for moment in found))
    if not any(sum(moment.what == column for moment in found) >= _FEWEST for column in columns):
        return []
    whens = list(dict.fromkeys(moment.when for moment in found))
    values = {(moment.when, moment.what): moment for moment in found}
    rows = [["coverage", *columns]]
    rows += [[when, *(_cell(values.get((when, column))) for column in columns)] for when in whens]
    widths = [max(cells(line(row[number])) for row in rows) for number in range(len(columns) + 1)]
    texts = [
        "  ".join(pad(line(text), width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    return [look.paint("bold", texts[0]), *texts[1:]]


def percent(value: float) -> str:
    """Return a number as measured, rounded down so that a missed limit never looks met."""
    hundredths = math.floor(round(value * 100, 6))  # 81.15 * 100 is a little less than 8115
    return f"{hundredths / 100:.2f}".rstrip("0").rstrip(".")


def _moment(when: str, check: CheckLine, columns: dict[tuple[str, str, str], str]) -> Moment | None:
    if check.value is None:
        return None
    return Moment(
        when=when,
        what=columns[_kind(check)],
        value=check.value,
        covered=_count(check.details, "covered"),
        total=_count(check.details, "total"),
    )


def _columns(checks: Iterable[CheckLine]) -> dict[tuple[str, str, str], str]:
    """Return the head of each column: the metric and the language, and the report where two would read the same."""
    kinds = list(dict.fromkeys(_kind(check) for check in checks))
    plain = {kind: f"{kind[0]}, {kind[1]}" if kind[1] else kind[0] for kind in kinds}
    reports = Counter(plain[kind] for kind in kinds if kind[2])
    return {kind: f"{name} ({kind[2]})" if kind[2] and reports[name] > 1 else name for kind, name in plain.items()}


def _kind(check: CheckLine) -> tuple[str, str, str]:
    """Return what was counted: metric, language, and the report of a checkpoint ("" for measurements by hand)."""
    metric, format_ = text_of(check.details, "metric", "statements"), text_of(check.details, "format")
    language = _PYTHON if format_.startswith("coverage.py") else _SCRIPTS if format_.startswith("Istanbul") else ""
    return metric, language or format_, "" if "suite" in check.details else check.source


def _cell(moment: Moment | None) -> str:
    if moment is None:
        return "-"
    counts = f" ({moment.covered} of {moment.total})" if moment.total is not None else ""
    return f"{percent(moment.value)} %{counts}"


def _count(details: JsonObject, key: str) -> int | None:
    value = details.get(key)
    return value if isinstance(value, int) else None
