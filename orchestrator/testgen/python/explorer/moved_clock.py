"""Let a process live at another moment: what the clock says must not decide whether a test passes.

Whoever asks `time` or `datetime` gets the other time, and it goes on from there. A seat belt like the fence: native
code that asks the kernel gets the real one.
"""

import datetime
import time
from typing import Any

_ASKED_WITHOUT = ("localtime", "gmtime", "ctime")  # they take seconds, and the present ones when there are none


class _Kind(type):
    """The class of the moved class: what the real one made is an instance of it too."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _real)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, _real)


_real = datetime.datetime


def move(moment: float) -> None:
    """Make it `moment`, in seconds since the epoch, for this process from now on."""
    shift = moment - time.time()
    seconds, nanoseconds = time.time, time.time_ns
    time.time = lambda: seconds() + shift
    time.time_ns = lambda: nanoseconds() + int(shift * 1e9)
    for name in _ASKED_WITHOUT:
        setattr(time, name, _with_seconds(getattr(time, name)))
    asctime, strftime, localtime = time.asctime, time.strftime, time.localtime
    time.asctime = lambda *given: asctime(*(given or (localtime(),)))
    time.strftime = lambda text, *given: strftime(text, *(given or (localtime(),)))
    datetime.datetime = _moved_class()  # type: ignore[misc]


def _with_seconds(function: Any) -> Any:
    def asked(seconds: Any = None) -> Any:
        return function(time.time() if seconds is None else seconds)

    return asked


def _moved_class() -> Any:
    """Return a class that is `datetime.datetime` but for the present; `today` asks `time.time` by itself."""

    class Moved(_real, metaclass=_Kind):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return cls.fromtimestamp(time.time(), tz)

        @classmethod
        def utcnow(cls) -> Any:
            return cls.fromtimestamp(time.time(), datetime.UTC).replace(tzinfo=None)

        def __repr__(self) -> str:
            return f"datetime.{super().__repr__()}"

    Moved.__name__ = Moved.__qualname__ = "datetime"
    Moved.__module__ = "datetime"
    return Moved
