"""What a roadmap is proposed by, beyond the files of the repository."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrator.checkpoints.report import Count
from orchestrator.surveying.commands import Python
from orchestrator.surveying.coverage import SuiteCoverage


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What is known beyond the files: coverage by suite name, commits by file, the interpreters of the suites.

    `missing` says in sentences what the suites lack to be run.
    """

    coverage: Mapping[str, SuiteCoverage] = field(default_factory=dict)
    churn: Mapping[str, int] = field(default_factory=dict)
    pythons: Mapping[str, Python] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    @property
    def modules(self) -> Mapping[str, Mapping[str, Count]]:
        """Return the counts of all modules that were measured."""
        return {path: counts for each in self.coverage.values() for path, counts in each.modules.items()}
