"""Problems of documents for code scanning (SARIF 2.1.0) and for CI that shows test results (JUnit XML)."""

import json
import re
from urllib.parse import unquote
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from orchestrator.errors import Place, Problem, Severity
from orchestrator.reporters.problems_junit import render_problems_junit
from orchestrator.reporters.sarif import render_sarif

PLACE = Place(file="plans/my phases.yaml", line=3, column=5, end_column=9, text="    taks: []")
UNKNOWN = Problem(code="E101", message="unknown key `taks`", place=PLACE, hint="did you mean `tasks`?")
SPELT = Problem(code="W501", message="id without quotes", place=None, severity=Severity.WARNING)
RULES = {"E101": ("unknown key", "Keys are those of the document."), "W501": ("quotes", "Put ids in quotes.")}

texts = st.text(max_size=40)
places = st.builds(
    Place,
    file=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=20),
    line=st.integers(0, 10**6),
    column=st.integers(0, 10**4),
    end_column=st.integers(0, 10**4),
    text=texts,
)
problems = st.builds(
    Problem,
    code=st.sampled_from(["E101", "E203", "W501"]),
    message=texts,
    place=st.none() | places,
    hint=st.none() | texts,
    severity=st.sampled_from(Severity),
)


def test_a_problem_as_sarif() -> None:
    (run,) = json.loads(render_sarif([UNKNOWN], RULES, "1.2"))["runs"]
    (result,) = run["results"]
    prints = result.pop("partialFingerprints")
    assert re.fullmatch("[0-9a-f]{32}:1", prints["problemInDocument/v1"])
    assert result == {
        "ruleId": "E101",
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": "unknown key `taks`. did you mean `tasks`?"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "plans/my%20phases.yaml", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 3, "startColumn": 5, "endColumn": 9},
                }
            }
        ],
    }
    assert run["tool"]["driver"] == {
        "name": "orchestrate",
        "version": "1.2",
        "rules": [
            {
                "id": "E101",
                "shortDescription": {"text": "unknown key"},
                "help": {"text": "Keys are those of the document.\n\norchestrate explain E101"},
                "defaultConfiguration": {"level": "error"},
            }
        ],
    }


def prints_of(*given_: Problem) -> list[str]:
    (run,) = json.loads(render_sarif(given_, RULES, "1"))["runs"]
    return [result["partialFingerprints"]["problemInDocument/v1"] for result in run["results"]]


def test_a_fingerprint_stays_when_lines_are_added_above() -> None:
    moved = replace(UNKNOWN, place=replace(PLACE, line=30, column=7, text="      taks: []"))
    assert prints_of(UNKNOWN) == prints_of(moved)
    assert len({*prints_of(UNKNOWN, UNKNOWN, replace(UNKNOWN, message="unknown key `tsk`"))}) == 3


@given(st.lists(problems, max_size=6))
def test_whatever_is_wrong_the_sarif_is_well_formed(found: list[Problem]) -> None:
    log = json.loads(render_sarif(found, RULES, "1"))
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert (log["version"], rules) == ("2.1.0", sorted({problem.code for problem in found}))
    prints = [json.dumps(result["partialFingerprints"]) for result in run["results"]]
    assert len(set(prints)) == len(prints) == len(found)
    for problem, result in zip(found, run["results"], strict=True):
        assert rules[result["ruleIndex"]] == result["ruleId"] == problem.code
        assert result["level"] in ("error", "warning")
        for location in result["locations"]:
            physical = location["physicalLocation"]
            region, uri = physical["region"], physical["artifactLocation"]["uri"]
            assert min(region["startLine"], region["startColumn"]) >= 1
            assert region["endColumn"] >= region["startColumn"]
            assert re.fullmatch(r"[A-Za-z0-9._~/:%-]+", uri)
            assert problem.place is not None
            assert unquote(uri).removeprefix("file://").strip("/") == str(problem.place.file).strip("/") or "/" in uri


def test_problems_as_junit() -> None:
    text = render_problems_junit({"a.yaml": [UNKNOWN, SPELT], "b.yaml": []})
    assert text == (
        """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="orchestrate validate">
  <testsuite name="a.yaml" tests="1" failures="1" errors="0" skipped="0">
    <testcase classname="a.yaml" name="E101 plans/my phases.yaml:3:5" file="plans/my phases.yaml" line="3">
      <failure message="unknown key `taks`" type="E101">plans/my phases.yaml:3:5: E101 unknown key `taks`"""
        """ (did you mean `tasks`?)</failure>
    </testcase>
    <system-out>W501 id without quotes</system-out>
  </testsuite>
  <testsuite name="b.yaml" tests="1" failures="0" errors="0" skipped="0">
    <testcase classname="b.yaml" name="the document is valid" />
  </testsuite>
</testsuites>
"""
    )


@given(st.dictionaries(texts, st.lists(problems, max_size=4), max_size=3))
def test_whatever_is_wrong_the_junit_can_be_read(found: dict[str, list[Problem]]) -> None:
    root = ElementTree.fromstring(render_problems_junit(found))
    errors = sum(problem.severity is Severity.ERROR for each in found.values() for problem in each)
    assert len(root.findall("testsuite/testcase/failure")) == errors
    for suite in root:
        assert int(suite.get("tests", "")) == len(suite.findall("testcase")) >= 1
