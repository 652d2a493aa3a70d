"""Eight shapes of process trees, four ways to end a run, through the command line: no process is left."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from process_trees import SHAPES
from reliability_pty import CTRL_C, Terminal
from reliability_scene import Scene, build_scene, wait_until_gone

from orchestrator.processes.sweep import children

WAYS = ("timeout", "ctrl-c", "kill engine", "kill supervisor")
AT_MOST = 11.0  # seconds: the grace, and one for the sweep
AT_ONCE = 1.0  # seconds after a kill -9
ENDS_BY_ITSELF = "parent_ends"


def shape_scene(home: Path, shape: str, way: str) -> Scene:
    script, _ = SHAPES[shape]
    task = {"id": "1.1", "name": shape, "type": "command", "command": ["sh", "-c", script]}
    if way == "timeout":
        task["timeout"] = "500ms"
    return build_scene(home, [{"id": "a", "tasks": [task]}])


def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.01)


def sleepers(scene: Scene) -> int:
    found = 0
    for pid in scene.processes():
        try:
            found += b"sleep\x00300.7" in Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
    return found


def end_a_run(home: Path, shape: str, way: str) -> int:
    scene = shape_scene(home, shape, way)
    terminal = Terminal(scene, "run", "--all", "--yes")
    try:
        process = terminal.process
        until(lambda: sleepers(scene) >= SHAPES[shape][1] or process.poll() is not None)
        patience = AT_MOST
        if process.poll() is None:
            engines = children(process.pid)
            if way == "ctrl-c":
                terminal.type(CTRL_C)
            elif way == "kill engine":
                os.kill(engines[0], signal.SIGKILL)
                patience = AT_ONCE
            elif way == "kill supervisor":
                process.kill()
                patience = AT_ONCE
        began = time.monotonic()
        terminal.read(patience + 1.0)
        left = wait_until_gone(scene, max(0.0, patience - (time.monotonic() - began)))
        assert left == [], f"{len(left)} processes left"
        assert b"Traceback" not in terminal.shown, terminal.shown
        assert way == "kill supervisor" or terminal.modes_are_restored()
        return process.wait(timeout=2)
    finally:
        terminal.close()
        for pid in scene.processes():
            os.kill(pid, signal.SIGKILL)


CODES = {"timeout": 1, "ctrl-c": 130, "kill engine": 4, "kill supervisor": -9}


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("shape", SHAPES)
def test_no_process_is_left(tmp_path: Path, shape: str, way: str) -> None:
    code = end_a_run(tmp_path / "scene", shape, way)
    assert code == CODES[way] or (shape == ENDS_BY_ITSELF and code == 0)


@pytest.mark.nightly
@pytest.mark.parametrize("number", range(10))
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("shape", SHAPES)
def test_no_process_is_left_again_and_again(tmp_path: Path, shape: str, way: str, number: int) -> None:
    end_a_run(tmp_path / f"scene-{number}", shape, way)
