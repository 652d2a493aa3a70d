"""The graph of a report: columns of phases, the longest chain, and the one script that the page lets run."""

import base64
import hashlib
import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from orchestrator.models.record import AttemptRecord, RunRecord, TaskRecord
from orchestrator.models.status import OutcomeKind, RunState, TaskState
from orchestrator.reporters.report import Report, report_of
from orchestrator.reporters.report_format import Format
from orchestrator.reporters.report_graph import longest_chain
from orchestrator.reporters.report_pages import render_report

START = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)


def ran(id: str, begins: float, seconds: float, state: TaskState = TaskState.CHANGED) -> TaskRecord:
    began = START + timedelta(seconds=begins)
    ended = began + timedelta(seconds=seconds)
    attempt = AttemptRecord(number=1, started=began, ended=ended, kind=OutcomeKind.CHANGED, seconds=seconds)
    return TaskRecord(id=id, definition="d", state=state, attempts=(attempt,))


def task(id: str, group: str, *needs: str) -> dict:
    return {"id": id, "name": f"name of {id}", "group": group, "depends_on": list(needs)}


PLAN = {
    "project": "shop",
    "phases": [
        {"id": "1", "name": "First"},
        {"id": "2", "name": "Second", "after": ["1"]},
        {"id": "3", "name": "Third"},
    ],
    "groups": [
        {"id": "1.a", "name": "In order", "phase": "1"},
        {"id": "1.b", "name": "Together", "phase": "1", "execution": "parallel"},
        {"id": "2.c", "name": "Later", "phase": "2", "execution": "parallel"},
    ],
    "tasks": [
        task("1.1", "1.a"),
        task("1.2", "1.a"),
        task("1.3", "1.b"),
        task("2.1", "2.c"),
        task("2.2", "2.c", "1.3"),
        task("2.3", "2.c", "2.1"),
    ],
}
RECORD = RunRecord(
    id="r",
    kind="run",
    started=START,
    ended=START + timedelta(seconds=20),
    seconds=20.0,
    state=RunState.FAILED,
    command=("run", "--all"),
    plan=PLAN,
    tasks=(
        ran("1.1", 0, 3),
        ran("1.2", 3, 4),
        ran("1.3", 0, 5),
        ran("2.1", 7, 1),
        ran("2.2", 7, 2),
        ran("2.3", 8, 6, TaskState.FAILED),
    ),
)


def report(record: RunRecord = RECORD) -> Report:
    return report_of(record, ())


def test_the_longest_chain_goes_through_groups_in_order_phases_and_dependencies() -> None:
    chain = longest_chain(RECORD)
    assert (chain.tasks, chain.seconds) == (("1.1", "1.2", "2.1", "2.3"), 14.0)


def test_phases_are_columns_and_one_in_which_nothing_was_to_run_is_left_out() -> None:
    columns = report().columns
    assert [(column.title, column.went_wrong) for column in columns] == [("1 First", False), ("2 Second", True)]
    assert [group.title for group in columns[0].groups] == ["1.a In order", "1.b Together"]


def test_the_page_shows_each_task_in_its_column_and_leads_to_its_row() -> None:
    page = render_report(report(), Format.HTML)
    chips = re.findall(
        r'<a class="chip( chain)?" href="#(task-[\d.]+)" data-task="[\d.]+" data-needs="([\d. ]*)"', page
    )
    assert chips == [
        (" chain", "task-1.1", ""),
        (" chain", "task-1.2", ""),
        ("", "task-1.3", ""),
        (" chain", "task-2.1", ""),
        ("", "task-2.2", "1.3"),
        (" chain", "task-2.3", "2.1"),
    ]
    assert re.findall(r'<tr id="(task-[\d.]+)">', page) == [target for _, target, _ in chips]
    assert '<section class="phase bad"><h3>2 Second</h3>' in page
    assert '<b>0:21</b><span class="dim">work, 1.1 tasks at a time</span>' in page
    assert "longest chain, 4 tasks" in page


def test_only_the_script_of_the_page_may_run() -> None:
    page = render_report(report(), Format.HTML)
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    seal = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{seal}'"
    assert f'http-equiv="Content-Security-Policy" content="{policy}"' in page
    assert '<p class="search" hidden>' in page  # without the script nothing is offered that does nothing


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(0.1, 9)), max_size=12))
def test_no_chain_is_shorter_than_its_slowest_task_or_longer_than_all_the_work(drawn: list[tuple[int, float]]) -> None:
    """Each task needs one of those before it; they run one after the other."""
    tasks, plan, now = [], [], 0.0
    for number, (back, seconds) in enumerate(drawn):
        needs = (str(number - 1 - back),) if number - 1 - back >= 0 else ()
        plan.append(task(str(number), "", *needs))
        tasks.append(ran(str(number), now, seconds))
        now += seconds
    chain = longest_chain(replace(RECORD, tasks=tuple(tasks), plan={"tasks": plan}))
    lengths = [seconds for _, seconds in drawn]
    assert max(lengths, default=0.0) - 1e-6 <= chain.seconds <= sum(lengths) + 1e-6
    needs_of = {entry["id"]: entry["depends_on"] for entry in plan}
    assert all(before in needs_of[after] for before, after in zip(chain.tasks, chain.tasks[1:], strict=False))
