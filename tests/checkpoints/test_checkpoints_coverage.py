import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from orchestrator.checkpoints.coverage import CoverageCheckpoint, CoverageParams, read_report
from orchestrator.checkpoints.path_globs import matches_any
from orchestrator.checkpoints.report import LARGEST, NotAReport


def metric(covered, total):
    return {"total": total, "covered": covered, "skipped": 0, "pct": 12.34}


SUMMARY = {
    "total": {
        "lines": metric(8, 10),
        "statements": metric(13, 16),
        "functions": metric(1, 4),
        "branches": metric(0, 2),
        "branchesTrue": {"total": 0, "covered": 0, "skipped": 0, "pct": "Unknown"},
    },
    "/work/project/src/services/a.ts": {
        "lines": metric(8, 8),
        "statements": metric(12, 12),
        "functions": metric(1, 1),
        "branches": metric(0, 0),
    },
    "/work/project/src/routes/b.ts": {
        "lines": metric(0, 2),
        "statements": metric(1, 4),
        "functions": metric(0, 3),
        "branches": metric(0, 2),
    },
}
DETAILS = {
    "/p/src/a.ts": {
        "path": "/p/src/a.ts",
        "statementMap": {
            "0": {"start": {"line": 1, "column": 0}, "end": {"line": 1, "column": 9}},
            "1": {"start": {"line": 1, "column": 10}, "end": {"line": 1, "column": 19}},
            "2": {"start": {"line": 2, "column": 0}, "end": {"line": 2, "column": 9}},
        },
        "s": {"0": 3, "1": 0, "2": 0},
        "fnMap": {},
        "f": {"0": 1, "1": 0},
        "branchMap": {},
        "b": {"0": [1, 0], "1": [2, 5]},
    }
}
COVERAGE_PY = {
    "meta": {"version": "7.6.0", "branch_coverage": True},
    "totals": {
        "covered_lines": 7,
        "num_statements": 10,
        "covered_branches": 1,
        "num_branches": 4,
        "percent_covered": 57.1,
    },
    "files": {
        "matching/main.py": {
            "summary": {"covered_lines": 7, "num_statements": 10, "covered_branches": 1, "num_branches": 4},
            "functions": {
                "": {"summary": {"covered_lines": 3, "num_statements": 3}},
                "score": {"summary": {"covered_lines": 4, "num_statements": 4}},
                "rank": {"summary": {"covered_lines": 0, "num_statements": 3}},
            },
        }
    },
}
COBERTURA = """<?xml version="1.0" ?>
<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">
<coverage line-rate="0.5" version="7.6.0" timestamp="1">
  <packages><package name="."><classes>
    <class name="a.py" filename="src/a.py" line-rate="0.5">
      <methods><method name="f" signature="()V" hits="1"><lines><line number="2" hits="1"/></lines></method>
      <method name="g" signature="()V"><lines><line number="4" hits="0"/></lines></method></methods>
      <lines>
        <line number="1" hits="1"/>
        <line number="2" hits="1" branch="true" condition-coverage="50% (1/2)" missing-branches="3"/>
        <line number="3" hits="1"/>
        <line number="4" hits="0"/>
      </lines>
    </class>
    <class name="b.py" filename="src/b.py"><methods/><lines><line number="1" hits="0"/></lines></class>
  </classes></package></packages>
</coverage>
"""
LCOV = """TN:
SF:src/a.ts
FN:1,first
FN:3,second
FNDA:2,first
FNDA:0,second
FNF:2
FNH:1
DA:1,2
DA:2,0
DA:3,1,checksum
LF:3
LH:2
BRDA:1,0,0,1
BRDA:1,0,1,-
BRF:2
BRH:1
end_of_record
SF:src/b.ts
DA:1,0
end_of_record
"""
REPORTS = {
    "summary": json.dumps(SUMMARY),
    "details": json.dumps(DETAILS),
    "coverage.py": json.dumps(COVERAGE_PY),
    "cobertura": COBERTURA,
    "lcov": LCOV,
}


@pytest.fixture
def coverage() -> CoverageCheckpoint:
    return CoverageCheckpoint()


