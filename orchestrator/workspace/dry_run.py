"""The workspace of a dry run: nothing is written, and later tasks see what earlier ones would have done."""

from collections.abc import Awaitable, Sequence
from pathlib import Path

from orchestrator.contracts import Finished, TakenBack
from orchestrator.errors import TaskFailed
from orchestrator.models.diff import FileDiff
from orchestrator.models.record import Change
from orchestrator.workspace.attempt import AttemptWorkspace
from orchestrator.workspace.backing import AttemptLog, Batch, Contents
from orchestrator.workspace.changes import changes_of
from orchestrator.workspace.diff import diffs_of
from orchestrator.workspace.objects import NotKept, ObjectStore
from orchestrator.workspace.overlay import Overlay, Staged
from orchestrator.workspace.paths import STATE_FOLDER
from orchestrator.workspace.state_dir import check_state_dir
from orchestrator.workspace.threads import discard
from orchestrator.workspace.tree import Tree, View
from orchestrator.workspace.workspace import current_umask, stamp_of


class DryRunWorkspace:
    """Implement `contracts.Workspaces` in memory, over a tree that is only read."""

    def __init__(self, root: Path) -> None:
        root = root.resolve()
        self._tree = Tree(root)
        self._state = Tree(root / STATE_FOLDER) if check_state_dir(root) else None
        self._overlay = Overlay(self._tree)
        self.umask = current_umask()

    def open_attempt(self, task: str, attempt: int) -> AttemptWorkspace:
        """Return the workspace of one attempt."""
        return AttemptWorkspace(self, task, attempt)

    def diff(self) -> list[FileDiff]:
        """Return what the run would change, all tasks together, in path order."""
        staged = sorted(self._overlay, key=lambda each: each.path)
        return [diff for each in staged for diff in diffs_of(each.path, each.before, each.after, umask=self.umask)]

    def close(self) -> None:
        """Give the directories back."""
        self._tree.close()
        if self._state is not None:
            self._state.close()

    # ------------------------------------------------------------ what an attempt's workspace stands on

    @property
    def view(self) -> View:
        """Return the tree with all that the run would have changed so far."""
        return self._overlay

    @property
    def contents(self) -> Contents:
        """Return the contents kept by earlier runs (an undo can be previewed too)."""
        return _NOTHING_KEPT if self._state is None else ObjectStore(self._state.fd)

    def stamp(self, path: str) -> str | None:
        """Return inode, size and times of the file on disk: a dry run writes none."""
        return stamp_of(self._tree, path)

    async def apply(self, attempt: AttemptLog, staged: Sequence[Staged]) -> None:
        """Let later tasks see the staged paths."""
        changes: list[Change] = []
        for each in staged:
            self._overlay.stage(each.path, each.after)
            changes += changes_of(each, umask=self.umask)
        attempt.batches.append(Batch(changes=tuple(changes), staged=tuple(staged)))

    async def track(self, attempt: AttemptLog, work: Awaitable[Finished], writes: Sequence[str] | None) -> Finished:  # noqa: ARG002 - nothing is attributed
        """Await a command that says it writes nothing; TaskFailed for any other: a handler asks `dry_run` first."""
        if writes is not None and not writes:
            return await work
        discard(work)
        raise TaskFailed("a dry run starts no command that may write")

    async def take_back(self, attempt: AttemptLog) -> TakenBack:
        """Put back what the attempt would have changed."""
        staged = [each for batch in attempt.batches for each in batch.staged]
        for each in reversed(staged):
            self._overlay.stage(each.path, each.before)
        attempt.batches.clear()
        return TakenBack(restored=tuple(dict.fromkeys(each.path for each in reversed(staged))))


class _NothingKept:
    """The contents of a repository where nothing ever ran."""

    def get(self, sha: str) -> bytes:
        """Raise NotKept."""
        raise NotKept(f"the content {sha[:12]} is not kept: there is no {STATE_FOLDER} folder")


_NOTHING_KEPT = _NothingKept()
