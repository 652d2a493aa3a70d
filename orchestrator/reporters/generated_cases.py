"""What tasks that generate tests came to: cases beside how many people had expected, and what looks like a defect."""

from collections.abc import Mapping, Sequence

from orchestrator.models.json import JsonObject
from orchestrator.models.record import RunRecord
from orchestrator.reporters.news import number_of, text_of
from orchestrator.sanitize import line


def cases_line(record: RunRecord) -> str:
    """Return one sentence about a run that generated tests; "" for any other."""
    estimates = _estimates(record.plan)
    generated = {task.id: found for task in record.tasks if (found := _generated(task.outputs)) is not None}
    if not generated:
        return ""
    tests, cases = (sum(pair[number] for pair in generated.values()) for number in (0, 1))
    expected = [estimates[task] for task in generated if task in estimates]
    estimated = f"; {sum(expected)} were estimated for {_several(len(expected), 'task')}" if expected else ""
    what = f"{_several(tests, 'test')} with {_several(cases, 'case')}"
    return f"generated {what} by {_several(len(generated), 'task')}{estimated}"


def defects_line(record: RunRecord) -> str:
    """Return one sentence about what looked suspicious, with the command that shows it; "" for nothing."""
    found = {task.id: count for task in record.tasks if (count := _defects(task.outputs))}
    if not found:
        return ""
    where = ", ".join(line(task) for task in found)
    total = _several(sum(found.values()), "possible defect")
    return f"{total} for a person to look at, found by {where}: orchestrate logs {line(next(iter(found)))}"


def _defects(outputs: JsonObject) -> int:
    modules = outputs.get("modules")
    entries = [entry for entry in modules if isinstance(entry, Mapping)] if isinstance(modules, list) else []
    return sum(len(defects) for entry in entries if isinstance(defects := entry.get("defects"), list))


def _generated(outputs: JsonObject) -> tuple[int, int] | None:
    """Return (tests, cases) of all modules of a task; None when it generates none."""
    modules = outputs.get("modules")
    if not isinstance(modules, list):
        return None
    entries = [entry for entry in modules if isinstance(entry, Mapping)]
    return _sum(entries, "tests"), _sum(entries, "cases")


def _sum(entries: Sequence[JsonObject], key: str) -> int:
    return sum(int(number_of(entry, key) or 0) for entry in entries)


def _estimates(plan: JsonObject) -> dict[str, int]:
    tasks = plan.get("tasks")
    found = {}
    for task in tasks if isinstance(tasks, list | tuple) else ():
        params = task.get("params") if isinstance(task, Mapping) else None
        estimate = number_of(params, "estimated_cases") if isinstance(params, Mapping) else None
        if estimate is not None and isinstance(task, Mapping):
            found[text_of(task, "id")] = int(estimate)
    return found


def _several(count: int, word: str) -> str:
    return f"{count} {word}{'s' if count != 1 else ''}"