@pytest.mark.parametrize(
    ("report", "metric", "covered", "total"),
    [
        ("summary", "statements", 13, 16),
        ("summary", "lines", 8, 10),
        ("summary", "functions", 1, 4),
        ("summary", "branches", 0, 2),
        ("details", "statements", 1, 3),
        ("details", "lines", 1, 2),
        ("details", "functions", 1, 2),
        ("details", "branches", 3, 4),
        ("coverage.py", "statements", 7, 10),
        ("coverage.py", "lines", 7, 10),
        ("coverage.py", "branches", 1, 4),
        ("coverage.py", "functions", 1, 2),
        ("cobertura", "lines", 3, 5),
        ("cobertura", "statements", 3, 5),
        ("cobertura", "branches", 1, 2),
        ("cobertura", "functions", 1, 2),
        ("lcov", "lines", 2, 4),
        ("lcov", "statements", 2, 4),
        ("lcov", "branches", 1, 2),
        ("lcov", "functions", 1, 2),
    ],
)
def test_every_format_gives_every_metric_from_its_counts(gauge, coverage, report, metric, covered, total):
    gauge.write("report", REPORTS[report])
    found = gauge.measure(coverage, {"metric": metric, "min": 0, "source": "report"})
    assert (found.ok, found.details["covered"], found.details["total"]) == (True, covered, total)
    assert found.value == pytest.approx(100 * covered / total)
    assert (found.limit, found.unit, found.source) == (0.0, "%", "report")


def test_value_and_counts_are_told(gauge, coverage):
    gauge.write("coverage/coverage-summary.json", REPORTS["summary"])
    params = {"min": 81.25, "source": "coverage/coverage-summary.json"}
    found = gauge.measure(coverage, params)
    assert (found.ok, found.message) == (True, "81.25 % of statements covered, 13 of 16")
    title = "statements covered, at least 81.25 % (coverage/coverage-summary.json)"
    assert coverage.title(CoverageParams.model_validate(params)) == title


def test_formats_without_statements_say_what_they_count(gauge, coverage):
    gauge.write("lcov.info", LCOV)
    assert gauge.measure(coverage, {"min": 10, "source": "lcov.info"}).message == (
        "50 % of statements covered, 2 of 4 (lcov counts lines, not statements)"
    )


def test_a_limit_that_is_missed_by_a_hair_is_missed_and_looks_so(gauge, coverage):
    gauge.write("r.json", json.dumps({"total": {"statements": metric(79999, 100000)}}))
    found = gauge.measure(coverage, {"min": 80, "source": "r.json"})
    assert (found.ok, found.message) == (False, "79.99 % of statements covered, 79999 of 100000")


@pytest.mark.parametrize(
    ("include", "exclude", "covered", "total"),
    [
        (["src/services/**"], [], 12, 12),
        ([], ["src/routes/*.ts"], 12, 12),
        (["**/*.ts"], [], 13, 16),
        (["src/**"], ["**/a.ts"], 1, 4),
        (["b.ts"], [], 1, 4),
    ],
)
def test_files_can_be_chosen_by_globs_below_the_root(gauge, coverage, include, exclude, covered, total):
    gauge.write("r.json", REPORTS["summary"])
    found = gauge.measure(coverage, {"min": 0, "source": "r.json", "include": include, "exclude": exclude})
    assert (found.details["covered"], found.details["total"]) == (covered, total)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is empty"),
        ("  \n", "it is empty"),
        ("{", "it is not valid JSON"),
        ("[1]", "it is JSON, but not a coverage report"),
        ('{"a": 1}', "it is JSON, but neither an Istanbul report nor one of coverage.py"),
        ("[" * 100_000, "it is not valid JSON"),
        ('{"total": {"statements": {"total": 0, "covered": 0, "pct": "Unknown"}}}', "nothing was collected"),
        ('{"total": {"statements": {"total": NaN, "covered": 1}}}', "is not a pair of whole numbers"),
        ('{"total": {"statements": {"total": 1, "covered": 2}}}', "covered 2 of 1 cannot be"),
        ('{"total": {"statements": {"total": true, "covered": true}}}', "is not a pair of whole numbers"),
        ('{"total": {"lines": {"total": 1, "covered": 1}}}', "has no statements"),
        ('{"total": {"statements": {"total": 1, "covered": 1}}, "a.ts": 5}', "an entry of the summary is not a map"),
        ('{"totals": {"percent_covered": 99}}', "covered None of None is not a pair of whole numbers"),
        ('{"totals": {"covered_lines": 1, "num_statements": 1}, "files": {"a": 1}}', "has no `summary`"),
        ('{"a.ts": {"statementMap": {}}}', "has no `s`"),
        ('{"a.ts": {"statementMap": {"0": 1}, "s": {"0": 1}, "f": {}, "b": {}}}', "no line or no hits"),
        ('{"a.ts": {"statementMap": {}, "s": {"0": "x"}, "f": {}, "b": {}}}', "'x' is not a number of hits"),
        ('{"a.ts": {"statementMap": {}, "s": {}, "f": {}, "b": {"0": 1}}}', "has no list of hits"),
        ("<coverage>", "it is not valid XML"),
        ("<html/>", "it is XML, but not a Cobertura report"),
        ("<coverage/>", "has no statements"),
        (COBERTURA.replace('hits="1"', 'hits="many"'), "has no number or no hits"),
        ('<!DOCTYPE c [<!ENTITY a "b">]><coverage/>', "it declares XML entities, which are not read"),
        ('<!DOCTYPE c [<!ENTITY a SYSTEM "file:///etc/passwd">]><coverage>&a;</coverage>', "it declares XML entities"),
        ("SF:a\nDA:x\nend_of_record\n", "line 2 of the tracefile cannot be read"),
        ("TN:\n", "it has no record of any file"),
        ("PNG\x00\x01", "its format is not known"),
        ("Statements: 80%", "its format is not known"),
    ],
)
def test_a_broken_report_is_no_measurement_and_never_a_crash(gauge, coverage, text, reason):
    gauge.write("report", text)
    found = gauge.measure(coverage, {"min": 0, "source": "report"})
    assert found.ok is False
    assert found.value is None
    assert found.message.startswith("cannot be measured: ")
    assert reason in found.message


