"""A copy of the project in a temporary folder, in which everything is tried.

Jest and Vitest find files by their real paths, so that links into the project would not do. Sources are copied, which
takes milliseconds; `node_modules` and large files are links. Killing us at any moment leaves the user's tree as it was.
"""

import os
import shutil
from pathlib import Path

_LEFT_OUT = frozenset((".git", ".orchestrate", "coverage", ".venv", "venv", "__pycache__", ".next", ".turbo", ".cache"))
_LARGE = 1_000_000  # bytes


class Overlay:
    """The copy. Paths are relative to the project's root; what is written can be taken back."""

    def __init__(self, root: str, place: Path) -> None:
        self.root = root
        self.place = place
        self._before: dict[str, bytes | None] = {}
        _copy(Path(root), place)
        _link_modules_above(Path(root), place)

    def path(self, relative: str) -> Path:
        """Return the absolute path of a file in the copy."""
        return self.place / relative

    def write(self, relative: str, text: str) -> None:
        """Write a file; `restore` brings back what was there."""
        path = self.path(relative)
        if relative not in self._before:
            self._before[relative] = path.read_bytes() if path.is_file() else None
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink():
            path.unlink()
        path.write_text(text, encoding="utf-8")

    def restore(self) -> None:
        """Take back everything that was written."""
        for relative, content in self._before.items():
            path = self.path(relative)
            if content is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(content)
        self._before.clear()


def _copy(source: Path, place: Path) -> None:
    place.mkdir(parents=True, exist_ok=True)
    for entry in os.scandir(source):
        if entry.name in _LEFT_OUT:
            continue
        target = place / entry.name
        if entry.name == "node_modules" or entry.is_symlink():
            target.symlink_to(Path(entry.path).resolve())
        elif entry.is_dir():
            _copy(Path(entry.path), target)
        elif entry.is_file() and entry.stat().st_size > _LARGE:
            target.symlink_to(Path(entry.path).resolve())
        elif entry.is_file():
            shutil.copy2(entry.path, target)


def _link_modules_above(root: Path, place: Path) -> None:
    """In a workspace packages may be installed above the root: link them above the copy."""
    for parent in root.resolve().parents:
        if (parent / "node_modules").is_dir():
            (place.parent / "node_modules").symlink_to(parent / "node_modules")
            return
