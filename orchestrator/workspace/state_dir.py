"""`.orchestrate/`: the folder that holds everything we remember, closed to everybody else.

It is ours or it is not used: a folder that another user could have filled is refused, not repaired.
"""

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from orchestrator.errors import Unusable
from orchestrator.workspace.oserrors import translated
from orchestrator.workspace.paths import STATE_FOLDER

_LOG = logging.getLogger(__name__)
_FIRST = "lock"  # what stands in the folder as soon as a command has worked here
_EXCLUDED = f"{STATE_FOLDER}/"
# A person may have made the folder for `.orchestrate/phases.yaml`, which belongs to the repository.
_EXCEPT_DOCUMENT = f"{STATE_FOLDER}/*\n!{STATE_FOLDER}/phases.yaml"
_SPELLINGS = frozenset({STATE_FOLDER, f"/{STATE_FOLDER}", _EXCLUDED, f"/{STATE_FOLDER}/", f"{STATE_FOLDER}/*"})
_NOT_FOLLOWED = os.O_NOFOLLOW | os.O_CLOEXEC


def prepare_state_dir(root: Path) -> Path:
    """Make `.orchestrate/` below the root if need be, hide it from git, and return it; Unusable when it is not ours."""
    folder = root / STATE_FOLDER
    if not os.path.lexists(folder / _FIRST):
        # Before anything is made: killed in between, it would never be hidden.
        _hide_from_git(root, _EXCEPT_DOCUMENT if os.path.lexists(folder) else _EXCLUDED)
    with translated(str(folder), "make"):
        try:
            os.mkdir(folder, 0o700)
        except FileExistsError:
            check_state_dir(root)
    return folder


def check_state_dir(root: Path) -> bool:
    """Say whether there is a `.orchestrate/`; Unusable when there is one that is not ours alone. Writes nothing."""
    folder = root / STATE_FOLDER
    try:
        with translated(str(folder), "look at"):
            status = os.lstat(folder)
    except FileNotFoundError:
        return False
    if not stat.S_ISDIR(status.st_mode):
        what = "a symbolic link" if stat.S_ISLNK(status.st_mode) else "not a folder"
        raise Unusable(f"{folder} is {what}", hint=f"move it away: `mv {folder} {folder}.old`")
    if status.st_uid != os.geteuid():
        raise Unusable(
            f"{folder} belongs to another user (uid {status.st_uid})",
            hint="run as that user, or move the folder away",
        )
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise Unusable(f"{folder} can be written by other users", hint=f"`chmod go-w {folder}`, after a look into it")
    return True


def find_git_dir(root: Path) -> Path | None:
    """Return the shared git directory of the repository around `root`, by looking at files alone; None without one.

    A worktree has a `.git` file that points to its own directory, which points to the shared one.
    """
    for folder in (root, *root.parents):
        place = folder / ".git"
        try:
            if place.is_dir():
                return place
            if place.is_file():
                return _shared_dir(place)
        except OSError:
            return None
    return None


def _shared_dir(git_file: Path) -> Path | None:
    text = git_file.read_text(encoding="utf-8", errors="surrogateescape").strip()
    if not text.startswith("gitdir:"):
        return None
    own = git_file.parent / text.removeprefix("gitdir:").strip()
    common = own / "commondir"
    if common.is_file():
        return own / common.read_text(encoding="utf-8", errors="surrogateescape").strip()
    return own if own.is_dir() else None


def _hide_from_git(root: Path, patterns: str) -> None:
    """Add the folder to `.git/info/exclude`: never to a tracked file, and only once."""
    git_dir = find_git_dir(root.resolve())
    if git_dir is None:
        return
    try:
        info = git_dir / "info"
        info.mkdir(exist_ok=True)
        _append_once(info / "exclude", patterns)
    except OSError as error:
        _LOG.warning("cannot add %s to git's exclude file: %s", STATE_FOLDER, error)


def _append_once(exclude: Path, patterns: str) -> None:
    opened = os.open(exclude, os.O_RDWR | os.O_CREAT | os.O_APPEND | _NOT_FOLLOWED, 0o644)
    with os.fdopen(opened, "r+b") as file:
        text = file.read()
        if any(line in _SPELLINGS for line in _lines(text)):
            return
        gap = b"" if not text or text.endswith(b"\n") else b"\n"
        file.write(gap + patterns.encode() + b"\n")


def _lines(text: bytes) -> Iterator[str]:
    return (line.strip() for line in text.decode("utf-8", "surrogateescape").splitlines())
