"""Blocking work in a thread that a cancellation cannot tear from its caller.

A cancelled `asyncio.to_thread` leaves its thread running unseen: files would still be written while the engine already
takes the attempt back. Here the caller is cancelled only when the work is over.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def to_its_end(work: Callable[[], T]) -> T:
    """Run the work in a thread and return its result; a cancellation meanwhile is raised when it is over."""
    job = asyncio.ensure_future(asyncio.to_thread(work))
    cancelled: asyncio.CancelledError | None = None
    while not job.done():
        try:
            await asyncio.wait((job,))
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is None:
        return job.result()
    if not job.cancelled():
        job.exception()  # seen: the cancellation is the news, and what was half done can be told from the hashes
    raise cancelled


def discard(work: Awaitable[object]) -> None:
    """Close a coroutine that will not be awaited, which would complain about it."""
    close = getattr(work, "close", None)
    if close is not None:
        close()
