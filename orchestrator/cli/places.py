"""Where we are: the folder to work in, the document, the repository, and the state that earlier runs left there."""

import os
from pathlib import Path

from orchestrator.cli.options import Common, Look
from orchestrator.errors import UsageError

STATE = ".orchestrate"


def enter_directory(common: Look) -> Path:
    """Change into `--directory` and return the working folder; UsageError when it is none."""
    if common.directory is not None:
        try:
            os.chdir(common.directory)
        except OSError as error:
            message = f"{common.directory}: {error.strerror}"
            raise UsageError(message, hint="--directory takes an existing folder") from error
    try:
        return Path.cwd()
    except FileNotFoundError:
        message = "the working folder does not exist any more"
        raise UsageError(message, hint="cd into an existing folder") from None


def find_root(common: Common) -> Path:
    """Return the repository whose runs are meant.

    `--project`, else the nearest folder upward that has a ledger, within the git repository, else the root that the
    document names. So reading commands inside a repository that has runs never open the document.
    """
    here = enter_directory(common)
    if common.project is not None:
        return existing_folder(common.project)
    from orchestrator.sources.finding import find_document, find_runs

    if common.config is None and (found := find_runs(here)) is not None:
        return found
    from orchestrator.sources.phases_file import read_root

    return read_root(common.config or find_document(here))


def document_path(common: Look) -> Path:
    """Return the document that is meant: `--config`, else the nearest one upward."""
    here = enter_directory(common)
    if common.config is not None:
        return common.config
    from orchestrator.sources.finding import find_document

    return find_document(here)


def existing_folder(path: Path) -> Path:
    """Return the resolved folder; UsageError when there is none."""
    if not path.is_dir():
        message = f"{path} is not a folder"
        raise UsageError(message, hint="--project takes the folder of the repository")
    return path.resolve()


def measured_root(common: Common) -> Path:
    """Return the repository: that of the document or of earlier runs, else the one around the working folder."""
    try:
        return find_root(common)
    except UsageError:
        if common.config is not None or common.project is not None:
            raise
        return repository_root(enter_directory(common))


def repository_root(here: Path) -> Path:
    """Return the nearest folder upward that is a git repository or has runs of ours; the folder itself without one."""
    for folder in (here, *here.parents):
        if (folder / ".git").exists() or (folder / STATE / "ledger.db").is_file():
            return folder
    return here
