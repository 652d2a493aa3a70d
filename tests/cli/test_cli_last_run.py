"""`orchestrate` alone shows what there is to do, and how the last run stands."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest import CaptureFixture

from orchestrator.cli.commands import render_overview
from orchestrator.cli.entry import enter
from orchestrator.cli.wiring import new_run_id

TASKS = [
    {"id": f"1.{n}", "name": "x", "type": "command", "command": [word]} for n, word in enumerate(("true", "false"), 1)
]
DOCUMENT = {"version": 1, "project": {"name": "x"}, "phases": [{"id": "1", "groups": [{"id": "a", "tasks": TASKS}]}]}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "phases.yaml").write_text(json.dumps(DOCUMENT))
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def shown(capsys: CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    assert enter(words) == 0
    return capsys.readouterr().out.removeprefix(render_overview())


def test_before_the_first_run_there_is_nothing_to_tell(repository: Path, capsys: CaptureFixture[str]) -> None:
    assert shown(capsys) == ""


def test_the_last_run_is_told_in_a_line_also_from_below(
    repository: Path, capsys: CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [sys.executable, "-m", "orchestrator", "run", "--all", "--ui", "none"]
    assert subprocess.run(words, capture_output=True, check=False).returncode == 1
    for place in (repository, repository / "below"):
        monkeypatch.chdir(place)
        told = shown(capsys)
        assert told.startswith("\nLast run: ")
        assert told.endswith("  FAILED 1 done (1 unchanged), 1 failed of 2: orchestrate status\n")
    assert shown(capsys, "--help") == ""


def test_a_ledger_that_cannot_be_read_is_left_to_other_commands(repository: Path, capsys: CaptureFixture[str]) -> None:
    (repository / ".orchestrate").mkdir()
    (repository / ".orchestrate/ledger.db").write_bytes(b"nothing that SQLite knows")
    assert shown(capsys) == ""


def test_ids_of_runs_sort_by_time_within_a_second() -> None:
    """Two undos of one second stood in the order of chance."""
    moments = [datetime(2026, 1, 31, 12, 0, 0, part, tzinfo=UTC) for part in (0, 20, 500_000, 999_999)]
    ids = [new_run_id(each) for each in moments]
    assert ids == sorted(set(ids))
    assert (ids[0], ids[-1]) == ("20260131-120000-0000", "20260131-120000-ffff")
