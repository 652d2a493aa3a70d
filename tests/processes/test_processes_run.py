import asyncio
import contextlib
import os
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.errors import MissingTool, PathRefused, TaskFailed, Unusable
from orchestrator.processes.attempt import AttemptProcesses, ProcessFactory


def run(processes: AttemptProcesses, script: str, **options: object):
    return asyncio.run(processes.run(["sh", "-c", script], **options))


def test_exit_code_and_the_output_of_both_streams_are_returned(processes: AttemptProcesses) -> None:
    finished = run(processes, "echo out; echo err >&2; exit 3")
    assert (finished.exit_code, finished.tail, finished.output_bytes) == (3, "out\nerr", 8)


def test_a_signal_is_a_negative_exit_code(processes: AttemptProcesses) -> None:
    assert run(processes, "kill -SEGV $$").exit_code == -signal.SIGSEGV


def test_arguments_are_not_seen_by_a_shell(processes: AttemptProcesses) -> None:
    finished = asyncio.run(processes.run(["printf", "%s|", "$HOME", "a b", "; exit 1", "*"]))
    assert finished.tail == "$HOME|a b|; exit 1|*|"


def test_standard_input_is_empty_unless_something_is_given(processes: AttemptProcesses) -> None:
    assert run(processes, "cat; echo end").tail == "end"
    big = b"x" * 3_000_000
    assert run(processes, "wc -c", stdin=big).tail == "3000000"


def test_a_child_is_the_leader_of_its_own_session(processes: AttemptProcesses) -> None:
    session, pid = run(processes, 'cut -d" " -f6 /proc/$$/stat; echo $$').tail.split()
    assert session == pid != str(os.getsid(0))


def test_a_child_inherits_no_descriptors(processes: AttemptProcesses, tmp_path: Path) -> None:
    lock = os.open(tmp_path / "lock", os.O_CREAT | os.O_RDWR)
    os.set_inheritable(lock, True)
    try:
        assert run(processes, "ls /proc/self/fd | sort | tr '\\n' ' '").tail == "0 1 2 3"
    finally:
        os.close(lock)


def test_a_child_can_be_ended_by_a_broken_pipe(processes: AttemptProcesses) -> None:
    # Python ignores SIGPIPE and a child would inherit that: `yes | head` would complain instead of ending.
    assert run(processes, "yes | head -1; echo ok").tail == "y\nok"


def test_it_runs_in_the_given_folder_below_the_root(processes: AttemptProcesses, root: Path) -> None:
    (root / "web").mkdir()
    assert run(processes, "pwd", cwd="web").tail == str(root / "web")


def test_a_folder_outside_of_the_root_is_refused(processes: AttemptProcesses, root: Path) -> None:
    (root / "out").symlink_to("/tmp")
    for cwd in ("..", "/tmp", "out", "web/../.."):
        with pytest.raises(PathRefused, match="leads out of the repository"):
            run(processes, "true", cwd=cwd)


def test_a_folder_that_is_missing_is_named(processes: AttemptProcesses) -> None:
    with pytest.raises(TaskFailed, match=r"sh cannot be started: the folder .*/nowhere does not exist"):
        run(processes, "true", cwd="nowhere")


def test_a_missing_program_is_named_with_a_hint(processes: AttemptProcesses) -> None:
    with pytest.raises(MissingTool, match="the program no-such-tool is not installed") as caught:
        asyncio.run(processes.run(["no-such-tool"]))
    assert caught.value.hint is not None
    assert caught.value.hint.startswith("install no-such-tool")


def test_a_script_without_its_interpreter_and_one_without_a_first_line_are_told_apart(
    processes: AttemptProcesses, root: Path
) -> None:
    for name, content in (("lost", "#!/no/such/interpreter\n"), ("bare", "echo hello\n")):
        (root / name).write_text(content)
        (root / name).chmod(0o755)
    with pytest.raises(MissingTool, match="the interpreter that its first line names does not exist"):
        asyncio.run(processes.run(["./lost"]))
    with pytest.raises(MissingTool, match="neither a binary nor a script"):
        asyncio.run(processes.run(["./bare"]))


def test_arguments_that_no_program_can_get_are_refused(processes: AttemptProcesses) -> None:
    with pytest.raises(TaskFailed, match="holds a NUL character"):
        asyncio.run(processes.run(["echo", "a\0b"]))
    with pytest.raises(TaskFailed, match="too long"):
        asyncio.run(processes.run(["echo", "x" * 3_000_000]))


def test_the_log_is_private_and_made_with_the_first_byte_only(processes: AttemptProcesses, root: Path) -> None:
    silent = run(processes, "true")
    assert silent.log is None
    assert not (root / ".orchestrate").exists()
    loud = run(processes, "echo hello")
    assert loud.log is not None
    log = root / ".orchestrate" / loud.log
    assert log.read_bytes() == b"hello\n"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700


def test_children_of_one_attempt_share_its_log(processes: AttemptProcesses, root: Path) -> None:
    first = run(processes, "echo one")
    second = run(processes, "echo two")
    assert first.log == second.log == processes.log
    assert (root / ".orchestrate" / str(first.log)).read_text() == "one\ntwo\n"


def test_a_task_id_with_slashes_stays_one_file_name(factory: ProcessFactory, root: Path) -> None:
    attempts = [factory.for_attempt("r", task, 1, {}) for task in ("a/../b", "a_.._b")]
    logs = [str(run(attempt, "echo x").log) for attempt in attempts]
    assert len(set(logs)) == 2
    assert all(log.count("/") == 2 for log in logs)


