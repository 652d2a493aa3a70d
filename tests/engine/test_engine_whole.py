"""The engine with its real neighbours: the tree on disk, the ledger in memory, the local runner."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import pytest
from engine_plans import group, plan, task
from engine_stage import EPOCH, RUN, Stage

from orchestrator.contracts import Outcome, TaskContext, changed, failed
from orchestrator.engine.clock import SystemClock
from orchestrator.ledger.memory import MemoryLedger
from orchestrator.models.facts import RunStarted
from orchestrator.models.status import Execution, RunState, TaskState
from orchestrator.runners.local import LocalRunner
from orchestrator.workspace.workspace import TreeWorkspace


async def edit(context: TaskContext) -> Outcome:
    name = f"{context.task.id}.txt"
    context.workspace.write_text(name, "new\n")
    return changed(f"wrote {name}")


async def edit_and_fail(context: TaskContext) -> Outcome:
    await edit(context)
    return failed("changed my mind")


def opening(of: Any) -> RunStarted:
    tasks = tuple((item.id, item.definition) for item in of.tasks)
    return RunStarted(run=RUN, kind="run", time=EPOCH, command=("run",), plan={}, tasks=tasks)


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


def test_a_run_on_a_real_tree_is_recorded_with_its_changes(tmp_path: Path, ledger: MemoryLedger) -> None:
    of = plan([task("1"), task("2"), task("3", after=["2"])])
    tree = TreeWorkspace(tmp_path, run=RUN, ledger=ledger, tracking=False)
    stage = Stage(of, {"1": edit, "2": edit_and_fail, "3": edit}, ledger=ledger, tree=tree, opening=(opening(of),))
    result = stage.play()
    tree.close()
    record = ledger.read_run(RUN)
    assert result.exit_code == 1
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["1.txt"]
    assert {entry.id: entry.state for entry in record.tasks} == {
        "1": TaskState.CHANGED,
        "2": TaskState.FAILED,
        "3": TaskState.BLOCKED,
    }
    assert (record.state, record.exit_code) == (RunState.FAILED, 1)
    assert [change.change.path for change in record.changes if change.state == "made"] == ["1.txt"]


def test_a_stop_while_real_files_are_written_leaves_nothing_half_done(tmp_path: Path, ledger: MemoryLedger) -> None:
    names = [str(number) for number in range(6)]
    of = plan([task(name) for name in names], [group(execution=Execution.SEQUENTIAL)])
    tree = TreeWorkspace(tmp_path, run=RUN, ledger=ledger, tracking=False)
    stage = Stage(of, dict.fromkeys(names, edit), ledger=ledger, tree=tree, opening=(opening(of),))

    async def stop(context: TaskContext) -> Outcome:
        stage.executor.request_stop(signal.SIGINT)
        return await edit(context)

    stage.handler.script["3"] = stop
    result = stage.play()
    tree.close()
    assert result.exit_code == 130
    assert sorted(path.name for path in tmp_path.glob("*.txt")) == ["0.txt", "1.txt", "2.txt"]
    states = [entry.state.value for entry in ledger.read_run(RUN).tasks]
    assert states == ["changed"] * 3 + ["cancelled"] * 3


def test_the_local_runner_carries_out_and_passes_on_what_is_raised() -> None:
    async def go() -> Outcome:
        runner = LocalRunner()

        async def good() -> Outcome:
            return changed("did it")

        async def bad() -> Outcome:
            raise ValueError("no")

        with pytest.raises(ValueError, match="no"):
            await runner.run(bad)
        outcome = await runner.run(good)
        await runner.close()
        return outcome

    assert asyncio.run(go()) == changed("did it")


def test_the_system_clock_wakes_at_its_moment_and_can_be_called_off() -> None:
    async def go() -> list[str]:
        clock = SystemClock()
        woken: list[str] = []
        done = asyncio.Event()
        clock.call_at(clock.monotonic() + 0.001, lambda: woken.append("never"))()
        clock.call_at(clock.monotonic() - 1, lambda: woken.append("late"))
        clock.call_at(clock.monotonic() + 0.002, done.set)
        await done.wait()
        return woken

    assert asyncio.run(go()) == ["late"]
    assert SystemClock().now().utcoffset() is not None
