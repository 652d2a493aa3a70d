"""Two tasks of one parallel group that write the same file: a lock will make them follow each other."""

from collections.abc import Iterator, Mapping

from orchestrator.errors import Problem
from orchestrator.models.plan import Targets
from orchestrator.planning import nodes
from orchestrator.planning.nodes import AnyNode
from orchestrator.planning.outline import GroupEntry, Outline, TaskEntry, problem_at, references


def check_writers(outline: Outline, targets: Mapping[str, tuple[nodes.Mapping, Targets]]) -> Iterator[Problem]:
    """Yield a warning for each pair of neighbours that share a file; `targets` are by task id."""
    for group in outline.groups():
        if not group.sequential:
            yield from _group(group, targets)


def _group(group: GroupEntry, targets: Mapping[str, tuple[nodes.Mapping, Targets]]) -> Iterator[Problem]:
    writes = sorted(
        (path, position)
        for position, task in enumerate(group.tasks)
        for path in (targets[task.id][1].writes if task.id in targets else ())
    )
    told: set[tuple[int, int]] = set()
    open_folders: list[tuple[str, int]] = []  # sorted paths: what lies in a folder follows it
    before: tuple[str, int] | None = None
    for path, position in writes:
        while open_folders and not path.startswith(open_folders[-1][0]):
            open_folders.pop()
        rival = before if before is not None and before[0] == path else (open_folders[-1] if open_folders else None)
        if rival is not None and rival[1] != position:
            first, second = sorted((rival[1], position))
            if (first, second) not in told and not _ordered(group.tasks[first], group.tasks[second]):
                told.add((first, second))
                yield _shared(group, first, second, path, targets)
        if path.endswith("/"):
            open_folders.append((path, position))
        before = (path, position)


def _ordered(first: TaskEntry, second: TaskEntry) -> bool:
    return any(name == second.id for name, _ in references(first.node, "depends_on")) or any(
        name == first.id for name, _ in references(second.node, "depends_on")
    )


def _shared(
    group: GroupEntry, first: int, second: int, path: str, targets: Mapping[str, tuple[nodes.Mapping, Targets]]
) -> Problem:
    one, other = group.tasks[first], group.tasks[second]
    message = f"tasks `{one.id}` and `{other.id}` of the parallel group {group.id} both write {path}"
    hint = f"a lock on the file makes them follow each other; `depends_on: [{one.id}]` says so"
    return problem_at("W502", message, node_of(targets[other.id][0], path) or other.node, hint)


def node_of(params: nodes.Mapping, path: str) -> AnyNode | None:
    """Return the param that names the path, if one does."""
    for _, node in params.entries.values():
        if isinstance(node.value, str) and node.value.rstrip("/") == path.rstrip("/"):
            return node
    return None
