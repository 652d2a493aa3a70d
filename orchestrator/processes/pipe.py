"""Read the pipe of one child while the event loop runs: in chunks, never by lines, never waiting for its end."""

import asyncio
import contextlib
import fcntl
import os

from orchestrator.processes.output import Output
from orchestrator.processes.watch import Watch

_CHUNK = 1 << 16  # what a pipe holds unless it is made larger
_LARGE_CHUNK = 1 << 20
_SET_PIPE_SIZE = getattr(fcntl, "F_SETPIPE_SZ", None)
_DRAIN = 1.0  # seconds


class Pipe:
    """The reading end of a child's output."""

    def __init__(self, watch: Watch, descriptor: int, output: Output) -> None:
        self._loop = asyncio.get_running_loop()
        self.last_heard = self._loop.time()
        self._watch = watch
        self._descriptor = descriptor
        self._output = output
        self._size = _CHUNK
        self._ended = asyncio.Event()
        watch.add(descriptor, self._read)

    async def drain(self) -> None:
        """Read what the ended child wrote; whoever still holds the pipe open is listened to for a second at most."""
        deadline = self._loop.time() + _DRAIN
        while not self._ended.is_set() and self._read():
            if self._loop.time() > deadline:
                return
        if not self._ended.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), deadline - self._loop.time())

    def close(self) -> None:
        """Stop reading."""
        if not self._ended.is_set():
            self._ended.set()
            self._watch.remove(self._descriptor)
            os.close(self._descriptor)

    def _read(self) -> bool:
        try:
            data = os.read(self._descriptor, self._size)
        except BlockingIOError:
            return False
        if not data:
            self.close()
            return False
        self.last_heard = self._loop.time()
        if len(data) == self._size == _CHUNK:
            self._enlarge()
        self._output.feed(data)
        return True

    def _enlarge(self) -> None:
        # Most children print little; only one that fills its pipe is worth a megabyte of the kernel's memory.
        self._size = _LARGE_CHUNK
        if _SET_PIPE_SIZE is not None:
            try:
                fcntl.fcntl(self._descriptor, _SET_PIPE_SIZE, _LARGE_CHUNK)
            except OSError:  # the user's share of pipe memory is used up; the small pipe works too
                return
