"""Measure all suites under the lock, and write what they reach to the ledger as a run of its own."""

import asyncio
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from orchestrator.checkpoints.report import Count
from orchestrator.cli.places import STATE
from orchestrator.cli.streams import tell
from orchestrator.cli.wiring import new_run_id
from orchestrator.cli.work_state import WorkingState, open_to_work
from orchestrator.errors import ExitCode
from orchestrator.models.facts import Fact, RunEnded, RunStarted
from orchestrator.models.record import MEASURE, Measured
from orchestrator.models.status import Durability, RunState
from orchestrator.processes.attempt import ProcessFactory
from orchestrator.processes.redact import Redactor
from orchestrator.processes.signals import StopSignals
from orchestrator.reporters.coverage_view import Pair, SuiteView
from orchestrator.surveying.coverage import SuiteCoverage, as_details
from orchestrator.surveying.facts import Facts, Runner, Suite
from orchestrator.surveying.measuring import measure_suite


class MeasuredNow(Struct, frozen=True, kw_only=True):
    """What the suites reach; `exit_code` is not OK when a signal stopped the measuring."""

    run: str
    suites: tuple[SuiteCoverage, ...]
    exit_code: ExitCode = ExitCode.OK


def measure_now(root: Path, facts: Facts, patience: float) -> MeasuredNow:
    """Measure one suite after the other; each is in the ledger as soon as it is known."""
    with open_to_work(root, sys.argv[1:], Durability.FULL) as state:
        run, began = new_run_id(), time.monotonic()
        state.announce(run)
        plan = {"project": facts.name}
        started = RunStarted(
            run=run, kind=MEASURE, time=datetime.now(UTC), command=tuple(sys.argv[1:]), plan=plan, tasks=()
        )
        state.ledger.append([started]).result()
        suites, signum = asyncio.run(_measure(state, run, facts, patience))
        ended = _ended(run, suites, signum, time.monotonic() - began)
        state.ledger.append([ended]).result()
        return MeasuredNow(run=run, suites=suites, exit_code=ExitCode(128 + signum) if signum else ExitCode.OK)


async def _measure(
    state: WorkingState, run: str, facts: Facts, patience: float
) -> tuple[tuple[SuiteCoverage, ...], int]:
    loop, work = asyncio.get_running_loop(), asyncio.current_task()
    suites, env = facts.suites, {each.name: each.value for each in facts.variables}
    signals: list[int] = []
    found: list[SuiteCoverage] = []
    factory = ProcessFactory(str(state.root), str(state.root / STATE / "logs"), Redactor({}))

    def stop(signum: int, _times: int) -> None:
        signals.append(signum)
        if work is not None:
            work.cancel()

    try:
        with StopSignals(loop, stop):
            for number, suite in enumerate(suites, start=1):
                tell(f"measuring {suite.name} ({number} of {len(suites)})\n")
                processes = factory.for_attempt(run, f"measure-{number}", 1, env)
                into = state.root / STATE / "coverage" / str(number)
                coverage = await measure_suite(suite, processes, state.root, into, patience)
                found.append(coverage)
                state.ledger.append([measured_fact(run, suite, coverage)]).result()
    except asyncio.CancelledError:
        if not signals:
            raise
    finally:
        factory.close()
    return tuple(found), signals[0] if signals else 0


def measured_fact(run: str, suite: Suite, coverage: SuiteCoverage) -> Fact:
    """Return what the ledger keeps: the value is the percentage of statements, everything else is in the details."""
    statements = coverage.totals.get("statements", Count(covered=0, total=0))
    known = not coverage.problem and statements.total > 0
    format_ = "coverage.py JSON" if suite.runner is Runner.PYTEST else "Istanbul summary"
    more = {"metric": "statements", "covered": statements.covered, "total": statements.total} if known else {}
    return Measured(
        run=run,
        scope=MEASURE,
        time=datetime.now(UTC),
        type="coverage",
        title=f"statements covered ({suite.name})",
        ok=known and coverage.tests_passed,
        value=100 * statements.covered / statements.total if known else None,
        unit="%",
        source=suite.name,
        message=coverage.problem,
        details={**as_details(coverage), "format": format_, **more},
    )


def as_view(coverage: SuiteCoverage, suite: Suite) -> SuiteView:
    """Return a suite as it is shown."""
    return SuiteView(
        name=coverage.suite,
        command=coverage.command,
        seconds=coverage.seconds,
        tests=len(suite.tests),
        passed=coverage.tests_passed,
        totals=_pairs(coverage.totals),
        folders={folder: _pairs(counts) for folder, counts in coverage.folders().items()},
        modules={path: _pairs(counts) for path, counts in coverage.modules.items()},
        problem=coverage.problem,
        hint=coverage.hint,
        output=coverage.output,
    )


def _ended(run: str, suites: Sequence[SuiteCoverage], signum: int, seconds: float) -> RunEnded:
    fine = all(not each.problem and each.tests_passed for each in suites)
    code = ExitCode(128 + signum) if signum else ExitCode.OK if fine else ExitCode.FAILED
    state = RunState.CANCELLED if signum else RunState.SUCCEEDED if fine else RunState.FAILED
    return RunEnded(run=run, time=datetime.now(UTC), state=state, exit_code=int(code), seconds=seconds)


def _pairs(counts: Mapping[str, Count]) -> dict[str, Pair]:
    return {metric: (count.covered, count.total) for metric, count in counts.items()}
