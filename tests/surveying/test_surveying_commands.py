"""The command that measures a suite."""

import pytest

from orchestrator.surveying.commands import Python, measuring_command
from orchestrator.surveying.facts import Runner, Suite

PYTEST = Suite(runner=Runner.PYTEST, folder=".", sources=("src/a",), tests=("tests/test_a.py",))


def scripts(runner: Runner, **fields: object) -> Suite:
    named = {"sources": ("src/**/*.ts",), "tests": ("a.test.ts",), "excluded": ("**/*.d.ts",), **fields}
    return Suite(runner=runner, folder=".", **named)  # type: ignore[arg-type]


def test_jest_measures_every_source_and_judges_nothing() -> None:
    argv = measuring_command(scripts(Runner.JEST), "out", Python()).argv
    assert argv[:3] == ("npx", "--no-install", "jest")
    assert {"--coverageThreshold={}", "--collectCoverageFrom=src/**/*.ts", "--collectCoverageFrom=!**/*.d.ts"} <= {
        *argv
    }


def test_node_is_told_what_the_script_of_the_project_tells_it() -> None:
    argv = measuring_command(scripts(Runner.JEST, node_options="--experimental-vm-modules"), "out", Python()).argv
    assert argv[:5] == ("env", "NODE_OPTIONS=--experimental-vm-modules", "npx", "--no-install", "jest")


def test_vitest_measures_every_source_and_judges_nothing() -> None:
    argv = measuring_command(scripts(Runner.VITEST), "out", Python()).argv
    assert argv[:4] == ("npx", "--no-install", "vitest", "run")
    assert {"--coverage.thresholds.lines=0", "--coverage.include=src/**/*.ts", "--coverage.reportOnFailure"} <= {*argv}


def test_pytest_measures_with_its_plug_in() -> None:
    measuring = measuring_command(PYTEST, "out", Python())
    assert measuring.report == "out/coverage.json"
    assert {"--cov=src/a", "--cov-report=json:out/coverage.json", "--cov-fail-under=0"} <= {*measuring.argv}


def test_without_the_plug_in_coverage_py_runs_pytest_and_keeps_its_exit_code() -> None:
    argv = measuring_command(PYTEST, "out", Python(tools=frozenset(("pytest", "coverage")))).argv
    assert argv[:2] == ("sh", "-c")
    assert "coverage run --branch --source=src/a -m pytest -q; code=$?;" in argv[2]
    assert argv[2].endswith("exit $code")


@pytest.mark.parametrize(
    ("suite", "python", "problem"),
    [
        (PYTEST, Python(tools=frozenset()), "python3 has no pytest"),
        (PYTEST, Python(tools=frozenset(("pytest",))), "python3 has no coverage.py"),
        (scripts(Runner.JEST, installed=False), Python(), "jest is not installed"),
        (scripts(Runner.VITEST, needs=("@vitest/coverage-v8",)), Python(), "@vitest/coverage-v8 is not installed"),
    ],
)
def test_what_is_missing_is_said_with_how_to_get_it(suite: Suite, python: Python, problem: str) -> None:
    measuring = measuring_command(suite, "out", python)
    assert (measuring.problem, bool(measuring.hint), measuring.argv) == (problem, True, ())


def test_tests_that_pytest_would_not_find_are_named() -> None:
    """Together with the others, also those that are written later."""
    suite = Suite(runner=Runner.PYTEST, folder=".", sources=("app",), tests=("tests.py", "test_more.py"))
    argv = measuring_command(suite, "out", Python()).argv
    assert argv[argv.index("-o") + 1] == "python_files=test_*.py *_test.py tests.py"
