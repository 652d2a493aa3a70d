"""Write to the tree: every file is at every instant the old one or the new one, and nobody's edit is lost.

A new content goes to a temporary file in the same folder, is synced, and takes the name in one step, after a last
look that the file is still the one which the change was made from. The folder is synced too: without that a power
cut takes the acknowledged change back.
"""

import errno
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from orchestrator.errors import Drift
from orchestrator.workspace.confined import rename_to_new
from orchestrator.workspace.node import FILE, FOLDER, LINK, Identity, Node, same_content
from orchestrator.workspace.oserrors import translated
from orchestrator.workspace.paths import parent_of, parents, to_bytes
from orchestrator.workspace.tree import Tree

Fault = Callable[[str], None]
"""Called before each step with its name; tests stop the process there."""


def no_fault(point: str) -> None:
    """Do nothing: the seam of production."""


class Writer:
    """Atomic compare-and-swap writes below a tree; `durable` False leaves out every sync."""

    def __init__(self, tree: Tree, *, durable: bool = True, fault: Fault = no_fault) -> None:
        self._tree = tree
        self._durable = durable
        self._fault = fault
        self._unsynced: dict[tuple[int, int], tuple[int, str]] = {}  # (device, inode) -> descriptor, path

    def replace(self, path: str, expected: Identity | None, after: Node | None) -> None:
        """Put `after` (None: nothing) in the place of what `expected` describes; Drift when something else is there.

        A file that stays a file keeps owner, extended attributes, and its mode unless `after` has another one
        than `expected`. Folders above must be there (`make_folders`).
        """
        try:
            if expected is not None and after is not None and expected.kind != after.kind:
                self._remove(path, expected)
                expected = None
            self._put_in_place(path, expected, after)
        except (FileNotFoundError, FileExistsError):
            raise _drift(path) from None

    def _put_in_place(self, path: str, expected: Identity | None, after: Node | None) -> None:
        if after is None:
            self._remove(path, expected)
        elif after.kind == FOLDER:
            self._put_folder(path, after, expected)
        elif expected is not None and after.kind == FILE and after.identity.has_content_of(expected):
            self._change_mode(path, after, expected)
        else:
            self._put(path, after, expected)

    def make_folders(self, path: str) -> tuple[str, ...]:
        """Make the missing folders above a path and return them, outermost first."""
        made = []
        for folder in parents(path):
            with self._tree.folder(parent_of(folder)) as above, translated(folder, "make the folder"):
                self._fault("folder")
                try:
                    os.mkdir(_name(folder), 0o777, dir_fd=above)
                except FileExistsError:
                    continue
                self._touched(above, folder)
                made.append(folder)
        return tuple(made)

    def remove_empty_folders(self, folders: tuple[str, ...]) -> tuple[str, ...]:
        """Remove the folders, innermost first, up to the first that is not empty; return those that are gone."""
        gone = []
        for folder in reversed(folders):
            try:
                with self._tree.folder(parent_of(folder)) as above:
                    self._fault("rmdir")
                    os.rmdir(_name(folder), dir_fd=above)
                    self._touched(above, folder)
            except FileNotFoundError:  # it was never made
                continue
            except OSError:
                break
            gone.append(folder)
        return tuple(gone)

    def settle(self) -> None:
        """Sync the folders that were touched since the last call: only now the writes are sure to stay."""
        try:
            for opened, path in self._unsynced.values():
                with translated(parent_of(path) or ".", "sync the folder"):
                    self._fault("sync folder")
                    os.fsync(opened)
        finally:
            self.close()

    def close(self) -> None:
        """Give the descriptors of touched folders back, without a sync."""
        while self._unsynced:
            _, (opened, _) = self._unsynced.popitem()
            os.close(opened)

    # ------------------------------------------------------------ one file

    def _put(self, path: str, after: Node, expected: Identity | None) -> None:
        self._expect(path, expected)
        name = _name(path)
        temp = f".orch-{secrets.token_hex(6)}".encode()
        with self._tree.folder(parent_of(path)) as above, translated(path, "write"), _gone_afterwards(temp, above):
            self._fault("temp")
            if after.kind == LINK:
                os.symlink(after.data, temp, dir_fd=above)
            else:
                self._write_temp(temp, above, path, after, expected)
            self._fault("last look")
            self._expect(path, expected)
            self._fault("rename")
            if expected is None:
                try:
                    rename_to_new(temp, name, above)
                except FileExistsError:
                    raise _drift(path) from None
            else:
                os.rename(temp, name, src_dir_fd=above, dst_dir_fd=above)
            self._touched(above, path)

    def _write_temp(self, temp: bytes, above: int, path: str, after: Node, expected: Identity | None) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        opened = os.open(temp, flags, 0o600, dir_fd=above)
        try:
            rest = memoryview(after.data)
            while rest:
                self._fault("data")
                rest = rest[os.write(opened, rest) :]
            mode = after.mode
            if expected is not None:
                with self._tree.file(path) as (old, status):
                    _take_over(old, status, opened)
                    if mode in (None, expected.mode):
                        mode = status.st_mode  # somebody may have changed it since; that is theirs to decide
            if mode is not None:
                os.fchmod(opened, mode & 0o777)
            if self._durable:
                self._fault("sync file")
                os.fsync(opened)
        finally:
            os.close(opened)

    def _change_mode(self, path: str, after: Node, expected: Identity) -> None:
        self._expect(path, expected)
        if after.mode is None or after.mode == expected.mode:
            return
        with self._tree.file(path) as (opened, _), translated(path, "change the mode of"):
            self._fault("mode")
            os.fchmod(opened, after.mode)
            if self._durable:
                os.fsync(opened)

    def _remove(self, path: str, expected: Identity | None) -> None:
        self._expect(path, expected)
        if expected is None:
            return
        with self._tree.folder(parent_of(path)) as above, translated(path, "remove"):
            self._fault("remove")
            if expected.kind == FOLDER:
                try:
                    os.rmdir(_name(path), dir_fd=above)
                except OSError as error:
                    if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
                        raise Drift(f"the folder {path} is not empty: something was put into it") from None
                    raise
            else:
                os.unlink(_name(path), dir_fd=above)
            self._touched(above, path)

    def _put_folder(self, path: str, after: Node, expected: Identity | None) -> None:
        self._expect(path, expected)
        with self._tree.folder(parent_of(path)) as above, translated(path, "make the folder"):
            self._fault("folder")
            if expected is None:
                os.mkdir(_name(path), 0o777, dir_fd=above)
            self._touched(above, path)
        if after.mode is not None and (expected is None or after.mode != expected.mode):
            with self._tree.folder(path) as opened, translated(path, "change the mode of"):
                os.fchmod(opened, after.mode)

    def _expect(self, path: str, expected: Identity | None) -> None:
        if not same_content(self._tree.identity(path), expected):
            raise _drift(path)

    def _touched(self, folder: int, path: str) -> None:
        if not self._durable:
            return
        status = os.fstat(folder)
        if (status.st_dev, status.st_ino) not in self._unsynced:
            self._unsynced[status.st_dev, status.st_ino] = (os.dup(folder), path)


@contextmanager
def _gone_afterwards(temp: bytes, folder: int) -> Iterator[None]:
    """Remove the temporary file if the block leaves it behind."""
    try:
        yield
    except BaseException:
        with suppress(OSError):
            os.unlink(temp, dir_fd=folder)
        raise


def _take_over(old: int, status: os.stat_result, new: int) -> None:
    """Give the new file owner and extended attributes (access lists too) of the old one, as far as we may."""
    mine = os.fstat(new)
    if (status.st_uid, status.st_gid) != (mine.st_uid, mine.st_gid):
        try:
            os.fchown(new, status.st_uid, status.st_gid)
        except PermissionError:
            with suppress(PermissionError):
                os.fchown(new, -1, status.st_gid)
    if not hasattr(os, "listxattr"):
        return
    for attribute in os.listxattr(old):
        try:
            os.setxattr(new, attribute, os.getxattr(old, attribute))
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.ENODATA):
                raise


def _drift(path: str) -> Drift:
    return Drift(
        f"{path} was changed by somebody else meanwhile; it is left as it is",
        hint=f"look at it (`git diff -- {path}`), then run the task again",
    )


def _name(path: str) -> bytes:
    return to_bytes(path.rpartition("/")[2])
