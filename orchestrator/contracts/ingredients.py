"""What decides a task's result, looked up from the names that its handler gave at plan time.

The engine can do that without the handler: a run in which everything is up to date loads none.
"""

import hashlib
import json
from collections.abc import Callable, Iterable

from orchestrator.contracts.files import Workspace
from orchestrator.models.plan import Ingredients, PlannedTask

_WILD = frozenset("*?[")


def hash_of_ingredients(
    found: Ingredients, task: PlannedTask, workspace: Workspace, find: Callable[[str], str | None]
) -> str:
    """Hash the program that would be started, names of variables, and the files that are read by a pattern.

    `find` gives the file that a program's name stands for, as `Processes.find` does.
    """
    parts = {
        "program": find(found.program),
        "variables": sorted((*task.env, *(each.removesuffix("?") for each in task.secrets))),
        "files": _contents(found, workspace),
    }
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def is_pattern(path: str) -> bool:
    """Say whether a path stands for all that match it."""
    return not _WILD.isdisjoint(path)


def _contents(found: Ingredients, workspace: Workspace) -> list[tuple[str, str]]:
    written = set(_matches(workspace, found.writes))  # even where nothing is read: it refuses what nobody may name
    read = [path for path in _matches(workspace, found.reads) if path not in written]
    return [(path, hashlib.sha256(workspace.read_bytes(path)).hexdigest()) for path in read]


def _matches(workspace: Workspace, paths: Iterable[str]) -> list[str]:
    found: set[str] = set()
    for path in paths:
        if is_pattern(path):
            found.update(workspace.glob(path))
        elif workspace.is_folder(path.rstrip("/")):
            found.update(workspace.glob(f"{path.rstrip('/')}/**"))
        else:
            found.add(path)
    return sorted(found)
