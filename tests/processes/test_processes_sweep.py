import os
import subprocess
import sys
from pathlib import Path

from process_trees import alive, wait_until

from orchestrator.processes.sweep import (
    become_subreaper,
    children,
    descendants,
    end_descendants,
    has_variable,
    kill_until_none,
    reap,
    send,
    standing,
)


def start(script: str, tag: str) -> subprocess.Popen[bytes]:
    env = {"PATH": os.environ["PATH"], "TAG": tag}
    return subprocess.Popen(["sh", "-c", script], env=env, start_new_session=True)


def test_a_process_is_described(tmp_path: Path) -> None:
    # A name with a parenthesis and a blank in it is what breaks simple parsers of /proc/PID/stat.
    program = tmp_path / "a) R (b"
    program.symlink_to("/bin/sleep")
    process = subprocess.Popen([program, "300.7"], start_new_session=True)
    wait_until(lambda: Path(f"/proc/{process.pid}/comm").read_text() == "a) R (b\n")
    status = standing(process.pid)
    assert status is not None
    assert (status.parent, status.group, status.session) == (os.getpid(), process.pid, process.pid)
    assert not status.is_dead
    process.kill()
    wait_until(lambda: (status := standing(process.pid)) is None or status.is_dead)
    process.wait()
    assert standing(process.pid) is None


def test_descendants_come_parents_first_and_spared_ones_not_at_all() -> None:
    process = start("sh -c 'sleep 300.7; :' & sh -c 'sleep 300.7; :'; :", f"tree-{os.getpid()}")
    wait_until(lambda: len(alive(f"tree-{os.getpid()}", "sleep\x00300.7")) == 2)
    found = descendants(process.pid)
    first, second = children(process.pid)
    assert set(found) == {first, second, *children(first), *children(second)}
    assert found.index(first) < found.index(children(first)[0])
    assert set(descendants(process.pid, {first})) == {second, *children(second)}
    assert end_descendants(process.pid) >= 2
    process.wait()
    wait_until(lambda: not alive(f"tree-{os.getpid()}"))  # nobody waits for a grandchild: it may be dying still


def test_a_fork_that_goes_on_while_we_look_is_caught() -> None:
    assert become_subreaper()
    tag = f"forks-{os.getpid()}"
    process = start("while :; do sh -c 'sleep 300.7' & sh -c 'exec sleep 300.7' & sleep 0.001; done", tag)
    wait_until(lambda: len(alive(tag)) > 20)
    end_descendants(os.getpid(), spare={pid for pid in children(os.getpid()) if not has_variable(pid, f"TAG={tag}")})
    process.wait()
    assert alive(tag) == []


def test_a_variable_is_found_as_a_whole_only() -> None:
    process = start("sleep 300.7; :", "tag-1")
    wait_until(lambda: alive("TAG=tag-1"))
    assert has_variable(process.pid, "TAG=tag-1")
    assert not has_variable(process.pid, "TAG=tag-")
    assert not has_variable(process.pid, "AG=tag-1")
    end_descendants(process.pid)
    process.wait()


def test_what_is_gone_is_no_error() -> None:
    process = start("exit 0", "gone")
    process.wait()
    assert (send(process.pid, 15), reap(process.pid), children(process.pid)) == (False, False, [])


def test_what_is_ending_already_is_waited_for_and_not_counted() -> None:
    script = "memory = bytearray(b'1' * 300_000_000); print('up', flush=True); import time; time.sleep(300.7)"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        process.kill()  # giving the memory back takes a while
        wait_until(lambda: (status := standing(process.pid)) is None or status.is_ending)
        assert kill_until_none(lambda: [process.pid] if standing(process.pid) else []) == 0
        assert standing(process.pid) is None
