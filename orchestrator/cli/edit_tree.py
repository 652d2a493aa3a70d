"""The repository as `orchestrate edit` sees it: read through the confined tree, written by its atomic writer.

What was read is what a write expects to find: a file that somebody changed in between is left alone.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from orchestrator.cli.places import STATE
from orchestrator.edits.result import FileEdit
from orchestrator.errors import PathRefused
from orchestrator.workspace.encodings import Coding, decode
from orchestrator.workspace.globbing import glob
from orchestrator.workspace.lock import RunLock
from orchestrator.workspace.node import FILE, LINK, Node, identity_of
from orchestrator.workspace.paths import check_path
from orchestrator.workspace.tree import Tree
from orchestrator.workspace.writer import Writer


class EditTree:
    """Implement `orchestrator.edits.action.Tree` on the disk."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._tree = Tree(root)
        self._read: dict[str, tuple[Node, Coding]] = {}

    def close(self) -> None:
        """Give the directory back."""
        self._tree.close()

    def read_text(self, path: str) -> str:
        """Return the text of a file with its line ends as they are and without a BOM."""
        check_path(path)
        node = self._tree.node(path)
        if node is None:
            raise FileNotFoundError(path)
        if node.kind == LINK:
            message = f"{path!r} is a symbolic link"
            raise PathRefused(message, hint="name the file that the link stands for")
        if node.kind != FILE:
            raise IsADirectoryError(path)
        text, coding = decode(path, node.data)
        self._read[path] = node, coding
        return text

    def exists(self, path: str) -> bool:
        """Say whether a file or folder is there."""
        return self._tree.kind(path.rstrip("/")) is not None

    def glob(self, pattern: str) -> tuple[str, ...]:
        """Return the files that match; `**` crosses folders."""
        return glob(self._tree, pattern)

    def node(self, path: str) -> Node | None:
        """Return the file as it was read, None for one that is not there."""
        return self._read[path][0] if path in self._read else None

    def edited(self, edit: FileEdit) -> Node:
        """Return the file as an edit leaves it, in its own encoding and with its mode."""
        node, coding = self._read.get(edit.path, (Node(), Coding()))
        return Node(data=coding.encode(edit.path, edit.after), mode=node.mode)

    def write(self, edits: Sequence[FileEdit]) -> None:
        """Write all files or none; Drift when one is not as it was read, LockHeld while a run works here."""
        writer = Writer(self._tree)
        done: list[FileEdit] = []
        with self._lock():
            try:
                for edit in edits:
                    check_path(edit.path)
                    writer.make_folders(edit.path)
                    writer.replace(edit.path, identity_of(self.node(edit.path)), self.edited(edit))
                    done.append(edit)
                writer.settle()
            except BaseException:
                for edit in reversed(done):
                    writer.replace(edit.path, self.edited(edit).identity, self.node(edit.path))
                raise
            finally:
                writer.close()

    def _lock(self) -> AbstractContextManager[object]:
        state = self.root / STATE
        return RunLock(state / "lock") if state.is_dir() else nullcontext()
