"""The tree as handlers and the engine see it."""

from collections.abc import Awaitable, Sequence
from typing import Protocol

from msgspec import Struct

from orchestrator.contracts.children import Finished
from orchestrator.models.record import Change


class Workspace(Protocol):
    """The only door to the target repository's files, as one attempt sees it.

    Writes are staged in memory and reach the tree together in `apply` (the engine calls it after `run`); in a dry
    run they never do, and later tasks read through them. Paths are relative, `/`-separated; one that leads out of
    the root, into `.git` or `.orchestrate` raises PathRefused.
    """

    def read_bytes(self, path: str) -> bytes:
        """Return the content; FileNotFoundError when there is no such file."""

    def read_text(self, path: str) -> str:
        """Return the decoded content with its line ends as they are and without a BOM."""

    def exists(self, path: str) -> bool:
        """Say whether a file or folder is there."""

    def is_folder(self, path: str) -> bool:
        """Say whether a folder is there."""

    def stamp(self, path: str) -> str | None:
        """Return a text that differs after every writing of the file on the tree, even with the same content.

        Made of inode, size and the times of modification and change; None when there is no such file.
        """

    def glob(self, pattern: str) -> tuple[str, ...]:
        """Return the files that match, sorted; never inside `.git` or `.orchestrate`."""

    def write_bytes(self, path: str, data: bytes, *, mode: int | None = None) -> bool:
        """Stage a file; False when it has this very content already. A present file keeps its mode."""

    def write_text(self, path: str, text: str, *, adapt_newlines: bool = False) -> bool:
        """Stage a text in the file's own encoding and BOM; `adapt_newlines` also takes its line ends over."""

    def remove(self, path: str) -> bool:
        """Stage the removal of a file; False when there is none."""

    def make_folder(self, path: str) -> bool:
        """Stage an empty folder; False when it is there."""

    def staged(self) -> tuple[Change, ...]:
        """Return what this attempt changed so far."""

    def restore(self, change: Change, *, overwrite: bool = False, merge: bool = False) -> bool:
        """Stage the state before a recorded change; False when it is there already.

        Raise Drift, with the three versions in its `detail`, when the file is no longer as the change left it;
        `overwrite` restores it all the same, `merge` keeps what was done to other lines since. Raise Unusable when the
        content was not kept.
        """

    async def apply(self) -> None:
        """Bring the staged changes to the tree: journalled, atomic per file, all or none. Does nothing in a dry run.

        Raise Drift when a file was changed by somebody since it was read.
        """

    async def track(
        self, work: Awaitable["Finished"], *, writes: Sequence[str] | None = None, only_declared: bool = False
    ) -> "Finished":
        """Await something that writes to the tree by itself (a command) and record what it changed.

        `writes` declares what it writes. When the attempt fails, that is taken back, and what else changed while it ran
        by itself; with `only_declared` the latter stays, because a person may have edited it meanwhile.
        """


class LeftAlone(Struct, frozen=True, kw_only=True):
    """A file that was not taken back, and why; `proposed` is where the content lies that it would have got."""

    path: str
    reason: str
    proposed: str | None = None


class TakenBack(Struct, frozen=True, kw_only=True):
    """What became of the changes of an attempt that did not end well.

    `kept` are changes of undeclared files seen after a command: whose they are cannot be told (a person's, another
    command's), so they stay, recorded as made; `undo` takes them back.
    """

    restored: tuple[str, ...] = ()
    left: tuple[LeftAlone, ...] = ()
    kept: tuple[LeftAlone, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Say whether nothing that is surely the attempt's is left in the tree."""
        return not self.left


class AttemptFiles(Workspace, Protocol):
    """A workspace with the part that belongs to the engine."""

    async def rollback(self) -> TakenBack:
        """Drop what is staged and take back what was applied or tracked, last change first.

        A file that somebody changed meanwhile is left alone and named.
        """


class Workspaces(Protocol):
    """Open the tree for attempts."""

    def open_attempt(self, task: str, attempt: int) -> AttemptFiles:
        """Return the workspace of one attempt; opening does no I/O."""
