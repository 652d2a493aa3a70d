from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from orchestrator.models.record import (
    ApprovalRecord,
    AttemptRecord,
    Change,
    Measured,
    RecordedChange,
    RunRecord,
    RunSummary,
    TaskRecord,
)
from orchestrator.models.status import OutcomeKind, RunState, TaskState
from orchestrator.reporters.history_view import render_history
from orchestrator.reporters.outline import outline_of
from orchestrator.reporters.status_view import StatusNotes, render_status
from orchestrator.reporters.style import Look
from orchestrator.reporters.summary import render_outline

START = datetime(2026, 11, 20, 12, 0, 3, tzinfo=UTC)


def summary_of(record, look):
    """Return the end block of a run as the ledger has it."""
    return render_outline(outline_of(record), look)


def task(id, state, *, summary="", attempts=1, cause=None, reason="", log=None):
    tries = tuple(
        AttemptRecord(number=n + 1, started=START, kind=OutcomeKind.FAILED, seconds=4.0, summary=summary, log=log)
        for n in range(attempts)
    )
    return TaskRecord(id=id, definition="d", state=state, attempts=tries, cause=cause, reason=reason)


@pytest.fixture
def record():
    return RunRecord(
        id="r7f3a",
        kind="run",
        started=START,
        ended=START + timedelta(seconds=87),
        state=RunState.FAILED,
        exit_code=1,
        seconds=87.0,
        command=("orchestrate", "run", "--all"),
        plan={
            "groups": [{"id": "1.a", "name": "Blockers"}, {"id": "2.b", "name": "Quality"}],
            "tasks": [
                {"id": "1.1", "name": "Collect coverage", "group": "1.a"},
                {"id": "1.2", "name": "Fixtures", "group": "1.a"},
                {"id": "2.9", "name": "Parallel builds", "group": "2.b"},
                {"id": "2.10", "name": "Path filters", "group": "2.b"},
            ],
        },
        tasks=(
            task("1.1", TaskState.CHANGED, summary="wrote jest.config.js"),
            task("1.2", TaskState.FAILED, summary="tests failed", attempts=3),
            task("2.9", TaskState.BLOCKED, attempts=0, cause="1.2"),
            task("2.10", TaskState.WAITING, attempts=0, reason="Create the environments."),
        ),
        changes=(RecordedChange(seq=1, task="1.1", attempt=1, change=Change(path="a", before=None, after="h")),),
        measurements=(
            Measured(
                run="r7f3a",
                scope="phase 1",
                time=START,
                type="coverage",
                title="statements covered, at least 30 %",
                ok=False,
                value=10.0,
                limit=30.0,
                unit="%",
                source="coverage.json",
            ),
            Measured(
                run="r7f3a",
                scope="phase 1",
                time=START,
                type="coverage",
                title="statements covered, at least 30 %",
                ok=True,
                value=81.15,
                limit=30.0,
                unit="%",
                source="coverage.json",
            ),
        ),
    )


def test_the_status_shows_groups_and_every_task_that_is_not_done(record, plain):
    assert render_status(record, plain) == (
        "r7f3a  FAILED  started 2026-11-20 12:00:03 UTC, 1:27, exit code 1\n"
        "orchestrate run --all\n"
        "1.a Blockers  1 of 2 done\n"
        "  ✗ 1.2  Fixtures  failed 4.0s, attempt 3, tests failed\n"
        "2.b Quality  0 of 2 done\n"
        "  - 2.9   Parallel builds  blocked needs 1.2\n"
        "  ⏸ 2.10  Path filters  waiting Create the environments.\n"
        "checkpoint phase 1: statements covered, at least 30 %: met, measured 81.15 %, limit 30 %, coverage.json\n"
        "changed 1 file\n"
        "next: orchestrate logs 1.2\n"
        "      orchestrate approve 2.10\n"
        "      orchestrate resume\n"
    )


def test_a_run_that_ended_before_the_turn_of_all_is_gone_on_with(record, plain):
    full = replace(record, exit_code=10, tasks=(task("1.1", TaskState.FAILED), task("1.2", TaskState.CANCELLED)))
    assert render_status(full, plain).splitlines()[-2:] == [
        "next: orchestrate logs 1.1",
        "      orchestrate resume",
    ]


def test_a_state_is_not_said_twice(record, plain):
    stopped = replace(record, tasks=(task("1.1", TaskState.CANCELLED, summary="was cancelled"),))
    assert "  - 1.1  Collect coverage  cancelled 4.0s\n" in render_status(stopped, plain)


