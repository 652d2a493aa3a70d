"""What the probes in a module see: which statements ran, how branches went, what was compared with what.

Comparisons are what a search learns most from: `x == "magic"` tells it the magic word. A goal is one integer: four
times the probe's number, plus 0 for a statement, 1 and 2 for the two ways of a branch.
"""

import ast
import builtins
import functools
import operator
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from .sandbox import TooSlow
from .ticking import TICK

Operation = Callable[[Any, Any], Any]
COMPARISONS: dict[type[ast.cmpop], Operation] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda item, container: item in container,
    ast.NotIn: lambda item, container: item not in container,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}
_OPERATIONS = list(COMPARISONS.values())
KINDS = list(COMPARISONS)
_PLAIN = (int, str, float, bytes, bool)
_CONTAINERS = (list, tuple, set, frozenset, dict)
_TELLING = ("str", "bytes", "Pattern", "dict")  # classes whose methods are given what is looked for
REPLACING = frozenset(("sub", "subn"))  # methods of a pattern
_MOST = 300  # comparisons that are kept of one call


@dataclass(slots=True)
class Recorder:
    """What the probes saw since the last `reset`."""

    goals: set[int] = field(default_factory=set)
    seen: list[tuple[int, object, object]] = field(default_factory=list)  # probe, left, right
    is_on: bool = False
    steps: int = 0  # statements and tests run since the last reset
    most: int = 0  # steps after which a call is taken for endless; 0 means never

    def reset(self, most: int = 0) -> None:
        """Forget everything; after `most` statements the code is interrupted, at the same place on every machine."""
        self.goals = set()
        self.seen = []
        self.steps, self.most = 0, most

    def install(self) -> None:
        """Make the probes known to every module: they are looked up as builtins."""
        names = {
            "_orc_line": self._line,
            "_orc_test": self._test,
            "_orc_loop": self._loop,
            "_orc_aloop": self._aloop,
            "_orc_compare": self._compare,
            "_orc_chain": self._chain,
            "_orc_method": self._method,
            TICK: self.tick,
        }
        for name, function in names.items():
            setattr(builtins, name, function)

    def _line(self, probe: int) -> None:
        self._went(probe, 0)

    def _test(self, probe: int, value: object) -> bool:
        result = bool(value)
        self._went(probe, 1 if result else 2)
        return result

    @property
    def is_spent(self) -> bool:
        """Say whether the code took more steps than it may."""
        return 0 < self.most < self.steps

    def tick(self) -> None:
        """Count a step of code that has no probes."""
        self.steps += 1
        if 0 < self.most < self.steps:
            raise TooSlow

    def _went(self, probe: int, way: int) -> None:
        self.steps += 1
        if 0 < self.most < self.steps:
            raise TooSlow
        self.goals.add(probe * 4 + way)

    def _loop(self, probe: int, items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            self._went(probe, 1)
            yield item
        self.goals.add(probe * 4 + 2)

    async def _aloop(self, probe: int, items: Any) -> AsyncIterator[Any]:
        async for item in items:
            self._went(probe, 1)
            yield item
        self.goals.add(probe * 4 + 2)

    def _compare(self, probe: int, kind: int, left: Any, right: Any) -> Any:
        is_telling = type(left) in _PLAIN or type(right) in _PLAIN or type(right) in _CONTAINERS
        if self.is_on and is_telling and len(self.seen) < _MOST:
            self.seen.append((probe, left, right))
        return _OPERATIONS[kind](left, right)

    def _chain(self, probe: int, kinds: tuple[int, ...], *values: Any) -> Any:
        result: Any = True
        for kind, left, right in zip(kinds, values, values[1:], strict=False):
            result = self._compare(probe, kind, left, right)
            if not result:
                break
        return result

    def _method(self, probe: int, owner: Any, name: str, *arguments: Any, **more: Any) -> Any:
        looked = arguments[1:] if name in REPLACING else arguments  # what replaces comes before where it is looked for
        if self.is_on and looked and len(self.seen) < _MOST and type(owner).__name__ in _TELLING:
            self.seen.append((probe, owner, looked[0]))
        return getattr(owner, name)(*arguments, **more)


@dataclass(frozen=True)
class Map:
    """All goals of a module: goal → line of the source."""

    statements: dict[int, int]
    branches: dict[int, int]
    comparisons: dict[int, int] = field(default_factory=dict)  # probe → line

    @functools.cached_property
    def lines(self) -> dict[int, int]:
        """Return the line of every goal."""
        return {**self.statements, **self.branches}

    @functools.cached_property
    def ways(self) -> dict[int, frozenset[int]]:
        """Return the goals of the branches by line."""
        found: dict[int, set[int]] = {}
        for goal, line in self.branches.items():
            found.setdefault(line, set()).add(goal)
        return {line: frozenset(goals) for line, goals in found.items()}

    def lines_of(self, goals: Iterable[int]) -> frozenset[int]:
        """Return the lines of some goals."""
        lines = self.lines
        return frozenset(lines[goal] for goal in goals if goal in lines)
