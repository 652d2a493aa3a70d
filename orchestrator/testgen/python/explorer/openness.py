"""Which comparisons are worth solving: those that sent the code one way only, and patterns that never matched."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

Compared = tuple[int, object, object]  # probe, left, right
_MOST_OF_ONE = 6  # times that one comparison of a loop is looked at
_MOST_OF_PATTERN = 3  # calls for whose text a pattern is asked


@dataclass(frozen=True, slots=True)
class Sides:
    """The line of each comparing probe, and the goals of the branches by line."""

    lines: Mapping[int, int] = field(default_factory=dict)
    goals: Mapping[int, frozenset[int]] = field(default_factory=dict)


class Openness:
    """Part comparisons; `touched` are the goals that were reached so far."""

    def __init__(self, sides: Sides, touched: Set[int]) -> None:
        self._sides = sides
        self._touched = touched
        self._patterns: dict[str, int] = {}

    def parted(self, compared: Iterable[Compared]) -> tuple[list[Compared], list[Compared]]:
        """Return the comparisons that are open, and the others."""
        opened: list[Compared] = []
        others: list[Compared] = []
        seen: set[str] = set()
        times: Counter[int] = Counter()
        for each in compared:
            pattern = next((str(side.pattern) for side in each[1:] if isinstance(side, re.Pattern)), None)
            if pattern is not None and pattern not in seen:
                seen.add(pattern)
                self._patterns[pattern] = self._patterns.get(pattern, 0) + 1
            is_new = pattern is not None and self._patterns[pattern] <= _MOST_OF_PATTERN
            times[each[0]] += 1
            is_open = times[each[0]] <= _MOST_OF_ONE and (is_new or self._is_open(each[0]))
            (opened if is_open else others).append(each)
        return opened, others

    def _is_open(self, probe: int) -> bool:
        goals = self._sides.goals.get(self._sides.lines.get(probe, 0), frozenset())
        return not goals <= self._touched
