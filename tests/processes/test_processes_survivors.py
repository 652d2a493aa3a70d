"""Eight shapes of process trees, four ways to end a run: nothing is left."""

import itertools
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from process_trees import SHAPES, alive, wait_until

from orchestrator.processes.sweep import end_abandoned

_numbers = itertools.count()
ENGINE = Path(__file__).with_name("engine_under_test.py")
WAYS = ("timeout", "ctrl-c", "kill engine", "kill supervisor")


def start_run(mode: str, root: Path, script: str) -> tuple[subprocess.Popen[bytes], str]:
    run = f"survivors-{os.getpid()}-{next(_numbers)}"
    command = [sys.executable, str(ENGINE), mode, str(root), run, script]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, process_group=0)
    return process, run


def engine_of(root: Path) -> tuple[int, int]:
    wait_until((root / "engine").exists)
    supervisor, engine = map(int, (root / "engine").read_text().split())
    return supervisor, engine


def end_a_run(root: Path, shape: str, way: str) -> tuple[int, str]:
    script, sleeps = SHAPES[shape]
    process, run = start_run("timeout" if way == "timeout" else "plain", root, script)
    supervisor, engine = engine_of(root)
    # A shape whose parent ends by itself may be swept before it was seen.
    wait_until(lambda: len(alive(run, "sleep\x00300.7")) >= sleeps or process.poll() is not None or way == "timeout")
    if process.poll() is None:
        if way == "ctrl-c":
            os.killpg(process.pid, signal.SIGINT)
        elif way == "kill engine":
            os.kill(engine, signal.SIGKILL)
        elif way == "kill supervisor":
            os.kill(supervisor, signal.SIGKILL)
    _, message = process.communicate(timeout=20)
    wait_until(lambda: not alive(run), seconds=2.0)
    return process.returncode, message.decode()


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("shape", SHAPES)
def test_no_process_is_left(root: Path, shape: str, way: str) -> None:
    end_a_run(root, shape, way)


@pytest.mark.nightly
@pytest.mark.parametrize("number", range(10))
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("shape", SHAPES)
def test_no_process_is_left_again_and_again(root: Path, shape: str, way: str, number: int) -> None:
    end_a_run(root, shape, way)


def test_after_both_were_killed_the_next_run_sweeps(root: Path) -> None:
    script, sleeps = SHAPES["own_session"]
    process, run = start_run("plain", root, script)
    _, engine = engine_of(root)
    wait_until(lambda: len(alive(run, "sleep\x00300.7")) >= sleeps)
    os.kill(engine, signal.SIGSTOP)  # it cannot act on the death of its supervisor any more
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=10)
    assert len(alive(run)) >= sleeps
    assert end_abandoned(str(root)) >= sleeps
    assert alive(run) == []
    assert end_abandoned(str(root)) == 0
