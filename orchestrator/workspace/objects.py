"""Contents by their hash: the before- and after-images that undo and diff are made of.

`.orchestrate/objects/ab/<sha256>`. What lies there is never trusted: it is hashed when it is read, and compared when
it is written again (a power cut can leave a file of the right name with a torn content).
"""

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from orchestrator.errors import Unusable
from orchestrator.workspace.node import digest_of
from orchestrator.workspace.oserrors import translated
from orchestrator.workspace.paths import STATE_FOLDER
from orchestrator.workspace.writer import Fault, no_fault

FOLDER_NAME = "objects"
_HASH = re.compile(r"[0-9a-f]{64}")
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_BLOCK = 1 << 20


class NotKept(Unusable):
    """A content is not in the store, or is no longer what it was."""


class ObjectStore:
    """The contents kept below a state folder, which is given as an opened directory."""

    def __init__(self, state: int, *, durable: bool = True, fault: Fault = no_fault) -> None:
        self._state = state
        self._durable = durable
        self._fault = fault

    def put(self, data: bytes, *, durable: bool | None = None) -> str:
        """Keep a content and return its hash; when this returns it survives what the durability promises."""
        sha = digest_of(data)
        sync = self._durable if durable is None else self._durable and durable
        with translated(f".orchestrate/{FOLDER_NAME}/{sha[:2]}", "keep a content in"), self._shelf(sha) as shelf:
            if not self._holds(shelf, sha, data, sync=sync):
                self._write(shelf, sha, data, sync=sync)
        return sha

    def get(self, sha: str) -> bytes:
        """Return a content; NotKept when it is not kept or is no longer what it was."""
        if not _HASH.fullmatch(sha):
            raise NotKept(f"{sha[:80]!r} is not the name of a kept content")
        try:
            with translated(_place(sha), "read"):
                opened = os.open(_place(sha, top=FOLDER_NAME), _READ, dir_fd=self._state)
                with os.fdopen(opened, "rb") as file:
                    data = file.read()
        except FileNotFoundError:
            raise NotKept(
                f"the content {sha[:12]} is not kept",
                hint="it was too large to keep, or `.orchestrate/objects` was cleaned",
            ) from None
        if digest_of(data) != sha:
            raise NotKept(
                f"{_place(sha)} is damaged: its content does not have the hash of its name",
                hint="restore `.orchestrate/objects` from a backup, or take the change back by hand",
            )
        return data

    def has(self, sha: str) -> bool:
        """Say whether there is a content of this name; `get` checks that it is whole."""
        try:
            os.stat(_place(sha, top=FOLDER_NAME), dir_fd=self._state, follow_symlinks=False)
        except OSError:
            return False
        return True

    @contextmanager
    def _shelf(self, sha: str) -> Iterator[int]:
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
        folder = f"{FOLDER_NAME}/{sha[:2]}"
        try:
            opened = os.open(folder, flags, dir_fd=self._state)
        except FileNotFoundError:
            self._make_shelf(folder)
            opened = os.open(folder, flags, dir_fd=self._state)
            self._sync_above(folder)
        try:
            yield opened
        finally:
            os.close(opened)

    def _make_shelf(self, folder: str) -> None:
        try:
            for name in (FOLDER_NAME, folder):
                with suppress(FileExistsError):
                    os.mkdir(name, 0o700, dir_fd=self._state)
        except FileNotFoundError as error:  # nothing can be made in a folder that was removed
            raise Unusable(
                f"{STATE_FOLDER} was removed or replaced while the run went on",
                hint="what the run did since is not remembered; look at the tree, then run again",
            ) from error

    def _sync_above(self, folder: str) -> None:
        if not self._durable:
            return
        above = os.open(os.path.dirname(folder), os.O_RDONLY | os.O_DIRECTORY, dir_fd=self._state)
        try:
            os.fsync(above)
            os.fsync(self._state)
        finally:
            os.close(above)

    def _holds(self, shelf: int, sha: str, data: bytes, *, sync: bool) -> bool:
        try:
            opened = os.open(sha, _READ, dir_fd=shelf)
        except FileNotFoundError:
            return False
        with os.fdopen(opened, "rb") as file:
            if os.fstat(opened).st_size != len(data) or file.read() != data:
                return False
            if sync:  # it may have been kept without a sync before
                os.fsync(opened)
                os.fsync(shelf)
        return True

    def _write(self, shelf: int, sha: str, data: bytes, *, sync: bool) -> None:
        temp = f".orch-{secrets.token_hex(6)}"
        try:
            self._fault("object")
            opened = os.open(temp, _CREATE, 0o600, dir_fd=shelf)
            with os.fdopen(opened, "wb", buffering=0) as file:
                rest = memoryview(data)
                while rest:
                    rest = rest[file.write(rest[:_BLOCK]) :]
                if sync:
                    self._fault("sync object")
                    os.fsync(opened)
            self._fault("rename object")
            os.rename(temp, sha, src_dir_fd=shelf, dst_dir_fd=shelf)
            if sync:
                os.fsync(shelf)
        except BaseException:
            with suppress(OSError):
                os.unlink(temp, dir_fd=shelf)
            raise


def _place(sha: str, top: str = f".orchestrate/{FOLDER_NAME}") -> str:
    return f"{top}/{sha[:2]}/{sha}"
