"""Ids are names, not numbers: `id: 1.10` stays "1.10" as it is written, though YAML reads the number 1.1."""

from collections.abc import Iterator

from orchestrator.errors import Problem, Severity
from orchestrator.planning.nodes import AnyNode, Mapping, Scalar, Sequence

_LISTS = ("depends_on", "parallel_with", "tags")


def keep_written_ids(root: Mapping) -> list[Problem]:
    """Put the written text in place of each number that stands for an id or a reference; warn where they differ."""
    problems: list[Problem] = []
    for phase in _children(root, "phases"):
        problems += _keep(phase)
        for group in _children(phase, "groups"):
            problems += _keep(group)
            for task in _children(group, "tasks"):
                problems += _keep(task)
    return problems


def _children(parent: Mapping, name: str) -> Iterator[Mapping]:
    children = parent.get(name)
    if isinstance(children, Sequence):
        yield from (child for child in children.items if isinstance(child, Mapping))


def _keep(owner: Mapping) -> Iterator[Problem]:
    if _is_number(owner.value.get("id")):
        node = owner.entries["id"][1]
        owner.value["id"], problems = _written(node)
        yield from problems
    for name in _LISTS:
        entry = owner.entries.get(name)
        if entry is None:
            continue
        node = entry[1]
        if isinstance(node, Sequence):
            for index, item in enumerate(node.items):
                if _is_number(node.value[index]):
                    node.value[index], problems = _written(item)
                    yield from problems
        elif _is_number(owner.value[name]):
            owner.value[name], problems = _written(node)
            yield from problems


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _written(node: AnyNode) -> tuple[str, list[Problem]]:
    assert isinstance(node, Scalar)
    read = str(node.value)
    node.value = node.text  # an alias may bring the node here again
    if read == node.text:
        return node.text, []
    message = f"the id `{node.text}` is the number {read} for YAML; it was taken as written"
    warning = Problem(
        code="W501", message=message, place=node.place(), hint=f'write "{node.text}"', severity=Severity.WARNING
    )
    return node.text, [warning]
