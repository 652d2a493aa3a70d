import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from process_trees import SHAPES, alive, until

from orchestrator.processes.attempt import AttemptProcesses, ProcessFactory
from orchestrator.processes.redact import Redactor


async def cancelled(processes: AttemptProcesses, script: str, when: Callable[[], object]) -> float:
    job = asyncio.create_task(processes.run(["sh", "-c", script]))
    await until(when)
    loop = asyncio.get_running_loop()
    asked = loop.time()
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    return loop.time() - asked


@pytest.mark.parametrize("shape", SHAPES)
def test_cancelling_leaves_no_process_behind(factory: ProcessFactory, shape: str) -> None:
    script, sleeps = SHAPES[shape]
    tag = f"cancel-{os.getpid()}-{shape}"
    processes = factory.for_attempt(tag, "1.1", 1, {})

    async def scenario() -> None:
        job = asyncio.create_task(processes.run(["sh", "-c", script]))
        await until(lambda: len(alive(tag, "sleep")) >= sleeps or job.done())
        job.cancel()
        await asyncio.gather(job, return_exceptions=True)

    asyncio.run(scenario())
    assert alive(tag) == []


def test_a_cancelled_child_may_clean_up_first(processes: AttemptProcesses, root: Path) -> None:
    script = "trap 'echo bye > bye; exit 0' TERM; touch up; while :; do sleep 0.01; done"
    asyncio.run(cancelled(processes, script, (root / "up").exists))
    assert (root / "bye").read_text() == "bye\n"


def test_a_helper_of_a_cancelled_child_gets_the_grace_too(processes: AttemptProcesses, root: Path) -> None:
    helper = "trap 'sleep 0.1; echo bye > bye; exit 0' TERM; touch up; while :; do sleep 0.01; done"
    asyncio.run(cancelled(processes, f'sh -c "{helper}" & sleep 300.7', (root / "up").exists))
    assert (root / "bye").read_text() == "bye\n"


def test_a_stopped_child_is_woken_to_see_the_request(processes: AttemptProcesses, root: Path) -> None:
    script = "trap 'echo bye > bye; exit 0' TERM; touch up; kill -STOP $$; sleep 300.7"
    asyncio.run(cancelled(processes, script, (root / "up").exists))
    assert (root / "bye").read_text() == "bye\n"


def test_the_last_output_of_a_cancelled_child_is_kept(processes: AttemptProcesses, root: Path) -> None:
    asyncio.run(cancelled(processes, "echo thinking; touch up; sleep 300.7", (root / "up").exists))
    assert processes.last_output == "thinking"


IGNORES = "trap '' TERM; touch up; while :; do sleep 0.01; done"


def test_who_ignores_the_request_is_killed_after_the_grace(make_factory, root: Path) -> None:
    processes = make_factory(grace=0.4).for_attempt("r", "t", 1, {})
    assert 0.4 <= asyncio.run(cancelled(processes, IGNORES, (root / "up").exists)) < 2


def test_cancelling_twice_ends_the_grace(make_factory, root: Path) -> None:
    processes = make_factory(grace=60).for_attempt("r", "t", 1, {})

    async def scenario() -> float:
        job = asyncio.create_task(processes.run(["sh", "-c", IGNORES]))
        await until((root / "up").exists)
        job.cancel()
        loop = asyncio.get_running_loop()
        asked = loop.time()
        loop.call_later(0.05, job.cancel)
        with pytest.raises(asyncio.CancelledError):
            await job
        return loop.time() - asked

    assert asyncio.run(scenario()) < 5


@pytest.mark.parametrize("delay", [0.0, 0.05, 0.1, 0.25, 0.252, 0.254])
def test_cancelling_while_leftovers_are_ended_is_not_lost(factory: ProcessFactory, root: Path, delay: float) -> None:
    tag = f"late-{os.getpid()}-{delay}"
    processes = factory.for_attempt(tag, "1.1", 1, {})

    async def scenario() -> None:
        job = asyncio.create_task(processes.run(["sh", "-c", "sleep 300.7 & echo $! > up; exit 0"]))
        await until(lambda: (root / "up").exists() and not alive(tag, "sh"))
        asyncio.get_running_loop().call_later(delay, job.cancel)
        await asyncio.wait([job])
        assert job.cancelled() or job.result().leftovers == 1

    asyncio.run(scenario())
    assert alive(tag) == []


def test_hurrying_ends_the_grace_of_all(make_factory, root: Path) -> None:
    factory = make_factory(grace=60)
    processes = factory.for_attempt("r", "t", 1, {})

    async def scenario() -> None:
        asyncio.get_running_loop().call_later(0.1, factory.hurry)
        await cancelled(processes, IGNORES, (root / "up").exists)

    asyncio.run(asyncio.wait_for(scenario(), 10))


def test_a_daemon_of_another_task_is_left_alone(factory: ProcessFactory, root: Path) -> None:
    first, second = (factory.for_attempt(f"twins-{os.getpid()}", task, 1, {}) for task in ("1.1", "1.2"))

    async def scenario() -> list[int]:
        script = "setsid sleep 300.7 & while [ ! -e end ]; do sleep 0.01; done"
        job = asyncio.create_task(first.run(["sh", "-c", script]))
        await until(lambda: bool(alive(f"twins-{os.getpid()}/1.1", "sleep\x00300.7")))  # it may be a shell still
        await second.run(["true"])
        left = alive(f"twins-{os.getpid()}/1.1", "sleep\x00300.7")
        (root / "end").touch()
        assert (await job).leftovers == 1
        return left

    assert len(asyncio.run(scenario())) == 1


def test_a_process_that_hid_everything_is_ended_with_the_run(root: Path) -> None:
    factory = ProcessFactory(str(root), str(root / "logs"), Redactor({}), environ={"PATH": os.environ["PATH"]})
    hidden = factory.for_attempt("r", "1.1", 1, {})
    # No tag, a session of its own, and gone from below its parent before anybody looked.
    script = "env -i /usr/bin/setsid /bin/sh -c 'echo $$ > pid; exec /bin/sleep 300.7' & while [ ! -s pid ]; do :; done"
    assert asyncio.run(hidden.run(["sh", "-c", script])).leftovers == 0
    pid = int((root / "pid").read_text())
    assert factory.close() == 1
    assert not os.path.exists(f"/proc/{pid}/exe")
