"""A question stands at the terminal of a run: other terminals see that a person is waited for, and may decide."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from reliability_kills import kill
from reliability_pty import Terminal
from reliability_scene import Scene, build_scene, file_task

ANSWER = {"id": "1.2", "name": "look at it", "type": "manual", "instructions": "Look at the page."}


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    tasks = [file_task("1.1", "made/page.txt"), ANSWER, file_task("1.3", "made/b")]
    return build_scene(tmp_path / "scene", [{"id": "a", "tasks": tasks}])


@pytest.fixture
def terminal(scene: Scene) -> Iterator[Terminal]:
    """Where the run asks, and has asked already."""
    terminal = Terminal(scene, "run", "--all", "--yes")
    for _ in range(200):
        terminal.read(0.1)
        if b"abort" in terminal.shown:
            break
    yield terminal
    terminal.close()


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
