"""The files that a task will read and write, asked from its handler before the run."""

from typing import Any, Protocol

from msgspec import Struct
from pydantic import ValidationError

from orchestrator.contracts import Checkpoint, Handler
from orchestrator.errors import OrchestrateError, Problem
from orchestrator.models.complaint import complaint
from orchestrator.models.json import JsonObject
from orchestrator.models.plan import NO_TARGETS, Ingredients, PlannedCheck, Targets
from orchestrator.planning.drafts import TaskDraft
from orchestrator.templating.fitting import fit


class Plugins(Protocol):
    """What planning asks of the catalogue; it raises one of our errors for a type that it does not have."""

    def handler(self, type: str, /) -> Handler[Any]:
        """Return the handler of a task type."""

    def checkpoint(self, type: str, /) -> Checkpoint[Any]:
        """Return the checkpoint of a type."""


class Fitted(Struct, frozen=True, kw_only=True):
    """Params and targets of a task; `is_certain` says that nothing else will be written."""

    params: JsonObject
    targets: Targets = NO_TARGETS
    ingredients: Ingredients | None = None
    is_certain: bool = True


class Handlers:
    """Asks each handler once for what does not depend on a task; a type without a handler can still be planned."""

    def __init__(self, plugins: Plugins, root: str) -> None:
        self._plugins = plugins
        self._root = root
        self._handlers: dict[str, Handler[Any] | None] = {}
        self._checkpoints: dict[str, Checkpoint[Any] | None] = {}
        self.problems: list[Problem] = []

    def version(self, type: str) -> str:
        """Return the version of a handler, "" when there is none."""
        handler = self._handler(type)
        return handler.version if handler is not None else ""

    def fitted(self, draft: TaskDraft) -> Fitted:
        """Return a task's params as its handler takes them, and what it will read and write.

        Params that are left for later may hide a path. Then the folder in front of the expression is locked, and when
        even that is unknown the task has to run alone: one file never has two writers.
        """
        handler = self._handler(draft.task.type)
        if handler is None or draft.skip_reason is not None:
            return Fitted(params=draft.params)
        try:
            model, params = fit(handler.params_model, draft.params, draft.task.params)
        except ValidationError as error:
            if not draft.late:
                self._misfit(draft, error)
            return Fitted(params=draft.params, is_certain=not draft.late)
        targets = handler.targets(model, self._root)
        if draft.late and any("{{" in path for path in (*targets.reads, *targets.writes)):
            return _folders(params, targets)
        if draft.late or handler.may_refuse:  # it has to be asked again
            return Fitted(params=params, targets=targets)
        return Fitted(params=params, targets=targets, ingredients=handler.ingredients(model))

    def title(self, check: PlannedCheck) -> str:
        """Return the few words that say what is measured: its own name, else what the type says of it."""
        if check.title:
            return check.title
        checkpoint = self._checkpoint(check.type)
        if checkpoint is None:
            return check.type
        try:
            return checkpoint.title(checkpoint.params_model.model_validate(check.params)) or check.type
        except ValidationError:  # told by the checks, or still holds expressions
            return check.type

    def _handler(self, type: str) -> Handler[Any] | None:
        if type not in self._handlers:
            try:
                self._handlers[type] = self._plugins.handler(type)
            except OrchestrateError:  # `validate` says so, and `run` refuses the task before anything starts
                self._handlers[type] = None
        return self._handlers[type]

    def _checkpoint(self, type: str) -> Checkpoint[Any] | None:
        if type not in self._checkpoints:
            try:
                self._checkpoints[type] = self._plugins.checkpoint(type)
            except OrchestrateError:
                self._checkpoints[type] = None
        return self._checkpoints[type]

    def _misfit(self, draft: TaskDraft, error: ValidationError) -> None:
        for found in error.errors(include_url=False):
            name = ".".join(map(str, found["loc"])) or "params"
            code = {"missing": "E305", "extra_forbidden": "E304"}.get(found["type"], "E306")
            message = f"task {draft.id}: `{name}` {complaint(found)}"
            self.problems.append(Problem(code=code, message=message, place=draft.place))


def _folders(params: JsonObject, targets: Targets) -> Fitted:
    """Keep the folders in front of expressions; a path to write that starts with one may be any file."""
    reads = tuple(path for path in targets.reads if "{{" not in path)
    writes = [path if "{{" not in path else path.partition("{{")[0].rpartition("/")[0] + "/" for path in targets.writes]
    known = Targets(reads=reads, writes=tuple(path for path in writes if path != "/"))
    return Fitted(params=params, targets=known, is_certain="/" not in writes)
