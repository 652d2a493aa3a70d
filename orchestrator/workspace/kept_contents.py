"""Where the contents are that an undo would need: in the object store, or in git, which has most of them already."""

from collections.abc import Iterable
from itertools import islice

from orchestrator.workspace.git_tree import GitFailed, GitTree
from orchestrator.workspace.node import digest_of
from orchestrator.workspace.objects import NotKept, ObjectStore

_BYTES_AT_ONCE = 32 << 20  # bounds the memory while the first point is taken
_BLOBS_AT_ONCE = 64


class KeptContents:
    """The contents of the first point of the timeline."""

    def __init__(self, objects: ObjectStore, git: GitTree | None) -> None:
        self._objects = objects
        self._git = git
        self.blobs: dict[str, str] = {}  # sha256 -> name in git
        self._waiting: dict[str, tuple[str, bytes]] = {}  # name in git -> sha256, content
        self._bytes = 0

    def add(self, data: bytes) -> str:
        """Keep a content of the first point; it is safe after `flush`."""
        if self._git is None:
            return self._objects.put(data, durable=False)
        sha = digest_of(data)
        if sha not in self.blobs and not self._objects.has(sha):
            self._waiting[self._git.blob_name(data)] = (sha, data)
            self._bytes += len(data)
            if self._bytes > _BYTES_AT_ONCE:
                self.flush()
        return sha

    def recall(self, sha: str, blob: str | None) -> bool:
        """Say whether a content that an earlier run saw is still kept, so that it need not be read again."""
        if self._objects.has(sha):
            return True
        if blob is not None and self._git is not None:
            self.blobs[sha] = blob
            return True
        return False

    def flush(self) -> None:
        """Put what git does not have into the object store."""
        if self._git is None or not self._waiting:
            return
        try:
            known = self._git.kept(self._waiting)
        except GitFailed:
            known = set()
        for name, (sha, data) in self._waiting.items():
            if name in known:
                self.blobs[sha] = name
            else:
                self._objects.put(data, durable=False)
        self._waiting.clear()
        self._bytes = 0

    def secure(self, hashes: Iterable[str]) -> set[str]:
        """Bring these contents into the object store, to stay; return those that nobody has."""
        missing: set[str] = set()
        from_git: dict[str, str] = {}
        for sha in hashes:
            try:
                self._objects.put(self._objects.get(sha))
            except NotKept:
                if sha in self.blobs:
                    from_git[self.blobs[sha]] = sha
                else:
                    missing.add(sha)
        names = iter(from_git)
        while some := list(islice(names, _BLOBS_AT_ONCE)):
            found = self._read_git(some)
            for name in some:
                data = found.get(name)
                if data is None or self._objects.put(data) != from_git[name]:
                    missing.add(from_git[name])
        return missing

    def _read_git(self, names: list[str]) -> dict[str, bytes]:
        if self._git is None:
            return {}
        try:
            return dict(self._git.contents(names))
        except GitFailed:
            return {}
