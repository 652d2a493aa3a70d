"""What `plan` says about a run, with what earlier runs took."""

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from orchestrator.ledger.sqlite import SqliteLedger
from orchestrator.models.facts import AttemptEnded, AttemptStarted, Fact, RunEnded, RunStarted, TaskEnded
from orchestrator.models.record import Measured
from orchestrator.models.status import Durability, OutcomeKind, RunState, TaskState

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TASK = {"id": "1.1", "name": "build", "type": "command", "command": ["true"]}
CHECKPOINT = [{"type": "command", "command": ["true"]}]
DOCUMENT = {
    "version": 1,
    "project": {"name": "timed"},
    "phases": [{"id": "1", "checkpoint": CHECKPOINT, "groups": [{"id": "a", "tasks": [TASK]}]}],
}
HIGH = {**TASK, "priority": "high"}
# Two short tasks outrank one that takes as long as both, in two places.
COMPETING = [
    {
        "id": "a",
        "execution": "parallel",
        "tasks": [
            {**HIGH, "id": "1.1"},
            {**HIGH, "id": "1.2", "command": ["true", "2"]},
            {**TASK, "id": "1.3", "command": ["true", "3"]},
        ],
    }
]
# The longest task of one group keeps a place from another group, which can do one task at a time only.
IN_THE_WAY = [
    {
        "id": "a",
        "execution": "parallel",
        "tasks": [{**HIGH, "id": f"1.{at}", "command": ["true", str(at)]} for at in (1, 2, 3)],
    },
    {
        "id": "b",
        "execution": "parallel",
        "max_parallel": 1,
        "tasks": [{**HIGH, "id": "1.4", "command": ["true", "4"]}, {**TASK, "id": "1.5", "command": ["true", "5"]}],
    },
]


def _record_a_run(root: Path, *, task: float, checkpoint: float, definition: str) -> None:
    folder = root / ".orchestrate"
    folder.mkdir(mode=0o700)
    ledger = SqliteLedger.open(folder / "ledger.db", Durability.NORMAL, is_alive=lambda _run: False)
    ledger.append(
        [
            RunStarted(run="r1", kind="run", time=NOW, command=("run",), plan={}, tasks=(("1.1", definition),)),
            AttemptStarted(run="r1", task="1.1", attempt=1, time=NOW),
            AttemptEnded(run="r1", task="1.1", attempt=1, time=NOW, kind=OutcomeKind.CHANGED, seconds=task),
            TaskEnded(run="r1", task="1.1", state=TaskState.CHANGED, time=NOW),
            Measured(run="r1", scope="phase 1", time=NOW, type="command", title="true", ok=True, seconds=checkpoint),
            RunEnded(run="r1", time=NOW, state=RunState.SUCCEEDED, exit_code=0, seconds=task + checkpoint),
        ]
    ).result()
    ledger.close()


def test_the_expected_time_counts_the_tasks_and_the_checkpoints(tmp_path: Path) -> None:
    (tmp_path / "phases.yaml").write_text(json.dumps(DOCUMENT))
    _record_a_run(tmp_path, task=60.0, checkpoint=240.0, definition=_definition(tmp_path))
    assert "~5m expected" in _plan(tmp_path, "--ascii", "--color", "never").splitlines()[0]


def test_other_work_under_the_same_id_says_nothing_about_the_time(tmp_path: Path) -> None:
    (tmp_path / "phases.yaml").write_text(json.dumps(DOCUMENT))
    _record_a_run(tmp_path, task=60.0, checkpoint=240.0, definition="of another document")
    assert "expected" not in _plan(tmp_path, "--ascii", "--color", "never").splitlines()[0]


def test_other_checks_under_the_same_phase_say_nothing_about_the_time(tmp_path: Path) -> None:
    (tmp_path / "phases.yaml").write_text(
        json.dumps(DOCUMENT).replace('"command": ["true"]}]', '"command": ["ls"]}]', 1)
    )
    _record_a_run(tmp_path, task=60.0, checkpoint=240.0, definition=_definition(tmp_path))
    assert "~60s expected" in _plan(tmp_path, "--ascii", "--color", "never").splitlines()[0]


def _competing(root: Path, groups: Sequence[object] = COMPETING, minutes: Sequence[int] = (2, 2, 4)) -> None:
    """Let tasks compete for two places; a run has recorded how long each takes."""
    settings = {"max_parallel_tasks": 2}
    document = {**DOCUMENT, "settings": settings, "phases": [{"id": "1", "groups": groups}]}
    (root / "phases.yaml").write_text(json.dumps(document))
    plan = json.loads(_plan(root, "--json"))["plan"]
    definitions = tuple((task["id"], task["definition"]) for task in plan["tasks"])
    folder = root / ".orchestrate"
    folder.mkdir(mode=0o700)
    ledger = SqliteLedger.open(folder / "ledger.db", Durability.NORMAL, is_alive=lambda _run: False)
    facts: list[Fact] = [RunStarted(run="r1", kind="run", time=NOW, command=("run",), plan=plan, tasks=definitions)]
    for (task, _), each in zip(definitions, minutes, strict=True):
        seconds = 60.0 * each
        facts += [
            AttemptStarted(run="r1", task=task, attempt=1, time=NOW),
            AttemptEnded(run="r1", task=task, attempt=1, time=NOW, kind=OutcomeKind.CHANGED, seconds=seconds),
            TaskEnded(run="r1", task=task, state=TaskState.CHANGED, time=NOW),
        ]
    ledger.append([*facts, RunEnded(run="r1", time=NOW, state=RunState.SUCCEEDED, exit_code=0, seconds=480.0)]).result()
    ledger.close()


