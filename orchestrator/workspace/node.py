"""What stands at a path: a file, a symbolic link or a folder, with or without its content.

Changes, undo and drift compare these values; None always means "nothing is there".
"""

from hashlib import sha256

from msgspec import Struct

FILE = "file"
LINK = "link"
FOLDER = "folder"
OTHER = "other"  # a device, a socket, a pipe: never read, never written

PERMISSIONS = 0o777  # setuid, setgid and sticky bits are never carried over


def digest_of(data: bytes) -> str:
    """Return the sha256 of a content as hex: its name in the object store."""
    return sha256(data).hexdigest()


class Identity(Struct, frozen=True, kw_only=True):
    """Which content stands at a path: enough to compare, nothing to keep in memory."""

    kind: str
    sha: str
    mode: int | None = None

    def has_content_of(self, other: "Identity | None") -> bool:
        """Say whether kind and content are the same; modes are left aside."""
        return other is not None and self.kind == other.kind and self.sha == other.sha


class Node(Struct, frozen=True, kw_only=True):
    """What stands at a path. `data` is a file's content or a link's target; `mode` is None for links."""

    kind: str = FILE
    data: bytes = b""
    mode: int | None = None

    @property
    def identity(self) -> Identity:
        """Return the node without its content."""
        return Identity(kind=self.kind, sha=digest_of(self.data), mode=self.mode)


def identity_of(node: Node | None) -> Identity | None:
    """Return the identity of a node, None for nothing."""
    return None if node is None else node.identity


def same_content(one: Identity | None, other: Identity | None) -> bool:
    """Say whether two identities have the same kind and content, or both are nothing."""
    return other is None if one is None else one.has_content_of(other)
