"""What `init` knows beyond the files: coverage that was measured now or before, and how often files change."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from orchestrator.cli.measuring_now import measure_now
from orchestrator.cli.state import measurements, reading
from orchestrator.cli.streams import tell
from orchestrator.errors import ExitCode
from orchestrator.processes.attempt import ProcessFactory
from orchestrator.processes.redact import Redactor
from orchestrator.proposing.evidence import Evidence
from orchestrator.surveying.checkout import Checkout
from orchestrator.surveying.commands import Python, missing_tools
from orchestrator.surveying.coverage import SuiteCoverage, from_details
from orchestrator.surveying.facts import Facts, Language, Runner, Suite
from orchestrator.surveying.measuring import find_python

_PATIENCE = 1800.0  # seconds for each suite


def gather(root: Path, facts: Facts, checkout: Checkout, *, measure: bool) -> Evidence | ExitCode:
    """Return the evidence; with `measure` the suites are run, else the newest measurement of the ledger counts.

    An exit code is that of a signal that stopped the measuring: nothing is proposed by half of the numbers.
    """
    pythons = asyncio.run(_pythons(root, facts))
    missing = missing_tools(facts.suites or _first_of_python(facts), pythons)
    if measure and facts.suites:
        now = measure_now(root, facts, _PATIENCE)
        if now.exit_code is not ExitCode.OK:
            return now.exit_code
        coverage = {each.suite: each for each in now.suites}
        for each in now.suites:
            if each.problem:
                said = (f"not measured: {each.suite}: {each.problem}", each.output.strip("\n"), _hint(each, missing))
                tell("\n".join(filter(None, said)) + "\n")
        return Evidence(coverage=coverage, churn=checkout.churn, pythons=pythons, missing=missing)
    coverage = _measured_before(root)
    return Evidence(coverage=coverage, churn=checkout.churn, pythons=pythons if coverage else {}, missing=missing)


def _hint(suite: SuiteCoverage, missing: Sequence[str]) -> str:
    """Return what to type before a suite can be measured, unless it is told with what is missing."""
    return f"    {suite.hint}" if suite.hint and not any(each.endswith(suite.hint) for each in missing) else ""


def _first_of_python(facts: Facts) -> tuple[Suite, ...]:
    """Return the suite that generated tests would make in a repository of Python without tests."""
    is_python = any(module.language is Language.PYTHON for module in facts.modules)
    return (Suite(runner=Runner.PYTEST, folder=".", sources=(), tests=()),) if is_python else ()


def _measured_before(root: Path) -> dict[str, SuiteCoverage]:
    with reading(root) as ledger:
        measured = measurements(ledger)
    found = {}
    for each in measured:
        if each.value is not None:
            coverage = from_details(each.details)
            found[coverage.suite] = coverage
    return found


async def _pythons(root: Path, facts: Facts) -> dict[str, Python]:
    """Return the interpreters by suite: the checkpoints use the one that the measurement used.

    What they print is kept by nobody: a look writes nothing into the repository.
    """
    with tempfile.TemporaryDirectory(prefix="orchestrate-") as logs:
        factory = ProcessFactory(str(root), logs, Redactor({}))
        try:
            return {
                suite.name: await find_python(suite, factory.for_attempt("init", "look", 1, {}), root)
                for suite in facts.suites or _first_of_python(facts)
                if suite.runner is Runner.PYTEST
            }
        finally:
            factory.close()
