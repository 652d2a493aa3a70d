"""Let something come to its end although the one who waits for it is cancelled."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def is_being_cancelled() -> bool:
    """Say whether somebody asked for the end of the running job (a handler may raise CancelledError by itself)."""
    job = asyncio.current_task()
    return job is not None and job.cancelling() > 0


async def to_the_end(work: Coroutine[Any, Any, T]) -> tuple[T, asyncio.CancelledError | None]:
    """Await work to its end; return its result, and the cancellation that arrived meanwhile."""
    job = asyncio.ensure_future(work)
    cancellation: asyncio.CancelledError | None = None
    while not job.done():
        try:
            await asyncio.wait((job,))
        except asyncio.CancelledError as error:
            cancellation = error
    return job.result(), cancellation


async def uninterrupted(work: Coroutine[Any, Any, T]) -> T:
    """Await work to its end; a cancellation that arrives meanwhile is raised afterwards.

    Bringing files to the tree is never stopped half-way: it ends, and is taken back if need be.
    An error of the work goes before the cancellation.
    """
    result, cancellation = await to_the_end(work)
    if cancellation is not None:
        raise cancellation
    return result
