"""Make a value in a process of its own, while this one does something else: two processors are busy then.

What the making needed, often many times what it made, is given back with that process. Only what succeeds is taken
over: whatever else happens there is silent, and is done again here, where it is told.
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct, msgpack

from orchestrator.processes.sweep import end_with_parent, send

T = TypeVar("T", bound=Struct)

_FEWEST = 2  # processors; with one it would only take longer


def made_beside(make: Callable[[], T], kind: type[T], meanwhile: Callable[[], object]) -> T:
    """Return what `make` makes, in a fork of this process where that pays; raise what it raises."""
    if not _is_worth_it():
        meanwhile()
        return make()
    reading, writing = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if not child:
        _end_with(make, writing, parent)
    os.close(writing)
    try:
        with open(reading, "rb") as pipe:
            meanwhile()
            answer = pipe.read()
    except BaseException:
        send(child, signal.SIGKILL)
        raise
    finally:
        _, status = os.waitpid(child, 0)
    return make() if status else msgpack.decode(answer, type=kind)


def _is_worth_it() -> bool:
    threads = sys.modules.get("threading")  # a fork would take this thread alone
    alone = threads is None or threads.active_count() == 1
    return alone and hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) >= _FEWEST


def _end_with(make: Callable[[], Struct], writing: int, parent: int) -> None:
    """End this process with what was made, and without anything that would be done at the end of the other one."""
    code = 1
    try:
        end_with_parent(signal.SIGKILL)
        if os.getppid() == parent:
            with open(writing, "wb") as pipe:
                pipe.write(msgpack.encode(make()))
            code = 0
    finally:
        os._exit(code)
