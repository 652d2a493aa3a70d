"""Which modules are tested first: uncovered statements x complexity x how often they change.

Where nothing was measured, lines of code stand for statements, and a module with tests of its own counts a fifth.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from orchestrator.checkpoints.report import Count
from orchestrator.surveying.facts import Module

_UNTESTED_PART = 0.2
WELL_COVERED = 0.9  # of the statements: from here on other modules are worth more,
FEW = 8  # unless that leaves more than this many uncovered: a tenth of a large module is more than all of a small one


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranked:
    """A module with what its place in the order is made of."""

    module: Module
    uncovered: int
    total: int
    changes: int
    measured: bool

    @property
    def complexity(self) -> int:
        """Return the number of paths through it, roughly: one more than its decisions."""
        return self.module.decisions + 1

    @property
    def risk(self) -> float:
        """Return the product that orders modules."""
        return float(self.uncovered * self.complexity * (self.changes + 1))

    @property
    def is_covered(self) -> bool:
        """Say whether hardly anything is left to test."""
        if not self.measured:
            return self.uncovered == 0
        return self.total == 0 or self.uncovered <= min((1 - WELL_COVERED) * self.total, FEW)

    @property
    def cases(self) -> int:
        """Return how many cases tests will need, roughly: as many as paths in the part that is not covered."""
        return max(1, round(self.complexity * self.uncovered / max(self.total, 1)))

    def reason(self) -> str:
        """Return the numbers as a sentence for the comment above the task."""
        if self.measured:
            reach = f"{self.uncovered} of {self.total} statements uncovered"
        elif self.module.tests:
            reach = f"{_several(self.module.code, 'line')} with tests in {self.module.tests[0]}; not measured"
        else:
            reach = f"{_several(self.module.code, 'line')}, no test of its own; not measured"
        changed = f", changed in {_several(self.changes, 'commit')}" if self.changes else ""
        return f"{reach}, {_several(self.module.decisions, 'decision')}{changed}"


def _several(count: int, word: str) -> str:
    return f"{count} {word}{'s' if count != 1 else ''}"


def rank(
    modules: Iterable[Module], measured: Mapping[str, Mapping[str, Count]], churn: Mapping[str, int]
) -> tuple[Ranked, ...]:
    """Return the modules, the riskiest first; `measured` maps a path to its counts by metric."""
    found = [_ranked(module, measured.get(module.path), churn.get(module.path, 0)) for module in modules]
    return tuple(sorted(found, key=lambda each: (-each.risk, each.module.path)))


def _ranked(module: Module, counts: Mapping[str, Count] | None, changes: int) -> Ranked:
    statements = counts.get("statements") if counts else None
    if statements is not None:
        missing = statements.total - statements.covered
        return Ranked(module=module, uncovered=missing, total=statements.total, changes=changes, measured=True)
    uncovered = round(module.code * _UNTESTED_PART) if module.tests else module.code
    return Ranked(module=module, uncovered=uncovered, total=module.code, changes=changes, measured=False)
