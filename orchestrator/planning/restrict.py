"""Dependencies among a part of a graph: what stood behind something that is left out stands in its place."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet


def restrict(depends_on: Mapping[str, Sequence[str]], kept: AbstractSet[str]) -> dict[str, tuple[str, ...]]:
    """Return the nearest kept dependencies of each kept id.

    `depends_on` has no cycle and names only its own keys.
    """
    stands_for: dict[str, dict[str, None]] = {}

    def nearest(ids: Sequence[str]) -> dict[str, None]:
        found: dict[str, None] = {}
        for one in ids:
            found.update({one: None} if one in kept else stands_for[one])
        return found

    restricted = {}
    for one in _dependencies_first(depends_on, kept):
        if one in kept:
            restricted[one] = tuple(nearest(depends_on[one]))
        else:
            stands_for[one] = nearest(depends_on[one])
    return restricted


def _dependencies_first(depends_on: Mapping[str, Sequence[str]], kept: AbstractSet[str]) -> list[str]:
    """Return the ids so that each left-out one stands before what depends on it; chains are too long to recurse."""
    done: set[str] = set()
    ordered: list[str] = []
    for start in depends_on:
        stack = [(start, False)]
        while stack:
            one, entered = stack.pop()
            if one in done:
                continue
            if entered:
                done.add(one)
                ordered.append(one)
                continue
            stack.append((one, True))
            stack.extend((other, False) for other in depends_on[one] if other not in done and other not in kept)
    return ordered
