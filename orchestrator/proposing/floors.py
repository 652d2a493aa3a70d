"""Coverage checkpoints at what was measured, so that no phase loses what was there.

A phase measures the suites that its tasks have to do with, no others: in a repository of twenty packages the suites of
all of them take longer than the work.
"""

import math
from collections.abc import Iterable, Sequence
from copy import copy

from orchestrator.checkpoints.report import Count
from orchestrator.proposing.evidence import Evidence
from orchestrator.proposing.proposal import Check, LeftOut, Param, Phase, Proposal
from orchestrator.proposing.test_files import suite_of
from orchestrator.surveying.commands import Python, measuring_command
from orchestrator.surveying.coverage import SuiteCoverage
from orchestrator.surveying.facts import Facts, Runner, Suite
from orchestrator.surveying.naming import joined

_REPORTS = "coverage/orchestrate"
_NEW_TESTS = ("**/test_*.py",)  # generated ones are no sources, wherever the project has its tests


class Floors:
    """The checkpoints by the name of their suite, and the params that hold their numbers."""

    def __init__(self, facts: Facts, evidence: Evidence) -> None:
        self.left_out: tuple[LeftOut, ...] = ()
        self._suites = facts.suites
        self._modules = {module.path: module for module in facts.modules}
        self._checks: dict[str, Check] = {}
        self._params: dict[str, Param] = {}
        for number, suite in enumerate(facts.suites, start=1):
            self._add(suite, evidence, f"coverage_{suite.runner}" + (f"_{number}" if len(facts.suites) > 1 else ""))

    def touched_by(self, tasks: Iterable[Proposal]) -> tuple[Check, ...]:
        """Return the checkpoints of the suites that get tests from the tasks, or whose config they edit."""
        touched = {suite.name for task in tasks for suite in self._suites_of(task)}
        return tuple(check for name, check in self._checks.items() if name in touched)

    def params_of(self, phases: Iterable[Phase]) -> tuple[Param, ...]:
        """Return the params of the checkpoints that stand in the phases."""
        standing = [check for phase in phases for check in phase.checks]
        return tuple(param for name, param in self._params.items() if self._checks[name] in standing)

    @property
    def gates(self) -> tuple[tuple[Check, Param], ...]:
        """Return every checkpoint with the param that holds its number."""
        return tuple((check, self._params[name]) for name, check in self._checks.items())

    def without(self, checks: Iterable[Check]) -> "Floors":
        """Return the floors without some checkpoints."""
        gone = list(checks)
        fewer = copy(self)
        fewer._checks = {name: check for name, check in self._checks.items() if check not in gone}
        return fewer

    def idle(self, standing: Sequence[Check]) -> tuple[LeftOut, ...]:
        """Return that a suite was measured and no phase asks for it, for each whose checkpoint stands nowhere."""
        why = "no task has to do with the code that it tests"
        return tuple(
            LeftOut(what=f"a coverage checkpoint for {name}", why=why)
            for name, check in self._checks.items()
            if check not in standing
        )

    def _suites_of(self, task: Proposal) -> Iterable[Suite]:
        targets = task.files or (str(task.fields.get("target", "")),)
        for target in targets:
            module = self._modules.get(target)
            suite = suite_of(module, self._suites) if module else None
            yield from (suite,) if suite else (each for each in self._suites if each.config == target)

    def _add(self, suite: Suite, evidence: Evidence, name: str) -> None:
        found = evidence.coverage.get(suite.name)
        why = _not_gated(found)
        if why or found is None:
            self.left_out += (LeftOut(what=f"a coverage checkpoint for {suite.name}", why=why),)
            return
        measuring = measuring_command(suite, f"{_REPORTS}/{name}", evidence.pythons.get(suite.name, Python()))
        statements = found.totals["statements"]
        floor = math.floor(100 * statements.covered / statements.total)
        told = f"percent of statements that {suite.name} has to cover; measured: {floor}"
        self._params[suite.name] = Param(name=name, value=floor, help=told)
        fields = {
            "type": "coverage",
            "name": f"statements covered by {suite.name}",
            "metric": "statements",
            "min": f"{{{{ params.{name} }}}}",
            "source": joined(suite.folder, measuring.report),
            "command": list(measuring.argv),
            **({} if suite.folder == "." else {"cwd": suite.folder}),
            **({"exclude": sorted({*suite.excluded, *_NEW_TESTS})} if suite.runner is Runner.PYTEST else {}),
        }
        why = f"at least what was measured; raise params.{name} as coverage grows"
        self._checks[suite.name] = Check(why=why, fields=fields)


def _not_gated(found: SuiteCoverage | None) -> str:
    if found is None:
        return (
            "it was not measured: `orchestrate init --measure` does, and adds one to each phase that touches its code"
        )
    if found.problem:
        return f"it could not be measured: {found.problem}" + (f" ({found.hint})" if found.hint else "")
    if not found.tests_passed:
        return "some of its tests fail now, so the checkpoint would fail before anything is changed"
    return "" if found.totals.get("statements", Count(covered=0, total=0)).total else "it counts no statements"
