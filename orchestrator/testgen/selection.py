"""Choose the fewest, plainest candidates that together reach every goal and kill every mutant that can be killed."""

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

_COST_OF_BRANCHES = 0.02
_COST_OF_MUTANTS = 0.03
_EXAMPLE = 2  # of plainness
_ODD_PER_MUTANT = 1.0  # so much oddness is worth one mutant
_TOO_ODD = 5.0  # for all but what nothing else reaches
_RATHER_ODD, _COME_BACK = 2.0, 3  # oddness, and mutants for which a natural test is added after all
OF_SAME_ANSWER = 2  # mutants
_MUTANTS_PER_GOAL = 2  # as much as a statement or a branch is worth


class Proposal(Protocol):
    """A proposed test: what it reaches and kills (by number), where its subject stands, how hard it is to read."""

    @property
    def number(self) -> int:
        """Return what tells it from the others."""

    @property
    def subject(self) -> str:
        """Return the name of what it tests."""

    @property
    def line(self) -> int:
        """Return the line of the subject."""

    @property
    def goals(self) -> frozenset[int]:
        """Return the statements and branches that it reaches."""

    @property
    def kills(self) -> frozenset[int]:
        """Return the mutants that it tells from the original."""

    @property
    def cost(self) -> float:
        """Return how hard it is to read; less is better."""

    @property
    def oddness(self) -> float:
        """Return how strange what is given looks to a reader; 0 is natural."""

    @property
    def plainness(self) -> int:
        """Return how plainly it shows what its subject is for: 0 not, 1 as an ordinary case, 2 as an example."""

    @property
    def family(self) -> str:
        """Return what it has in common with those that stand in one table with it."""

    @property
    def answer(self) -> str:
        """Return what it expects; empty where many expect the same, or where that is not told."""


P = TypeVar("P", bound=Proposal)


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """What counts for nothing: importing the module or tests that exist do it already."""

    goals: frozenset[int] = frozenset()
    kills: frozenset[int] = frozenset()

    def including(self, goals: Iterable[int], kills: Iterable[int] = ()) -> "Settled":
        """Return these and more."""
        return Settled(goals=self.goals | frozenset(goals), kills=self.kills | frozenset(kills))


def select(candidates: Sequence[P], *, settled: Settled, min_gain: int = 1) -> tuple[P, ...]:
    """Return the chosen ones in the order of the source.

    What kills nothing asserts nothing about its subject. Each adds at least `min_gain` goals or mutants, but for one
    example or ordinary case of a table that has none. What a person's examples do is left to them; others do the rest.
    """
    asserting = [each for each in candidates if each.kills]
    usable = [each for each in asserting if each.oddness < _TOO_ODD or each.plainness == _EXAMPLE]
    chosen: list[P] = []
    for among in ([each for each in usable if each.plainness == _EXAMPLE], usable):
        chosen = _greedy(among, lambda each: each.goals - settled.goals, _COST_OF_BRANCHES, min_gain, chosen)
        chosen = _greedy(among, lambda each: each.kills - settled.kills, _COST_OF_MUTANTS, min_gain, chosen)
    chosen = _greedy(asserting, lambda each: each.goals - settled.goals, _COST_OF_BRANCHES, min_gain, chosen)
    among = [*usable, *(each for each in chosen if each not in usable)]
    plain = _Swapping(_without_redundant(chosen, settled), among, settled).swapped()
    natural = [each for each in usable if each.oddness < _RATHER_ODD]  # what odd ones did before they gave way
    plain = _greedy(
        natural, lambda each: each.kills - settled.kills, _COST_OF_MUTANTS, max(min_gain, _COME_BACK), plain
    )
    fewest = _without_redundant(plain, settled)
    ordinary = _ordinary(fewest, [each for each in usable if each.kills - settled.kills])
    taken = _without_redundant([*fewest, *ordinary], settled, ordinary)
    return tuple(sorted(taken, key=lambda each: (each.line, each.subject, each.number)))


def _ordinary(chosen: Sequence[P], usable: Sequence[P]) -> list[P]:
    """Return for each table an example where it has none, or else an ordinary case; for each subject an example."""
    plainest = sorted(usable, key=lambda one: (-one.plainness, one.cost, -len(one.kills), one.number))
    found = list(chosen)
    present = _plainest_of(found, lambda each: each.family)
    for each in plainest:
        if each.plainness > present.get(each.family, each.plainness):
            found.append(each)
            present[each.family] = each.plainness
    present = _plainest_of(found, lambda each: each.subject)
    for each in plainest:
        if each.plainness == _EXAMPLE > present.get(each.subject, _EXAMPLE):
            found.append(each)
            present[each.subject] = _EXAMPLE
    return found[len(chosen) :]


