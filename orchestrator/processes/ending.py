"""End a child with everything that it started: ask, wait, kill, and look until nothing is left."""

import asyncio
import signal
from collections.abc import Callable

from orchestrator.processes.children import Children, Running
from orchestrator.processes.sweep import descendants, send

_SETTLE = 0.25  # seconds that helpers of a child which ended by itself get to end by themselves
_STUCK = 5.0  # seconds after SIGKILL; only a process that hangs in the kernel needs more
_SHORTEST_LOOK = 0.002
_LONGEST_LOOK = 0.05


class Ending:
    """The end of one child. `at_once` is asked at every look and cuts the grace short."""

    def __init__(self, running: Running, children: Children, grace: float, at_once: Callable[[], bool]) -> None:
        self._killed: set[int] = set()
        self._running = running
        self._children = children
        self._grace = grace
        self._at_once = at_once
        self._cancelled = False
        self._loop = asyncio.get_running_loop()

    async def stop(self) -> None:
        """End a child that may still run. Being cancelled meanwhile means: now; CancelledError is raised afterwards."""
        self._running.look_below()
        self._running.signal(signal.SIGTERM)
        self._running.signal(signal.SIGCONT)  # a stopped process sees SIGTERM only when it goes on
        await self._wait_until_gone(self._grace, self._at_once)
        await self._kill()
        if self._cancelled:
            raise asyncio.CancelledError

    async def clear(self) -> int:
        """End what a child left behind that ended by itself; return how many processes that were."""
        if self._children.orphans_of(self._running):
            await self._wait_until_gone(_SETTLE, self._at_once)
            await self._kill()
        if self._cancelled:
            raise asyncio.CancelledError
        return len(self._killed)

    async def _kill(self) -> None:
        # A kill may race with a fork, so this goes on until a look finds nothing.
        deadline = self._loop.time() + _STUCK
        while not self._is_gone() and self._loop.time() < deadline:
            # One by one first: the group's members would be dead before they are counted.
            for orphan in self._children.orphans_of(self._running):
                self._killed.update(pid for pid in (orphan, *descendants(orphan)) if send(pid, signal.SIGKILL))
            self._running.signal(signal.SIGKILL)
            await self._pause(_SHORTEST_LOOK)

    async def _wait_until_gone(self, seconds: float, at_once: Callable[[], bool]) -> None:
        deadline = self._loop.time() + seconds
        pause = _SHORTEST_LOOK
        while not self._is_gone() and not at_once() and not self._cancelled:
            left = deadline - self._loop.time()
            if left <= 0:
                return
            await self._pause(min(pause, left))
            pause = min(2 * pause, _LONGEST_LOOK)

    def _is_gone(self) -> bool:
        return self._running.has_exited and not self._children.orphans_of(self._running)

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            self._cancelled = True
