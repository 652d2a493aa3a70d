"""What the tests of a module are worth, measured alike for every tool: coverage.py, and mutants nobody tuned for."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.testgen.children import Children
from orchestrator.testgen.python.explorer.mutants import find_mutants
from orchestrator.testgen.python.running import Site, run_order
from orchestrator.testgen.python.targets import find_targets

_SECONDS = 150.0
_MUTANTS = 100  # per module; drawn with another seed than the generator's
_SEED = 20_11
_ONLY_IMPORTS = "import {module}\n\n\ndef test_nothing():\n    pass\n"  # so that coverage.py counts its lines


@dataclass(frozen=True, kw_only=True, slots=True)
class Worth:
    """Counts of one module; `tests` are those that pass, `failed` the others."""

    lines: tuple[int, int] = (0, 0)  # reached, all
    branches: tuple[int, int] = (0, 0)
    mutants: tuple[int, int] = (0, 0)
    tests: int = 0
    failed: int = 0


async def judge(project: Path, module: str, test_file: str, text: str) -> Worth:
    """Return what a test file for a module does; nothing is left in the project."""
    lines, branches = _coverage(project, module, test_file, text)
    if not text:  # nothing is reached: a module without tests counts with all of its lines
        return Worth(lines=(0, lines[1]), branches=(0, branches[1]), mutants=(0, _count_mutants(project, module)))
    target = find_targets(str(project), module, test_file)[0]
    python = str(project / ".venv/bin/python")
    site = Site(root=str(project), target=target, python=python, processes=Children())
    order = {
        "mode": "proving",
        "probe": {"module": target.module, "path": f"{project}/{module}"},
        "shuffle": None,
        "watch_clock": False,
        "mutants": _MUTANTS,
        "mutant_seconds": _SECONDS,
        "mutant_seed": _SEED,
        "enough": 1,
    }
    answer = await run_order(site, order, test_file, text, seconds=_SECONDS + 60)
    content = answer.content or {"tests": {}, "mutants": []}
    outcomes = [each["outcome"] for each in content["tests"].values()]
    real = [each for each in content["mutants"] if each["kind"] != "gone"]
    return Worth(
        lines=lines,
        branches=branches,
        mutants=(sum(bool(each["killers"]) for each in real), len(real)),
        tests=outcomes.count("passed"),
        failed=len(outcomes) - outcomes.count("passed"),
    )


def _dotted(module: str) -> str:
    return module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _count_mutants(project: Path, module: str) -> int:
    """Return how many mutants the module has to offer for judging."""
    return len(find_mutants((project / module).read_text(), limit=_MUTANTS, seed=_SEED))


def _coverage(project: Path, module: str, test_file: str, text: str) -> tuple[tuple[int, int], tuple[int, int]]:
    place = project / test_file
    place.parent.mkdir(exist_ok=True)
    place.write_text(text or _ONLY_IMPORTS.format(module=_dotted(module)))
    data, report = project / ".coverage-data", project / ".coverage.json"
    python = str(project / ".venv/bin/python")
    run = [python, "-m", "coverage", "run", f"--data-file={data}", "--branch", f"--include={project}/{module}"]
    quiet = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--continue-on-collection-errors"]
    try:
        _run([*run, "-m", "pytest", *quiet, test_file], project)
        _run(
            [python, "-m", "coverage", "json", "-q", f"--data-file={data}", "-o", str(report), "--ignore-errors"],
            project,
        )
        totals = json.loads(report.read_text())["totals"]
    except (OSError, subprocess.TimeoutExpired, KeyError, ValueError):
        return (0, 1), (0, 1)
    finally:
        for each in (data, report, place):
            each.unlink(missing_ok=True)
    return (
        (totals["covered_lines"], totals["num_statements"]),
        (totals["covered_branches"], totals["num_branches"]),
    )


def green_in_random_order(project: Path, files: dict[str, str], python: str, seed: int) -> bool:
    """Run all files of a project once in a random order with another hash seed."""
    for name, text in files.items():
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(text)
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "randomly", f"--randomly-seed={seed}"]
    try:
        return _run([*command, *files], project, PYTHONHASHSEED=str(seed)) == 0
    finally:
        for name in files:
            (project / name).unlink()


def _run(command: list[str], folder: Path, **more: str) -> int:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **more}
    return subprocess.run(command, cwd=folder, env=env, timeout=_SECONDS, check=False, **quiet).returncode  # type: ignore[call-overload]