def test_a_run_that_goes_on_shows_its_time_and_why_tasks_wait(record, plain):
    going = replace(
        record,
        state=RunState.RUNNING,
        ended=None,
        seconds=None,
        exit_code=None,
        measurements=(),
        changes=(),
        tasks=(task("1.1", TaskState.RUNNING), task("1.2", TaskState.PENDING, attempts=0)),
    )
    notes = StatusNotes(waits={"1.2": "dependency: 1.1"}, now=START + timedelta(seconds=65))
    assert render_status(going, plain, notes) == (
        "r7f3a  RUNNING  started 2026-11-20 12:00:03 UTC, 1:05, 0 of 2 done\n"
        "orchestrate run --all\n"
        "1.a Blockers  0 of 2 done\n"
        "  ● 1.1  Collect coverage  running 4.0s\n"
        "  - 1.2  Fixtures  pending dependency: 1.1\n"
    )


def test_a_task_that_runs_shows_for_how_long_and_one_that_waits_for_a_person_what_for_in_one_line(record, plain):
    running = AttemptRecord(number=1, started=START)
    asked = AttemptRecord(number=1, started=START, seconds=0.0)
    going = replace(
        record,
        state=RunState.RUNNING,
        plan={},
        measurements=(),
        changes=(),
        tasks=(
            TaskRecord(id="1.1", definition="d", state=TaskState.RUNNING, attempts=(running,)),
            TaskRecord(id="1.2", definition="d", state=TaskState.WAITING, attempts=(asked,)),
        ),
    )
    notes = StatusNotes(waits={"1.2": "approval: Read it.\nEvidence is required."}, now=START + timedelta(seconds=65))
    assert render_status(going, plain, notes).splitlines()[3:5] == [
        "  ● 1.1    running 1:05",
        "  ⏸ 1.2    waiting approval: Read it. Evidence is required.",
    ]


def test_of_thousands_that_have_not_begun_the_status_names_the_first_and_counts_the_others(record, plain):
    tasks = [task(f"1.{number}", TaskState.PENDING, attempts=0) for number in range(1, 1101)]
    going = replace(record, plan={}, measurements=(), changes=(), tasks=(*tasks, task("2.1", TaskState.RUNNING)))
    rows = render_status(going, plain).splitlines()[2:]
    assert [rows[0], rows[1], rows[50]] == ["tasks  0 of 1101 done", "  - 1.1     pending", "  - 1.50    pending"]
    assert rows[51:53] == [
        "  ● 2.1     running 4.0s",
        "  … and 1,050 more that have not begun: orchestrate status --all names them",
    ]
    assert (
        sum(" pending" in row for row in render_status(going, plain, StatusNotes(all_tasks=True)).splitlines()) == 1100
    )


def test_all_tasks_can_be_shown_and_a_plan_without_groups_is_one_list(record, plain):
    bare = replace(record, plan={}, measurements=(), changes=(), tasks=(task("1.1", TaskState.CHANGED),))
    rows = render_status(bare, plain, StatusNotes(all_tasks=True)).splitlines()
    assert rows[2:4] == ["tasks  1 of 1 done", "  ✓ 1.1    changed 4.0s"]


def test_the_end_block_says_the_same_out_of_the_ledger(record, plain):
    assert summary_of(record, plain) == (
        "FAILED 1 done (1 changed), 1 failed, 1 blocked, 1 waiting of 4 in 1:27\n"
        "  checkpoint phase 1: statements covered, at least 30 %: met, measured 81.15 %, limit 30 %, coverage.json\n"
        "  ⏸ 2.10  Path filters  waiting: Create the environments.\n"
        "  - 2.9   Parallel builds  blocked: needs 1.2\n"
        "  ✗ 1.2   Fixtures  failed: tests failed\n"
        "  next: orchestrate logs 1.2\n"
        "        orchestrate approve 2.10\n"
        "        orchestrate resume\n"
    )


