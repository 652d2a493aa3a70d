"""The mutation score that a project's own Stryker gives to generated tests.

Its mutants are not ours, so a project that uses it gets the figure that it knows. It works in place, in the copy.
"""

import asyncio
import json
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestrator.testgen.results import Share
from orchestrator.testgen.typescript.bench import NODE, Bench
from orchestrator.testgen.typescript.complaints import what_went_wrong
from orchestrator.testgen.typescript.toolchain import installed

STRYKER = "@stryker-mutator/core"
_JEST = "@stryker-mutator/jest-runner"
_NAMES = tuple(
    f"{dot}stryker.{word}.{suffix}"
    for dot in ("", ".")
    for word in ("conf", "config")
    for suffix in ("json", "js", "mjs", "cjs")
)
_NOTICED, _MISSED = frozenset(("Killed", "Timeout")), frozenset(("Survived", "NoCoverage"))
_SECONDS_PER_FILE = 240.0
_OVER_REGEX = "testRegex"  # of Jest's settings: it may not stand beside the names that are asked for


@dataclass(frozen=True, kw_only=True, slots=True)
class Scores:
    """By module what Stryker noticed of its mutants; `problem` says why there is nothing."""

    shares: Mapping[str, Share]
    problem: str = ""


async def stryker_scores(bench: Bench, tests: Mapping[str, str]) -> Scores:
    """Return what Stryker says of modules with their test files, which lie in the copy."""
    core = installed(bench.root, bench.tools.folder, STRYKER)
    if core is None:
        return Scores(shares={}, problem=f"{STRYKER} is declared but not installed")
    report, order = bench.scratch / "mutation.json", bench.scratch / "stryker.json"
    report.unlink(missing_ok=True)
    order.write_text(json.dumps(_order(bench, tests, report)))
    argv = ("env", "-C", str(bench.package_path()), *bench.isolate, bench.tools.node, str(core / "bin/stryker.js"))
    env = {"ORCHESTRATE_STRYKER": str(order), "TZ": "UTC", "CI": "true", "NO_COLOR": "1", "HOME": str(bench.scratch)}
    try:
        async with asyncio.timeout(_SECONDS_PER_FILE * len(tests)):
            ran = await bench.processes.run((*argv, "run", str(NODE / "stryker.mjs")), env=env)
    except TimeoutError:
        return Scores(shares={}, problem="it did not end in time")
    if not report.exists():
        return Scores(shares={}, problem=what_went_wrong(ran.tail))
    return Scores(shares=_shares(bench, json.loads(report.read_text()), tests))


def _order(bench: Bench, tests: Mapping[str, str], report: Path) -> dict[str, object]:
    """Return what `stryker.mjs` makes settings of."""
    folder = bench.package_path()
    files = [str(bench.overlay.path(each).resolve()) for each in tests.values()]
    base = next((folder / name for name in _NAMES if (folder / name).is_file()), None)
    with_jest = bench.tools.runner == "jest" and installed(bench.root, bench.tools.folder, _JEST) is not None
    is_jest = with_jest and _OVER_REGEX not in bench.tools.settings
    runner: dict[str, object] = {"testRunner": "jest"} if is_jest else _by_command(bench, files)
    modules = ["--experimental-vm-modules"] if bench.tools.is_late else []
    ours = {
        **runner,
        "mutate": [str(bench.overlay.path(each).relative_to(folder)) for each in tests],
        "reporters": ["json"],
        "jsonReporter": {"fileName": str(report)},
        "testRunnerNodeArgs": modules,
        "inPlace": True,
        "allowEmpty": True,
        "incremental": False,
        "thresholds": {"break": None},
        "tempDirName": str(bench.scratch / "stryker"),
        "concurrency": 2,
    }
    return {"base": str(base.resolve()) if base else "", "ours": ours, "testMatch": files}


def _by_command(bench: Bench, files: Sequence[str]) -> dict[str, object]:
    """Return how Stryker runs tests where it has no runner that can be told which: anew for every mutant."""
    command = bench.command(files, bench.scratch / "stryker-report.json", None)
    return {"testRunner": "command", "commandRunner": {"command": shlex.join(command)}, "coverageAnalysis": "off"}


def _shares(bench: Bench, report: Mapping[str, object], tests: Mapping[str, str]) -> dict[str, Share]:
    files = report["files"]
    assert isinstance(files, dict)
    found = {}
    for module in tests:
        name = str(bench.overlay.path(module).relative_to(bench.package_path()))
        counts = Counter(each["status"] for each in files.get(name, {"mutants": ()})["mutants"])
        noticed, missed = (sum(counts[each] for each in those) for those in (_NOTICED, _MISSED))
        found[module] = Share(reached=noticed, total=noticed + missed)
    return found
