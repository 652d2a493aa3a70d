"""A question stands at the terminal of a run: other terminals see that a person is waited for, and may decide."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from reliability_kills import kill
from reliability_pty import CTRL_C, Terminal
from reliability_scene import Scene, build_scene, file_task

DOWN = b"\x1b[B"
ANSWER = {"id": "1.2", "name": "look at it", "type": "manual", "instructions": "Look at the page."}


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    tasks = [file_task("1.1", "made/page.txt"), ANSWER, file_task("1.3", "made/b")]
    return build_scene(tmp_path / "scene", [{"id": "a", "tasks": tasks}])


@pytest.fixture
def terminal(scene: Scene) -> Iterator[Terminal]:
    """Where the run asks, and has asked already."""
    terminal = asked(scene)
    yield terminal
    terminal.close()


def asked(scene: Scene) -> Terminal:
    """Start the run at a terminal, and wait until its question stands there."""
    terminal = Terminal(scene, "run", "--all", "--yes", "--events", str(scene.events))
    for _ in range(200):
        terminal.read(0.1)
        if b"abort" in terminal.shown:
            break
    return terminal


def record(scene: Scene) -> dict[str, Any]:
    """Return the last run as `status --json` has it."""
    found: dict[str, Any] = json.loads(scene.call("status", "--json").out)["run"]
    return found


def test_status_shows_the_question_and_what_to_type(scene: Scene, terminal: Terminal) -> None:
    shown = scene.call("status").out
    assert re.search(r"⏸ 1\.2  look at it  waiting (approval: )?Look at the page\.\n", shown)
    assert "orchestrate approve 1.2\n" in shown
    assert b"waiting" not in terminal.shown  # the question itself says so


def test_explain_says_who_is_waited_for(scene: Scene, terminal: Terminal) -> None:
    deadline = time.monotonic() + 20
    while "  now: approval: Look at the page.\n" not in (told := scene.call("explain", "1.2").out):
        assert time.monotonic() < deadline, told
        terminal.read(0.2)


def test_a_decision_from_another_terminal_is_the_answer(scene: Scene, terminal: Terminal) -> None:
    decided = scene.call("approve", "1.2", "--as", "Ada", "--note", "fine")
    assert decided.code == 0
    assert decided.out.endswith("the run goes on with it\n")
    assert terminal.ended() == 0
    assert terminal.modes_are_restored()
    assert "approved by Ada: fine" in terminal.shown.decode()
    assert (scene.root / "made/b").exists()


def test_a_no_from_another_terminal_is_an_answer_too(scene: Scene, terminal: Terminal) -> None:
    assert scene.call("reject", "1.2", "--as", "Ada", "--note", "not yet").code == 0
    assert terminal.ended() == 1
    assert "rejected by Ada: not yet" in terminal.shown.decode()


def test_an_answer_at_the_terminal_ends_the_waiting(scene: Scene, terminal: Terminal) -> None:
    terminal.type(b"\r")
    terminal.read(1.0)
    terminal.type(b"\r")
    assert terminal.ended() == 0
    assert "waiting" not in scene.call("status", "--all").out
    assert scene.call("approve", "1.2").code == 2


def test_a_question_of_an_engine_that_was_killed_can_be_decided_before_the_resume(
    scene: Scene, terminal: Terminal
) -> None:
    kill(scene, terminal.process.pid, "engine")
    terminal.ended()
    assert "⏸ 1.2  look at it  waiting" in scene.call("status").out
    assert scene.call("approve", "1.2", "--as", "Ada").code == 0
    assert scene.call("resume", "--yes").code == 0
    assert "approved by Ada" in scene.call("status", "--all").out


def test_a_question_that_is_put_off_stays_one_question_and_is_told_once(scene: Scene, terminal: Terminal) -> None:
    terminal.type(DOWN * 2 + b"\r")
    assert terminal.ended() == 7
    told = [json.loads(line)["type"] for line in scene.events.read_text().splitlines()]
    assert told.count("task.waiting") == 1
    assert "⏸ 1.2  look at it  waiting" in scene.call("status").out
    assert scene.call("approve", "1.2", "--as", "Ada").code == 0
    assert scene.call("resume", "--yes").code == 0
    assert [entry["by"] for entry in record(scene)["approvals"]] == ["Ada"]


def test_a_question_that_ctrl_c_ended_can_be_decided_before_the_resume(scene: Scene, terminal: Terminal) -> None:
    terminal.type(CTRL_C)
    assert terminal.ended() == 130
    assert "⏸ 1.2  look at it  waiting" in scene.call("status").out
    assert scene.call("approve", "1.2", "--as", "Ada").code == 0
    assert scene.call("resume", "--yes").code == 0
    assert "approved by Ada" in scene.call("status", "--all").out


GATE = {"command": ["sh", "-c", "until [ -e ../go ]; do sleep 0.02; done"]}


def approve_at(terminal: Terminal, scene: Scene) -> dict[str, Any]:
    """Say yes with `fine` as evidence; return what is recorded of it."""
    terminal.type(b"\r")
    terminal.read(1.0)
    terminal.type(b"fine\r")
    deadline = time.monotonic() + 20
    while (said := record(scene)["approvals"][0])["decision"] is None:
        assert time.monotonic() < deadline, "the answer was never recorded"
        terminal.read(0.1)
    found: dict[str, Any] = said
    return found


def test_an_answer_at_the_terminal_is_a_decision_at_once_and_final(tmp_path: Path) -> None:
    scene = build_scene(tmp_path / "scene", [{"id": "a", "tasks": [{**ANSWER, "verify": [GATE]}]}])
    terminal = asked(scene)
    try:
        said = approve_at(terminal, scene)
        assert (said["decision"], said["evidence"], said["where"]) == ("approved", "fine", "terminal")
        assert record(scene)["tasks"][0]["state"] == "running"
        late = scene.call("reject", "1.2", "--as", "Bob")
        assert late.code == 2
        assert re.search(r"task 1\.2 of run \S+ has been decided: approved by \S+ at the terminal", late.err)
        (scene.home / "go").touch()
        assert terminal.ended() == 0
    finally:
        terminal.close()
    assert [entry["decision"] for entry in record(scene)["approvals"]] == ["approved"]


def test_an_answer_outlives_the_engine_that_heard_it(tmp_path: Path) -> None:
    scene = build_scene(tmp_path / "scene", [{"id": "a", "tasks": [{**ANSWER, "verify": [GATE]}]}])
    terminal = asked(scene)
    try:
        approve_at(terminal, scene)
        kill(scene, terminal.process.pid, "engine")
        terminal.ended()
    finally:
        terminal.close()
    (scene.home / "go").touch()
    assert scene.call("resume", "--yes").code == 0
    assert record(scene)["tasks"][0]["outputs"]["evidence"] == {"text": "fine"}


def test_a_decision_that_came_to_nothing_is_no_answer_to_the_next_attempt(tmp_path: Path) -> None:
    unsure = {**ANSWER, "verify": [{"command": ["false"]}], "retry": {"attempts": 2, "delay": 600, "on": ["failed"]}}
    scene = build_scene(tmp_path / "scene", [{"id": "a", "tasks": [unsure]}])
    assert scene.call("run", "--all", "--yes").code == 7
    assert scene.call("approve", "1.2").code == 0
    resumed = scene.start("resume", "--yes", "--events", str(scene.events))
    deadline = time.monotonic() + 20
    while not scene.events.exists() or "task.retry" not in scene.events.read_text():
        assert time.monotonic() < deadline, "no further attempt"
        time.sleep(0.05)
    kill(scene, resumed.pid, "engine")
    resumed.communicate()
    assert scene.call("resume", "--yes").code == 7


def test_explain_breaks_its_lines_between_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    scene = build_scene(tmp_path / "scene", [{"id": "a", "tasks": [{**ANSWER, "name": "words " * 12}]}])
    terminal = Terminal(scene, "explain", "1")
    try:
        assert terminal.ended() == 0
    finally:
        terminal.close()
    rows = terminal.shown.decode().splitlines()
    assert [row for row in rows if len(row) > 60] == []
    assert rows[2].startswith("    words")
