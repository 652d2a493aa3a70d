"""Changes that are not on disk yet, laid over something that has files.

An attempt stages its writes here; a dry run lays one overlay over another, so that later tasks read what earlier
ones would have written.
"""

from collections import Counter
from collections.abc import Iterator

from msgspec import Struct

from orchestrator.errors import PathRefused
from orchestrator.workspace.node import FOLDER, Node
from orchestrator.workspace.paths import joined, parents
from orchestrator.workspace.tree import View


class Staged(Struct, frozen=True, kw_only=True):
    """One path before and after; None = nothing is there."""

    path: str
    before: Node | None
    after: Node | None


class Overlay:
    """A view of `base` with some paths changed, in the order in which they were changed."""

    def __init__(self, base: View) -> None:
        self._base = base
        self._staged: dict[str, Staged] = {}
        # folder -> name -> how many staged paths lie at or below it: says which folders exist through them alone
        self._below: dict[str, Counter[str]] = {}

    def __len__(self) -> int:
        return len(self._staged)

    def __contains__(self, path: str) -> bool:
        return path in self._staged

    def __iter__(self) -> Iterator[Staged]:
        return iter(tuple(self._staged.values()))

    def clear(self) -> None:
        """Forget everything staged."""
        self._staged.clear()
        self._below.clear()

    def stage(self, path: str, after: Node | None) -> bool:
        """Put a node at a path; False when that is what stands there. Going back to the start removes the change."""
        now = self.node(path)
        if now == after:
            return False
        self._check_above(path, after)
        old = self._staged.pop(path, None)
        if old is not None and old.after is not None:
            self._count(path, -1)
        before = now if old is None else old.before
        if before != after:
            # The newest change comes last: a folder has to be made again before what goes into it.
            self._staged[path] = Staged(path=path, before=before, after=after)
            if after is not None:
                self._count(path, +1)
        return True

    def node(self, path: str) -> Node | None:
        """Return what stands at the path; PathRefused for devices and pipes."""
        staged = self._staged.get(path)
        if staged is not None and staged.after is not None:
            return staged.after
        if staged is not None or self._covered(path):
            return Node(kind=FOLDER) if path in self._below else None
        base = self._base.node(path)
        return Node(kind=FOLDER) if base is None and path in self._below else base

    def kind(self, path: str) -> str | None:
        """Return FILE, LINK, FOLDER or OTHER; None when nothing is there."""
        staged = self._staged.get(path)
        if staged is not None and staged.after is not None:
            return staged.after.kind
        if path in self._below:
            return FOLDER
        return None if staged is not None or self._covered(path) else self._base.kind(path)

    def listing(self, folder: str) -> dict[str, str]:
        """Return name -> kind of what a folder holds."""
        found = {} if self._hides(folder) or self._covered(folder) else self._base.listing(folder)
        if not self._staged:
            return found
        for name in [name for name in found if joined(folder, name) in self._staged]:
            del found[name]
        for name in self._below.get(folder, ()):
            staged = self._staged.get(joined(folder, name))
            found[name] = FOLDER if staged is None or staged.after is None else staged.after.kind
        return found

    def _hides(self, folder: str) -> bool:
        """Say whether what the base holds below this folder is out of sight: it was made, removed or replaced here."""
        staged = self._staged.get(folder)
        if staged is None:
            return False
        return any(node is None or node.kind != FOLDER for node in (staged.before, staged.after))

    def _covered(self, path: str) -> bool:
        """Say whether a folder above hides the base."""
        return bool(self._staged) and any(self._hides(folder) for folder in parents(path))

    def _check_above(self, path: str, after: Node | None) -> None:
        if after is None:
            return
        for folder in parents(path):
            kind = self.kind(folder)
            if kind is None:
                return
            if kind != FOLDER:
                raise PathRefused(f"{path!r} cannot be made: {folder!r} is a {kind}, not a folder")

    def _count(self, path: str, by: int) -> None:
        folder = ""
        for name in path.split("/"):
            names = self._below.setdefault(folder, Counter())
            names[name] += by
            if not names[name]:
                del names[name]
            if not names:
                del self._below[folder]
            folder = joined(folder, name)
