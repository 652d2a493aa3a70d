"""Which phases wait for which: file order, changed by `depends_on`, loosened by `parallel_with`."""

import heapq
from collections.abc import Mapping, Sequence

from orchestrator.errors import DocumentInvalid, Problem


def order_phases(phases: Sequence[str], depends_on: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the phases so that each stands behind what it depends on, in file order where that leaves a choice."""
    position = {phase: number for number, phase in enumerate(phases)}
    missing = {phase: set(depends_on.get(phase, ())) for phase in phases}
    followers: dict[str, list[str]] = {phase: [] for phase in phases}
    for phase, needed in missing.items():
        for other in needed:
            followers[other].append(phase)
    ready = [position[phase] for phase in phases if not missing[phase]]
    heapq.heapify(ready)
    ordered: list[str] = []
    while ready:
        phase = phases[heapq.heappop(ready)]
        ordered.append(phase)
        for follower in followers[phase]:
            missing[follower].discard(phase)
            if not missing[follower]:
                heapq.heappush(ready, position[follower])
    if len(ordered) < len(phases):
        stuck = [phase for phase in phases if missing[phase]]
        message = f"phases wait for each other: {', '.join(stuck)}"
        raise DocumentInvalid([Problem(code="E204", message=message, hint="remove one of their dependencies")])
    return ordered


def phases_before(
    phases: Sequence[str], depends_on: Mapping[str, Sequence[str]], parallel_with: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """Return for each phase the phases that have to end well before it starts, without those that follow from others.

    A phase waits for every earlier one but those that it may overlap; two phases may overlap when one names the other
    in `parallel_with`, and `depends_on` is stronger than that.
    """
    overlapping = {frozenset((phase, other)) for phase in phases for other in parallel_with.get(phase, ())}
    ordered = order_phases(phases, depends_on)
    bit = {phase: 1 << number for number, phase in enumerate(ordered)}
    behind: dict[str, int] = {}
    after: dict[str, tuple[str, ...]] = {}
    for number, phase in enumerate(ordered):
        needed = set(depends_on.get(phase, ()))
        implied, kept = 0, list[str]()
        for other in reversed(ordered[:number]):
            waits = other in needed or frozenset((phase, other)) not in overlapping
            if waits and not implied & bit[other]:
                kept.append(other)
                implied |= behind[other] | bit[other]
        behind[phase] = implied
        after[phase] = tuple(reversed(kept))
    return after
