"""Which of two tasks has to be taken back first: what was changed last, wherever their changes touch each other."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from msgspec.structs import replace

from orchestrator.models.record import RecordedChange
from orchestrator.planning.graph import cyclic_parts

STANDING = "made"
FOLDER = "folder"


def taken_back_before(changes: Sequence[RecordedChange]) -> dict[str, set[str]]:
    """Return for each task those that have to be taken back right before it.

    Changes touch each other when they are of the same path, when one lies below the other, or below a folder that the
    other one made: the folder can only go when it is empty.
    """
    first: dict[str, set[str]] = {change.task: set() for change in changes}
    at: dict[str, str] = {}  # path -> the task that changed it next; that one stands behind those after it
    below: dict[str, dict[str, None]] = {}  # folder -> tasks that changed something below it later
    for change in sorted(changes, key=lambda one: -one.seq):
        path = change.change.path
        later = {at[one] for one in (path, *_parents(path)) if one in at}
        for folder in (path, *change.change.folders):
            later.update(below.get(folder, {}))
        first[change.task].update(later - {change.task})
        at[path] = change.task
        for folder in _parents(path):
            below.setdefault(folder, {})[change.task] = None
    return first


def with_folders_left_behind(changes: Sequence[RecordedChange]) -> list[RecordedChange]:
    """Return the changes that stand, some with folders to remove whose maker was taken back before.

    A folder that held something then had to stay. It goes with the first of the changes that still lie in it,
    which is the last to be taken back.
    """
    standing = sorted((change for change in changes if change.state == STANDING), key=lambda one: one.seq)
    owned = {folder for change in standing for folder in _made_by(change)}
    left = {folder for change in changes if change.state != STANDING for folder in _made_by(change)} - owned
    given = []
    for change in standing:
        folders = [folder for folder in _parents(change.change.path) if folder in left]
        left.difference_update(folders)
        if folders:
            outermost_first = tuple(sorted({*folders, *change.change.folders}, key=len))
            change = replace(change, change=replace(change.change, folders=outermost_first))
        given.append(change)
    return given


def _made_by(change: RecordedChange) -> tuple[str, ...]:
    """Return the folders that were not there before the change."""
    own = (change.change.path,) if change.change.kind == FOLDER and change.change.before is None else ()
    return (*change.change.folders, *own)


def tangles(first: Mapping[str, AbstractSet[str]]) -> list[set[str]]:
    """Return the sets of tasks that would have to be taken back before each other: they changed files in turns."""
    return [set(part) for part in cyclic_parts({task: sorted(others) for task, others in first.items()})]


def _parents(path: str) -> Iterator[str]:
    position = path.rfind("/")
    while position > 0:
        yield path[:position]
        position = path.rfind("/", 0, position)
