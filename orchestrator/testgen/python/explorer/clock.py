"""Notice the project's code asking what time it is: what it then returns differs tomorrow."""

import datetime
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_CLOCKS = frozenset({time.time, time.time_ns, time.localtime, time.gmtime, time.ctime, time.strftime, time.asctime})
_DATE = datetime.date
_NOW = frozenset({"now", "utcnow", "today"})


class ClockWatch:
    """`was_read` says whether code below the project's folder read the clock since `watching` began."""

    def __init__(self, project: str) -> None:
        self.was_read = False
        self._project = os.path.realpath(project) + os.sep

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch this thread and those that it starts."""
        self.was_read = False
        threading.setprofile(self._profile)
        sys.setprofile(self._profile)
        try:
            yield
        finally:
            sys.setprofile(None)
            threading.setprofile(None)

    def _profile(self, frame: FrameType, event: str, argument: Any) -> None:
        if event != "c_call" or self.was_read:
            return
        owner = getattr(argument, "__self__", None)
        is_now = getattr(argument, "__name__", "") in _NOW and isinstance(owner, type) and issubclass(owner, _DATE)
        try:
            is_clock = is_now or argument in _CLOCKS
        except TypeError:  # not hashable
            return
        if is_clock:
            file = os.path.realpath(frame.f_code.co_filename)
            self.was_read = file.startswith(self._project) and "site-packages" not in file[len(self._project) :]
