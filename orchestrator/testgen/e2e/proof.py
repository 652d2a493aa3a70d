"""The filter: specs run three times in a row against the application, in the project's own Playwright."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestrator.testgen.last_lines import last_lines

REPEATS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """Titles of tests that passed every time, that failed (with the message), and that were skipped."""

    passed: frozenset[str]
    failed: Mapping[str, str]
    skipped: frozenset[str]
    problem: str = ""  # why nothing ran


def read_proof(report: Path, tail: str) -> Proof:
    """Return what Playwright's JSON report says."""
    try:
        content = json.loads(report.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Proof(passed=frozenset(), failed={}, skipped=frozenset(), problem=last_lines(tail))
    ends: dict[str, set[str]] = {}
    failed: dict[str, str] = {}
    for spec in _specs(content.get("suites", ())):
        for test in spec["tests"]:
            for result in test["results"] or [{"status": test["status"]}]:
                ends.setdefault(spec["title"], set()).add(result["status"])
                if result["status"] not in ("passed", "skipped"):
                    failed.setdefault(spec["title"], str(result.get("error", {}).get("message", result["status"])))
    problems = [str(each.get("message", "")) for each in content.get("errors", ())]
    return Proof(
        passed=frozenset(title for title, seen in ends.items() if seen == {"passed"}),
        failed=failed,
        skipped=frozenset(title for title, seen in ends.items() if seen == {"skipped"}),
        problem="; ".join(problems)[:800] if not ends else "",
    )


def _specs(suites: Any) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for suite in suites:
        found += suite.get("specs", ())
        found += _specs(suite.get("suites", ()))
    return found
