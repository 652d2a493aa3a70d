"""What the engine itself costs per task: no-op tasks, facts to a memory ledger, no reporter, no files.

    python bench/engine_noop.py            # 1,000, 10,000 and 100,000 tasks, each in a fresh process
    python bench/engine_noop.py --one 10000 parallel

Bars: under 150 µs per task, 100,000 tasks under 10 s and 400 MB, the cost per task flat (± 20 %).
"""

import argparse
import asyncio
import gc
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from orchestrator.contracts import Handler, Outcome, Params, TakenBack, TaskContext, unchanged
from orchestrator.engine.attempt import TaskAttempts
from orchestrator.engine.bus import Bus
from orchestrator.engine.clock import SystemClock
from orchestrator.engine.executor import PhaseExecutor
from orchestrator.engine.ports import Tools
from orchestrator.engine.scheduler import Scheduler
from orchestrator.ledger.memory import MemoryLedger
from orchestrator.models.facts import RunStarted
from orchestrator.models.plan import Limits, Plan, PlannedGroup, PlannedPhase, PlannedTask
from orchestrator.models.status import Durability, Execution
from orchestrator.runners.local import LocalRunner

SIZES = (1_000, 10_000, 100_000)
SHAPES = ("parallel", "chain", "layers")


class NoParams(Params):
    """A no-op has none."""


class Noop(Handler[NoParams]):
    """Do nothing."""

    type = "noop"
    params_model = NoParams

    async def run(self, params: NoParams, context: TaskContext) -> Outcome:
        return unchanged("nothing to do")


class NoFiles:
    """An attempt's workspace that is never written to."""

    def open_attempt(self, task: str, attempt: int) -> Any:
        return self

    def staged(self) -> tuple[()]:
        return ()

    async def rollback(self) -> TakenBack:
        return TakenBack()


class NoBinding:
    """Nothing is late."""

    def values(self, task: PlannedTask, attempt: int, outputs: Mapping[str, Any]) -> Mapping[str, Any]:
        return {}


def make_plan(count: int, shape: str, limit: int) -> Plan:
    """Make independent tasks, one chain, or layers of 100 in which each task needs two of the layer before."""
    names = [f"t{number}" for number in range(count)]
    rng = random.Random(1)
    tasks = []
    for number, name in enumerate(names):
        layer = number // 100 * 100
        needs = rng.sample(names[layer - 100 : layer], 2) if shape == "layers" and layer else ()
        tasks.append(PlannedTask(id=name, name=name, handler="noop", phase="1", group="1.a", depends_on=tuple(needs)))
    execution = Execution.SEQUENTIAL if shape == "chain" else Execution.PARALLEL
    group = PlannedGroup(id="1.a", letter="a", name="", phase="1", execution=execution)
    return Plan(
        project="bench",
        root="/",
        document="",
        document_hash="",
        phases=(PlannedPhase(id="1", name=""),),
        groups=(group,),
        tasks=tuple(tasks),
        limits=Limits(max_parallel_tasks=limit),
        durability=Durability.NORMAL,
    )


def _attempts(clock: SystemClock, bus: Bus) -> TaskAttempts:
    """Return attempts that do nothing."""
    noop = Noop()
    tools = Tools(processes=None)  # type: ignore[arg-type] - a no-op starts nothing
    return TaskAttempts(
        run="bench",
        handlers=lambda name: noop,
        workspaces=NoFiles(),
        tools=lambda task, attempt, on_output: tools,
        templates=None,  # type: ignore[arg-type]
        binding=NoBinding(),  # type: ignore[arg-type]
        runner=LocalRunner(),
        measure=None,  # type: ignore[arg-type]
        clock=clock,
        bus=bus,
    )


def run_once(count: int, shape: str, limit: int) -> dict[str, Any]:
    """Run in this process; seconds from the finished plan to the recorded end of the run."""
    plan = make_plan(count, shape, limit)
    clock = SystemClock()
    bus = Bus("bench", (), clock.now)
    attempts = _attempts(clock, bus)
    opening = RunStarted(
        run="bench",
        kind="run",
        time=clock.now(),
        command=("bench",),
        plan={},
        tasks=tuple((t.id, "") for t in plan.tasks),
    )
    gc.collect()
    gc.freeze()
    started, cpu = time.perf_counter(), time.process_time()
    scheduler = Scheduler(plan)

    async def main() -> Any:
        executor = PhaseExecutor(
            run="bench",
            plan=plan,
            scheduler=scheduler,
            ledger=MemoryLedger(),
            attempts=attempts,
            measure=None,  # type: ignore[arg-type]
            bus=bus,
            clock=clock,
            rng=random.Random(0),
            opening=(opening,),
        )
        return await executor.run()

    result = asyncio.run(main())
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    assert result.exit_code == 0, result
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"tasks": count, "shape": shape, "limit": limit, "seconds": seconds, "cpu": cpu, "peak_mb": peak}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--one", nargs=2, metavar=("TASKS", "SHAPE"), help="run once in this process, print JSON")
    parser.add_argument("--limit", type=int, default=8, help="tasks at a time, 0 = no limit")
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(run_once(int(chosen.one[0]), chosen.one[1], chosen.limit)))
        return
    print(f"{'shape':10}{'tasks':>9}{'seconds':>10}{'CPU s':>9}{'µs/task':>10}{'peak MB':>10}")
    for shape in SHAPES:
        for size in SIZES:
            command = [sys.executable, __file__, "--one", str(size), shape, "--limit", str(chosen.limit)]
            row = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            each = row["cpu"] / size * 1e6
            print(f"{shape:10}{size:>9,}{row['seconds']:>10.2f}{row['cpu']:>9.2f}{each:>10.1f}{row['peak_mb']:>10.0f}")


if __name__ == "__main__":
    main()
