"""The report of a run: what it says, and that nothing in a run can break its page, its tables or its XML."""

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from orchestrator.models.record import AttemptRecord, Change, Measured, RecordedChange, RunRecord, TaskRecord
from orchestrator.models.status import OutcomeKind, RunState, TaskState
from orchestrator.reporters.coverage_progress import moments_of
from orchestrator.reporters.generated_cases import generated_modules
from orchestrator.reporters.report import Report, report_of
from orchestrator.reporters.report_format import Format
from orchestrator.reporters.report_pages import render_report

START = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
MODULE = {
    "module": "src/a.ts",
    "test_file": "src/a.test.ts",
    "tests": 4,
    "cases": 6,
    "coverage": {"statements": 91.5, "branches": None},
    "mutants": {"killed": 3, "tried": 4, "percent": 75.0},
    "defects": ["divides by zero: half(0)"],
}


def task(
    id: str, state: TaskState, said: str = "", *, begins: float = 0.0, seconds: float = 10.0, **more
) -> TaskRecord:
    started = START + timedelta(seconds=begins)
    attempt = AttemptRecord(
        number=1,
        started=started,
        ended=started + timedelta(seconds=seconds),
        kind=OutcomeKind.CHANGED,
        seconds=seconds,
        summary=said,
        detail=f"detail of {id}",
    )
    return TaskRecord(id=id, definition="d", state=state, attempts=(attempt,), **more)


def measured(scope: str, value: float, seconds: float) -> Measured:
    details = {"metric": "statements", "covered": int(value), "total": 100, "format": "Istanbul summary"}
    when = START + timedelta(seconds=seconds)
    return Measured(
        run="r", scope=scope, time=when, type="coverage", title="covered", ok=value > 50, value=value, limit=50.0,
        unit="%", source="coverage.json", details=details,
    )  # fmt: skip


def changed(seq: int, path: str, before: str | None, after: str | None, state: str = "made") -> RecordedChange:
    return RecordedChange(
        seq=seq, task="1.1", attempt=1, change=Change(path=path, before=before, after=after), state=state
    )


RECORD = RunRecord(
    id="20261120-120000-7f3a",
    kind="run",
    started=START,
    ended=START + timedelta(seconds=40),
    state=RunState.FAILED,
    exit_code=1,
    seconds=40.0,
    command=("run", "--all"),
    plan={
        "project": "shop",
        "groups": [{"id": "1.a", "name": "Blockers"}],
        "tasks": [{"id": id, "name": f"name of {id}", "group": "1.a"} for id in ("1.1", "1.2", "1.3", "1.4")],
    },
    tasks=(
        task("1.1", TaskState.CHANGED, "wrote it", outputs={"modules": [MODULE]}),
        task("1.2", TaskState.FAILED, "exit 3", begins=10.0, seconds=30.0),
        TaskRecord(id="1.3", definition="d", state=TaskState.BLOCKED, cause="1.2"),
        TaskRecord(id="1.4", definition="d", state=TaskState.SKIPPED, reason="not on main"),
    ),
    measurements=(measured("phase 1", 30.0, 5), measured("phase 2", 80.0, 35)),
    changes=(
        changed(1, "a", "1", "2"),
        changed(2, "a", "2", "3"),
        changed(3, "new", None, "4"),
        changed(4, "gone", "5", None),
        changed(5, "same", "6", "7"),
        changed(6, "same", "7", "6"),
        changed(7, "taken back", "8", "9", state="rolled_back"),
    ),
)


def report(record: RunRecord = RECORD) -> Report:
    return report_of(record, moments_of(record, ()))


def test_it_counts_what_is_done_and_what_became_of_each_file():
    made = report()
    assert (made.done, made.took, [group.title for group in made.groups]) == (1, "0:40", ["1.a Blockers"])
    assert made.files == (("a", "changed"), ("gone", "deleted"), ("new", "new"))
    assert made.defects == [("src/a.ts", "divides by zero: half(0)")]


def test_attempts_lie_where_they_worked_on_the_time_line():
    first, second, third, _ = report().groups[0].tasks
    assert [(bar.left, bar.width) for bar in (*first.bars, *second.bars, *third.bars)] == [(0.0, 25.0), (25.0, 75.0)]


def test_a_blocked_task_names_what_it_needs():
    assert report().groups[0].tasks[2].said == "needs 1.2"


@pytest.mark.parametrize("format", [Format.MD, Format.HTML])
def test_the_pages_tell_coverage_tasks_tests_defects_and_files(format):
    text = render_report(report(), format)
    for told in ("30 %", "80 %", "name of 1.2", "needs 1.2", "91.5 %", "75 %", "divides by zero", "0:30", "new", "met"):
        assert told in text