def test_a_task_that_would_keep_the_run_waiting_counts_as_more_urgent_and_the_expected_time_with_it(
    tmp_path: Path,
) -> None:
    _competing(tmp_path)
    head, *tree = _plan(tmp_path, "--ascii", "--color", "never").splitlines()
    assert "~4m expected" in head
    assert ["1.3 " in line for line in tree if "medium as high" in line] == [True]


def test_explain_says_that_a_task_counts_as_more_urgent(tmp_path: Path) -> None:
    _competing(tmp_path)
    said = _orchestrate(tmp_path, "explain", "1.3").splitlines()
    assert "  counts as high: begun later, it would make the whole run end later" in said
    assert "counts as" not in _orchestrate(tmp_path, "explain", "1.1")


def test_a_task_that_gives_way_counts_as_less_urgent_and_explain_says_why(tmp_path: Path) -> None:
    _competing(tmp_path, IN_THE_WAY, minutes=(3, 3, 5, 4, 3))
    head, *tree = _plan(tmp_path, "--ascii", "--color", "never").splitlines()
    assert "~9m expected" in head
    assert ["1.3 " in line for line in tree if "high as medium" in line] == [True]
    said = _orchestrate(tmp_path, "explain", "1.3").splitlines()
    assert "  counts as medium: begun earlier, it would make the whole run end later" in said


def test_a_run_begins_in_time_what_would_keep_it_waiting(tmp_path: Path) -> None:
    _competing(tmp_path)
    _orchestrate(tmp_path, "run", "--all", "--yes", "--quiet")
    tasks = json.loads(_orchestrate(tmp_path, "status", "--json"))["run"]["tasks"]
    last = max(tasks, key=lambda task: str(task["attempts"][0]["started"]))
    assert last["id"] == "1.2"


def test_what_is_up_to_date_keeps_nothing_waiting_for_plan_and_explain_as_for_the_run(tmp_path: Path) -> None:
    """With the last task of the second group done, nothing has to give way to that group."""
    (tmp_path / "made-of").write_text("x")
    a, b = IN_THE_WAY
    done = {**b["tasks"][1], "inputs": ["made-of"]}  # type: ignore[index]
    _recorded_as_up_to_date(tmp_path, [a, {**b, "tasks": [b["tasks"][0], done]}], minutes=(3, 3, 5, 4, 3))  # type: ignore[index]
    told = _orchestrate(tmp_path, "explain", "1.3")
    shown = _plan(tmp_path, "--ascii", "--color", "never")
    _orchestrate(tmp_path, "run", "--all", "--yes", "--quiet")
    assert _first_begun(tmp_path, 2) == {"1.3", "1.4"}
    assert ("counts as" in told, "high as" in shown) == (False, False)
    assert "~8m expected" in shown.splitlines()[0]


def test_what_is_forced_is_not_up_to_date_for_explain_nor_for_the_run(tmp_path: Path) -> None:
    (tmp_path / "made-of").write_text("x")
    a, b = IN_THE_WAY
    done = {**b["tasks"][1], "inputs": ["made-of"]}  # type: ignore[index]
    _recorded_as_up_to_date(tmp_path, [a, {**b, "tasks": [b["tasks"][0], done]}], minutes=(3, 3, 5, 4, 3))  # type: ignore[index]
    assert "counts as medium" in _orchestrate(tmp_path, "explain", "1.3", "--force")
    _orchestrate(tmp_path, "run", "--all", "--yes", "--quiet", "--force")
    assert "1.3" not in _first_begun(tmp_path, 2)


def _recorded_as_up_to_date(root: Path, groups: Sequence[object], minutes: Sequence[int]) -> None:
    """Run the tasks once, then have more runs on record in which they took so long."""
    _competing(root, groups, minutes)
    _orchestrate(root, "run", "--all", "--yes", "--quiet")
    ledger = SqliteLedger.open(root / ".orchestrate" / "ledger.db", Durability.NORMAL, is_alive=lambda _run: False)
    successes = ledger.last_successes()
    plan = json.loads(_plan(root, "--json"))["plan"]
    definitions = tuple((task["id"], task["definition"]) for task in plan["tasks"])
    for number in range(5):
        ids = {"run": f"f{number}", "time": NOW}
        facts: list[Fact] = [RunStarted(**ids, kind="run", command=("run",), plan=plan, tasks=definitions)]
        for (task, _), each in zip(definitions, minutes, strict=True):
            mark = successes[task].fingerprint
            facts += [
                AttemptStarted(**ids, task=task, attempt=1),
                AttemptEnded(
                    **ids, task=task, attempt=1, kind=OutcomeKind.CHANGED, seconds=60.0 * each, fingerprint=mark
                ),
                TaskEnded(**ids, task=task, state=TaskState.CHANGED),
            ]
        ledger.append([*facts, RunEnded(**ids, state=RunState.SUCCEEDED, exit_code=0, seconds=480.0)]).result()
    ledger.close()


def _first_begun(root: Path, count: int) -> set[str]:
    """Return the tasks of the last run that began first."""
    tasks = json.loads(_orchestrate(root, "status", "--json"))["run"]["tasks"]
    begun = [task for task in tasks if task["attempts"]]
    return {str(task["id"]) for task in sorted(begun, key=lambda task: str(task["attempts"][0]["started"]))[:count]}


def _plan(root: Path, *words: str) -> str:
    return _orchestrate(root, "plan", *words)


def _orchestrate(root: Path, *words: str) -> str:
    command = [sys.executable, "-m", "orchestrator", *words]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout


def _definition(root: Path) -> str:
    """Return the definition that the plan gives the one task."""
    plan = json.loads(_plan(root, "--json"))["plan"]
    return str(next(task["definition"] for task in plan["tasks"]))
