"""SIGINT, SIGTERM and SIGHUP as requests to stop: once = in order, twice = at once, three times = leave."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SAME = 0.25  # seconds
_AT_ONCE = 2


class StopSignals:
    """Call `on_stop(signum, times)` for each request while the `with` block runs.

    The same signal within a quarter of a second is one request: a signal to the whole group reaches the engine
    directly and through the supervisor, and `timeout` sends its own twice. The death of the supervisor arrives as
    SIGTERM and counts as two, because nobody is left who would sweep after us; for the same reason no signal after
    it counts as three (a session leader's death brings SIGHUP as well). A signal that was ignored when we started
    (nohup, a script's background job) stays ignored.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, on_stop: Callable[[int, int], None]) -> None:
        self._loop = loop
        self._on_stop = on_stop
        self._times = 0
        self._last = dict.fromkeys(_STOP, -_SAME)
        self._parent = os.getppid()
        self._watched: list[signal.Signals] = []

    def __enter__(self) -> Self:
        for signum in _STOP:
            if signal.getsignal(signum) is not signal.SIG_IGN:
                self._loop.add_signal_handler(signum, self._note, signum)
                self._watched.append(signum)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for signum in self._watched:
            self._loop.remove_signal_handler(signum)

    def _note(self, signum: signal.Signals) -> None:
        now = time.monotonic()
        orphaned = os.getppid() != self._parent
        if now - self._last[signum] < _SAME and not orphaned:
            return
        self._last[signum] = now
        self._times = _AT_ONCE if orphaned else self._times + 1
        self._on_stop(signum, self._times)
