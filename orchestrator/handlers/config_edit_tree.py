"""The repository as a deep check sees it: read-only, from the disk, without a run and its workspace."""

import os

from msgspec import Struct, field

from orchestrator.edits.action import glob_matches
from orchestrator.edits.several import is_pattern

_LEFT_OUT = frozenset((".git", ".orchestrate", "node_modules", ".venv", "__pycache__"))


class DiskTree(Struct):
    """Files below a folder; paths are relative and `/`-separated. Links out of the folder are not followed."""

    root: str
    _files: list[str] = field(default_factory=list)

    def read_text(self, path: str) -> str:
        """Return the text of a file with its line ends as they are and without a BOM."""
        with open(os.path.join(self.root, path), encoding="utf-8-sig", newline="") as file:
            return file.read()

    def exists(self, path: str) -> bool:
        """Say whether a file or folder is there."""
        return os.path.exists(os.path.join(self.root, path))

    def glob(self, pattern: str) -> tuple[str, ...]:
        """Return the files that match; `**` crosses folders."""
        if not self._files:
            self._files = sorted(self._walk())
        return tuple(path for path in self._files if glob_matches(pattern, path))

    def _walk(self) -> list[str]:
        found = []
        for folder, names, files in os.walk(self.root):
            names[:] = [name for name in names if name not in _LEFT_OUT]
            inside = os.path.relpath(folder, self.root).replace(os.sep, "/")
            found += [name if inside == "." else f"{inside}/{name}" for name in files]
        return found


def absent(root: str, target: str) -> dict[str, str]:
    """Return a file that is not in the repository, with the name beside it that may be meant, or ""."""
    if is_pattern(target) or os.path.lexists(os.path.join(root, target)):
        return {}
    folder, name = os.path.split(target)
    from difflib import get_close_matches  # only a mistake needs it

    try:
        near = get_close_matches(name, os.listdir(os.path.join(root, folder)), n=1)
    except OSError:
        near = []
    return {target: os.path.join(folder, near[0]) if near else ""}
