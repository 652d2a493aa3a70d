"""Cycles in a graph of anything that can be hashed: which nodes lie on one, and the shortest way around."""

from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TypeVar

N = TypeVar("N", bound=Hashable)


def cyclic_parts(edges: Mapping[N, Sequence[N]]) -> list[list[N]]:
    """Return the sets of nodes that reach each other, and the nodes with an edge to themselves (Tarjan 1972).

    Without recursion: chains of ten thousand nodes are ordinary.
    """
    index: dict[N, int] = {}
    low: dict[N, int] = {}
    open_nodes: dict[N, None] = {}
    parts: list[list[N]] = []
    for root in edges:
        if root in index:
            continue
        index[root] = low[root] = len(index)
        open_nodes[root] = None
        work = [(root, iter(edges.get(root, ())))]
        while work:
            node, following = work[-1]
            for other in following:
                if other not in index:
                    index[other] = low[other] = len(index)
                    open_nodes[other] = None
                    work.append((other, iter(edges.get(other, ()))))
                    break
                if other in open_nodes:
                    low[node] = min(low[node], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    part = _closed(open_nodes, node)
                    if len(part) > 1 or node in edges.get(node, ()):
                        parts.append(part)
    return parts


def shortest_way(edges: Mapping[N, Sequence[N]], start: N, goal: N, inside: AbstractSet[N]) -> list[N]:
    """Return the nodes from `start` to `goal`, both included, without leaving `inside`; empty when there is no way."""
    came_from: dict[N, N] = {start: start}
    waiting = deque([start])
    while waiting and goal not in came_from:
        node = waiting.popleft()
        for other in edges.get(node, ()):
            if other in inside and other not in came_from:
                came_from[other] = node
                waiting.append(other)
    if goal not in came_from:
        return []
    way = [goal]
    while way[-1] != start:
        way.append(came_from[way[-1]])
    return way[::-1]


def _closed(open_nodes: dict[N, None], node: N) -> list[N]:
    part = [node]
    while (last := open_nodes.popitem()[0]) != node:
        part.append(last)
    return part
