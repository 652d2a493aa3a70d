"""Carry a plan out: signals, reporters, approvals from elsewhere, and the end of it all."""

import asyncio
import os
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import partial

from orchestrator.cli.streams import tell
from orchestrator.cli.waits_writer import WaitsFile
from orchestrator.cli.wiring import Beginning, Machinery, Materials, assemble
from orchestrator.engine.outcome import RunResult
from orchestrator.models.events import EventType
from orchestrator.processes.signals import StopSignals

_SECONDS_BETWEEN_LOOKS = 1.0  # at what people decided, and at what tasks wait for


def carry_out(materials: Materials, beginning: Beginning) -> RunResult:
    """Carry the plan out and return how it ended; news has been shown and no child is left."""
    return asyncio.run(_carry_out(materials, beginning))


async def _carry_out(materials: Materials, beginning: Beginning) -> RunResult:
    machinery = assemble(materials, beginning)
    loop = asyncio.get_running_loop()
    machinery.bus.start(materials.plan)
    waits = None if materials.dry_run else WaitsFile(materials.root, beginning.run, machinery.clock)
    listener = loop.create_task(_keep_in_touch(machinery, waits))
    try:
        with StopSignals(loop, lambda signum, times: _stop(machinery, signum, times)), _cautions(materials, machinery):
            return await machinery.executor.run()
    finally:
        listener.cancel()
        with suppress(asyncio.CancelledError):
            await listener
        if waits is not None:
            waits.close(machinery.executor.scheduler)
        machinery.processes.close()
        machinery.bus.close()


def _cautions(materials: Materials, machinery: Machinery) -> AbstractContextManager[None]:
    """Announce warnings among the other news; they come from threads that record what commands changed."""
    if not machinery.bus.has_listeners:
        return nullcontext()
    loop, publish = asyncio.get_running_loop(), machinery.bus.publish
    return materials.cautions.heard_by(
        lambda text: loop.call_soon_threadsafe(partial(publish, EventType.WARNING, text=text))
    )


def _stop(machinery: Machinery, signum: int, times: int) -> None:
    if times > 2:
        tell("stopped without waiting; `orchestrate resume` sorts out what was left\n")
        # The supervisor ends what is left of the run.
        os._exit(128 + signum)
    machinery.executor.request_stop(signum)


async def _keep_in_touch(machinery: Machinery, waits: WaitsFile | None) -> None:
    """Say to other terminals why tasks wait, and hand over what people decide there while others run."""
    while True:
        await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
        if waits is not None:
            waits.update(machinery.executor.scheduler, machinery.questions.at_the_terminal())
        await machinery.executor.hear()
