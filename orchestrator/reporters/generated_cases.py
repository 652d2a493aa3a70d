"""What tasks that generate tests came to: cases beside how many people had expected, and what looks like a defect."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from orchestrator.models.json import Json, JsonObject
from orchestrator.models.record import RunRecord, TaskRecord
from orchestrator.reporters.news import number_of, objects_of, text_of
from orchestrator.sanitize import line


def cases_line(record: RunRecord) -> str:
    """Return one sentence about a run that generated tests; "" for any other."""
    generated = {task.id: found for task in _with_outputs(record) if (found := _generated(task.outputs)) is not None}
    if not generated:
        return ""
    tests, cases = (sum(pair[number] for pair in generated.values()) for number in (0, 1))
    estimates = _estimates(record.plan)
    expected = [estimates[task] for task in generated if task in estimates]
    estimated = f"; {sum(expected)} were estimated for {_several(len(expected), 'task')}" if expected else ""
    what = f"{_several(tests, 'test')} with {_several(cases, 'case')}"
    return f"generated {what} by {_several(len(generated), 'task')}{estimated}"


def defects_line(record: RunRecord, program: str = "orchestrate") -> str:
    """Return one sentence about what looked suspicious, with the command that shows it; "" for nothing."""
    found = {task.id: count for task in _with_outputs(record) if (count := _defects(task.outputs))}
    if not found:
        return ""
    where = ", ".join(line(task) for task in found)
    total = _several(sum(found.values()), "possible defect")
    return f"{total} for a person to look at, found by {where}: {program} logs {line(next(iter(found)))}"


class GeneratedModule(Struct, frozen=True, kw_only=True):
    """What a task came to for one module; percentages as the generator measured them, None where it did not."""

    name: str
    test_file: str
    tests: int
    cases: int
    statements: float | None
    branches: float | None
    mutants: float | None
    defects: tuple[str, ...]


def generated_modules(outputs: JsonObject) -> Iterator[GeneratedModule]:
    """Yield the modules that a task generated tests for."""
    for entry in _modules(outputs):
        coverage, mutants = _object(entry, "coverage"), _object(entry, "mutants")
        defects = entry.get("defects")
        yield GeneratedModule(
            name=text_of(entry, "module"),
            test_file=text_of(entry, "test_file"),
            tests=int(number_of(entry, "tests") or 0),
            cases=int(number_of(entry, "cases") or 0),
            statements=number_of(coverage, "statements"),
            branches=number_of(coverage, "branches"),
            mutants=number_of(mutants, "percent") if number_of(mutants, "tried") != 0 else None,
            defects=tuple(map(_defect, defects)) if isinstance(defects, list | tuple) else (),
        )


def _defect(found: Json) -> str:
    """Return a possible defect in one line: `crash: average([]): ZeroDivisionError: division by zero`."""
    if not isinstance(found, Mapping):
        return str(found)
    return ": ".join(
        text for key in ("kind", "call", "detail") if (text := line(" ".join(text_of(found, key).split())))
    )


def _object(entry: JsonObject, key: str) -> JsonObject:
    value = entry.get(key)
    return value if isinstance(value, Mapping) else {}


def _modules(outputs: JsonObject) -> list[JsonObject]:
    modules = outputs.get("modules")
    return [entry for entry in modules if isinstance(entry, Mapping)] if isinstance(modules, list | tuple) else []


def _with_outputs(record: RunRecord) -> list[TaskRecord]:
    return [task for task in record.tasks if task.outputs]


def _defects(outputs: JsonObject) -> int:
    return sum(len(module.defects) for module in generated_modules(outputs))


def _generated(outputs: JsonObject) -> tuple[int, int] | None:
    """Return (tests, cases) of all modules of a task; None when it generates none."""
    if not isinstance(outputs.get("modules"), list):
        return None
    modules = list(generated_modules(outputs))
    return sum(module.tests for module in modules), sum(module.cases for module in modules)


def _estimates(plan: JsonObject) -> dict[str, int]:
    found = {}
    for task in objects_of(plan, "tasks"):
        params = task.get("params")
        estimate = number_of(params, "estimated_cases") if isinstance(params, Mapping) else None
        if estimate is not None:
            found[text_of(task, "id")] = int(estimate)
    return found


def _several(count: int, word: str) -> str:
    return f"{count} {word}{'s' if count != 1 else ''}"
