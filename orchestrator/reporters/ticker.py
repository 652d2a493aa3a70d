"""Call something now and then while a run goes on: heartbeats and the frames of the live display.

News comes only when something happens; a display also has to move when nothing does.
"""

import logging
import threading
from collections.abc import Callable
from typing import Protocol

_log = logging.getLogger(__name__)


class Ticker(Protocol):
    """Something that calls back until it is stopped; tests pass one that they wind by hand."""

    def start(self, call: Callable[[], None]) -> None:
        """Begin to call."""

    def stop(self) -> None:
        """End; no call is under way afterwards."""


class ThreadTicker:
    """Calls every `seconds` from a thread of its own."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, call: Callable[[], None]) -> None:
        """Begin to call."""
        self._thread = threading.Thread(target=self._work, args=(call,), name="reporter-ticker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End; a call that is under way is waited for, unless it is the one that stops."""
        self._stopped.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def _work(self, call: Callable[[], None]) -> None:
        while not self._stopped.wait(self._seconds):
            try:
                call()
            except Exception:
                _log.exception("a display broke; the run goes on without it")
                return