def _plainest_of(chosen: Sequence[P], group: Callable[[P], str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in chosen:
        found[group(each)] = max(each.plainness, found.get(group(each), 0))
    return found


def _greedy(
    candidates: Sequence[P],
    gain_of: Callable[[P], frozenset[int]],
    weight: float,
    min_gain: int,
    chosen: Iterable[P],
) -> list[P]:
    taken = list(chosen)
    have = frozenset(goal for each in taken for goal in gain_of(each))
    numbers = {each.number for each in taken}

    def worth(each: P) -> float:
        return -len(gain_of(each) - have) / (1 + weight * max(0.0, each.cost))

    heap = [(worth(each), each.cost, each.number, each) for each in candidates if each.number not in numbers]
    heapq.heapify(heap)
    while heap:
        value, cost, number, each = heapq.heappop(heap)
        now = worth(each)
        if now > value:  # others took a part of its gain meanwhile
            if now < 0:
                heapq.heappush(heap, (now, cost, number, each))
            continue
        if len(gain_of(each) - have) < max(min_gain, 1):
            continue
        taken.append(each)
        have |= gain_of(each)
    return taken


def _without_redundant(chosen: Sequence[P], settled: Settled, wanted: Sequence[P] = ()) -> list[P]:
    """Drop whatever the others do as well, the most costly first; `wanted` stays."""
    counts: dict[tuple[str, int], int] = {}
    for each in chosen:
        for key in deeds(each, settled):
            counts[key] = counts.get(key, 0) + 1
    kept = list(chosen)
    for each in sorted(chosen, key=lambda one: (-one.cost, -one.number)):
        keys = deeds(each, settled)
        if each not in wanted and all(counts[key] > 1 for key in keys):
            kept.remove(each)
            for key in keys:
                counts[key] -= 1
    return kept


class _Swapping(Generic[P]):
    """Put plainer tests in place of chosen ones.

    What looks strange has to be worth it: for a plainer test, or none, a few mutants that only it kills are given up,
    and where it looks very strange what only it reaches as well.
    """

    def __init__(self, chosen: Sequence[P], candidates: Sequence[P], settled: Settled) -> None:
        self._settled = settled
        self._kept = list(chosen)
        self._counts = Counter(key for each in chosen for key in deeds(each, settled))
        self._by_key: dict[tuple[str, int], list[P]] = {}
        for each in sorted(candidates, key=lambda one: (one.cost, one.number)):
            for key in deeds(each, settled):
                self._by_key.setdefault(key, []).append(each)

    def swapped(self) -> list[P]:
        """Return the tests after every one but the examples was looked at, the hardest to read first."""
        replaceable = (each for each in self._kept if each.plainness < _EXAMPLE)
        for each in sorted(replaceable, key=lambda one: (-one.cost, -one.number)):
            own = {key for key in deeds(each, self._settled) if self._counts[key] == 1}
            spare = int(each.oddness / _ODD_PER_MUTANT) + OF_SAME_ANSWER * self._is_answered(each)
            if worth_of(own) <= spare:
                self._replace(each, None)
            elif own and (other := self._plainer(each, own, spare)) is not None:
                self._replace(each, other)
        return self._kept

    def _is_answered(self, each: P) -> bool:
        """Say whether another one of its table expects the same: a reader takes it for a repetition."""
        alike = (other for other in self._kept if (other.family, other.answer) == (each.family, each.answer))
        return bool(each.answer) and any(other is not each for other in alike)

    def _plainer(self, each: P, own: set[tuple[str, int]], spare: int) -> P | None:
        """Return the plainest test that does what only this one does, but for `spare` mutants."""
        goals = {key for key in own if key[0] == "goal"}
        keys = [min(goals, key=lambda key: (len(self._by_key[key]), key))] if goals else sorted(own)
        others = {other.number: other for key in keys for other in self._by_key[key] if other.cost < each.cost}
        for other in sorted(others.values(), key=lambda one: (one.cost, one.number)):
            missing = own.difference(deeds(other, self._settled))
            if other not in self._kept and worth_of(missing) <= spare:
                return other
        return None

    def _replace(self, each: P, other: P | None) -> None:
        place = self._kept.index(each)
        self._kept[place : place + 1] = [] if other is None else [other]
        self._counts.subtract(deeds(each, self._settled))
        self._counts.update(deeds(other, self._settled) if other is not None else ())


def worth_of(done: Iterable[tuple[str, int]]) -> int:
    """Return how many mutants are worth as much as what a test does."""
    return sum(_MUTANTS_PER_GOAL if kind == "goal" else 1 for kind, _ in done)


def deeds(each: Proposal, settled: Settled) -> list[tuple[str, int]]:
    """Return what a test does: the goals that it reaches and the mutants that it kills, but for what is settled."""
    return [("goal", goal) for goal in each.goals - settled.goals] + [
        ("mutant", mutant) for mutant in each.kills - settled.kills
    ]
