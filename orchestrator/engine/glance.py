"""Which tasks are up to date, looked at together for all that are asked about in one turn of the event loop.

What decides it is named in the plan, and thousands of tasks may name the same files. Within a turn nothing of ours
changes any, so each is read once. Only a yes counts: whoever has work to do looks by himself, so that it is noticed
when somebody changes a file between that look and a write.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache

from msgspec import Struct, field

from orchestrator.contracts import Workspace, Workspaces
from orchestrator.contracts.ingredients import hash_of_ingredients
from orchestrator.engine.freshness import Freshness, contents_of
from orchestrator.engine.ports import OpenTools
from orchestrator.models.fingerprint import fingerprint_of
from orchestrator.models.plan import Ingredients, PlannedTask

Surroundings = tuple[tuple[tuple[str, str], ...], tuple[str, ...]]  # the environment and the secrets of a task
Question = tuple[Ingredients, Surroundings]


class Glance(Struct, kw_only=True):
    """Looks at what is there for tasks whose handlers named what decides their results."""

    workspaces: Workspaces
    tools: OpenTools
    freshness: Freshness
    seen: Workspace | None = None  # what this turn looks at
    own: dict[Question, str] = field(default_factory=dict)
    programs: dict[Surroundings, Callable[[str], str | None]] = field(default_factory=dict)
    contents: dict[str, dict[str, str | None]] = field(default_factory=dict)  # by the path that was asked for

    def finds_up_to_date(self, task: PlannedTask) -> bool:
        """Say whether the task is up to date; False also when only its attempt can tell.

        Raise what looking raises: PathRefused for what nobody may name, TaskFailed for a secret that is not set.
        """
        if task.ingredients is None or task.when is not None or task.late or not self.freshness.knows(task):
            return False
        workspace = self._begin()
        written = set(task.targets.writes)
        reads = self._contents(workspace, (path for path in task.targets.reads if path not in written))
        writes = self._contents(workspace, written)
        own = self._own(workspace, task, task.ingredients)
        now = fingerprint_of(task.definition, own, reads=reads, writes=writes, found=writes)
        return self.freshness.why_stale(task, now) is None

    def _begin(self) -> Workspace:
        """Return what this turn looks at; it is forgotten as soon as something else may run."""
        if self.seen is None:
            self.seen = self.workspaces.open_attempt("glance", 1)
            with suppress(RuntimeError):  # without a loop nothing runs beside who asks
                asyncio.get_running_loop().call_soon(self._forget)
        return self.seen

    def _forget(self) -> None:
        self.seen = None
        self.own.clear()
        self.programs.clear()
        self.contents.clear()

    def _own(self, workspace: Workspace, task: PlannedTask, ingredients: Ingredients) -> str:
        around = (tuple(task.env.items()), task.secrets)
        known = self.own.get((ingredients, around))
        if known is None:
            find = self._finder(task, around)
            known = self.own[ingredients, around] = hash_of_ingredients(ingredients, task, workspace, find)
        return known

    def _finder(self, task: PlannedTask, around: Surroundings) -> Callable[[str], str | None]:
        """Return what finds programs as the task would start them, each looked for once in a turn."""
        find = self.programs.get(around)
        if find is None:
            find = self.programs[around] = cache(self.tools(task, 1, lambda _: None).processes.find)
        return find

    def _contents(self, workspace: Workspace, paths: Iterable[str]) -> dict[str, str | None]:
        found: dict[str, str | None] = {}
        for path in paths:
            known = self.contents.get(path)
            if known is None:
                known = self.contents[path] = contents_of(workspace, (path,))
            found.update(known)
        return found
