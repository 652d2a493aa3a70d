"""`orchestrate measure`: how much the tests reach now, by the project's own runners; kept in the ledger."""

import json
import sys
from pathlib import Path
from typing import Annotated

from orchestrator.cli.edit_tree import repository_root
from orchestrator.cli.measuring_now import MeasuredNow, as_view, measure_now, past
from orchestrator.cli.options import Common, option
from orchestrator.cli.options import command as as_command
from orchestrator.cli.places import enter_directory, find_root
from orchestrator.cli.present import look_of
from orchestrator.cli.state import measurements, reading
from orchestrator.errors import ExitCode, NothingSelected, UsageError
from orchestrator.reporters.coverage_view import render_coverage
from orchestrator.surveying.checkout import Checkout
from orchestrator.surveying.coverage import SuiteCoverage, as_details
from orchestrator.surveying.survey import survey


@as_command
def command(
    common: Common,
    modules: Annotated[bool, option("--modules", help="show every module", envvar=None)] = False,
    history: Annotated[
        bool, option("--history", help="show what was measured before; run nothing", envvar=None)
    ] = False,
    timeout: Annotated[
        float, option("--timeout", value="SECONDS", help="seconds for each suite, 0 = no limit", min=0)
    ] = 1800,
    as_json: Annotated[bool, option("--json", help="as JSON", envvar=None)] = False,
) -> int:
    """Measure statements, branches and lines that the tests reach, in all, per folder and per module.

    Every source counts, also what no test loads. Exit 1: a suite could not be measured, or some of its tests fail.
    """
    root = measured_root(common)
    if history:
        with reading(root) as ledger:
            sys.stdout.write(past(measurements(ledger), look_of(sys.stdout), as_json=as_json))
        return ExitCode.OK
    checkout = Checkout(root)
    facts = survey(checkout, root.name, kept=checkout.kept_settings)
    if not facts.suites:
        reasons = "".join(f"\n{note}" for note in facts.notes)
        message = f"there is nothing to measure{reasons}"
        raise NothingSelected(message, hint="coverage is measured with Jest, Vitest and pytest")
    now = measure_now(root, facts, timeout)
    if as_json:
        sys.stdout.write(_as_json(now))
    else:
        views = [as_view(each, suite) for each, suite in zip(now.suites, facts.suites, strict=False)]
        sys.stdout.write(render_coverage(views, look_of(sys.stdout), all_modules=modules))
        sys.stdout.writelines(f"note: {note}\n" for note in facts.notes)
    if now.exit_code != ExitCode.OK:
        return now.exit_code
    fine = all(not each.problem and each.tests_passed for each in now.suites)
    return ExitCode.OK if fine else ExitCode.FAILED


def measured_root(common: Common) -> Path:
    """Return the repository: that of the document or of earlier runs, else the one around the working folder."""
    try:
        return find_root(common)
    except UsageError:
        if common.config is not None or common.project is not None:
            raise
        return repository_root(enter_directory(common))


def _as_json(now: MeasuredNow) -> str:
    content = {
        "schema_version": 1,
        "command": "measure",
        "run": now.run,
        "suites": [_suite(each) for each in now.suites],
    }
    return json.dumps(content, indent=2) + "\n"


def _suite(coverage: SuiteCoverage) -> dict[str, object]:
    folders = {
        folder: {metric: [count.covered, count.total] for metric, count in counts.items()}
        for folder, counts in coverage.folders().items()
    }
    return {**as_details(coverage), "folders": folders, "problem": coverage.problem or None}
