"""The workspace as one attempt sees it: reads of the tree, writes that wait in memory for `apply`.

The same class serves a real run and a dry run; they differ in the `Backing` that gets the changes.
"""

from collections.abc import Awaitable, Sequence

from orchestrator.contracts import Finished, TakenBack
from orchestrator.errors import Drift, PathRefused
from orchestrator.models.record import Change
from orchestrator.workspace.backing import AttemptLog, Backing
from orchestrator.workspace.changes import changes_of
from orchestrator.workspace.encodings import Coding, decode, newline_of, with_newlines
from orchestrator.workspace.globbing import glob
from orchestrator.workspace.node import FILE, FOLDER, LINK, PERMISSIONS, Identity, Node, identity_of, same_content
from orchestrator.workspace.overlay import Overlay
from orchestrator.workspace.paths import check_path, check_recorded
from orchestrator.workspace.restoring import restore_onto


class AttemptWorkspace:
    """Implement `contracts.AttemptFiles` over a backing."""

    def __init__(self, backing: Backing, task: str, attempt: int) -> None:
        self._backing = backing
        self._log = AttemptLog(task=task, number=attempt)
        self._overlay = Overlay(backing.view)
        self._seen: dict[str, Identity | None] = {}  # what the attempt read: its writes were made from it

    # ------------------------------------------------------------ reading

    def read_bytes(self, path: str) -> bytes:
        """Return the content; FileNotFoundError when there is no such file."""
        node = self._look(check_path(path))
        if node is None:
            raise FileNotFoundError(2, "No such file", path)
        return node.data

    def read_text(self, path: str) -> str:
        """Return the decoded content; TaskFailed when it is neither UTF-8 nor UTF-16 with a mark."""
        text, _ = decode(path, self.read_bytes(path))
        return text

    def exists(self, path: str) -> bool:
        """Say whether a file or folder is there; PathRefused for links and devices."""
        return self._kind(path) is not None

    def is_folder(self, path: str) -> bool:
        """Say whether a folder is there."""
        return self._kind(path) == FOLDER

    def stamp(self, path: str) -> str | None:
        """Return a text that differs after every writing of the file on the tree."""
        self._kind(path)  # refuses links and devices
        return self._backing.stamp(path)

    def glob(self, pattern: str) -> tuple[str, ...]:
        """Return the files that match, sorted; `**` stands for any folders."""
        return glob(self._overlay, pattern)

    # ------------------------------------------------------------ staging

    def write_bytes(self, path: str, data: bytes, *, mode: int | None = None) -> bool:
        """Stage a file; False when it has this content (and mode, if one is given) already."""
        now = self._look_unchanged(check_path(path))
        kept = None if now is None else now.mode
        return self._overlay.stage(path, Node(data=data, mode=kept if mode is None else mode & PERMISSIONS))

    def write_text(self, path: str, text: str, *, adapt_newlines: bool = False) -> bool:
        """Stage a text in the file's own coding; UTF-8 for a new file."""
        now = self._look_unchanged(check_path(path))
        coding = Coding()
        if now is not None:
            old, coding = decode(path, now.data)
            newline = newline_of(old) if adapt_newlines else None
            text = with_newlines(text, newline) if newline else text
        return self.write_bytes(path, coding.encode(path, text))

    def remove(self, path: str) -> bool:
        """Stage the removal of a file; False when there is none."""
        return self._look_unchanged(check_path(path)) is not None and self._overlay.stage(path, None)

    def make_folder(self, path: str) -> bool:
        """Stage an empty folder; False when it is there."""
        kind = self._kind(path)
        if kind == FILE:
            raise PathRefused(f"{path!r} is a file, not a folder")
        return kind is None and self._overlay.stage(path, Node(kind=FOLDER))

    def restore(self, change: Change, *, overwrite: bool = False, merge: bool = False) -> bool:
        """Stage the state before a recorded change; Drift when the path is not as the change left it."""
        check_recorded(change.path)
        return restore_onto(self._overlay, change, self._backing.contents, overwrite=overwrite, merge=merge)

    def staged(self) -> tuple[Change, ...]:
        """Return what this attempt changed so far: applied, seen after a command, and waiting."""
        if not self._log.batches and not len(self._overlay):
            return ()
        waiting = (change for each in self._overlay for change in changes_of(each, umask=self._backing.umask))
        return (*self._log.changes, *waiting)

    # ------------------------------------------------------------ the tree

    async def apply(self) -> None:
        """Bring the staged changes to the tree, all or none; Drift when somebody changed a file meanwhile."""
        if not len(self._overlay):
            return
        staged = tuple(self._overlay)
        applied_before = len(self._log.batches)
        try:
            await self._backing.apply(self._log, staged)
        finally:
            if len(self._log.batches) > applied_before:  # a cancelled caller may have written all of it
                self._overlay.clear()
        for each in staged:
            self._seen[each.path] = identity_of(each.after)

    async def track(
        self, work: Awaitable[Finished], *, writes: Sequence[str] | None = None, only_declared: bool = False
    ) -> Finished:
        """Await a command and record what it changed; `writes=[]` says that it changes nothing."""
        self._log.only_declared = only_declared
        finished = await self._backing.track(self._log, work, writes)
        self._seen.clear()  # the command may have rewritten what was read before; what is read next is new
        return finished

    async def rollback(self) -> TakenBack:
        """Drop what is staged and take back what was applied or tracked."""
        self._overlay.clear()
        self._seen.clear()
        return await self._backing.take_back(self._log)

    # ------------------------------------------------------------ inside

    def _kind(self, path: str) -> str | None:
        kind = self._overlay.kind(check_path(path))
        if kind not in (None, FILE, FOLDER):
            raise _not_a_file(path, kind)
        return kind

    def _look(self, path: str) -> Node | None:
        """Return the file at a path and remember what was seen; PathRefused when it is no file."""
        node = self._overlay.node(path)
        if node is not None and node.kind != FILE:
            raise _not_a_file(path, node.kind)
        if path not in self._overlay:
            self._seen.setdefault(path, identity_of(node))
        return node

    def _look_unchanged(self, path: str) -> Node | None:
        """Return the file at a path before it is changed; Drift when it is not what was read earlier."""
        node = self._look(path)
        if path not in self._overlay and not same_content(self._seen[path], identity_of(node)):
            raise Drift(f"{path} was changed by somebody else while the task worked on it", hint="run the task again")
        return node


def _not_a_file(path: str, kind: str | None) -> PathRefused:
    what = {FOLDER: "a folder", LINK: "a symbolic link"}.get(kind or "", "not a regular file")
    return PathRefused(f"{path!r} is {what}")
