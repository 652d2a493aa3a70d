"""One run at a time: who gets the lock, who is told what, and that nothing of it outlives its owner."""

import errno
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orchestrator.errors import ExitCode, LockHeld, Unusable
from orchestrator.workspace.lock import RunLock, holder, is_held

HOLD = """
import sys, time
from pathlib import Path
from orchestrator.workspace.lock import RunLock
lock = RunLock(Path(sys.argv[1]), command=["orchestrate", "run", "--all"])
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""

# In a process of its own, for forking is safe only where no thread runs. Each pair starts at once; a winner keeps the
# lock until the other has been told no.
PAIRS = """
import os, sys, time
from pathlib import Path
from orchestrator.errors import LockHeld
from orchestrator.workspace.lock import RunLock

def contend(path, gate, end, verdict):
    os.read(gate, 1)
    started = time.monotonic()
    try:
        RunLock(path).acquire()
    except LockHeld:
        os.write(verdict, b"L" if time.monotonic() - started < 2 else b"S")
        os._exit(0)
    os.write(verdict, b"W")
    os.read(end, 1)
    os._exit(0)

wins = []
for pair in range(int(sys.argv[2])):
    gate_out, gate_in = os.pipe()
    end_out, end_in = os.pipe()
    verdict_out, verdict_in = os.pipe()
    children = []
    for _ in range(2):
        child = os.fork()
        if not child:
            contend(Path(sys.argv[1]), gate_out, end_out, verdict_in)
        children.append(child)
    os.write(gate_in, b"gg")
    said = os.read(verdict_out, 1) + os.read(verdict_out, 1)
    os.write(end_in, b"ee")
    for child in children:
        os.waitpid(child, 0)
    wins.append("".join(sorted(said.decode())))
    for end in (gate_out, gate_in, end_out, end_in, verdict_out, verdict_in):
        os.close(end)
print({outcome: wins.count(outcome) for outcome in set(wins)})
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lock"


def hold_elsewhere(path: Path) -> "subprocess.Popen[str]":
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    return child


def end(child: "subprocess.Popen[str]") -> None:
    child.communicate(timeout=10)


def test_a_second_run_is_told_who_works_here_and_what_to_type(path: Path) -> None:
    child = hold_elsewhere(path)
    started = time.monotonic()
    with pytest.raises(LockHeld) as refused:
        RunLock(path).acquire()
    took = time.monotonic() - started
    known = holder(path)
    end(child)
    assert known is not None
    assert known.pid == child.pid
    assert refused.value.message == (
        f"another run works on this repository: process {child.pid} on {known.host} since {known.since}: "
        "orchestrate run --all"
    )
    assert refused.value.hint == "`orchestrate status` shows it, `orchestrate cancel` ends it"
    assert refused.value.exit_code is ExitCode.LOCKED
    assert took < 2  # and not when the other ends


@pytest.mark.parametrize("pairs", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_of_two_runs_that_start_at_once_one_works_and_the_other_is_refused(path: Path, pairs: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PAIRS, str(path), str(pairs)], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == f"{{'LW': {pairs}}}\n"


def test_the_lock_dies_with_its_owner(path: Path) -> None:
    child = hold_elsewhere(path)
    child.send_signal(signal.SIGKILL)
    end(child)
    assert not is_held(path)
    assert holder(path) is None
    with RunLock(path):
        assert is_held(path)


def test_the_file_stays_when_the_lock_is_given_back(path: Path) -> None:
    with RunLock(path):
        inode = path.stat().st_ino
    assert path.stat().st_ino == inode
    assert not is_held(path)
    assert sorted(file.name for file in path.parent.iterdir()) == ["lock"]


def test_the_same_process_cannot_take_it_twice(path: Path) -> None:
    with RunLock(path), pytest.raises(LockHeld):
        RunLock(path).acquire()


def test_a_program_that_is_started_does_not_inherit_it(path: Path) -> None:
    with RunLock(path):
        child = subprocess.Popen(["sleep", "30"], close_fds=False)
    held = is_held(path)
    child.kill()
    child.wait()
    assert not held


def test_the_run_is_named_once_it_is_known(path: Path) -> None:
    with RunLock(path, command=["orchestrate", "resume"]) as lock:
        lock.announce("20261120-1")
        known = holder(path)
    assert known is not None
    assert str(known) == (
        f"run 20261120-1, process {os.getpid()} on {known.host} since {known.since}: orchestrate resume"
    )


def test_asking_neither_makes_a_file_nor_takes_the_lock(path: Path) -> None:
    assert not is_held(path)
    assert list(path.parent.iterdir()) == []


def test_asking_without_end_does_not_keep_a_run_from_starting(path: Path) -> None:
    path.touch()
    asking = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from pathlib import Path; from orchestrator.workspace.lock import is_held\n"
            "print('asking', flush=True)\nwhile True: is_held(Path(sys.argv[1]))",
            str(path),
        ],
        stdout=subprocess.PIPE,
    )
    assert asking.stdout is not None
    asking.stdout.readline()
    try:
        for _ in range(50):
            with RunLock(path):
                pass
    except LockHeld:
        pytest.fail("a question got in the way of a run")
    finally:
        asking.kill()
        asking.communicate()


def test_a_file_system_without_locks_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_file: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(Unusable) as refused:
        RunLock(path).acquire()
    assert refused.value.message == f"cannot lock {path}: No locks available"
    assert refused.value.hint == "this file system has no locks (a network share?): work on a local copy"


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (errno.ENOSPC, "free some space, then try again"),
        (errno.EROFS, "mount the file system writable, then try again"),
        (errno.EIO, "the device reports an error: check `dmesg` and the disk before going on"),
    ],
)
def test_what_keeps_the_holder_from_being_written_down_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch, number: int, hint: str
) -> None:
    def refuse(_from: object, _to: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(Unusable) as refused:
        RunLock(path).acquire()
    assert refused.value.hint == hint
    monkeypatch.undo()
    with RunLock(path):
        pass  # nobody holds it


def test_a_planted_link_is_refused(path: Path) -> None:
    path.symlink_to(path.parent / "elsewhere")
    with pytest.raises(Unusable, match="is a symbolic link"):
        RunLock(path).acquire()
    assert not (path.parent / "elsewhere").exists()


def test_a_pipe_in_its_place_is_refused_and_does_not_hang(path: Path) -> None:
    os.mkfifo(path)
    with pytest.raises(Unusable, match="is not a plain file"):
        RunLock(path).acquire()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match=r"cannot lock .*No such file or directory"):
        RunLock(tmp_path / "nowhere" / "lock").acquire()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "x"}', '{"pid": {}}', "[" * 50_000, "\x00\xff"])
def test_a_torn_side_file_is_no_more_than_a_missing_name(path: Path, text: str) -> None:
    with RunLock(path):
        path.with_name("lock.holder").write_text(text)
        assert holder(path) is None
        with pytest.raises(LockHeld, match=r"another run works on this repository$"):
            RunLock(path).acquire()


def test_the_side_file_is_for_its_owner_alone(path: Path) -> None:
    with RunLock(path, command=["caf\udce9"]):
        side = path.with_name("lock.holder")
        assert side.stat().st_mode & 0o777 == 0o600
        assert json.loads(side.read_text())["command"] == ["caf\udce9"]
