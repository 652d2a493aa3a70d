"""What `orchestrate measure` does: survey the suites, measure them, and show what they reach."""

import json
import sys
from pathlib import Path

from orchestrator.cli.measuring_now import MeasuredNow, as_view, measure_now
from orchestrator.cli.present import look_of
from orchestrator.errors import ExitCode, NothingSelected
from orchestrator.reporters.coverage_view import render_coverage
from orchestrator.surveying.checkout import Checkout
from orchestrator.surveying.coverage import SuiteCoverage, as_details
from orchestrator.surveying.survey import survey


def measure(root: Path, patience: float, *, all_modules: bool, as_json: bool) -> ExitCode:
    """Measure all suites, each for at most `patience` seconds, and show the result."""
    checkout = Checkout(root)
    facts = survey(checkout, root.name, kept=checkout.kept_settings)
    if not facts.suites:
        reasons = "".join(f"\n{note}" for note in facts.unmeasured)
        message = f"there is nothing to measure{reasons}"
        raise NothingSelected(message, hint="coverage is measured with Jest, Vitest and pytest")
    now = measure_now(root, facts, patience)
    if as_json:
        sys.stdout.write(_as_json(now))
    else:
        views = [as_view(each, suite) for each, suite in zip(now.suites, facts.suites, strict=False)]
        sys.stdout.write(render_coverage(views, look_of(sys.stdout), all_modules=all_modules))
        sys.stdout.writelines(f"note: {note}\n" for note in facts.unmeasured)
    if now.exit_code != ExitCode.OK:
        return now.exit_code
    fine = all(not each.problem and each.tests_passed for each in now.suites)
    return ExitCode.OK if fine else ExitCode.FAILED


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
