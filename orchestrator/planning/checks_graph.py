"""Checks that need no handler: ids are unique, dependencies exist, nothing waits for itself."""

from collections import Counter
from collections.abc import Collection, Iterator
from itertools import pairwise

from orchestrator.errors import Problem
from orchestrator.planning.checks_waits import Step, Waits
from orchestrator.planning.graph import cyclic_parts, shortest_way
from orchestrator.planning.nodes import AnyNode, Mapping
from orchestrator.planning.outline import Outline, TaskEntry, problem_at

MOST_ROUNDS = 20
MOST_TRIED = 50  # written edges of one tangle that a short cycle is looked for through


def check_graph(outline: Outline, profile: str | None) -> list[Problem]:
    """Return what is wrong between phases, groups and tasks."""
    waits = Waits(outline)
    return [*_ids(outline), *waits.problems, *_cycles(waits, _doubled(outline)), *_people_and_nobody(outline, profile)]


# ---------------------------------------------------------------- ids


def _ids(outline: Outline) -> Iterator[Problem]:
    yield from _twice("phase", "E205", ((phase.id, phase.node) for phase in outline.phases))
    yield from _twice("group", "E202", ((group.id, group.node) for group in outline.groups()))
    yield from _twice("task", "E201", ((task.id, task.node) for task in outline.tasks()))


def _doubled(outline: Outline) -> frozenset[str]:
    """Return the ids that several tasks have: nobody can tell which of them waits for whom."""
    counts = Counter(task.id for task in outline.tasks())
    return frozenset(id_ for id_, count in counts.items() if count > 1)


def _twice(kind: str, code: str, entries: Iterator[tuple[str, Mapping]]) -> Iterator[Problem]:
    first: dict[str, AnyNode] = {}
    for id_, owner in entries:
        node = owner.get("id")
        if not id_ or node is None:
            continue
        folded = id_.casefold()
        if folded in first:
            place = first[folded].place()
            yield problem_at(
                code, f"{kind} id `{id_}` is already used", node, f"first used at {place.file}:{place.line}"
            )
        else:
            first[folded] = node


# ---------------------------------------------------------------- cycles


def _cycles(waits: Waits, doubled: Collection[str]) -> Iterator[Problem]:
    """Yield one cycle of each tangle, then look again without its written edges: there may be others behind it."""
    for _ in range(MOST_ROUNDS):
        told: list[list[Step]] = [way for part in cyclic_parts(waits.edges) if (way := _shortest(waits, set(part)))]
        if not told:
            return
        for way in told:
            if not any(step.id in doubled for step in way):
                yield _cycle(waits, way)
            for edge in pairwise(way):
                waits.forget(edge)


def _shortest(waits: Waits, inside: set[Step]) -> list[Step]:
    """Return a short cycle that begins with an edge that stands in the file; edges of groups and phases first."""
    written = [edge for edge in waits.written if edge[0] in inside and edge[1] in inside]
    best: list[Step] = []
    for waiting, awaited in sorted(written, key=lambda edge: (edge[0].kind, edge[1].kind))[:MOST_TRIED]:
        way = shortest_way(waits.edges, awaited, waiting, inside)
        if way and (not best or len(way) + 1 < len(best)):
            best = [waiting, *way]
    return best


def _cycle(waits: Waits, way: list[Step]) -> Problem:
    """Tell a cycle: `way` starts and ends with the same step and begins with an edge that stands in the file."""
    things: list[tuple[str, str]] = []
    for step in way:
        if not things or things[-1] != (step.kind, step.id):
            things.append((step.kind, step.id))
    if len(things) == 1:
        things *= 2
    shown = " → ".join(f"`{id_}`" if kind == "task" else f"{kind} `{id_}`" for kind, id_ in things)
    reasons = [reason for edge in pairwise(way) if (reason := _reason(waits, *edge))]
    hint = "; ".join(reasons[:2]) or ("remove it" if len(set(things)) == 1 else "remove one of these dependencies")
    return problem_at("E204", f"dependency cycle: {shown}", waits.written[way[0], way[1]], hint)


def _reason(waits: Waits, waiting: Step, awaited: Step) -> str | None:
    """Say why one waits for the other where `depends_on` does not say it."""
    if (waiting, awaited) in waits.written:
        return None
    if waiting.kind != "task" and not waiting.start and awaited.kind != waiting.kind:
        return f"`{awaited.id}` is part of {waiting.kind} {waiting.id}"
    return waits.reasons.get((waiting, awaited))


# ---------------------------------------------------------------- tasks that wait for nobody, or never run


def _people_and_nobody(outline: Outline, profile: str | None) -> Iterator[Problem]:
    for task in outline.tasks():
        if profile == "ci" and task.type == "manual":
            message = f"task `{task.id}` waits for a person, and profile ci has none"
            yield problem_at(
                "W503", message, task.node.entries["type"][1], f"--approve {task.id}, or `when:` leaves it out"
            )
        yield from _never(task)


def _never(task: TaskEntry) -> Iterator[Problem]:
    when = task.node.get("when")
    if when is not None and (when.value is False or when.value == "false"):
        yield problem_at("W504", f"task `{task.id}` never runs: `when` is false", when)
    foreach = task.node.get("foreach")
    if isinstance(foreach, Mapping) and foreach.value.get("items") == []:
        yield problem_at("W504", f"task `{task.id}` never runs: `items` is empty", foreach.entries["items"][1])
