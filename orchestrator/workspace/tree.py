"""The repository as one opened directory: everything that is read goes through here.

The root is opened once; each access resolves its path beneath that descriptor without following links, so that a
folder which is swapped for a link meanwhile cannot lead out. Only regular files are read: a pipe would block, a
device would act.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from orchestrator.errors import PathRefused
from orchestrator.workspace.confined import Opener, best_opener
from orchestrator.workspace.node import FILE, FOLDER, LINK, OTHER, PERMISSIONS, Identity, Node
from orchestrator.workspace.oserrors import translated
from orchestrator.workspace.paths import from_bytes, parent_of, to_bytes

_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY
# O_NONBLOCK: opening a pipe must not wait for its other end. O_NOCTTY: a terminal must not become ours.
_FILE_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_NOFOLLOW
_BLOCK = 1 << 20


class View(Protocol):
    """Something that has files at paths: the tree on disk, or changes laid over it."""

    def node(self, path: str) -> Node | None:
        """Return what stands at the path with its content; PathRefused for devices and pipes."""

    def kind(self, path: str) -> str | None:
        """Return FILE, LINK, FOLDER or OTHER; None when nothing is there."""

    def listing(self, folder: str) -> dict[str, str]:
        """Return name -> kind of what a folder holds; empty when there is no such folder."""


class Tree:
    """A directory on disk, confined."""

    def __init__(self, root: Path, *, opener: Opener | None = None) -> None:
        self.root = root
        with translated(str(root), "open"):
            self.fd = os.open(root, _FOLDER_FLAGS | os.O_CLOEXEC)
        self._open = opener or best_opener(self.fd)

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self.fd)

    @contextmanager
    def folder(self, path: str) -> Iterator[int]:
        """Open a folder of the tree, "" for the root; the descriptor lives as long as the block."""
        if not path:
            yield self.fd
            return
        with translated(path, "open the folder"):
            opened = self._open(self.fd, to_bytes(path), _FOLDER_FLAGS)
        try:
            yield opened
        finally:
            os.close(opened)

    def status(self, path: str) -> os.stat_result | None:
        """Return the status of what stands at the path itself; None when nothing does."""
        folder, _, name = path.rpartition("/")
        try:
            if not folder:
                return self._status(self.fd, name, path)
            with self.folder(folder) as above:
                return self._status(above, name, path)
        except FileNotFoundError:
            return None

    def _status(self, above: int, name: str, path: str) -> os.stat_result:
        with translated(path, "look at"):
            return os.stat(to_bytes(name), dir_fd=above, follow_symlinks=False)

    def kind(self, path: str) -> str | None:
        """Return FILE, LINK, FOLDER or OTHER; None when nothing is there."""
        status = self.status(path)
        return None if status is None else kind_of(status)

    def node(self, path: str) -> Node | None:
        """Return what stands at the path with its content; PathRefused for devices and pipes."""
        status = self.status(path)
        if status is None:
            return None
        kind = kind_of(status)
        if kind == FOLDER:
            return Node(kind=FOLDER, mode=status.st_mode & PERMISSIONS)
        try:
            if kind == LINK:
                return Node(kind=LINK, data=self.link_target(path))
            return self._file_node(path)
        except FileNotFoundError:
            return None

    def _file_node(self, path: str) -> Node:
        opened, now = self._open_file(path)
        try:
            with translated(path, "read"):
                return Node(data=_read_all(opened, now.st_size), mode=now.st_mode & PERMISSIONS)
        finally:
            os.close(opened)

    def identity(self, path: str) -> Identity | None:
        """Return which content stands at the path; reads in blocks, however large the file is."""
        status = self.status(path)
        if status is None or not stat.S_ISREG(status.st_mode):
            node = None if status is None else self.node(path)
            return None if node is None else node.identity
        try:
            with self.file(path) as (opened, now), translated(path, "read"):
                return Identity(kind=FILE, sha=_digest(opened), mode=now.st_mode & PERMISSIONS)
        except FileNotFoundError:
            return None

    @contextmanager
    def file(self, path: str) -> Iterator[tuple[int, os.stat_result]]:
        """Open a regular file for reading; FileNotFoundError, PathRefused for anything else."""
        opened, status = self._open_file(path)
        try:
            yield opened, status
        finally:
            os.close(opened)

    def _open_file(self, path: str) -> tuple[int, os.stat_result]:
        with translated(path, "read"):
            opened = self._open(self.fd, to_bytes(path), _FILE_FLAGS)
        try:
            status = os.fstat(opened)
            if not stat.S_ISREG(status.st_mode):
                raise PathRefused(f"{path!r} is not a regular file")
        except BaseException:
            os.close(opened)
            raise
        return opened, status

    def link_target(self, path: str) -> bytes:
        """Return the text of a symbolic link."""
        with self.folder(parent_of(path)) as above, translated(path, "read the link"):
            return os.readlink(_name(path), dir_fd=above)

    def listing(self, folder: str) -> dict[str, str]:
        """Return name -> kind of what a folder holds; empty when there is no such folder."""
        try:
            with self.folder(folder) as opened, translated(folder or ".", "list"), os.scandir(opened) as found:
                return {from_bytes(os.fsencode(each.name)): _kind_of_entry(each) for each in found}
        except FileNotFoundError:
            return {}


def kind_of(status: os.stat_result) -> str:
    """Return the kind of what a status describes."""
    mode = status.st_mode
    if stat.S_ISREG(mode):
        return FILE
    if stat.S_ISDIR(mode):
        return FOLDER
    return LINK if stat.S_ISLNK(mode) else OTHER


def _kind_of_entry(entry: "os.DirEntry[str]") -> str:
    if entry.is_symlink():
        return LINK
    if entry.is_dir(follow_symlinks=False):
        return FOLDER
    return FILE if entry.is_file(follow_symlinks=False) else OTHER


def _name(path: str) -> bytes:
    return to_bytes(path.rpartition("/")[2])


def _read_all(opened: int, size: int) -> bytes:
    parts: list[bytes] = []
    while block := os.read(opened, max(size + 1, 4096) if not parts else _BLOCK):
        parts.append(block)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _digest(opened: int) -> str:
    digest = sha256()
    while block := os.read(opened, _BLOCK):
        digest.update(block)
    return digest.hexdigest()
