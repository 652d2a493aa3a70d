"""Whether a task is up to date: its definition, its handler's inputs and its files are as its last success left them.

A fingerprint covers the definition, what the handler adds (templates), the files that are read as they were before
the attempt, and the files that are written as they are after it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from orchestrator.contracts import Handler, Params, TaskContext, Workspace
from orchestrator.errors import OrchestrateError
from orchestrator.models.plan import PlannedTask
from orchestrator.models.record import LastSuccess

_SIZE = 16  # bytes of a digest


@dataclass(frozen=True, kw_only=True, slots=True)
class Freshness:
    """Knows the last successes; `force` runs everything anyway."""

    successes: Mapping[str, LastSuccess] = field(default_factory=dict)
    force: bool = False

    def before(self, task: PlannedTask, handler: Handler[Params], params: Params, context: TaskContext) -> str | None:
        """Return all that decides the result and is there before the attempt; None = the handler cannot say.

        A file that the task also writes counts as it is afterwards.
        """
        own = handler.fingerprint(params, context)
        if own is None:
            return None
        written = set(task.targets.writes)
        reads = _digest(context.workspace, (path for path in task.targets.reads if path not in written))
        return f"{task.definition}\0{own}\0{reads}"

    def after(self, task: PlannedTask, workspace: Workspace, before: str | None) -> str | None:
        """Return the fingerprint that decides "up to date" next time; None = never."""
        if before is None:
            return None
        parts = f"{before}\0{_digest(workspace, task.targets.writes)}"
        return hashlib.blake2b(parts.encode(), digest_size=_SIZE).hexdigest()

    def stale(self, task: PlannedTask, workspace: Workspace, before: str | None) -> str | None:
        """Return why the task has to run; None when it is up to date."""
        if self.force:
            return "it is forced"
        last = self.successes.get(task.id)
        if last is None:
            return "it has not been done yet"
        if last.definition != task.definition:
            return "its definition has changed"
        if last.fingerprint is None or before is None:
            return "nothing tells whether it is up to date"
        if self.after(task, workspace, before) != last.fingerprint:
            return "its files or templates have changed"
        return None


def _digest(workspace: Workspace, paths: Iterable[str]) -> str:
    total = hashlib.blake2b(digest_size=_SIZE)
    for path in paths:
        for file in workspace.glob(f"{path}**") if path.endswith("/") else (path,):
            total.update(f"{file}\0{_content(workspace, file)}\n".encode("utf-8", "surrogatepass"))
    return total.hexdigest()


def _content(workspace: Workspace, path: str) -> str:
    try:
        return hashlib.blake2b(workspace.read_bytes(path), digest_size=_SIZE).hexdigest()
    except FileNotFoundError:
        return "absent"
    except OrchestrateError as error:  # a link, a folder, a protected place: it has no content of its own
        return type(error).__name__
