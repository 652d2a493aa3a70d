"""Call back when a descriptor has something to read: one epoll of our own, watched by the event loop as a whole.

A child needs two descriptors watched for some milliseconds; the loop's own books for each of them would cost as much
as starting the child.
"""

import asyncio
import select
from collections.abc import Callable


class Watch:
    """The descriptors of all children of a factory; serves one event loop after the other."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._calls: dict[int, Callable[[], object]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def add(self, descriptor: int, call: Callable[[], object]) -> None:
        """Call back whenever the descriptor can be read, on the running loop."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop = loop
            loop.add_reader(self._epoll.fileno(), self._look)
        self._epoll.register(descriptor, select.EPOLLIN)
        self._calls[descriptor] = call

    def remove(self, descriptor: int) -> None:
        """Forget a descriptor; to be called before it is closed."""
        del self._calls[descriptor]
        self._epoll.unregister(descriptor)

    def close(self) -> None:
        """Give the epoll back; nothing is watched any more."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(self._epoll.fileno())
        self._epoll.close()

    def _look(self) -> None:
        for descriptor, _ in self._epoll.poll(0):
            call = self._calls.get(descriptor)  # an earlier one of this round may have removed it
            if call is not None:
                call()
