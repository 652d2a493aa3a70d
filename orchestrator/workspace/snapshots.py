"""The timeline of the tree: what commands changed, and whose change it was.

A point is taken before the first command and after each one; what differs from the point before belongs to the command
that ended. Writes of our own go through `wrote` and are never taken for a command's. So each change is recorded once,
and the hashes of a file form a chain without gaps, which is what undo needs.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from msgspec import Struct

from orchestrator.models.record import Change
from orchestrator.workspace.backing import AttemptLog
from orchestrator.workspace.differences import Difference, changes_between
from orchestrator.workspace.first_point import load_first_point, save_first_point
from orchestrator.workspace.ignoring import ignore_rule
from orchestrator.workspace.kept_contents import KeptContents
from orchestrator.workspace.makers import makers, other_tasks, owns
from orchestrator.workspace.node import FOLDER, LINK, PERMISSIONS, Identity, Node, digest_of
from orchestrator.workspace.objects import ObjectStore
from orchestrator.workspace.paths import parent_of, parents
from orchestrator.workspace.reading import LARGEST_KEPT, Reader
from orchestrator.workspace.running import RunningCommands, StartedCommand
from orchestrator.workspace.tree import Tree
from orchestrator.workspace.walk import Walk, clock, signature_of

FEW_ENTRIES = 300
"""Up to here a look at every entry takes under a millisecond and is done on the spot, not in a thread."""


class Window(Struct, eq=False, kw_only=True):
    """A command that runs: whose it is, what it says it will write, and whether no other ran at the same time."""

    attempt: AttemptLog
    writes: tuple[str, ...] | None
    alone: bool
    slot: int

    @property
    def task(self) -> str:
        """Return the id of its task."""
        return self.attempt.task

    def is_surely_its(self, path: str) -> bool:
        """Say whether nobody else can have changed the path: what is declared is locked for others."""
        return self.alone or owns(self, path)


class Timeline:
    """One tree over one run. All methods but `is_quiet` are to be called while it is `held`."""

    def __init__(
        self,
        tree: Tree,
        state: int,
        objects: ObjectStore,
        run: str,
        warn: Callable[[str], None],
        own_output: Sequence[str] = (),
    ) -> None:
        """Look at a tree; `own_output` are files in it that the run itself writes, and no command."""
        self._tree = tree
        self._state = state
        self._objects = objects
        self._run = run
        self._warn = warn
        self._own_output = own_output
        self._lock = threading.Lock()
        self._alive: list[Window] = []
        self._walk: Walk | None = None
        self._contents: KeptContents | None = None
        self._running: RunningCommands | None = None
        self._reader = Reader(tree)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep everybody else from taking a point or writing meanwhile."""
        with self._lock:
            yield

    def close(self) -> None:
        """Give the files back."""
        if self._running is not None:
            self._running.close()

    @property
    def has_begun(self) -> bool:
        """Say whether the first point was taken."""
        return self._walk is not None

    def begin(self) -> None:
        """Take the first point, unless there is one: read the tree and keep its contents."""
        if self._walk is not None:
            return
        ignored, git = ignore_rule(self._tree.root, self._warn)
        walk = Walk(self._tree.root, ignored)
        walk.ignored.update(self._own_output)
        contents = KeptContents(self._objects, git)
        self._fill(walk, contents)
        save_first_point(self._state, self._run, walk.entries, walk.ignored, contents.blobs)
        self._running = RunningCommands(self._state, self._run)
        self._walk, self._contents = walk, contents

    def _fill(self, walk: Walk, contents: KeptContents) -> None:
        """Enter the whole tree; a file whose stat an earlier run knew is not read again."""
        earlier = load_first_point(self._state).known
        walk.note("", os.lstat(self._tree.root), Node(kind=FOLDER).identity, now=0)
        for path, status in walk.doubts().new:
            now = clock()
            known = earlier.get(path)
            identity = None
            if known is not None and known.settled and known.signature == signature_of(status):
                is_kept = known.identity.kind == FOLDER or contents.recall(known.identity.sha, known.blob)
                identity = known.identity if is_kept else None
            identity = identity or self._reader.read(path, status, contents.add, first=True)
            if identity is not None:
                walk.note(path, status, identity, now=now)
        contents.flush()
        walk.nested.clear()

    # ------------------------------------------------------------ commands

    def open_window(self, attempt: AttemptLog, writes: Sequence[str] | None) -> Window:
        """Note that a command starts."""
        assert self._running is not None
        declared = None if writes is None else tuple(writes)
        window = Window(
            attempt=attempt,
            writes=declared,
            alone=not self._alive and not attempt.only_declared,
            slot=self._running.start(StartedCommand(attempt.task, attempt.number, declared)),
        )
        for other in self._alive:
            other.alone = False
        self._alive.append(window)
        return window

    def is_quiet(self) -> bool:
        """Say whether a quick look finds nothing to do; False also when the look would not be quick."""
        if self._walk is None or len(self._walk.entries) > FEW_ENTRIES or not self._lock.acquire(blocking=False):
            return False
        try:
            return self._walk.is_quiet()
        finally:
            self._lock.release()

    def close_window(self, window: Window) -> None:
        """Note that a command ended, without a look."""
        self._alive.remove(window)
        assert self._running is not None
        self._running.end(window.slot)

    def changes_by(self, window: Window) -> tuple[Change, ...]:
        """Take a point and return what differs from the one before, as far as it belongs to the command."""
        running = tuple(self._alive)
        return self._recorded(self._advance(lambda path: window in makers(path, running)))

    def foreign(self, paths: Sequence[str]) -> list[tuple[Window, tuple[Change, ...]]]:
        """Return what running commands did to files that we are about to write, with whose change it is."""
        running = tuple(self._alive)
        if self._walk is None or not running:
            return []
        found = [each for path in paths if (each := self._unrecorded(path)) is not None]
        parts = [(one, [each for each in found if makers(each.path, running)[0] is one]) for one in running]
        return [(one, self._recorded(part)) for one, part in parts if part]

    def others(self, window: Window, path: str) -> tuple[str, ...]:
        """Return the tasks whose commands may have made a change that was just found, and is the window's."""
        return other_tasks(window.task, path, tuple(self._alive))

    def wrote(self, path: str, identity: Identity | None) -> None:
        """Note a write of our own; the next look compares with it."""
        if self._walk is None:
            return
        if identity is None:
            self._walk.entries.pop(path, None)
            return
        status = self._tree.status(path)
        if status is None:
            return
        mode = None if identity.kind == LINK else status.st_mode & PERMISSIONS
        self._walk.note(path, status, Identity(kind=identity.kind, sha=identity.sha, mode=mode), now=0)

    # ------------------------------------------------------------ inside

    def _unrecorded(self, path: str) -> Difference | None:
        """Return how a path differs from its entry; None when it does not, or is not looked at."""
        assert self._walk is not None
        entry = self._walk.entries.get(path)
        if entry is None and any(place in self._walk.ignored for place in (*parents(path), path)):
            return None
        status = self._tree.status(path)
        if entry is not None and status is not None and signature_of(status) == entry.signature:
            return None
        known = None if entry is None else entry.identity
        now = self._tree.identity(path)
        return None if known == now else Difference(path=path, before=known, after=now)

    def _advance(self, claims: Callable[[str], bool]) -> list[Difference]:
        """Bring the entries to how the tree is now, where `claims` allows, and return what was different."""
        assert self._walk is not None
        walk = self._walk
        doubts = walk.doubts()
        found: list[Difference] = []
        for path in doubts.gone:
            self._pass(path, None, None, clock(), claims, found)
        for path, status in (*doubts.changed, *doubts.new):
            now = clock()
            entry = walk.entries.get(path)
            if entry is not None and status.st_size > LARGEST_KEPT and entry.signature == signature_of(status):
                walk.note(path, status, entry.identity, now=now)  # too large to read again for nothing
                continue
            known = None if entry is None else entry.identity.sha
            identity = self._reader.read(path, status, partial(self._keep_if_changed, known))
            self._pass(path, identity, status, now, claims, found)
        for path in walk.nested:
            self._warn(f"{path}/ is a repository of its own: what happens in it is not recorded and not undone")
        walk.nested.clear()
        return found

    def _pass(
        self,
        path: str,
        identity: Identity | None,
        status: os.stat_result | None,
        now: int,
        claims: Callable[[str], bool],
        found: list[Difference],
    ) -> None:
        """Compare one path with its entry, note how it is now, and add the difference."""
        assert self._walk is not None
        entry = self._walk.entries.get(path)
        before = None if entry is None else entry.identity
        if path and before != identity:
            if not claims(path):
                self._walk.doubt(path if entry is not None else parent_of(path))
                return
            found.append(Difference(path=path, before=before, after=identity))
        if identity is None or status is None:
            self._walk.entries.pop(path, None)
        else:
            self._walk.note(path, status, identity, now=now)

    def _keep_if_changed(self, known: str | None, data: bytes) -> str:
        sha = digest_of(data)
        return sha if sha == known else self._objects.put(data, durable=False)

    def _recorded(self, found: Sequence[Difference]) -> tuple[Change, ...]:
        """Return the changes, with the contents that undo needs brought to safety."""
        assert self._contents is not None
        before = {each.before.sha: each.path for each in found if each.before and each.before.kind != FOLDER}
        for sha in self._contents.secure(before):
            self._warn(f"{before[sha]} was changed by a command and cannot be restored: its content was not kept")
        return changes_between(found)
