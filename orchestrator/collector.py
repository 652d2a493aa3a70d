"""When the garbage collector looks, and when not.

Loading and reading make no garbage, but up to hundreds of thousands of objects that the collector would walk over and
over: one walk over what a command has loaded takes a tenth of its whole time.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Objects between two looks, and looks of a younger generation between two of an older one.
_STARTING = (200_000, 20, 50)
_WORKING = (50_000, 20, 50)


def look_rarely() -> None:
    """Let the collector look only at commands that read a lot; to be called when the process starts."""
    gc.set_threshold(*_STARTING)


def look_at_what_is_new() -> None:
    """Let the collector look regularly, but never again at what is there now: for work that goes on for hours."""
    gc.freeze()
    gc.set_threshold(*_WORKING)


@contextmanager
def paused_collector() -> Iterator[None]:
    """Pause the garbage collector; it goes on as it was, also after an error."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
