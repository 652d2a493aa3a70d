"""What `init` knows beyond the files: coverage that was measured now or before, and how often files change."""

import asyncio
from pathlib import Path

from orchestrator.cli.measuring_now import measure_now
from orchestrator.cli.places import STATE
from orchestrator.cli.state import measurements, reading
from orchestrator.cli.streams import tell
from orchestrator.errors import ExitCode
from orchestrator.processes.attempt import ProcessFactory
from orchestrator.processes.redact import Redactor
from orchestrator.proposing.evidence import Evidence
from orchestrator.surveying.checkout import Checkout
from orchestrator.surveying.commands import Python
from orchestrator.surveying.coverage import SuiteCoverage, from_details
from orchestrator.surveying.facts import Facts, Runner
from orchestrator.surveying.measuring import find_python

_PATIENCE = 1800.0  # seconds for each suite


def gather(root: Path, facts: Facts, checkout: Checkout, *, measure: bool) -> Evidence | ExitCode:
    """Return the evidence; with `measure` the suites are run, else the newest measurement of the ledger counts.

    An exit code is that of a signal that stopped the measuring: nothing is proposed by half of the numbers.
    """
    if measure and facts.suites:
        now = measure_now(root, facts, _PATIENCE)
        if now.exit_code is not ExitCode.OK:
            return now.exit_code
        coverage = {each.suite: each for each in now.suites}
        for each in now.suites:
            if each.problem:
                tell(
                    "\n".join((f"not measured: {each.suite}: {each.problem}", each.output.strip("\n"))).rstrip() + "\n"
                )
        return Evidence(coverage=coverage, churn=checkout.churn, pythons=asyncio.run(_pythons(root, facts)))
    coverage = _measured_before(root)
    pythons = asyncio.run(_pythons(root, facts)) if coverage else {}
    return Evidence(coverage=coverage, churn=checkout.churn, pythons=pythons)


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
    """Return the interpreters by suite: the checkpoints use the one that the measurement used."""
    factory = ProcessFactory(str(root), str(root / STATE / "logs"), Redactor({}))
    try:
        return {
            suite.name: await find_python(suite, factory.for_attempt("init", "look", 1, {}), root)
            for suite in facts.suites
            if suite.runner is Runner.PYTEST
        }
    finally:
        factory.close()
