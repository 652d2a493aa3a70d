"""Carry a plan out: signals, reporters, approvals from elsewhere, and the end of it all."""

import asyncio
import os
import sys
from contextlib import suppress

from orchestrator.cli.wiring import Beginning, Machinery, Materials, assemble
from orchestrator.contracts import Answer, Ledger
from orchestrator.engine.outcome import RunResult
from orchestrator.errors import OrchestrateError
from orchestrator.models.record import RunRecord
from orchestrator.models.status import TaskState
from orchestrator.processes.signals import StopSignals

_SECONDS_BETWEEN_LOOKS = 1.0  # at the ledger, while a task waits for a person and others run


def carry_out(materials: Materials, beginning: Beginning) -> RunResult:
    """Carry the plan out and return how it ended; news has been shown and no child is left."""
    return asyncio.run(_carry_out(materials, beginning))


async def _carry_out(materials: Materials, beginning: Beginning) -> RunResult:
    machinery = assemble(materials, beginning)
    loop = asyncio.get_running_loop()
    machinery.bus.start(materials.plan)
    listener = loop.create_task(_hear_approvals(machinery, materials.ledger, beginning.run))
    try:
        with StopSignals(loop, lambda signum, times: _stop(machinery, signum, times)):
            return await machinery.executor.run()
    finally:
        listener.cancel()
        with suppress(asyncio.CancelledError):
            await listener
        machinery.processes.close()
        machinery.bus.close()


def _stop(machinery: Machinery, signum: int, times: int) -> None:
    if times > 2:
        sys.stderr.write("stopped without waiting; `orchestrate resume` sorts out what was left\n")
        sys.stderr.flush()
        # The supervisor ends what is left of the run.
        os._exit(128 + signum)
    machinery.executor.request_stop(signum)


async def _hear_approvals(machinery: Machinery, ledger: Ledger, run: str) -> None:
    """Hand over what people decide from other terminals while tasks wait and others run."""
    executor = machinery.executor
    while True:
        await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
        waiting = [task for task, state in executor.scheduler.states().items() if state is TaskState.WAITING]
        if not waiting:
            continue
        with suppress(OrchestrateError):
            for task, answer in answers_of(ledger.read_run(run)).items():
                if task in waiting:
                    executor.decide(task, answer)


def answers_of(record: RunRecord) -> dict[str, Answer]:
    """Return the decisions about those tasks whose newest question has been answered."""
    newest = {approval.task: approval for approval in record.approvals}
    return {
        task: Answer(decision=said.decision, note=said.note, evidence=said.evidence, by=said.by or "")
        for task, said in newest.items()
        if said.decision is not None
    }
