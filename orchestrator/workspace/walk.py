"""Look at the tree again and again, cheaply: only what the stat of a file or folder casts doubt on is read.

A stat is believed only when it is older than the clock of the file system is coarse: a file written twice in one tick
looks the same (git calls such entries racy).
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

from orchestrator.workspace.node import FOLDER, OTHER, Identity
from orchestrator.workspace.paths import TEMP_NAME, from_bytes, is_protected, joined, to_bytes
from orchestrator.workspace.tree import kind_of

Signature: TypeAlias = tuple[int, int, int, int, int]  # mode, size, mtime, ctime, inode
Ignored: TypeAlias = Callable[[Sequence[str]], set[str]]
"""Asked with paths, folders with a final `/`; answers those that are not looked at."""

COARSE_NS = 20_000_000  # two ticks of the slowest kernel clock


class Entry(Struct):
    """One path of the tree as it was when it was last read."""

    place: bytes  # absolute
    kind: str
    identity: Identity
    signature: Signature | None = None  # None: look again
    settled: bool = False


class Doubts(Struct, frozen=True, kw_only=True):
    """What has to be looked at: paths whose stat differs, paths that are gone, paths that are new."""

    changed: tuple[tuple[str, os.stat_result], ...] = ()
    gone: tuple[str, ...] = ()
    new: tuple[tuple[str, os.stat_result], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changed or self.gone or self.new)


class Walk:
    """The known entries of a tree and what casts doubt on them."""

    def __init__(self, root: Path, ignored: Ignored) -> None:
        self._root = os.fsencode(root)
        self._ask = ignored
        self.entries: dict[str, Entry] = {}
        # Ignored once, ignored for as long as we look: a command that edits an ignore file must not make files
        # that lay there before look as if it had made them.
        self.ignored: set[str] = set()
        self.nested: list[str] = []  # new folders that are repositories of their own

    def place(self, path: str) -> bytes:
        """Return the absolute place of a path."""
        return self._root + b"/" + to_bytes(path) if path else self._root

    def is_quiet(self) -> bool:
        """Say whether nothing casts doubt on any entry; costs one stat per entry."""
        for entry in self.entries.values():
            if not entry.settled:
                return False
            try:
                status = os.lstat(entry.place)
            except OSError:
                return False
            if signature_of(status) != entry.signature:
                return False
        return True

    def doubts(self) -> Doubts:
        """Look at every entry, and into the folders that changed."""
        changed: list[tuple[str, os.stat_result]] = []
        gone: list[str] = []
        folders: list[str] = []
        for path, entry in self.entries.items():
            try:
                status = os.lstat(entry.place)
            except (FileNotFoundError, NotADirectoryError):
                gone.append(path)
                continue
            if entry.settled and signature_of(status) == entry.signature:
                continue
            changed.append((path, status))
            if kind_of(status) == FOLDER:
                folders.append(path)
        new = tuple(self._new_in(folders))
        return Doubts(changed=tuple(changed), gone=tuple(gone), new=new)

    def note(self, path: str, status: os.stat_result, identity: Identity, *, now: int) -> None:
        """Enter what was read; `now` is the time (time.time_ns) before it was read."""
        self.entries[path] = Entry(
            place=self.place(path),
            kind=identity.kind,
            identity=identity,
            signature=signature_of(status),
            settled=now - max(status.st_mtime_ns, status.st_ctime_ns) > COARSE_NS,
        )

    def doubt(self, path: str) -> None:
        """Have a path looked at again the next time."""
        entry = self.entries.get(path)
        if entry is not None:
            entry.signature = None
            entry.settled = False

    # ------------------------------------------------------------ new paths

    def _new_in(self, folders: Sequence[str]) -> Iterator[tuple[str, os.stat_result]]:
        """Yield new paths, level by level, so that ignored folders are never entered and git is asked rarely."""
        level = [each for folder in folders for each in self._unknown_in(folder)]
        while level:
            asked = {path + "/" if kind_of(status) == FOLDER else path: path for path, status in level}
            self.ignored.update(asked[name] for name in self._ask(tuple(asked)))
            below: list[tuple[str, os.stat_result]] = []
            for path, status in level:
                if path in self.ignored:
                    continue
                if kind_of(status) == FOLDER:
                    if os.path.lexists(self.place(joined(path, ".git"))):
                        self.ignored.add(path)
                        self.nested.append(path)
                        continue
                    below += self._unknown_in(path)
                yield path, status
            level = below

    def _unknown_in(self, folder: str) -> list[tuple[str, os.stat_result]]:
        found = []
        try:
            with os.scandir(self.place(folder)) as listing:
                names = [from_bytes(each.name) for each in listing]
        except OSError:
            return []
        for name in names:
            path = joined(folder, name)
            if path in self.entries or path in self.ignored or is_protected(name) or TEMP_NAME.fullmatch(name):
                continue
            try:
                status = os.lstat(self.place(path))
            except OSError:
                continue
            if kind_of(status) != OTHER:
                found.append((path, status))
        return found


def signature_of(status: os.stat_result) -> Signature:
    """Return what tells one state of a file from another without reading it."""
    return (status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def clock() -> int:
    """Return the time on the clock that file systems stamp with, in nanoseconds."""
    return time.time_ns()
