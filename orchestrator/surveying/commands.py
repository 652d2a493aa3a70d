"""The command that measures a suite's coverage: the project's own runner, over all of its sources.

Files that no test loads count as well, whatever the project's configuration collects, and the project's own limits do
not decide: the numbers are wanted, not a verdict.
"""

import posixpath
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from orchestrator.surveying.facts import Runner, Suite

SUMMARY = "coverage-summary.json"
_METRICS = ("statements", "branches", "functions", "lines")


@dataclass(frozen=True, kw_only=True, slots=True)
class Python:
    """The interpreter that has the project's dependencies, and which of the tools it has."""

    program: str = "python3"
    tools: frozenset[str] = frozenset(("pytest", "pytest_cov"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Measuring:
    """A command for the folder of a suite, and the report that it writes; `problem` says why there is none."""

    argv: tuple[str, ...] = ()
    report: str = ""
    problem: str = ""
    hint: str = ""


def measuring_command(suite: Suite, into: str, python: Python) -> Measuring:
    """Return how to measure a suite with its report in the folder `into`, absolute or seen from the suite's."""
    if suite.runner is Runner.PYTEST:
        return _pytest(suite, into, python)
    if not suite.installed:
        return Measuring(problem=f"{suite.runner} is not installed", hint=f"install the packages in {suite.folder}")
    if suite.needs:
        return Measuring(
            problem=f"{suite.needs[0]} is not installed", hint=f"npm install --save-dev {' '.join(suite.needs)}"
        )
    report = posixpath.join(into, SUMMARY)
    argv = (_jest if suite.runner is Runner.JEST else _vitest)(suite, into)
    options = ("env", f"NODE_OPTIONS={suite.node_options}") if suite.node_options else ()
    return Measuring(argv=(*options, *argv), report=report)


def missing_tools(suites: Iterable[Suite], pythons: Mapping[str, Python]) -> tuple[str, ...]:
    """Say of each suite that could not be run what it lacks, with the line that installs it."""
    found = (measuring_command(suite, "", pythons.get(suite.name, Python())) for suite in suites)
    return tuple(dict.fromkeys(f"{each.problem}: {each.hint}" for each in found if each.problem))


def _jest(suite: Suite, into: str) -> tuple[str, ...]:
    return (
        *("npx", "--no-install", "jest", "--coverage", f"--coverageDirectory={into}"),
        *("--coverageReporters=json-summary", "--coverageThreshold={}"),
        *(f"--collectCoverageFrom={glob}" for glob in suite.sources),
        *(f"--collectCoverageFrom=!{glob}" for glob in suite.excluded),
    )


def _vitest(suite: Suite, into: str) -> tuple[str, ...]:
    return (
        *("npx", "--no-install", "vitest", "run", "--coverage.enabled", "--coverage.reporter=json-summary"),
        *(f"--coverage.reportsDirectory={into}", "--coverage.reportOnFailure"),
        *(f"--coverage.thresholds.{metric}=0" for metric in _METRICS),
        *(f"--coverage.include={glob}" for glob in suite.sources),
        *(f"--coverage.exclude={glob}" for glob in suite.excluded),
    )


def _pytest(suite: Suite, into: str, python: Python) -> Measuring:
    report = posixpath.join(into, "coverage.json")
    if "pytest" not in python.tools:
        return Measuring(problem=f"{python.program} has no pytest", hint=_install(python, "pytest pytest-cov"))
    named = _named_tests(suite)
    if "pytest_cov" in python.tools:
        sources = (f"--cov={source}" for source in _python_sources(suite))
        more = ("--cov-branch", "--cov-report=", f"--cov-report=json:{report}", "--cov-fail-under=0")
        return Measuring(argv=(python.program, "-m", "pytest", "-q", *named, *sources, *more), report=report)
    if "coverage" not in python.tools:
        return Measuring(problem=f"{python.program} has no coverage.py", hint=_install(python, "pytest-cov"))
    run = (python.program, "-m", "coverage", "run", "--branch", f"--source={','.join(_python_sources(suite))}")
    tests = shlex.join((*run, "-m", "pytest", "-q", *named))
    read = shlex.join((python.program, "-m", "coverage", "json", "--fail-under=0", "-q", "-o", report))
    return Measuring(argv=("sh", "-c", f"{tests}; code=$?; {read} && exit $code"), report=report)


def _python_sources(suite: Suite) -> tuple[str, ...]:
    """Return folders only: with a module at the top, all of the folder is measured and tests are left out later."""
    return (".",) if any(source.endswith(".py") for source in suite.sources) else suite.sources


def _named_tests(suite: Suite) -> tuple[str, ...]:
    """Tell pytest the names of test files that it would not take for some by itself, beside the usual ones."""
    odd = {posixpath.basename(path) for path in suite.tests if not _is_found_by_itself(posixpath.basename(path))}
    if suite.config or not odd:
        return ()
    return ("-o", f"python_files={' '.join(('test_*.py', '*_test.py', *sorted(odd)))}")


def _is_found_by_itself(name: str) -> bool:
    return name.startswith("test_") or name.endswith("_test.py")


def _install(python: Python, packages: str) -> str:
    return f"{python.program} -m pip install {packages}"
