"""Templates by name: the project's own folders first, then the shipped ones.

A name is a path inside a folder; `conftest.py` finds `conftest.py.j2` too. A folder never gives a file from outside,
whatever the name or a symbolic link says.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from orchestrator.errors import PathRefused, TaskFailed
from orchestrator.templating.meter import TEMPLATE_SOURCE

SUFFIX = ".j2"
MOST_NAMES = 5_000
LONGEST_PART = 240  # bytes; file systems take 255, the suffix included


def shipped_folder() -> Path:
    """Return where the templates of this package lie: in a wheel beneath it, in the source tree beside it."""
    package = Path(__file__).resolve().parent.parent
    packed = package / "_data" / "templates"
    return packed if packed.is_dir() else package.parent / "templates"


class Folders:
    """Finds and reads template sources."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)

    def names(self) -> tuple[str, ...]:
        """Return every name that can be read, sorted, without the suffix."""
        found: set[str] = set()
        for folder in self._folders:
            for name in _files(folder):
                found.add(name.removesuffix(SUFFIX))
                if len(found) >= MOST_NAMES:
                    return tuple(sorted(found))
        return tuple(sorted(found))

    def find(self, name: str) -> Path | None:
        """Return the file that a name means, or None."""
        if not _is_plain(name):
            return None
        for folder in self._folders:
            for candidate in (name + SUFFIX, name):
                path = folder / candidate
                if os.path.isfile(path) and _lies_in(path, folder):  # Path.is_file raises for names that are too long
                    return path
        return None

    def read(self, name: str) -> tuple[str, Path]:
        """Return source and file of a template; TaskFailed when there is none, or it is no text of a sane size."""
        path = self.find(name)
        if path is None:
            message = f"there is no template {name!r}"
            raise TaskFailed(message, hint=f"looked in {', '.join(map(str, self._folders)) or 'no folder'}")
        try:
            with path.open("rb") as file:
                data = file.read(TEMPLATE_SOURCE + 1)
            if len(data) > TEMPLATE_SOURCE:
                message = f"template {name} is larger than {TEMPLATE_SOURCE:,} bytes"
                raise TaskFailed(message)
            return data.decode("utf-8-sig"), path
        except UnicodeDecodeError as error:
            message = f"template {name} is not UTF-8"
            raise TaskFailed(message) from error
        except OSError as error:
            message = f"template {name} cannot be read: {error.strerror}"
            raise TaskFailed(message) from error


def own_folders(root: str, names: Sequence[str]) -> list[Path]:
    """Return the project's template folders; PathRefused for one outside: documents read no other files."""
    base = Path(os.path.realpath(root))
    folders = [base / name for name in names]
    for name, folder in zip(names, folders, strict=True):
        if "\0" in name or not _lies_in(folder, base):
            message = f"the template folder {name} lies outside the repository"
            raise PathRefused(message, hint="settings.templates names folders below the root")
    return folders


def hash_text(parts: Sequence[str]) -> str:
    """Return one hash of several texts that keeps them apart."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode()
        total.update(f"{len(data)}\n".encode())
        total.update(data)
    return total.hexdigest()


def _is_plain(name: str) -> bool:
    """Say whether a text can be the name of a template; any text of a document may be asked about."""
    if not name or "\0" in name or "\\" in name or name.startswith("/"):
        return False
    return all(
        part not in ("", ".", "..") and len(part.encode("utf-8", "surrogatepass")) < LONGEST_PART
        for part in name.split("/")
    )


def _lies_in(path: Path, folder: Path) -> bool:
    """Say whether a path leads into a folder, links followed; a link that leads to itself leads nowhere else."""
    # Not Path.resolve: it raises RuntimeError for such a link.
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def _files(folder: Path) -> Iterator[str]:
    for where, inner, files in os.walk(folder):  # does not follow links
        inner[:] = sorted(one for one in inner if not one.startswith("."))
        for file in sorted(files):
            path = Path(where, file)
            if not file.startswith(".") and _lies_in(path, folder):
                yield path.relative_to(folder).as_posix()
