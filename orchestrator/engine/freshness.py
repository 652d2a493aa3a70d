"""What a task's result depends on, read from the tree: the fingerprint that decides "up to date" next time.

It covers the definition, what the handler adds (templates), values rendered just before the attempt, the files
that are read as they were before the attempt, and the files that are written as they are after it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from msgspec import Struct, field

from orchestrator.contracts import TaskContext, Workspace
from orchestrator.errors import OrchestrateError
from orchestrator.models.fingerprint import Step, fingerprint_of
from orchestrator.models.freshness import as_left, steps_between, up_to_date
from orchestrator.models.plan import PlannedTask
from orchestrator.models.record import LastSuccess

_SIZE = 16  # bytes of a digest


class Before(Struct, frozen=True, kw_only=True):
    """What decides the result and was there before the attempt."""

    handler: str
    late: str
    reads: Mapping[str, str | None]
    writes: Mapping[str, str | None]


class Freshness(Struct, frozen=True, kw_only=True, dict=True):
    """Knows the last successes; `force` runs everything anyway."""

    successes: Mapping[str, LastSuccess] = field(default_factory=dict)
    force: bool = False

    def before(self, task: PlannedTask, own: str | None, context: TaskContext) -> Before | None:
        """Look at what is there before the attempt; None = nothing says what its result depends on.

        `task` is as it was planned: it names the params that have been rendered since. `own` is what its handler
        adds. A file that the task also writes counts as it is afterwards.
        """
        if own is None:
            return None
        written = set(task.targets.writes)
        reads = (path for path in task.targets.reads if path not in written)
        return Before(
            handler=own,
            late=_late(task, context.task),
            reads=contents_of(context.workspace, reads),
            writes=contents_of(context.workspace, written),
        )

    def after(self, task: PlannedTask, workspace: Workspace, before: Before | None) -> str | None:
        """Return the fingerprint that decides "up to date" next time; None = never."""
        if before is None:
            return None
        writes = contents_of(workspace, task.targets.writes)
        return fingerprint_of(
            task.definition, before.handler, reads=before.reads, writes=writes, late=before.late, found=before.writes
        )

    def knows(self, task: PlannedTask) -> bool:
        """Say whether the task was done as it is defined now, so that only files can make it run."""
        last = self.successes.get(task.id)
        return last is not None and not self.force and last.definition == task.definition

    def stale(self, task: PlannedTask, workspace: Workspace, before: Before | None) -> str | None:
        """Return why the task has to run; None when it is up to date."""
        # reads files: only when nothing simpler decides
        return self.why_stale(task, self.after(task, workspace, before) if self.knows(task) else None)

    def why_stale(self, task: PlannedTask, now: str | None) -> str | None:
        """Return why a task has to run whose fingerprint would be `now` if nothing changed; None when up to date."""
        last = self.successes.get(task.id)
        if last is not None and self.knows(task):
            last = as_left(task, last, self.steps)
        found = up_to_date(task, last, now, force=self.force)
        return None if found.up_to_date else found.reason

    @cached_property
    def steps(self) -> Mapping[str, Sequence[Step]]:
        """Return what the last successes have changed, for each path."""
        return steps_between(self.successes)


def _late(planned: PlannedTask, bound: PlannedTask) -> str:
    """Return a hash of the values that were rendered just before the attempt, "" when there are none."""
    if not planned.late:
        return ""
    values = json.dumps([bound.params, dict(bound.env)], sort_keys=True, default=str)
    return hashlib.blake2b(values.encode("utf-8", "surrogatepass"), digest_size=_SIZE).hexdigest()


def contents_of(workspace: Workspace, paths: Iterable[str]) -> dict[str, str | None]:
    """Return the hash of every file that the paths stand for; None for one that does not exist."""
    found: dict[str, str | None] = {}
    for path in paths:
        for file in workspace.glob(f"{path}**") if path.endswith("/") else (path,):
            found[file] = _content(workspace, file)
    return found


def _content(workspace: Workspace, path: str) -> str | None:
    try:
        return hashlib.blake2b(workspace.read_bytes(path), digest_size=_SIZE).hexdigest()
    except FileNotFoundError:
        return None
    except OrchestrateError as error:  # a link, a folder, a protected place: it has no content of its own
        return type(error).__name__
