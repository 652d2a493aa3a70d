"""Texts beside the source that show how it is used: a README, a folder of docs, the description of a package."""

from collections.abc import Iterator
from pathlib import Path

_SUFFIXES = (".md", ".rst", ".txt", "")
_FOLDERS = ("docs", "doc")
_MOST, _LARGEST = 40, 262_144  # files, bytes of each


def documents_for(path: str, project: str) -> list[str]:
    """Return the texts for a module: those of its own folder first, those of the project's top last."""
    found: list[str] = []
    for place in list(dict.fromkeys(_places(Path(path), Path(project))))[:_MOST]:
        try:
            if place.stat().st_size <= _LARGEST:
                found.append(place.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            continue
    return found


def _places(path: Path, project: Path) -> Iterator[Path]:
    for folder in path.parents:
        yield from (each for each in _files(folder) if each.name.partition(".")[0].lower() == "readme")
        for name in _FOLDERS:
            yield from _files(folder / name)
        if folder in (project, folder.parent):
            break
    described = sorted(project.glob("*.dist-info/METADATA"))
    if len(described) == 1:  # an unpacked package: it has the README inside
        yield described[0]


def _files(folder: Path) -> list[Path]:
    """Return the texts that lie in a folder."""
    if not folder.is_dir():
        return []
    return sorted(each for each in folder.iterdir() if each.suffix.lower() in _SUFFIXES and each.is_file())