@pytest.mark.parametrize(
    ("state", "states", "ok", "commands"),
    [
        (RunState.SUCCEEDED, [TaskState.CHANGED], True, ["orchestrate diff", "orchestrate undo"]),
        (RunState.SUCCEEDED, [TaskState.UNCHANGED], True, []),
        (RunState.CANCELLED, [TaskState.CANCELLED], True, ["orchestrate resume"]),
        (RunState.INTERRUPTED, [TaskState.INTERRUPTED], True, ["orchestrate resume"]),
        (RunState.FAILED, [TaskState.CHANGED], False, ["orchestrate run --all"]),
        (RunState.WAITING, [TaskState.WAITING], True, ["orchestrate approve 1.0", "orchestrate resume"]),
    ],
)
def test_every_end_names_what_to_type_next(record, plain, state, states, ok, commands):
    tasks = tuple(task(f"1.{number}", each, attempts=0) for number, each in enumerate(states))
    measured = replace(record.measurements[1], ok=ok)
    text = summary_of(replace(record, state=state, tasks=tasks, measurements=(measured,)), plain)
    assert [row[8:] for row in text.splitlines() if "  orchestrate" in row or "next:" in row] == commands


def test_a_measured_value_is_never_rounded_up_to_its_limit(record, plain):
    near = replace(record.measurements[1], ok=False, value=79.99999, limit=80.0)
    text = summary_of(replace(record, measurements=(near,)), plain)
    assert "NOT MET, measured 79.99 %, limit 80 %" in text


def test_a_measurement_without_percent_speaks_for_itself(record, plain):
    tasks = replace(record.measurements[1], title="every task is done", value=1.0, limit=4.0, unit="tasks", source="")
    told = summary_of(replace(record, measurements=(replace(tasks, message="not done: 1.2 (failed)"),)), plain)
    assert told.splitlines()[1] == "  checkpoint phase 1: every task is done: met, not done: 1.2 (failed)"
    bare = summary_of(replace(record, measurements=(tasks,)), plain)
    assert bare.splitlines()[1] == "  checkpoint phase 1: every task is done: met, measured 1 tasks, limit 4 tasks"


@pytest.mark.parametrize("state", [TaskState.BLOCKED, TaskState.CANCELLED])
def test_many_that_did_not_begin_are_counted_not_listed(record, plain, state):
    victims = tuple(task(f"3.{number}", state, attempts=0, cause="1.2") for number in range(40))
    rows = summary_of(replace(record, tasks=(*victims, record.tasks[1]), measurements=()), plain).splitlines()
    assert len(rows) == 15
    assert f"    and 30 more {state}: orchestrate status" in rows


def test_the_history_is_one_line_per_run(plain):
    runs = [
        RunSummary(
            id="r2",
            kind="undo",
            started=START,
            state=RunState.SUCCEEDED,
            exit_code=0,
            seconds=2.0,
            command=("orchestrate", "undo"),
            counts={TaskState.CHANGED: 2},
        ),
        RunSummary(
            id="r1",
            kind="run",
            started=START,
            state=RunState.FAILED,
            exit_code=1,
            seconds=None,
            command=("orchestrate", "run", "--all", "\x1b[2J"),
            counts={TaskState.CHANGED: 59, TaskState.FAILED: 1, TaskState.BLOCKED: 1},
            undone=True,
        ),
    ]
    assert render_history(runs, plain) == (
        "r2  DONE    2026-11-20 12:00  2.0s  undo, 2 of 2 done                orchestrate undo\n"
        "r1  FAILED  2026-11-20 12:00  -     59 of 61 done, 1 failed, undone  orchestrate run --all \\x1b[2J\n"
    )
    assert render_history([], plain) == "no runs yet\n"
    painted = render_history(runs, Look(width=0, colour=True))
    assert "\x1b[1;31mFAILED\x1b[0m" in painted
    for width in (70, 75, 80, 100):
        assert all(len(row) <= width for row in render_history(runs, Look(width=width)).splitlines())


def test_an_unknown_state_or_odd_plan_never_breaks_a_view(record, plain):
    for plan in ({}, {"tasks": "x", "groups": 5}, {"tasks": [1, None], "groups": [[]]}, {"tasks": [{"id": 5}]}):
        assert record.id in render_status(replace(record, plan=plan), plain)
        assert str(record.state).upper() in summary_of(replace(record, plan=plan), plain)


def test_a_waiting_task_tells_what_is_asked(record, plain):
    asked = ApprovalRecord(task="2.10", asked=START, question="Look at the page.\nEvidence is required.")
    gone = ApprovalRecord(task="1.1", asked=START, question="Before that", decision="approved")
    rows = render_status(replace(record, approvals=(gone, asked)), plain).splitlines()
    assert "  ⏸ 2.10  Path filters  waiting Look at the page." in rows
    assert not any("Before that" in row for row in rows)
