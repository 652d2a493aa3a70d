"""A plan is read from one phases.yaml: where it is looked for, and which repository it works on."""

import os
import stat
from pathlib import Path

from orchestrator.errors import DocumentInvalid, UsageError
from orchestrator.planning.document_loader import LoadedDocument, load_document
from orchestrator.planning.nodes import node_at

SEARCHED = ("phases.yaml", "config/phases.yaml", ".orchestrate/phases.yaml")
_SUBFOLDERS = ("config", ".orchestrate")


class PhasesFile:
    """The source that most projects have: a YAML document, alone or with included files."""

    def load(self, path: str) -> LoadedDocument:
        """Read the document; DocumentInvalid with all problems of its form, UsageError when it cannot be read."""
        loaded = load_document(path)
        if not loaded.is_valid:
            raise DocumentInvalid(loaded.problems)
        return loaded


def find_document(start: str | Path) -> Path:
    """Return the nearest document, from a folder upward to the root of its git repository.

    Outside of a repository only the folder itself is searched: a file further up belongs to somebody else. UsageError
    when there is none, or when it lies where everybody may write.
    """
    start = Path(start).absolute()
    for folder in _searched_folders(start):
        for name in SEARCHED:
            found = folder / name
            if found.is_file():
                _refuse_public(found)
                return found
    message = f"no {SEARCHED[0]} in {start}"
    raise UsageError(message, hint="make one with `orchestrate init`, or name it with -c FILE")


def _searched_folders(start: Path) -> list[Path]:
    folders = [start, *start.parents]
    for index, folder in enumerate(folders):
        if (folder / ".git").exists():
            return folders[: index + 1]
    return [start]


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


def read_root(document: Path) -> Path:
    """Return the repository of a document without judging the rest of it; UsageError when it cannot be read.

    For commands that only look for the state of earlier runs, which must work while the document is being edited.
    """
    loaded = load_document(document)
    declared = None if loaded.root is None else node_at(loaded.root, ("project", "root"))
    root = declared.value if declared is not None and isinstance(declared.value, str) else None
    return project_root(document, root)