def test_failures_come_first_with_what_they_said_and_what_to_type():
    page = render_report(report(), Format.HTML)
    failed = page[page.index("<h2>What failed</h2>") : page.index("<h2>Coverage</h2>")]
    assert ">1.2</b></a> name of 1.2" in failed
    assert "<pre>detail of 1.2</pre>" in failed
    assert "<code>orchestrate logs 1.2</code> <code>orchestrate run --task 1.2</code>" in failed
    assert "1.3" not in failed  # it is blocked: told where it stands
    text = render_report(report(), Format.MD)
    assert text.index("* **1.2 name of 1.2**: ") < text.index("## Coverage")
    assert "\n\n      detail of 1.2\n" in text


def test_an_undo_that_failed_is_not_to_be_run_as_a_task():
    page = render_report(report(replace(RECORD, kind="undo")), Format.HTML)
    assert "What failed" in page
    assert "run --task" not in page


def test_a_measured_value_and_its_limit_are_told_apart():
    assert re.search(r"[0-9.]+ %, limit [0-9.]+ %", render_report(report(), Format.MD))


def test_a_run_that_only_ran_commands_has_no_empty_chapters():
    bare = replace(RECORD, measurements=(), changes=(), tasks=(task("1.1", TaskState.CHANGED),))
    for format in (Format.MD, Format.HTML):
        text = render_report(report(bare), format)
        assert not [
            word
            for word in ("What failed", "Coverage", "Checkpoints", "Generated", "defects", "Files<", "## Files")
            if word in text
        ]


def test_ci_reads_failures_errors_and_what_was_skipped():
    root = ElementTree.fromstring(render_report(report(), Format.JUNIT))
    tasks, checks = root.findall("testsuite")
    numbers = [tasks.get(name) for name in ("tests", "failures", "errors", "skipped", "time")]
    assert numbers == ["4", "1", "1", "1", "40.000"]
    assert [(case.get("name"), [child.tag for child in case]) for case in tasks] == [
        ("1.1 name of 1.1", []),
        ("1.2 name of 1.2", ["failure"]),
        ("1.3 name of 1.3", ["error"]),
        ("1.4 name of 1.4", ["skipped"]),
    ]
    assert (checks.get("tests"), checks.get("failures")) == ("2", "1")


def test_a_task_that_said_nothing_fails_with_its_state():
    silent = TaskRecord(id="1.1", definition="d", state=TaskState.INTERRUPTED)
    root = ElementTree.fromstring(render_report(report(replace(RECORD, tasks=(silent,))), Format.JUNIT))
    assert [each.get("message") for each in root.iter("error")] == ["interrupted"]


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)


def tags(text: str) -> list[str]:
    parser = _Tags()
    parser.feed(text)
    return parser.seen


HOSTILE = st.text(alphabet=st.sampled_from(list("<>&\"'|`*_\\[]#\x00\x1b\n\r\u202e{}%a ")), min_size=1, max_size=12)


@settings(max_examples=40)
@given(HOSTILE)
def test_no_text_of_a_run_becomes_markup(text):
    plan = {**RECORD.plan, "project": text, "tasks": [{"id": "1.1", "name": text, "group": "1.a"}]}
    tasks = (task("1.1", TaskState.FAILED, text, outputs={"modules": [{**MODULE, "module": text, "defects": [text]}]}),)
    changes = (changed(1, text, None, "1"),)
    hostile = report(replace(RECORD, plan=plan, tasks=tasks, changes=changes, command=(text,)))
    of_page, of_table = of_a_harmless_run()
    assert tags(render_report(hostile, Format.HTML)) == of_page
    assert [cells(each) for each in render_report(hostile, Format.MD).splitlines()] == of_table
    ElementTree.fromstring(render_report(hostile, Format.JUNIT))


@cache
def of_a_harmless_run():
    """Return the tags of the page and the numbers of cells in the lines of the table."""
    harmless = report(
        replace(
            RECORD,
            plan={**RECORD.plan, "project": "x", "tasks": [{"id": "1.1", "name": "x", "group": "1.a"}]},
            tasks=(task("1.1", TaskState.FAILED, "x", outputs={"modules": [{**MODULE, "defects": ["x"]}]}),),
            changes=(changed(1, "x", None, "1"),),
            command=("x",),
        )
    )
    lines = render_report(harmless, Format.MD).splitlines()
    return tags(render_report(harmless, Format.HTML)), [cells(each) for each in lines]


def cells(line: str) -> int:
    """Return how many cells of a table a line of Markdown has."""
    return line.replace("\\\\", "").replace("\\|", "").count("|")


def test_where_no_mutant_was_tried_there_is_no_share_of_them() -> None:
    (known,) = generated_modules({"modules": [MODULE]})
    (unknown,) = generated_modules({"modules": [{**MODULE, "mutants": {"killed": 0, "tried": 0, "percent": 100.0}}]})
    assert (known.mutants, unknown.mutants) == (75.0, None)
