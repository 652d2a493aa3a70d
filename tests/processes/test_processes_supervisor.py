import os
import pty
import signal
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from process_trees import alive, wait_until
from test_processes_survivors import engine_of, start_run

WAIT = "while :; do sleep 0.01; done"
QUICK = "from orchestrator.processes.supervisor import supervise; import sys, os, signal, time; "


def supervised(main: str, **options: object) -> subprocess.CompletedProcess[str]:
    program = f"{QUICK}\ndef main():\n    {main}\nsys.exit(supervise(main))"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=20, **options)


def requests(root: Path) -> list[str]:
    path = root / "requests"
    return path.read_text().splitlines() if path.exists() else []


def test_the_exit_code_of_the_engine_is_passed_through() -> None:
    assert supervised("return 7").returncode == 7


def test_a_broken_engine_shows_its_traceback_once() -> None:
    ended = supervised("raise RuntimeError('oops')")
    assert ended.returncode == 1
    assert ended.stderr.count("RuntimeError: oops") == 1


def test_the_engine_ends_like_any_program() -> None:
    ended = supervised("import atexit; atexit.register(print, 'exit handler'); return 0")
    assert (ended.returncode, ended.stdout) == (0, "exit handler\n")


def test_what_was_printed_before_is_not_printed_twice() -> None:
    program = f"{QUICK}\nprint('once')\nsys.exit(supervise(lambda: 0))"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "once\n"


