"""What `plan` says about a run, with what earlier runs took."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from orchestrator.ledger.sqlite import SqliteLedger
from orchestrator.models.facts import AttemptEnded, AttemptStarted, RunEnded, RunStarted, TaskEnded
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


def _plan(root: Path, *words: str) -> str:
    command = [sys.executable, "-m", "orchestrator", "plan", *words]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout


def _definition(root: Path) -> str:
    """Return the definition that the plan gives the one task."""
    plan = json.loads(_plan(root, "--json"))["plan"]
    return next(task["definition"] for task in plan["tasks"])
