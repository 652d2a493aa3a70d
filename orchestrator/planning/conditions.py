"""`when:` decided before the run where it can be."""

from msgspec import Struct

from orchestrator.errors import TaskFailed
from orchestrator.models.document import Task
from orchestrator.models.json import Json, JsonObject
from orchestrator.planning.expression_hints import hint_for_names
from orchestrator.planning.interpolate import LATE_NAMES, RESERVED, Interpolator
from orchestrator.planning.nodes import Path
from orchestrator.templating.dynamic import split
from orchestrator.templating.values import to_json

LONGEST_EVIDENCE = 60


class Condition(Struct, frozen=True, kw_only=True):
    """What is left to decide during the run, or why the task is skipped; neither = it runs."""

    when: str | None = None
    skip_reason: str | None = None
    asks: frozenset[str] = frozenset()


RUNS = Condition()


def decide(task: Task, interpolator: Interpolator, path: Path, more: JsonObject) -> Condition:
    """Decide whether a task runs; an expression that reads outputs of other tasks is left for later."""
    if task.when is None or task.when is True:
        return RUNS
    if task.when is False:
        return Condition(skip_reason="`when` is false")
    values = {**interpolator.values, **more}
    try:
        source = bare(task.when)
        names = interpolator.sandbox.names(source)
        if names.free & LATE_NAMES:
            return Condition(when=source, asks=names.tasks)
        if interpolator.sandbox.evaluate(source, values):
            return RUNS
    except TaskFailed as error:
        interpolator.report(error, (*path, "when"), _hint(task.when, interpolator, values))
        return RUNS
    evidence = ", ".join(f"{path} is {_shown(interpolator, path, values)}" for path in names.paths)
    return Condition(skip_reason=f"`when` is false: {source}" + (f" ({evidence})" if evidence else ""))


def bare(when: str) -> str:
    """Return the expression of a condition, which may stand in `{{ }}` too."""
    pieces = split(when.strip())
    if len(pieces) == 1 and pieces[0].expression is not None:
        return pieces[0].expression
    return when.strip()


def _hint(when: str, interpolator: Interpolator, values: JsonObject) -> str | None:
    try:
        return hint_for_names(interpolator.sandbox.names(bare(when)).paths, values, RESERVED)
    except TaskFailed:  # no expression at all: the message says so
        return None


def _shown(interpolator: Interpolator, path: str, values: JsonObject) -> str:
    try:
        value: Json = interpolator.sandbox.evaluate(path, values)
    except TaskFailed:  # the condition asked whether it exists
        return "not there"
    text = to_json(value)
    return text if len(text) <= LONGEST_EVIDENCE else f"{text[: LONGEST_EVIDENCE - 3]}..."
