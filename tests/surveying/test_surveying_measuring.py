"""Measured with the real tools in a real repository."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.checkpoints.report import Count, FileCoverage, Report
from orchestrator.processes.attempt import ProcessFactory
from orchestrator.processes.redact import Redactor
from orchestrator.surveying.checkout import Checkout
from orchestrator.surveying.coverage import SuiteCoverage, as_details, from_details, modules_of
from orchestrator.surveying.measuring import measure_suite
from orchestrator.surveying.survey import survey


@pytest.fixture
def factory(half_tested: Path, tmp_path: Path) -> Iterator[ProcessFactory]:
    made = ProcessFactory(str(half_tested), str(tmp_path / "logs"), Redactor({}), grace=0.2)
    yield made
    made.close()


def measured(root: Path, factory: ProcessFactory, into: Path, patience: float = 0) -> SuiteCoverage:
    (suite,) = survey(Checkout(root), "here").suites
    work = measure_suite(suite, factory.for_attempt("r1", "m", 1, {}), root, into, patience)
    return asyncio.run(work)


def test_a_suite_is_measured_over_all_modules(half_tested: Path, factory: ProcessFactory, tmp_path: Path) -> None:
    coverage = measured(half_tested, factory, tmp_path / "into")
    statements = {path: counts["statements"] for path, counts in coverage.modules.items()}
    assert statements["pkg/half.py"] == Count(covered=3, total=4)
    assert statements["pkg/never.py"] == Count(covered=0, total=2)
    assert (coverage.totals["statements"], coverage.tests_passed) == (Count(covered=3, total=6), True)
    assert coverage.folders() == {"pkg": coverage.totals}
    assert not (half_tested / ".coverage").exists()


def test_nothing_is_left_in_the_tree(half_tested: Path, factory: ProcessFactory, tmp_path: Path) -> None:
    before = sorted(half_tested.rglob("*"))
    measured(half_tested, factory, tmp_path / "out of it")
    assert sorted(half_tested.rglob("*")) == before


def test_tests_with_an_odd_name_count_beside_the_usual_ones(
    half_tested: Path, factory: ProcessFactory, tmp_path: Path
) -> None:
    (half_tested / "pyproject.toml").unlink()
    odd = "from pkg.never import never\n\n\ndef test_never():\n    assert never() == 1\n"
    (half_tested / "tests.py").write_text(odd, encoding="utf-8")
    coverage = measured(half_tested, factory, tmp_path / "into")
    assert coverage.modules["pkg/never.py"]["statements"] == Count(covered=2, total=2)
    assert coverage.modules["pkg/half.py"]["statements"] == Count(covered=3, total=4)


def test_failing_tests_are_told_and_their_coverage_counts(
    half_tested: Path, factory: ProcessFactory, tmp_path: Path
) -> None:
    (half_tested / "tests/test_wrong.py").write_text("def test_wrong():\n    assert 1 == 2\n", encoding="utf-8")
    coverage = measured(half_tested, factory, tmp_path / "into")
    assert (coverage.tests_passed, coverage.totals["statements"].covered) == (False, 3)
    assert "assert 1 == 2" in coverage.output


@pytest.mark.parametrize(
    ("files", "hint"),
    [
        ([".env.example"], "cp .env.example .env, and fill it in: there are no settings yet"),
        ([".env.example", ".env"], ""),
        ([], ""),
    ],
)
def test_a_project_that_was_not_set_up_is_told_how(
    half_tested: Path, factory: ProcessFactory, tmp_path: Path, files: list[str], hint: str
) -> None:
    (half_tested / "conftest.py").write_text("raise RuntimeError('no SECRET')\n", encoding="utf-8")
    for file in files:
        (half_tested / file).write_text("SECRET=x\n", encoding="utf-8")
    coverage = measured(half_tested, factory, tmp_path / "into")
    assert (coverage.problem, coverage.hint) == ("pytest could not begin (exit code 4)", hint)


def test_an_old_report_is_no_measurement(half_tested: Path, factory: ProcessFactory, tmp_path: Path) -> None:
    measured(half_tested, factory, tmp_path / "into")
    (half_tested / ".venv/bin/python").write_text(
        '#!/bin/sh\ncase "$*" in *find_spec*) echo pytest pytest_cov;; *) exit 3;; esac\n', encoding="utf-8"
    )
    assert measured(half_tested, factory, tmp_path / "into").problem == "no report was written (exit code 3)"


def test_a_suite_that_hangs_is_ended(half_tested: Path, factory: ProcessFactory, tmp_path: Path) -> None:
    (half_tested / ".venv/bin/python").write_text(
        '#!/bin/sh\ncase "$*" in *find_spec*) echo pytest pytest_cov;; *) exec sleep 600;; esac\n', encoding="utf-8"
    )
    assert measured(half_tested, factory, tmp_path / "into", 0.2).problem == "it took longer than 0.2 seconds"


def test_reports_name_files_as_they_like() -> None:
    counts = {"statements": Count(covered=1, total=2)}
    names = ["/root/app/src/a.ts", "/elsewhere/src/b.ts", "src/c.py", "src\\d.py", "tests/test_x.py", "../out.py"]
    report = Report(format="any", files=tuple(FileCoverage(path=name, counts=counts) for name in names))
    assert list(modules_of(report, "/root", "app")) == ["app/src/a.ts", "app/src/c.py", "app/src/d.py", "out.py"]


def test_what_the_ledger_keeps_can_be_read_again() -> None:
    counts = {"statements": Count(covered=1, total=2), "branches": Count(covered=0, total=4)}
    coverage = SuiteCoverage(suite="jest", folder=".", command="npx jest", seconds=1.5, modules={"a.ts": counts})
    assert from_details(as_details(coverage)) == coverage
