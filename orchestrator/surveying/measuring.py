"""Run the suites of a repository and read what they reached. Reports go to a folder of ours, not into the tree."""

import asyncio
import os
import shlex
import time
from collections.abc import Iterable
from pathlib import Path

from orchestrator.checkpoints.coverage import read_report
from orchestrator.checkpoints.report import NotAReport
from orchestrator.contracts import Finished, Processes
from orchestrator.errors import OrchestrateError
from orchestrator.models.command_line import typed
from orchestrator.surveying.commands import Measuring, Python, measuring_command
from orchestrator.surveying.coverage import SuiteCoverage, modules_of
from orchestrator.surveying.facts import Runner, Suite
from orchestrator.surveying.naming import joined

_NOTHING_COLLECTED = 5  # exit code of pytest
_NOT_RUN = {
    3: "pytest could not begin (exit code {})",  # an error of its own
    4: "pytest could not begin (exit code {})",  # a conftest or an option that does not work
    _NOTHING_COLLECTED: "pytest found no test in its files",
}
_TOOLS = ("pytest", "pytest_cov", "coverage")
_PROBE = f"import importlib.util as u; print(*[n for n in {_TOOLS!r} if u.find_spec(n)])"
_EXAMPLES = (".env.example", ".env.sample", ".env.template", ".env.dist")
_INTERPRETERS = (".venv/bin/python", "venv/bin/python", "env/bin/python")


async def measure_suite(suite: Suite, processes: Processes, root: Path, into: Path, patience: float) -> SuiteCoverage:
    """Measure one suite; whatever keeps it from being measured is in the result. `patience` in seconds, 0 = endless."""
    python = await find_python(suite, processes, root) if suite.runner is Runner.PYTEST else Python()
    measuring = measuring_command(suite, str(into), python)
    if measuring.problem:
        return SuiteCoverage(suite=suite.name, folder=suite.folder, problem=measuring.problem, hint=measuring.hint)
    _make_room(into, measuring.report)
    started = time.monotonic()
    try:
        async with asyncio.timeout(patience or None) as limit:
            finished = await processes.run(measuring.argv, cwd=suite.folder, env=_kept_out_of_the_tree(into))
    except TimeoutError:
        if not limit.expired():
            raise
        return _failed(suite, measuring, f"it took longer than {patience:g} seconds", time.monotonic() - started)
    except OrchestrateError as error:
        return _failed(suite, measuring, error.message, time.monotonic() - started, hint=error.hint or "")
    return _read(suite, measuring, finished, root)


def _kept_out_of_the_tree(into: Path) -> dict[str, str]:
    """Return variables that keep what runners write beside a report out of the tree, too."""
    return {
        "CI": "1",
        "COVERAGE_FILE": str(into / ".coverage"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_ADDOPTS": shlex.join(("-o", f"cache_dir={into / 'pytest'}")),
    }


def _make_room(into: Path, report: str) -> None:
    """Remove the report of an earlier measurement: it looks like one and is none."""
    Path(report).unlink(missing_ok=True)
    into.mkdir(parents=True, exist_ok=True)


def _read(suite: Suite, measuring: Measuring, finished: Finished, root: Path) -> SuiteCoverage:
    try:
        report = read_report(Path(measuring.report).read_bytes())
    except OSError:
        problem = f"no report was written (exit code {finished.exit_code})"
        hint = _not_set_up(root, suite.folder)
        return _failed(suite, measuring, problem, finished.seconds, hint=hint, output=finished.tail)
    except NotAReport as error:
        return _failed(suite, measuring, f"the report cannot be read: {error}", finished.seconds, output=finished.tail)
    if suite.runner is Runner.PYTEST and finished.exit_code in _NOT_RUN:
        problem = _NOT_RUN[finished.exit_code].format(finished.exit_code)
        hint = _not_set_up(root, suite.folder) if finished.exit_code != _NOTHING_COLLECTED else ""
        return _failed(suite, measuring, problem, finished.seconds, hint=hint, output=finished.tail)
    modules = modules_of(report, os.path.realpath(root), suite.folder)
    if not modules:
        problem = "the report names none of the sources"
        return _failed(suite, measuring, problem, finished.seconds, output=finished.tail)
    return SuiteCoverage(
        suite=suite.name,
        folder=suite.folder,
        command=shown(measuring.argv, suite.folder),
        seconds=finished.seconds,
        modules=modules,
        tests_passed=finished.exit_code == 0,
        output="" if finished.exit_code == 0 else finished.tail,
    )


def _not_set_up(root: Path, folder: str) -> str:
    """Return what a person may have left undone: settings that the project has only an example of."""
    for place in dict.fromkeys((folder, ".")):
        if (root / place / ".env").exists():
            continue
        for example in _EXAMPLES:
            if (root / place / example).is_file():
                source, made = joined(place, example), joined(place, ".env")
                return f"cp {source} {made}, and fill it in: there are no settings yet"
    return ""


async def find_python(suite: Suite, processes: Processes, root: Path) -> Python:
    """Return the interpreter of the project's own environment, else that of the shell, with the tools that it has."""
    for folder in dict.fromkeys((suite.folder, ".")):
        for program in _INTERPRETERS:
            if os.access(root / joined(folder, program), os.X_OK):
                return Python(
                    program=_seen_from(suite.folder, folder, program),
                    tools=await _tools(processes, root / joined(folder, program)),
                )
    return Python(program="python3", tools=await _tools(processes, "python3"))


async def _tools(processes: Processes, program: str | Path) -> frozenset[str]:
    try:
        finished = await processes.run([str(program), "-c", _PROBE])
    except OrchestrateError:
        return frozenset()
    return frozenset(finished.tail.split()) & frozenset(_TOOLS)


def _seen_from(here: str, folder: str, program: str) -> str:
    return os.path.relpath(joined(folder, program), here)


def _failed(
    suite: Suite, measuring: Measuring, problem: str, seconds: float, *, hint: str = "", output: str = ""
) -> SuiteCoverage:
    return SuiteCoverage(
        suite=suite.name,
        folder=suite.folder,
        command=shown(measuring.argv, suite.folder),
        seconds=seconds,
        problem=problem,
        hint=hint,
        output=output,
    )


def shown(argv: Iterable[str], folder: str) -> str:
    """Return a command as it can be typed at the root."""
    line = typed(argv)
    return line if folder == "." else f"{typed(('cd', folder))} && {line}"