def test_globs_that_leave_no_file_measure_nothing(gauge, coverage):
    gauge.write("r.json", REPORTS["summary"])
    found = gauge.measure(coverage, {"min": 0, "source": "r.json", "include": ["lib/**"]})
    expected = "cannot be measured: r.json: no file of the report is left by `include` and `exclude`"
    assert (found.ok, found.message) == (False, expected)


def test_a_report_of_absurd_size_is_refused_unread():
    with pytest.raises(NotAReport, match="it is larger than 64 MiB"):
        read_report(b"{" + b" " * LARGEST)


def test_a_billion_laughs_is_refused_before_it_can_expand(gauge, coverage):
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    gauge.write("r.xml", f'<!DOCTYPE c [<!ENTITY a0 "ha">{entities}]><coverage>&a11;</coverage>')
    assert "entities" in gauge.measure(coverage, {"min": 0, "source": "r.xml"}).message


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("missing.json", "there is no file missing.json"),
        ("folder", "'folder' is a folder"),
        ("link.json", "'link.json' is a symbolic link"),
    ],
)
def test_a_source_that_is_no_file_is_no_measurement(gauge, coverage, source, reason):
    (gauge.root / "folder").mkdir()
    (gauge.root / "link.json").symlink_to("/etc/passwd")
    assert gauge.measure(coverage, {"min": 0, "source": source}).message == f"cannot be measured: {reason}"


class TestTheCommand:
    """The report has to come from the command that was just run."""

    def sh(self, script):
        return ["sh", "-c", script]

    def test_writes_the_report_that_is_read(self, gauge, coverage):
        gauge.write("new.json", REPORTS["summary"])
        params = {"min": 80, "source": "r.json", "command": self.sh("cat new.json > r.json")}
        assert gauge.measure(coverage, params).ok

    def test_writes_it_anew_even_with_the_same_content(self, gauge, coverage):
        gauge.write("r.json", REPORTS["summary"])
        gauge.write("new.json", REPORTS["summary"])
        params = {"min": 80, "source": "r.json", "command": self.sh("cat new.json > r.json")}
        assert gauge.measure(coverage, params).ok

    def test_that_leaves_an_old_report_alone_measures_nothing(self, gauge, coverage):
        gauge.write("r.json", REPORTS["summary"])
        found = gauge.measure(coverage, {"min": 80, "source": "r.json", "command": ["true"]})
        assert (found.ok, found.message) == (
            False,
            "cannot be measured: r.json is older than this run: `true` did not write it",
        )

    def test_that_writes_no_report_measures_nothing(self, gauge, coverage):
        found = gauge.measure(coverage, {"min": 80, "source": "r.json", "command": ["true"]})
        assert found.message == "cannot be measured: `true` did not write r.json"

    def test_that_fails_measures_nothing_and_shows_its_output(self, gauge, coverage):
        gauge.write("new.json", REPORTS["summary"])
        script = "cat new.json > r.json; echo 2 tests failed; exit 3"
        params = {"min": 80, "source": "r.json", "command": self.sh(script)}
        found = gauge.measure(coverage, params)
        assert (found.ok, found.message) == (
            False,
            f"cannot be measured: `sh -c {script}` ended with exit code 3",
        )
        assert found.details["output"] == "2 tests failed"
        assert gauge.measure(coverage, {**params, "allow_failing_tests": True}).ok

    def test_that_does_not_exist_measures_nothing(self, gauge, coverage):
        found = gauge.measure(coverage, {"min": 80, "source": "r.json", "command": ["no-such-program"]})
        assert found.ok is False
        assert found.message.startswith("cannot be measured: ")
        assert "no-such-program" in found.message

    def test_runs_where_it_was_told(self, gauge, coverage):
        gauge.write("services/new.json", REPORTS["coverage.py"])
        command = self.sh("cat new.json > coverage.json")
        params = {"min": 70, "source": "services/coverage.json", "command": command, "cwd": "services"}
        assert gauge.measure(coverage, params).ok


