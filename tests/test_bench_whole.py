"""What `python -m bench.whole` makes of a run's record."""

from collections import Counter
from datetime import UTC, datetime

from bench.whole.after import findings_line
from bench.whole.table import gone_badly, reached
from orchestrator.models.record import RunRecord, TaskRecord
from orchestrator.models.status import RunState, TaskState


def task(name: str, state: TaskState = TaskState.CHANGED, **more) -> TaskRecord:
    return TaskRecord(id=name, definition="d", state=state, **more)


def record(*tasks: TaskRecord) -> RunRecord:
    return RunRecord(
        id="r",
        kind="run",
        started=datetime(2026, 11, 1, tzinfo=UTC),
        state=RunState.SUCCEEDED,
        command=("run",),
        plan={},
        tasks=tasks,
    )


def test_each_generated_module_has_its_row_and_a_browser_test_no_shares() -> None:
    unit = {
        "module": "src/trust.ts",
        "tests": 16,
        "coverage": {"statements": 100.0, "branches": 95.652},
        "mutants": {"killed": 52, "tried": 62, "percent": 83.871},
    }
    tasks = (
        task("1.1"),
        task("1.2", outputs={"modules": [unit]}),
        task("2.1", outputs={"modules": [{"module": "tests/e2e", "tests": 11, "told": "11 tests"}]}),
    )
    assert list(reached(record(*tasks)))[2:] == [
        "| 1.2 src/trust.ts | 16 | 100.0 | 95.7 | 83.9 |",
        "| 2.1 tests/e2e | 11 | - | - | - |",
    ]


def test_what_is_not_done_is_named_with_its_reason() -> None:
    tasks = (task("1.1"), task("1.2", TaskState.UNCHANGED))
    assert list(gone_badly(record(*tasks, task("2.1", TaskState.FAILED, reason="no test held")))) == [
        "2.1 failed: no test held"
    ]


def test_rules_with_more_findings_are_named_whatever_the_sum_does() -> None:
    before, now = Counter(pinned=20, permissions=2), Counter(pinned=15, timeout=1, permissions=2)
    assert findings_line(before, now) == ("workflow findings: 22 before, 18 after; rules with more: timeout 0 -> 1")
