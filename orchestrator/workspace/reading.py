"""Read a path for the timeline: which content stands there, with the content handed to whoever keeps it."""

import os
from collections.abc import Callable

from orchestrator.errors import PathRefused, Unusable
from orchestrator.workspace.node import FILE, FOLDER, OTHER, PERMISSIONS, Identity, Node, digest_of
from orchestrator.workspace.tree import Tree, kind_of
from orchestrator.workspace.walk import signature_of

LARGEST_KEPT = 16 << 20
"""Bytes. The content of a larger file is not kept before commands run: its change is seen, and cannot be undone."""


class Reader:
    """Read what a walk has found; the walk goes by names, this one is confined."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def read(
        self, path: str, status: os.stat_result, keep: Callable[[bytes], str], *, first: bool = False
    ) -> Identity | None:
        """Return what stands at the path and keep its content; None when it is gone or cannot be reached.

        At the `first` point a large file is not even read: a stand-in for its hash tells that it was not.
        """
        kind = kind_of(status)
        try:
            if kind == FOLDER:
                is_there = not path or self._tree.status(path) is not None
                return Node(kind=FOLDER, mode=status.st_mode & PERMISSIONS).identity if is_there else None
            if kind == FILE and status.st_size > LARGEST_KEPT:
                return _unread(path, status) if first else self._tree.identity(path)
            node = None if kind == OTHER else self._tree.node(path)
        except PathRefused:  # a folder above became a link: whatever lies there is not ours to see
            return None
        except Unusable as error:
            if isinstance(error.__cause__, PermissionError):
                return _unread(path, status)
            raise
        if node is None or node.kind == FOLDER:
            return None if node is None else node.identity
        return Identity(kind=node.kind, sha=keep(node.data), mode=node.mode)


def _unread(path: str, status: os.stat_result) -> Identity:
    """Return a stand-in with a hash that no object has."""
    sha = digest_of(f"{path}\0{signature_of(status)}".encode())
    return Identity(kind=FILE, sha=sha, mode=status.st_mode & PERMISSIONS)
