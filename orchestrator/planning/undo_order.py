"""Which of two tasks has to be taken back first: what was changed last, wherever their changes touch each other."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from orchestrator.models.record import RecordedChange
from orchestrator.planning.graph import cyclic_parts


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


def tangles(first: Mapping[str, AbstractSet[str]]) -> list[set[str]]:
    """Return the sets of tasks that would have to be taken back before each other: they changed files in turns."""
    return [set(part) for part in cyclic_parts({task: sorted(others) for task, others in first.items()})]


def _parents(path: str) -> Iterator[str]:
    position = path.rfind("/")
    while position > 0:
        yield path[:position]
        position = path.rfind("/", 0, position)
