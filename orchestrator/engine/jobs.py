"""The asyncio tasks of a run (*jobs*, to keep them apart from the plan's tasks): launched, cancelled, collected.

All live in the run's one TaskGroup. None of them ever raises into it: how a job ends is a value in the inbox.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, TypeAlias

from orchestrator.engine.failures import cancelled
from orchestrator.engine.measure import ScopeAnswer
from orchestrator.engine.ports import AttemptEnd, Ready

Item: TypeAlias = AttemptEnd | ScopeAnswer
Work: TypeAlias = Coroutine[Any, Any, Item]


class Jobs:
    """What runs now, by the name of its task or scope. `ring` is called when something has arrived."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self.inbox: deque[Item] = deque()
        self.crash: Exception | None = None  # a bug of ours: the run ends in order, and raises it then
        self._ring = ring
        self._running: dict[str, asyncio.Task[None]] = {}

    def __len__(self) -> int:
        return len(self._running)

    def launch(self, group: asyncio.TaskGroup, name: str, work: Work, otherwise: Callable[[], Item]) -> None:
        """Start a job; `otherwise` makes its end should it be cancelled before its first step, or break."""
        job = group.create_task(self._guarded(name, work, otherwise))
        self._running[name] = job
        job.add_done_callback(partial(self._ended, name, work, otherwise))

    def cancel(self, name: str) -> bool:
        """Cancel a job; False when there is none of this name."""
        job = self._running.get(name)
        return job is not None and job.cancel()

    def cancel_all(self) -> None:
        """Cancel every job, those again that were cancelled before: that ends their patience with children."""
        for job in self._running.values():
            job.cancel()

    async def _guarded(self, name: str, work: Work, otherwise: Callable[[], Item]) -> None:
        try:
            item = await work
        except Exception as error:
            self.crash = self.crash or error
            item = otherwise()
        self._arrived(name, item)

    def _ended(self, name: str, work: Work, otherwise: Callable[[], Item], job: "asyncio.Task[None]") -> None:
        """See to a job that was cancelled before its first step: nothing of it has arrived."""
        if self._running.get(name) is job:
            work.close()
            self._arrived(name, otherwise())

    def _arrived(self, name: str, item: Item) -> None:
        del self._running[name]
        self.inbox.append(item)
        self._ring()


def never_begun(ready: Ready) -> AttemptEnd:
    """Return the end of an attempt that was called off before its first step."""
    return AttemptEnd(key=ready.key, number=ready.number, outcome=cancelled("was cancelled before it began"))