@pytest.mark.parametrize(("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_an_engine_that_a_signal_ended_gives_the_signals_code(signum: int, code: int) -> None:
    ended = supervised(f"signal.signal({signum}, signal.SIG_DFL); os.kill(os.getpid(), {signum}); time.sleep(9)")
    assert (ended.returncode, ended.stderr) == (code, "")


def test_a_killed_engine_is_told_with_the_command_that_goes_on() -> None:
    ended = supervised("os.kill(os.getpid(), signal.SIGKILL)")
    assert ended.returncode == 4
    assert ended.stderr == (
        "error: the engine was ended by SIGKILL, perhaps because memory ran out; "
        "`orchestrate resume` continues the run\n"
    )


def test_a_child_that_was_there_before_is_spared() -> None:
    # `sh -c 'sleep & exec orchestrate'`: the sleep is a child of the supervisor, but none of the run.
    script = 'sleep 300.8 & echo $!; exec "$0" -c "$1"'
    program = f"{QUICK}sys.exit(supervise(lambda: 0))"
    ended = subprocess.Popen(["sh", "-c", script, sys.executable, program], stdout=subprocess.PIPE)
    assert ended.stdout is not None
    pid = int(ended.stdout.readline())
    assert ended.wait(10) == 0
    os.kill(pid, signal.SIGKILL)  # raises when it is gone
    ended.stdout.close()


def test_the_supervisor_loads_nothing_large() -> None:
    program = f"{QUICK}print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout.split()
    assert not {"asyncio", "pydantic", "subprocess", "rich", "typer", "threading"} & set(loaded)


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_the_supervisor_reaches_the_engine_once(root: Path, signum: signal.Signals) -> None:
    process, run = start_run("plain", root, WAIT)
    supervisor, _ = engine_of(root)
    os.kill(supervisor, signum)
    process.communicate(timeout=10)
    assert process.returncode == 128 + signum
    assert requests(root) == [f"{signum.value} 1"]
    assert alive(run) == []


def test_a_signal_to_the_whole_group_is_one_request(root: Path) -> None:
    process, _ = start_run("plain", root, WAIT)
    engine_of(root)
    os.killpg(process.pid, signal.SIGTERM)
    process.communicate(timeout=10)
    assert process.returncode == 143
    assert requests(root) == ["15 1"]


def test_the_death_of_the_supervisor_is_a_request_to_stop_at_once(root: Path) -> None:
    process, run = start_run("plain", root, WAIT)
    supervisor, _ = engine_of(root)
    os.kill(supervisor, signal.SIGKILL)
    process.communicate(timeout=10)
    wait_until(lambda: not alive(run), 2)
    assert requests(root) == ["15 2"]


def test_after_the_death_of_the_supervisor_nothing_makes_the_engine_leave_its_children(root: Path) -> None:
    process, _ = start_run("plain", root, "trap '' TERM; sleep 300.7; :")
    supervisor, engine = engine_of(root)
    os.kill(supervisor, signal.SIGKILL)
    wait_until((root / "requests").exists)
    os.kill(engine, signal.SIGHUP)  # what the kernel sends when a session's leader dies
    process.communicate(timeout=20)
    assert {line.split()[1] for line in requests(root)} == {"2"}


def test_what_nohup_ignores_stays_ignored(root: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        process, _ = start_run("plain", root, "while [ ! -e end ]; do sleep 0.01; done")
    finally:
        signal.signal(signal.SIGHUP, before)
    supervisor, engine = engine_of(root)
    os.kill(supervisor, signal.SIGHUP)
    os.kill(engine, signal.SIGHUP)
    (root / "end").touch()
    process.communicate(timeout=10)
    assert (process.returncode, requests(root)) == (0, [])


class Shell:
    """A session with a terminal and one job in the foreground, as a shell would have it."""

    def __init__(self, root: Path, script: str) -> None:
        self.root = root
        command = [
            sys.executable,
            str(Path(__file__).with_name("engine_under_test.py")),
            "plain",
            str(root),
            "r",
            script,
        ]
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            # The job is a group of its own below the session's leader: only then can the terminal stop it.
            signal.signal(signal.SIGTTOU, signal.SIG_IGN)
            job = os.fork()
            if job == 0:
                os.setpgid(0, 0)
                os.tcsetpgrp(0, os.getpid())
                signal.signal(signal.SIGTTOU, signal.SIG_DFL)
                os.execv(command[0], command)
            while True:
                _, status = os.waitpid(job, os.WUNTRACED | os.WCONTINUED)
                news = "stopped" if os.WIFSTOPPED(status) else "continued" if os.WIFCONTINUED(status) else "ended"
                with open(root / "shell", "a") as file:
                    code = os.waitstatus_to_exitcode(status) if news == "ended" else ""
                    file.write(f"{news}{code}\n")
                if news == "ended":
                    os._exit(0)
        self.supervisor, self.engine = engine_of(root)

    def press(self, key: bytes) -> None:
        os.write(self.terminal, key)

    def news(self) -> list[str]:
        path = self.root / "shell"
        return path.read_text().splitlines() if path.exists() else []

    def close(self) -> None:
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


def test_ctrl_c_reaches_the_engine_once(root: Path) -> None:
    shell = Shell(root, WAIT)
    shell.press(b"\x03")
    wait_until(lambda: shell.news() == ["ended130"])
    shell.close()
    assert requests(root) == ["2 1"]


def test_ctrl_z_stops_both_and_fg_continues_both(root: Path) -> None:
    shell = Shell(root, "touch up; while [ ! -e end ]; do sleep 0.01; done")
    wait_until((root / "up").exists)  # an engine that is just starting a child stops once that is done
    shell.press(b"\x1a")
    wait_until(lambda: shell.news() == ["stopped"] and state(shell.engine) == "T")
    assert state(shell.supervisor) == "T"
    os.killpg(shell.supervisor, signal.SIGCONT)
    wait_until(lambda: "continued" in shell.news())
    (root / "end").touch()
    wait_until(lambda: shell.news() == ["stopped", "continued", "ended0"])
    shell.close()


def test_closing_the_terminal_stops_the_run(root: Path) -> None:
    shell = Shell(root, WAIT)
    os.close(shell.terminal)
    shell.terminal = os.open("/dev/null", os.O_RDONLY)
    # The session's leader gets SIGHUP and dies; the kernel sends it to the job that was in the foreground then.
    wait_until(lambda: not os.path.exists(f"/proc/{shell.engine}"))
    shell.close()
    assert requests(root)[0] == "1 1"
    assert alive("ORCHESTRATE_TASK=r/1.1/1") == []


def test_a_killed_engine_gives_the_terminal_back(root: Path) -> None:
    shell = Shell(root, WAIT)
    before = termios.tcgetattr(shell.terminal)
    raw = termios.tcgetattr(shell.terminal)
    raw[3] &= ~(termios.ECHO | termios.ICANON)
    termios.tcsetattr(shell.terminal, termios.TCSANOW, raw)
    os.kill(shell.engine, signal.SIGKILL)
    wait_until(lambda: shell.news() == ["ended4"])
    assert termios.tcgetattr(shell.terminal)[3] == before[3]
    assert b"\x1b[?25h" in os.read(shell.terminal, 4096)
    shell.close()
