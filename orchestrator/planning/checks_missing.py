"""Files that a task needs, that are not there, and that no other task makes."""

from collections.abc import Iterator, Mapping

from orchestrator.errors import Problem
from orchestrator.models.plan import Targets
from orchestrator.planning import nodes
from orchestrator.planning.checks_writers import node_of
from orchestrator.planning.outline import problem_at

Asked = Mapping[str, tuple[nodes.Mapping, Mapping[str, str]]]


def check_missing(asked: Asked, targets: Mapping[str, tuple[nodes.Mapping, Targets]]) -> Iterator[Problem]:
    """Yield a warning for each file that is missing; `asked` has, by task id, its params and what it misses."""
    if not asked:
        return
    writers: dict[str, set[str]] = {}
    for task, (_, touched) in targets.items():
        for path in touched.writes:
            writers.setdefault(path, set()).add(task)
    for task, (params, missing) in asked.items():
        for path, near in missing.items():
            if not any(writers.get(each, set()) - {task} for each in _path_and_folders(path)):
                hint = f"did you mean `{near}`?" if near else "a task that makes it says so with `produces`"
                yield problem_at("W513", f"there is no file {path}", node_of(params, path) or params, hint)


def _path_and_folders(path: str) -> Iterator[str]:
    yield path
    while "/" in path:
        path = path.rpartition("/")[0]
        yield f"{path}/"
