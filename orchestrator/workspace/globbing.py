"""Which files match a pattern: `*`, `?`, `[a-z]` within a name, `**` across folders (as in pathlib, 3.13).

Links are neither matched nor followed, and `.git`, `.orchestrate` are never looked into.
"""

import re
from fnmatch import translate

from orchestrator.workspace.node import FILE, FOLDER
from orchestrator.workspace.paths import TEMP_NAME, check_path, is_protected, joined
from orchestrator.workspace.tree import View

_WILD = re.compile(r"[*?\[]")
_ANY_DEPTH = "**"


def glob(view: View, pattern: str) -> tuple[str, ...]:
    """Return the files that match, sorted; PathRefused for a pattern that leads out. A last `**` matches files too."""
    check_path(pattern)
    parts = tuple(pattern.split("/"))
    if parts[-1] == _ANY_DEPTH:
        parts = (*parts, "*")
    found: set[str] = set()
    _collect(view, "", parts, found)
    return tuple(sorted(found))


def _collect(view: View, folder: str, parts: tuple[str, ...], found: set[str]) -> None:
    part, *rest = parts
    below = tuple(rest)
    if part == _ANY_DEPTH:
        while below and below[0] == _ANY_DEPTH:
            below = below[1:]
        for each in _folders_below(view, folder):
            _collect(view, each, below, found)
    elif not _WILD.search(part):
        path = joined(folder, part)
        kind = view.kind(path)
        if not below and kind == FILE:
            found.add(path)
        elif below and kind == FOLDER:
            _collect(view, path, below, found)
    else:
        wanted = FOLDER if below else FILE
        matches = re.compile(translate(part)).match
        for name, kind in view.listing(folder).items():
            if kind == wanted and matches(name) and not _is_hidden_from_us(name):
                if below:
                    _collect(view, joined(folder, name), below, found)
                else:
                    found.add(joined(folder, name))


def _folders_below(view: View, top: str) -> list[str]:
    """Return a folder and all folders below it."""
    folders = [top]
    for folder in folders:  # grows while it is walked
        for name, kind in view.listing(folder).items():
            if kind == FOLDER and not _is_hidden_from_us(name):
                folders.append(joined(folder, name))
    return folders


def _is_hidden_from_us(name: str) -> bool:
    return is_protected(name) or TEMP_NAME.fullmatch(name) is not None
