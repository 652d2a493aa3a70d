"""Decides each expression of a document before the run where it can be; the rest is left for later, by name.

A param is evaluated as a whole or not at all: what is left for later still holds only what a person wrote, so nothing
is ever evaluated twice and no value becomes code.
"""

from collections.abc import Iterable

from msgspec import Struct, field

from orchestrator.errors import Problem, TaskFailed
from orchestrator.models.document import Check, GuardEntry
from orchestrator.models.json import Json, JsonObject
from orchestrator.models.plan import PlannedCheck, PlannedGuard
from orchestrator.planning.expression_hints import hint_for_names
from orchestrator.planning.nodes import Path
from orchestrator.planning.places import Places
from orchestrator.templating.sandbox import Sandbox

# Known only while the run goes on: outputs of other tasks and of this one's last success, the run, an attempt's result.
LATE_NAMES = frozenset({"tasks", "previous", "run", "result"})
SHARED_NAMES = frozenset({"params", "project", "env"})  # the same for every task
RESERVED = LATE_NAMES | {"params", "project", "env", "task"}


def has_braces(value: Json) -> bool:
    """Say whether there may be an expression in a JSON value; quick, since most values have none."""
    if type(value) is str:
        return "{{" in value
    if type(value) is dict:
        return any(map(has_braces, value.values()))
    if type(value) is list:
        return any(map(has_braces, value))
    return False


class Filled(Struct, frozen=True, kw_only=True):
    """Params with their expressions evaluated; those named in `late` are as they were written."""

    params: JsonObject
    late: tuple[str, ...] = ()
    asks: frozenset[str] = frozenset()


class Interpolator(Struct):
    """Evaluates with the names that are known before the run, and collects what cannot be evaluated."""

    sandbox: Sandbox
    values: JsonObject
    places: Places
    problems: list[Problem] = field(default_factory=list)
    _shared: dict[str, Json] = field(default_factory=dict)  # values of texts that are the same for every task

    def fill(self, params: JsonObject, path: Path, more: JsonObject | None = None) -> Filled:
        """Evaluate params; `more` holds the names of this task alone, `path` leads to what holds the params."""
        if not any(map(has_braces, params.values())):
            return Filled(params=params)
        filled = dict(params)
        late: list[str] = []
        asks: set[str] = set()
        for name, value in params.items():
            if not has_braces(value):
                continue
            try:
                names = self.sandbox.names_in(value)
                asks.update(*(found.tasks for found in names))
                if any(found.free & LATE_NAMES for found in names):
                    late.append(name)
                else:
                    filled[name] = self._value(value, more)
            except TaskFailed as failed:
                way, text, error = self._failing(value, more, failed)
                self.report(error, (*path, name, *way), self._hint(text, more))
        return Filled(params=filled, late=tuple(late), asks=frozenset(asks))

    def _value(self, value: Json, more: JsonObject | None) -> Json:
        """Evaluate all texts below a value; one that reads no name of a task alone is evaluated once for all."""
        if isinstance(value, dict):
            return {key: self._value(item, more) for key, item in value.items()}
        if isinstance(value, list):
            return [self._value(item, more) for item in value]
        if not isinstance(value, str) or "{{" not in value:
            return value
        if value in self._shared:
            return self._shared[value]
        result = self.sandbox.interpolate(value, {**self.values, **(more or {})})
        if self.sandbox.names_used(value) <= SHARED_NAMES:
            self._shared[value] = result
        return result

    def _failing(self, value: Json, more: JsonObject | None, error: TaskFailed) -> tuple[Path, str, TaskFailed]:
        """Return the steps to the first text below a value that cannot be evaluated, that text, and why not."""
        if isinstance(value, str):
            return (), value, error
        for step, item in value.items() if isinstance(value, dict) else enumerate(value):  # no other value has braces
            try:
                if has_braces(item) and not any(found.free & LATE_NAMES for found in self.sandbox.names_in(item)):
                    self._value(item, more)
            except TaskFailed as inner:
                way, text, error = self._failing(item, more, inner)
                return (step, *way), text, error
        return (), "", error

    def _hint(self, text: str, more: JsonObject | None) -> str | None:
        try:
            paths = [path for names in self.sandbox.names_in(text) for path in names.paths]
        except TaskFailed:  # no expression at all: the message says so
            return None
        return hint_for_names(paths, {**self.values, **(more or {})}, RESERVED)

    def text(self, text: str, path: Path, more: JsonObject | None = None) -> str:
        """Evaluate a text that has to be known before the run."""
        if "{{" not in text:
            return text
        try:
            return self.sandbox.render_text(text, {**self.values, **(more or {})})
        except TaskFailed as error:
            self.report(error, path, self._hint(text, more))
            return text

    def check(self, entry: Check, path: Path, more: JsonObject | None = None) -> PlannedCheck:
        """Return a checkpoint or verify entry."""
        filled = self.fill(entry.params, path, more)
        return PlannedCheck(type=entry.type, params=filled.params, title=entry.name, late=filled.late)

    def checks(self, entries: Iterable[Check], path: Path, more: JsonObject | None = None) -> tuple[PlannedCheck, ...]:
        """Return all entries of a list of checkpoints."""
        return tuple(self.check(entry, (*path, number), more) for number, entry in enumerate(entries))

    def guards(self, entries: Iterable[GuardEntry], path: Path) -> tuple[PlannedGuard, ...]:
        """Return all entries of a list of guards; `on_fail` says what a "no" means."""
        guards = []
        for number, entry in enumerate(entries):
            filled = self.fill(entry.params, (*path, number))
            guards.append(
                PlannedGuard(
                    type=entry.type, params=filled.params, title=entry.name, on_fail=entry.on_fail, late=filled.late
                )
            )
        return tuple(guards)

    def report(self, error: TaskFailed, path: Path, hint: str | None = None) -> None:
        """Note an expression that cannot be evaluated."""
        problem = Problem(code="E405", message=error.message, place=self.places(path), hint=error.hint or hint)
        self.problems.append(problem)