def test_a_log_that_cannot_be_written_stops_the_run_but_not_the_child(factory: ProcessFactory, root: Path) -> None:
    (root / ".orchestrate").write_text("in the way")
    with pytest.raises(Unusable, match="cannot be written"):
        run(factory.for_attempt("r", "t", 1, {}), "seq 200000; touch finished")
    assert (root / "finished").exists()


def test_lines_are_announced_when_they_are_complete(factory: ProcessFactory) -> None:
    seen: list[str] = []
    processes = factory.for_attempt("r", "t", 1, {}, on_output=seen.append)
    run(processes, "printf 'one\\ntw'; sleep 0.05; printf 'o\\nthree'")
    assert "\n".join(seen).split("\n") == ["one", "two", "three"]


def test_a_task_is_over_when_its_process_is_and_not_when_its_pipe_closes(processes: AttemptProcesses) -> None:
    finished = run(processes, "sleep 300.7 & echo done")
    assert (finished.exit_code, finished.tail, finished.leftovers) == (0, "done", 1)
    assert finished.seconds < 60


def test_a_helper_that_is_about_to_end_may_do_so(processes: AttemptProcesses, root: Path) -> None:
    finished = run(processes, "(sleep 0.1; echo late > late) & exit 0")
    assert finished.leftovers == 0
    assert (root / "late").read_text() == "late\n"


def test_silence_ends_a_child_and_is_told(processes: AttemptProcesses) -> None:
    finished = run(processes, "echo start; sleep 300.7", idle_timeout=0.2)
    assert finished.idle
    assert (finished.exit_code, finished.tail) == (-signal.SIGTERM, "start")


def test_who_keeps_talking_is_not_idle(processes: AttemptProcesses) -> None:
    finished = run(processes, "for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.1; done", idle_timeout=0.5)
    assert (finished.idle, finished.exit_code) == (False, 0)


def test_the_idle_limit_of_an_attempt_holds_for_children_without_one(factory: ProcessFactory) -> None:
    assert run(factory.for_attempt("r", "t", 1, {}, idle_timeout=0.1), "sleep 300.7").idle


def test_no_descriptor_is_left_open(factory: ProcessFactory, open_descriptors: Callable[[], int]) -> None:
    async def scenario() -> tuple[int, int]:
        before = open_descriptors()
        for number in range(20):
            attempt = factory.for_attempt("r", f"t{number}", 1, {})
            await attempt.run(["sh", "-c", "echo hello"], stdin=b"x")
            with pytest.raises(MissingTool):
                await attempt.run(["no-such-tool"])
            job = asyncio.create_task(attempt.run(["sleep", "300.7"]))
            await asyncio.sleep(0)
            job.cancel()
            await asyncio.gather(job, return_exceptions=True)
        return before, open_descriptors()

    before, after = asyncio.run(scenario())
    assert after == before


@pytest.fixture
def few_descriptors():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken: list[int] = []

    def limit(spare: int) -> None:
        highest = max(map(int, os.listdir("/proc/self/fd")))
        resource.setrlimit(resource.RLIMIT_NOFILE, (highest + spare + 1, hard))
        with contextlib.suppress(OSError):
            while True:
                taken.append(os.dup(0))
        for _ in range(spare):
            os.close(taken.pop())

    yield limit
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    for descriptor in taken:
        os.close(descriptor)


def test_with_few_descriptors_children_wait_for_each_other(factory: ProcessFactory, few_descriptors) -> None:
    async def scenario() -> list[int]:
        few_descriptors(30)
        attempts = [factory.for_attempt("r", f"t{number}", 1, {}) for number in range(61)]
        finished = await asyncio.gather(*(attempt.run(["sh", "-c", "echo x"]) for attempt in attempts))
        return [each.output_bytes for each in finished]

    assert asyncio.run(scenario()) == [2] * 61


def test_without_any_descriptor_the_limit_is_named(processes: AttemptProcesses, few_descriptors) -> None:
    async def scenario() -> None:
        few_descriptors(2)
        with pytest.raises(Unusable, match="true cannot be started: Too many open files") as caught:
            await processes.run(["true"])
        assert "ulimit -n" in str(caught.value.hint)

    asyncio.run(scenario())


TRACER = """
import ctypes, os, select, sys, time
while not os.path.exists("pid") or not (text := open("pid").read()):
    time.sleep(0.01)
pid = int(text)
ctypes.CDLL(None).ptrace(ctypes.c_long(0x4206), ctypes.c_long(pid), ctypes.c_long(0), ctypes.c_long(0))  # PTRACE_SEIZE
watched = os.pidfd_open(pid)
open("traced", "w").write("yes")
select.select([watched], [], [])
time.sleep(0.1)
os.waitpid(pid, 0)
"""


def test_the_exit_code_of_a_traced_child_is_its_own(processes: AttemptProcesses, root: Path) -> None:
    tracer = subprocess.Popen([sys.executable, "-c", TRACER], cwd=root)
    finished = run(processes, "echo $$ > pid; until [ -s traced ]; do :; done; exit 3")
    if tracer.wait(20):
        pytest.skip("nobody may trace a process here that is not a child of his")
    assert finished.exit_code == 3
