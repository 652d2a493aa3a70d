"""Programs that are started beside others: the event loop goes on while the kernel loads them."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from orchestrator.errors import MissingTool
from orchestrator.processes.attempt import AttemptProcesses, ProcessFactory
from orchestrator.processes.starter import Starter


@pytest.fixture
def processes(factory: ProcessFactory, processes: AttemptProcesses) -> AttemptProcesses:
    """Take every start for a slow one, as on a busy machine: so the thread makes those beside others."""
    factory.starter.quick = 0.0
    return processes


def started_by_thread() -> bool:
    return any(thread.name == "starter" for thread in threading.enumerate())


@asynccontextmanager
async def company(processes: AttemptProcesses) -> AsyncIterator[None]:
    """Have another child run meanwhile."""
    job = asyncio.create_task(processes.run(["sleep", "600"]))
    await asyncio.sleep(0)  # it is started at once: nothing else runs
    try:
        yield
    finally:
        job.cancel()
        await asyncio.wait([job])


def beside(processes: AttemptProcesses, *argv: str):
    async def both():
        async with company(processes):
            return await processes.run(argv)

    return asyncio.run(both())


def test_the_first_child_needs_no_thread_and_the_second_has_one(
    factory: ProcessFactory, processes: AttemptProcesses
) -> None:
    asyncio.run(processes.run(["true"]))
    assert not started_by_thread()
    assert beside(processes, "sh", "-c", "echo out; echo err >&2; exit 3").tail == "out\nerr"
    assert started_by_thread()
    factory.starter.close()
    assert not started_by_thread()


def test_where_starts_are_quick_no_thread_is_needed(factory: ProcessFactory, processes: AttemptProcesses) -> None:
    factory.starter.quick = 60.0
    assert beside(processes, "echo", "out").tail == "out"
    assert not started_by_thread()


def test_a_slow_start_gives_the_next_ones_to_the_thread_until_it_is_tried_again() -> None:
    starter = Starter(quick=0.5)
    try:
        starter.took(0.4)
        assert not starter.is_wanted()
        starter.took(0.6)
        wanted = [starter.is_wanted() for _ in range(40)]
        assert wanted == [True] * 32 + [False] * 8
    finally:
        starter.close()


def test_it_inherits_nothing_but_its_streams(processes: AttemptProcesses, root: Path) -> None:
    lock = os.open(root / "lock", os.O_CREAT | os.O_RDWR)
    os.set_inheritable(lock, True)
    try:
        script = "ls /proc/self/fd | sort | tr '\\n' ' '; grep -E 'SigBlk|SigIgn' /proc/self/status | cut -f2"
        files, _, signals = beside(processes, "sh", "-c", script).tail.rpartition("3 ")
    finally:
        os.close(lock)
    blocked, ignored = (int(each, 16) for each in signals.split())
    # the C library lets the two signals of its own be ignored in what it starts
    assert (files, blocked, ignored & 0x7FFFFFFF) == ("0 1 2 ", 0, 0)


def test_what_cannot_be_started_is_named(processes: AttemptProcesses, root: Path) -> None:
    (root / "tool").write_text("#!/no/such/interpreter\n")
    (root / "tool").chmod(0o755)
    with pytest.raises(MissingTool, match="interpreter that its first line names does not exist"):
        beside(processes, "./tool")


def test_no_descriptor_is_left_open(processes: AttemptProcesses, open_descriptors: Callable[[], int]) -> None:
    async def several() -> tuple[int, int]:
        async with company(processes):
            before = open_descriptors()
            for _ in range(5):
                await processes.run(["true"])
            return before, open_descriptors()

    before, after = asyncio.run(several())
    assert after == before


def test_a_child_whose_start_is_cancelled_is_ended(processes: AttemptProcesses) -> None:
    async def cancelled() -> bool:
        async with company(processes):
            job = asyncio.create_task(processes.run(["sh", "-c", "trap '' TERM; touch ran; sleep 600"]))
            await asyncio.sleep(0)  # the order is given
            job.cancel()
            await asyncio.wait([job])
            return job.cancelled()

    assert asyncio.run(cancelled())  # `factory` says that nothing is left


def test_what_was_ordered_is_there_although_it_was_cancelled_twice() -> None:
    starter = Starter()
    assert starter.is_ready()

    async def ordered(source: int, output: int) -> tuple[int, bool]:
        work = starter.execute(["sleep", "600"], program="/bin/sleep", folder="/", env={}, source=source, output=output)
        job = asyncio.create_task(work)
        for _ in range(2):
            await asyncio.sleep(0)
            job.cancel()
        return await job

    try:
        with open(os.devnull, "r+") as nothing:
            pid, was_cancelled = asyncio.run(ordered(nothing.fileno(), nothing.fileno()))
        os.kill(pid, signal.SIGKILL)
        assert (was_cancelled, os.waitpid(pid, 0)[1]) == (True, signal.SIGKILL)
    finally:
        starter.close()


def test_a_start_that_fails_after_it_was_cancelled_is_cancelled(processes: AttemptProcesses, root: Path) -> None:
    (root / "text").write_text("no program")
    (root / "text").chmod(0o755)

    async def cancelled() -> bool:
        async with company(processes):
            job = asyncio.create_task(processes.run(["./text"]))
            await asyncio.sleep(0)
            job.cancel()
            await asyncio.wait([job])
            return job.cancelled()

    assert asyncio.run(cancelled())


def test_without_room_for_a_thread_it_is_said() -> None:
    script = """
import resource
from orchestrator.processes.starter import Starter
starter = Starter()
size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + 4_000_000, resource.RLIM_INFINITY))
print(starter.is_ready())
resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(starter.is_ready())
starter.close()
"""
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (told.stdout, told.stderr) == ("False\nTrue\n", "")
