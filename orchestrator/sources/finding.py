"""Where the document lies, and which repository it works on: questions that need no parser."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from orchestrator.errors import UsageError

SEARCHED = ("phases.yaml", "config/phases.yaml", ".orchestrate/phases.yaml")
_SUBFOLDERS = ("config", ".orchestrate")


def find_document(start: str | Path) -> Path:
    """Return the nearest document, from a folder upward to the root of its git repository.

    Outside of a repository only the folder itself is searched: a file further up belongs to somebody else. UsageError
    when there is none, or when it lies where everybody may write.
    """
    start = Path(start).absolute()
    for folder in _searched_folders(start):
        for name in SEARCHED:
            found = folder / name
            if _asked(found.is_file):
                _refuse_public(found)
                return found
    message = f"no {SEARCHED[0]} in {start}"
    raise UsageError(message, hint="make one with `orchestrate init`, or name it with -c FILE")


def folders_upward(start: Path) -> Iterator[Path]:
    """Yield a folder and those above it, up to the root of its git repository: what lies above that is another's."""
    for folder in (start, *start.parents):
        yield folder
        if _asked((folder / ".git").exists):
            return


def find_runs(start: Path) -> Path | None:
    """Return the nearest folder upward that has a ledger; None when the repository has none."""
    return next((each for each in folders_upward(start) if _asked((each / ".orchestrate/ledger.db").is_file)), None)


def _searched_folders(start: Path) -> list[Path]:
    folders = [start, *start.parents]
    for index, folder in enumerate(folders):
        if _asked((folder / ".git").exists):
            return folders[: index + 1]
    return [start]


def _asked(question: Callable[[], bool]) -> bool:
    """Ask the file system; UsageError where it is not for us to know."""
    try:
        return question()
    except PermissionError as error:
        message = f"{Path(error.filename).parent} cannot be searched: permission denied"
        raise UsageError(message, hint="name a folder that you may read with -C FOLDER") from error


def _refuse_public(found: Path) -> None:
    """Anybody could have put a file into a folder that everybody may write to: such a one has to be named."""
    if found.parent.stat().st_mode & stat.S_IWOTH:
        message = f"{found} lies in a folder that everybody may write to"
        raise UsageError(message, hint=f"name it if you trust it: -c {found}")


def project_root(document: Path, declared: str | None, override: str | None = None) -> Path:
    """Return the repository that a document works on, with links resolved; UsageError when it is no folder.

    `override` (`--project`) counts from the current folder, `declared` (`project.root`) from the document's folder;
    without both it is the document's folder, or the one above when that is `config/` or `.orchestrate/`.
    """
    folder = document.absolute().parent
    if override is not None:
        root, origin = Path(override), "--project"
    elif declared is not None:
        root, origin = folder / declared, "project.root"
    else:
        root, origin = (folder.parent if folder.name in _SUBFOLDERS else folder), "the document's folder"
    resolved = Path(os.path.realpath(root))
    if not resolved.is_dir():
        state = "is not a folder" if resolved.exists() else "does not exist"
        message = f"{origin}: {resolved} {state}"
        raise UsageError(message, hint="name the repository with --project PATH")
    return resolved
