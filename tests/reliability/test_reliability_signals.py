"""Signals: the run ends in order with the right exit code, remembers where it was, and can be continued."""

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from checker import Checker, Expected
from reliability_pty import CTRL_C, Terminal
from reliability_scene import Scene, build_scene, command_task, file_task, tree_of, wait_until_gone

from orchestrator.models.status import RunState, TaskState

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
STUBBORN = "trap '' TERM INT HUP; echo S 1.2 $$ >> $EFFECTS; while :; do sleep 0.1; done"


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    tasks = [file_task("1.1", "made/page.txt"), command_task("1.2", "out/long.txt", "30"), file_task("1.3", "made/b")]
    return build_scene(tmp_path / "scene", [{"id": "a", "tasks": tasks}])


@pytest.fixture
def stubborn(tmp_path: Path) -> Scene:
    task = {"id": "1.2", "name": "will not end", "type": "command", "command": ["sh", "-c", STUBBORN]}
    return build_scene(tmp_path / "stubborn", [{"id": "a", "tasks": [task]}])


def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.01)


def checker_of(scene: Scene) -> Checker:
    return Checker(scene, Expected(before=tree_of(scene.root), after={}, rendered=frozenset()))


def make_it_quick(scene: Scene) -> None:
    document = scene.root / "phases.yaml"
    document.write_text(document.read_text().replace('"30"', '"0"'))


@pytest.mark.parametrize("signum", CODES, ids=lambda signum: signum.name)
def test_a_signal_ends_the_run_in_order_and_resume_goes_on(scene: Scene, signum: signal.Signals) -> None:
    checker = checker_of(scene)
    process = scene.start("run", "--all", "--yes")
    until(scene.effect_lines)
    process.send_signal(signum)
    _, err = process.communicate(timeout=20)
    assert process.returncode == CODES[signum]
    assert "Traceback" not in err.decode()
    assert "orchestrate resume" in err.decode()
    assert wait_until_gone(scene, 1.0) == []
    record = checker.record()
    assert record is not None
    assert (record.state, record.exit_code) == (RunState.CANCELLED, CODES[signum])
    states = {task.id: task.state for task in record.tasks}
    assert states == {"1.1": TaskState.CHANGED, "1.2": TaskState.CANCELLED, "1.3": TaskState.CANCELLED}
    status = scene.call("status")
    assert "orchestrate resume" in status.out
    make_it_quick(scene)
    assert scene.call("resume", "--yes").code == 0
    attempts = {task.id: len(task.attempts) for task in checker.record().tasks}
    assert attempts == {"1.1": 1, "1.2": 2, "1.3": 1}
    assert scene.call("undo", "--yes").code == 0
    (scene.root / "phases.yaml").write_text((scene.root / "phases.yaml").read_text().replace('"0"', '"30"'))
    assert tree_of(scene.root) == checker.expected.before


def test_what_changed_after_a_kill_is_named_and_nobody_is_accused_of_it(scene: Scene) -> None:
    process = scene.start("run", "--all", "--yes")
    until(scene.effect_lines)
    for pid in (process.pid, *wait_until_gone(scene, 0.0)):
        with contextlib.suppress(ProcessLookupError):  # the one before may have taken it along
            os.kill(pid, signal.SIGKILL)
    process.communicate(timeout=20)
    make_it_quick(scene)  # a person, between the kill and the resume
    resumed = scene.call("resume", "--yes")
    assert resumed.code == 0
    [told] = [line for line in resumed.err.splitlines() if line.startswith("interrupted: ")]
    assert "attempt 1 of 1.2" in told
    assert "phases.yaml changed since it began, by it or by somebody else" in told.replace("out/long.txt, ", "")


def test_a_signal_to_the_whole_group_counts_once(scene: Scene) -> None:
    process = scene.start("run", "--all", "--yes", process_group=0)
    until(scene.effect_lines)
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 130
    assert wait_until_gone(scene, 1.0) == []


def test_ctrl_c_twice_ends_at_once_what_will_not_end(stubborn: Scene) -> None:
    terminal = Terminal(stubborn, "run", "--all", "--yes")
    try:
        until(stubborn.effect_lines)
        terminal.type(CTRL_C)
        terminal.read(0.5)
        began = time.monotonic()
        terminal.type(CTRL_C)
        assert terminal.ended(8.0) == 130
        assert time.monotonic() - began < 5.0  # and not the ten seconds of grace
        assert wait_until_gone(stubborn, 1.0) == []
        assert terminal.modes_are_restored()
    finally:
        terminal.close()


def test_ctrl_c_three_times_leaves_and_the_supervisor_sweeps(stubborn: Scene) -> None:
    terminal = Terminal(stubborn, "run", "--all", "--yes")
    try:
        until(stubborn.effect_lines)
        for _ in range(3):
            terminal.type(CTRL_C)
            terminal.read(0.4)
        assert terminal.ended(8.0) == 130
        assert wait_until_gone(stubborn, 1.0) == []
        assert b"Traceback" not in terminal.shown
    finally:
        terminal.close()


def test_a_closed_terminal_ends_the_run_in_order(scene: Scene) -> None:
    terminal = Terminal(scene, "run", "--all", "--yes")
    until(scene.effect_lines)
    terminal.hang_up()
    assert terminal.process.wait(timeout=20) == 129
    assert wait_until_gone(scene, 1.0) == []
    record = checker_of(scene).record()
    assert record is not None
    assert record.state is RunState.CANCELLED


def test_a_stopped_run_goes_on_where_it_was(scene: Scene) -> None:
    make_it_quick(scene)
    terminal = Terminal(scene, "run", "--all", "--yes")
    try:
        os.killpg(terminal.process.pid, signal.SIGSTOP)
        os.killpg(terminal.process.pid, signal.SIGCONT)
        assert terminal.ended() == 0
    finally:
        terminal.close()


def test_a_reader_that_goes_away_does_not_end_the_run(scene: Scene) -> None:
    make_it_quick(scene)
    process = scene.start("run", "--all", "--yes", "--json")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert b"Traceback" not in process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=30) == 0
    assert (scene.root / "made/b").exists()


@pytest.mark.parametrize("word", ["status", "plan", "history", "schema"])
def test_a_reader_of_a_look_may_go_away(scene: Scene, word: str) -> None:
    make_it_quick(scene)
    scene.call("run", "--all", "--yes")
    process = scene.start(word)
    assert process.stdout is not None
    process.stdout.close()
    _, err = process.communicate(timeout=20)
    assert process.returncode in (0, -signal.SIGPIPE)  # which a shell shows as 141
    assert err == b""