def test_coverage_pys_own_reports_are_read_as_it_means_them(gauge, coverage):
    gauge.write("a.py", "def f(x):\n    if x:\n        return 1\n    return 2\n\n\ndef g():\n    return 3\n\n\nf(1)\n")
    tool = [sys.executable, "-m", "coverage"]
    for step in (["run", "--branch", "a.py"], ["json", "-q"], ["xml", "-q"], ["lcov", "-q"]):
        subprocess.run([*tool, *step], cwd=gauge.root, check=True)
    for source in ("coverage.json", "coverage.xml", "coverage.lcov"):
        lines = gauge.measure(coverage, {"metric": "lines", "min": 0, "source": source})
        branches = gauge.measure(coverage, {"metric": "branches", "min": 0, "source": source})
        assert (lines.details["covered"], lines.details["total"]) == (5, 7), source
        assert (branches.details["covered"], branches.details["total"]) == (1, 2), source


@pytest.mark.parametrize(
    "params",
    [
        {"source": "x"},
        {"min": 101, "source": "x"},
        {"min": -1, "source": "x"},
        {"min": float("nan"), "source": "x"},
        {"min": "many", "source": "x"},
        {"min": 1},
        {"min": 1, "source": "../x"},
        {"min": 1, "source": "x", "metric": "feelings"},
        {"min": 1, "source": "x", "cwd": "/"},
        {"min": 1, "source": "x", "unknown": 1},
    ],
)
def test_params_that_make_no_sense_are_refused(params):
    with pytest.raises(ValidationError):
        CoverageParams.model_validate(params)


def test_a_minimum_may_come_as_the_text_that_an_expression_gives():
    assert CoverageParams.model_validate({"min": "80", "source": "x"}).min == 80.0


@given(st.binary() | st.sampled_from(sorted(REPORTS.values())).map(str.encode), st.data())
def test_whatever_bytes_a_report_holds_it_is_read_or_refused(data, draw):
    start = draw.draw(st.integers(0, max(0, len(data) - 1)))
    damaged = data[:start] + draw.draw(st.binary(max_size=4)) + data[start + draw.draw(st.integers(0, 8)) :]
    try:
        report = read_report(damaged)
    except NotAReport:
        return
    for file in report.files:
        assert all(0 <= count.covered <= count.total for count in file.counts.values())


@pytest.mark.parametrize(
    ("path", "pattern", "expected"),
    [
        ("/w/src/a.ts", "src/*.ts", True),
        ("/w/src/x/a.ts", "src/*.ts", False),
        ("/w/src/x/a.ts", "src/**/*.ts", True),
        ("/w/src/a.ts", "src/**/*.ts", True),
        ("src/a.ts", "./src/**", True),
        ("C:\\w\\src\\a.ts", "src/*.ts", True),
        ("/w/mysrc/a.ts", "src/*.ts", False),
        ("/w/src/a.ts", "src/?.[tj]s", True),
        ("a/" * 200 + "b", "**/a/" * 100 + "c", False),
        ("a" * 5000, "*a" * 100 + "b", False),
    ],
)
def test_globs_match_below_any_folder(path, pattern, expected):
    assert matches_any(path, [pattern]) is expected
