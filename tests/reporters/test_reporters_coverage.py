"""Coverage from the baseline on, and what was measured now."""

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from orchestrator.models.record import AttemptRecord, Break, Measured, RunRecord, TaskRecord
from orchestrator.models.status import RunState, TaskState
from orchestrator.reporters.coverage_progress import moments, progress_lines
from orchestrator.reporters.coverage_view import SuiteView, render_coverage
from orchestrator.reporters.generated_cases import cases_line, defects_line, generated_modules
from orchestrator.reporters.outline import CheckLine, outline_of
from orchestrator.reporters.style import Look
from orchestrator.reporters.summary import phase_lines

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LOOK = Look(width=0)


def check(
    scope: str, value: float | None, *, language: str = "Istanbul summary", source: str = "c.json", **more
) -> CheckLine:
    details = {"metric": "statements", "format": language, "covered": 10, "total": 40, **more}
    return CheckLine(
        scope=scope, title="t", ok=True, value=value, unit="%", source=source, type="coverage", details=details
    )


def test_phases_stand_below_each_other_and_languages_side_by_side() -> None:
    checks = [
        check("group 1.b", 25.0),
        check("group 1.b", 26.2, language="coverage.py JSON", source="p.json"),
        check("phase 3", 61.349),
    ]
    assert progress_lines(moments(checks), LOOK) == [
        "coverage         statements, TypeScript/JavaScript  statements, Python",
        "after group 1.b  25 % (10 of 40)                    26.2 % (10 of 40)",
        "after phase 3    61.34 % (10 of 40)                 -",
    ]


def test_what_was_measured_by_hand_stands_around_the_run() -> None:
    by_hand = check("measure", 20.0, source="jest", suite="jest")
    now = check("measure", 70.0, source="jest", suite="jest")
    rows = progress_lines(moments([check("phase 1", 30.0)], [by_hand], [now]), LOOK)
    assert [row.split("  ")[0] for row in rows] == ["coverage", "before the run", "after phase 1", "now"]


def test_one_measurement_is_no_progress() -> None:
    assert progress_lines(moments([check("phase 1", 30.0)]), LOOK) == []
    assert progress_lines(moments([check("phase 1", 30.0), check("phase 2", None)]), LOOK) == []


def test_what_a_task_measures_for_itself_is_no_progress() -> None:
    assert moments([check("task 1.1", 30.0)]) == ()


def test_two_reports_of_one_language_are_kept_apart() -> None:
    checks = [check("phase 1", 1.0, source="a"), check("phase 1", 2.0, source="b"), check("phase 2", 3.0, source="a")]
    head, *rows = progress_lines(moments(checks), LOOK)
    assert ("(a)" in head, "(b)" in head, len(rows)) == (True, True, 2)


def test_a_suite_shows_its_folders_and_its_least_covered_modules() -> None:
    counts = {"statements": (3, 6)}
    suite = SuiteView(
        name="pytest",
        command="pytest --cov",
        seconds=2.0,
        tests=1,
        totals=counts,
        folders={"pkg": counts},
        modules={"pkg/a.py": {"statements": (3, 3)}, "pkg/b.py": {"statements": (0, 3)}},
    )
    text = render_coverage([suite], LOOK)
    assert text.splitlines() == [
        "pytest  1 test file, 2.0s",
        "  $ pytest --cov",
        "  folder  statements",
        "  all     50 % (3/6)",
        "  pkg/    50 % (3/6)",
        "  module (1 of 2, most missing first)  statements",
        "  pkg/b.py                             0 % (0/3)",
    ]
    assert "pkg/a.py" in render_coverage([suite], LOOK, all_modules=True)


def test_a_suite_that_could_not_be_measured_says_why() -> None:
    suite = SuiteView(name="jest", problem="jest is not installed", hint="npm ci")
    assert render_coverage([suite], LOOK) == "jest  not measured: jest is not installed\n  hint: npm ci\n"


def test_generated_cases_stand_beside_those_that_were_estimated() -> None:
    def record(*outputs) -> RunRecord:
        entries = tuple(
            TaskRecord(id=f"1.{number}", definition="", state=TaskState.CHANGED, outputs=each)
            for number, each in enumerate(outputs, start=1)
        )
        plan = {"tasks": [{"id": "1.1", "params": {"estimated_cases": 40}}, {"id": "1.3", "params": {"target": "x"}}]}
        return RunRecord(
            id="r", kind="run", started=NOW, state=RunState.SUCCEEDED, command=(), plan=plan, tasks=entries
        )

    made = {"modules": [{"tests": 3, "cases": 9}, {"tests": 1, "cases": 2}]}
    told = "generated 5 tests with 12 cases by 2 tasks; 40 were estimated for 1 task"
    assert cases_line(record(made, {}, {"modules": [{"tests": 1, "cases": 1}]})) == told
    assert cases_line(record({}, {"files": ["a"]})) == ""
    suspicious = {"modules": [{"defects": [{"kind": "crash"}, {"kind": "example"}]}, {"defects": []}]}
    told = "3 possible defects for a person to look at, found by 1.1, 1.3: orchestrate logs 1.1"
    assert defects_line(record(suspicious, made, {"modules": [{"defects": [{"kind": "crash"}]}]})) == told
    assert defects_line(record(made, {})) == ""


def test_a_run_of_several_phases_says_how_long_each_took() -> None:
    def done(name: str, start: int, end: int) -> TaskRecord:
        attempt = AttemptRecord(
            number=1, started=NOW + timedelta(seconds=start), ended=NOW + timedelta(seconds=end), seconds=end - start
        )
        return TaskRecord(id=name, definition="", state=TaskState.CHANGED, attempts=(attempt,))

    measured = Measured(
        run="r", scope="phase 1", time=NOW + timedelta(seconds=70), type="command", title="t", ok=True, value=1.0
    )
    record = RunRecord(
        id="r",
        kind="run",
        started=NOW,
        state=RunState.SUCCEEDED,
        command=(),
        plan={"tasks": [{"id": "1.1", "phase": "1"}, {"id": "1.2", "phase": "1"}, {"id": "2.1", "phase": "2"}]},
        tasks=(done("1.1", 0, 4), done("1.2", 10, 65), done("2.1", 70, 78)),
        measurements=(measured,),
        seconds=78.0,
    )
    assert phase_lines(outline_of(record)) == ["time: phase 1 1:10, phase 2 8.0s"]
    rested = Break(since=NOW + timedelta(seconds=12), until=NOW + timedelta(seconds=22))
    assert phase_lines(outline_of(replace(record, breaks=(rested,)))) == ["time: phase 1 1:00, phase 2 8.0s"]
    assert phase_lines(outline_of(replace(record, tasks=record.tasks[:2]))) == []


def test_a_possible_defect_is_told_in_one_line():
    found = {"kind": "crash", "subject": "half", "call": "half(0)", "detail": "ZeroDivisionError:\nby zero"}
    (module,) = generated_modules({"modules": [{"defects": [found]}]})
    assert module.defects == ("crash: half(0): ZeroDivisionError: by zero",)
