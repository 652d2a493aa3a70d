"""The workspace of a run: one tree, opened for one attempt after the other."""

import logging
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from orchestrator.contracts import Finished, Ledger, TakenBack
from orchestrator.models.status import Durability
from orchestrator.workspace.attempt import AttemptWorkspace
from orchestrator.workspace.backing import AttemptLog, Contents
from orchestrator.workspace.journal import Journal
from orchestrator.workspace.looking import tree_contents
from orchestrator.workspace.objects import ObjectStore
from orchestrator.workspace.overlay import Staged
from orchestrator.workspace.proposals import Proposals
from orchestrator.workspace.snapshots import Timeline, Window
from orchestrator.workspace.state_dir import prepare_state_dir
from orchestrator.workspace.threads import discard, to_its_end
from orchestrator.workspace.tree import Tree, View
from orchestrator.workspace.walk import signature_of
from orchestrator.workspace.writer import Fault, no_fault

_LOG = logging.getLogger(__name__)


def utc_now() -> datetime:
    """Return the time for display."""
    return datetime.now(UTC)


class TreeWorkspace:
    """Implement `contracts.Workspaces` on the tree itself.

    `warn` is told in words what a run cannot promise (a file too large to keep). `tracking` False leaves commands
    alone: what they change is neither recorded nor undone. `own_output` are files of the tree that the run's own news
    goes to; they are nobody's change. Unusable when `.orchestrate/` is not ours.
    """

    def __init__(
        self,
        root: Path,
        *,
        ledger: Ledger,
        run: str,
        durability: Durability = Durability.FULL,
        tracking: bool = True,
        own_output: Sequence[str] = (),
        warn: Callable[[str], None] = _LOG.warning,
        now: Callable[[], datetime] = utc_now,
        fault: Fault = no_fault,
    ) -> None:
        root = root.resolve()
        durable = durability is Durability.FULL
        self._state = Tree(prepare_state_dir(root))
        self._tree = Tree(root)
        self._objects = ObjectStore(self._state.fd, durable=durable, fault=fault)
        self._tracking = tracking
        self._own_output = own_output
        self._timeline = Timeline(self._tree, self._state.fd, self._objects, run, warn, own_output)
        self.umask = current_umask()
        self._journal = Journal(
            tree=self._tree,
            objects=self._objects,
            proposals=Proposals(self._state, run),
            timeline=self._timeline,
            ledger=ledger,
            run=run,
            durable=durable,
            umask=self.umask,
            now=now,
            fault=fault,
        )

    def open_attempt(self, task: str, attempt: int) -> AttemptWorkspace:
        """Return the workspace of one attempt; opening does no I/O."""
        return AttemptWorkspace(self, task, attempt)

    def close(self) -> None:
        """Give the directories back."""
        self._timeline.close()
        self._tree.close()
        self._state.close()

    def tree_contents(self) -> Mapping[str, str]:
        """Return the hash of every file that is not ignored; one whose stat an earlier run knew is not read again."""
        return tree_contents(self._tree, self._state.fd, self._own_output)

    # ------------------------------------------------------------ what an attempt's workspace stands on

    @property
    def view(self) -> View:
        """Return the tree on disk."""
        return self._tree

    @property
    def contents(self) -> Contents:
        """Return the object store."""
        return self._objects

    def stamp(self, path: str) -> str | None:
        """Return inode, size and times of a file as text."""
        return stamp_of(self._tree, path)

    async def apply(self, attempt: AttemptLog, staged: Sequence[Staged]) -> None:
        """Bring the staged paths to the tree, all or none."""
        await to_its_end(partial(self._journal.apply, attempt, staged))

    async def track(self, attempt: AttemptLog, work: Awaitable[Finished], writes: Sequence[str] | None) -> Finished:
        """Await a command; what the tree differs in afterwards is recorded, however the command ends."""
        if not self._tracking or (writes is not None and not writes):
            return await work
        window = await self._begin(attempt, work, writes)
        try:
            finished = await work
        except BaseException:
            # The attempt is being stopped: nothing may come between the end of the command and its record.
            self._end(window)
            raise
        if self._timeline.is_quiet():
            self._timeline.close_window(window)
        else:
            await to_its_end(partial(self._end, window))
        return finished

    async def take_back(self, attempt: AttemptLog) -> TakenBack:
        """Take back what the attempt applied and tracked."""
        if not attempt.batches:
            return TakenBack()
        return await to_its_end(partial(self._journal.take_back, attempt))

    async def _begin(self, attempt: AttemptLog, work: Awaitable[Finished], writes: Sequence[str] | None) -> Window:
        try:
            if not self._timeline.has_begun:
                await to_its_end(self._take_first_point)
        except BaseException:
            discard(work)
            raise
        return self._timeline.open_window(attempt, writes)

    def _take_first_point(self) -> None:
        with self._timeline.held():
            self._timeline.begin()

    def _end(self, window: Window) -> None:
        # Whoever takes the next point must not find it running: what changes from here on cannot be its.
        with self._timeline.held():
            try:
                changes = self._timeline.changes_by(window)
                self._journal.record_external(window, changes)
            finally:
                self._timeline.close_window(window)


def stamp_of(tree: Tree, path: str) -> str | None:
    """Return inode, size and times of a file as text; None when there is none."""
    status = tree.status(path)
    return None if status is None else "-".join(str(part) for part in signature_of(status))


def current_umask() -> int:
    """Return the process's umask. Linux tells it; elsewhere it can only be read by setting it for a moment."""
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as facts:
            for line in facts:
                if line.startswith("Umask:"):
                    return int(line.split()[1], 8)
    except OSError:
        pass
    umask = os.umask(0o077)
    os.umask(umask)
    return umask
