"""A repository on which a handler or a checkpoint is tried alone."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from msgspec.structs import replace

from orchestrator.contracts import (
    Answer,
    AttemptFiles,
    CheckContext,
    Checkpoint,
    CheckScene,
    Handler,
    Interaction,
    Measurement,
    Outcome,
    Processes,
    TaskContext,
    Workspace,
    failed,
)
from orchestrator.errors import OrchestrateError
from orchestrator.ledger.memory import MemoryLedger
from orchestrator.models.facts import RunStarted
from orchestrator.models.json import JsonObject
from orchestrator.models.plan import PlannedTask
from orchestrator.models.record import Change
from orchestrator.models.status import Durability, OutcomeKind
from orchestrator.processes.attempt import ProcessFactory
from orchestrator.processes.redact import Redactor
from orchestrator.templating.folders import TemplateFolders
from orchestrator.testing.trial import Trial
from orchestrator.workspace.dry_run import DryRunWorkspace
from orchestrator.workspace.workspace import TreeWorkspace

_RUN, _TASK = "bench", "1.1"
_DONE = (OutcomeKind.CHANGED, OutcomeKind.UNCHANGED)
_GRACE = 0.2  # seconds that a program has to end
_PROGRAMS = ".orchestrate/programs"  # no handler sees what lies there


def _unheard(text: str) -> None:
    """Forget what is said."""


class Bench:
    """Carries attempts out as a run does.

    What a handler writes reaches the tree when its `run` has ended, `verify` looks at it, and an attempt that fails is
    taken back.

    Params are given as a document has them. A mistake of the handler's keeps its traceback; what it raises for its user
    (TaskFailed) is a failed trial. Close it, or use it in a `with`.
    """

    def __init__(self, root: Path, *, templates: Sequence[str] = ("templates",)) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self.root = root
        self._template_folders = tuple(templates)
        self._attempts = 0
        self._last: tuple[Change, ...] = ()
        ledger = MemoryLedger()
        began = RunStarted(run=_RUN, kind="run", time=datetime.now(UTC), command=(), plan={}, tasks=())
        ledger.append([began]).result()
        self._tree = TreeWorkspace(root, ledger=ledger, run=_RUN, durability=Durability.NORMAL)
        logs = str(root / ".orchestrate" / "logs")
        self._processes = ProcessFactory(str(root), logs, Redactor({}), grace=_GRACE)

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End what programs left behind, and close the tree."""
        self._tree.close()
        self._processes.close()

    # ------------------------------------------------------------ the repository

    def write(self, path: str, text: str) -> None:
        """Put a file into the repository, as somebody does before a run."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")

    def read(self, path: str) -> str:
        """Return a file's text."""
        return (self.root / path).read_text(encoding="utf-8")

    def has(self, path: str) -> bool:
        """Say whether a file or folder is there."""
        return (self.root / path).exists()

    def program(self, name: str, script: str) -> None:
        """Make a program of this name that is found before all others; `script` begins with `#!/bin/sh`."""
        place = self.root / _PROGRAMS / name
        self.write(f"{_PROGRAMS}/{name}", script)
        place.chmod(0o755)

    # ------------------------------------------------------------ handlers

    def run(self, handler: Handler[Any], params: JsonObject | None = None, **more: Any) -> Trial:
        """Carry one attempt out on the tree; `more` are `values`, `env`, `person` and `decision`, as in `context`."""
        return asyncio.run(self._trial(handler, params or {}, files=self._tree, **more))

    def preview(self, handler: Handler[Any], params: JsonObject | None = None, **more: Any) -> Trial:
        """Carry one attempt out as `run --dry-run` does: nothing is written, the trial has the diff."""
        memory = DryRunWorkspace(self.root)
        try:
            trial = asyncio.run(self._trial(handler, params or {}, files=memory, **more))
            diffs = memory.diff()
        finally:
            memory.close()
        return Trial(
            outcome=trial.outcome,
            changed=tuple(each.path for each in diffs),
            diff="".join(each.text for each in diffs),
            said=trial.said,
        )

    def context(
        self,
        handler: Handler[Any],
        params: JsonObject | None = None,
        *,
        workspace: Workspace | None = None,
        dry_run: bool = False,
        values: JsonObject | None = None,
        env: Mapping[str, str] | None = None,
        person: Interaction | None = None,
        decision: Answer | None = None,
        say: Callable[[str], None] = _unheard,
    ) -> TaskContext:
        """Return what a new attempt works with, for methods that are called alone, such as `verify`.

        `values` are what expressions see, `person` is asked, `decision` was given elsewhere.
        """
        return TaskContext(
            workspace=workspace if workspace is not None else self._open(self._tree),
            task=_task(_TASK, params or {}, handler.type),
            run=_RUN,
            attempt=self._attempts,
            dry_run=dry_run,
            processes=self._children(env or {}),
            templates=self._templates(),
            values=values if values is not None else {"project": {"name": "bench"}},
            say=say,
            interaction=person,
            decision=decision,
        )

    def undo(self) -> None:
        """Take the last attempt back that changed something, last change first."""
        files = self._open(self._tree)
        for change in reversed(self._last):
            files.restore(change)
        asyncio.run(files.apply())
        self._last = ()

    def problems(self, handler: Handler[Any], params: JsonObject | None = None, *, deep: bool = False) -> list[str]:
        """Return what `validate` would say about the params beyond their types."""
        scene = CheckScene(root=str(self.root), templates=self._templates(), deep=deep)
        return [each.message for each in handler.check(self._checked(handler, params or {}), scene)]

    def measure(
        self, checkpoint: Checkpoint[Any], params: JsonObject | None = None, *, states: Mapping[str, str] | None = None
    ) -> Measurement:
        """Measure the tree; `states` are those of the tasks before it (`{"1.1": "changed"}`)."""
        context = CheckContext(
            run=_RUN,
            scope="phase 1",
            workspace=self._open(self._tree),
            processes=self._children({}),
            values={},
            states=dict(states or {}),
            tasks=tuple(_task(each, {}) for each in states or {}),
        )
        return asyncio.run(checkpoint.measure(checkpoint.params_model.model_validate(params or {}), context))

    # ------------------------------------------------------------ within

    async def _trial(
        self, handler: Handler[Any], params: JsonObject, *, files: "TreeWorkspace | DryRunWorkspace", **more: Any
    ) -> Trial:
        checked = self._checked(handler, params)
        said: list[str] = []
        workspace = self._open(files)
        dry_run = isinstance(files, DryRunWorkspace)
        context = self.context(handler, params, workspace=workspace, dry_run=dry_run, say=said.append, **more)
        outcome = await _attempt(handler, checked, context)
        changed = tuple(each.path for each in workspace.staged()) if outcome.kind in _DONE else ()
        if outcome.kind not in _DONE and not outcome.keep_changes:
            await workspace.rollback()
        elif changed and not dry_run:
            self._last = workspace.staged()
        return Trial(outcome=outcome, changed=changed, said=tuple(said))

    def _open(self, files: "TreeWorkspace | DryRunWorkspace") -> AttemptFiles:
        self._attempts += 1
        return files.open_attempt(_TASK, self._attempts)

    def _children(self, env: Mapping[str, str]) -> Processes:
        path = os.pathsep.join([str((self.root / _PROGRAMS).resolve()), self._processes.base["PATH"]])
        return self._processes.for_attempt(_RUN, _TASK, self._attempts, {"PATH": path, **env})

    def _templates(self) -> TemplateFolders:
        there = [folder for folder in self._template_folders if (self.root / folder).is_dir()]
        return TemplateFolders(str(self.root), own=there)

    def _checked(self, handler: Handler[Any], params: JsonObject) -> Any:
        return handler.params_model.model_validate(params)


def _task(identity: str, params: JsonObject, kind: str = "bench") -> PlannedTask:
    return PlannedTask(id=identity, name="tried alone", handler=kind, phase="1", group="1.a", params=params)


async def _attempt(handler: Handler[Any], params: Any, context: TaskContext) -> Outcome:
    """Run, apply, verify, as the engine does."""
    try:
        outcome = await handler.run(params, context)
        if outcome.kind in _DONE:
            if context.workspace.staged():
                await context.workspace.apply()
                outcome = replace(outcome, kind=OutcomeKind.CHANGED)
            await handler.verify(params, context)
    except OrchestrateError as error:
        return failed(error.message, detail=error.hint or "")
    return outcome
