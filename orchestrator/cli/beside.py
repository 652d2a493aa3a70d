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
from orchestrator.processors import processors

T = TypeVar("T", bound=Struct)

_FEWEST = 2  # processors


def is_a_processor_free() -> bool:
    """Say whether another process would run now: what both have to load is loaded twice, which costs a busy machine."""
    if (present := processors()) < _FEWEST:
        return False
    try:
        with open("/proc/loadavg", encoding="ascii") as facts:
            running = int(facts.read().split()[3].partition("/")[0])
    except (OSError, ValueError, IndexError):
        return False
    return running <= present


def made_beside(make: Callable[[], T], kind: type[T], meanwhile: Callable[[], object]) -> T:
    """Return what `make` makes, in a fork of this process unless it has threads; raise what it raises."""
    threads = sys.modules.get("threading")
    if threads is not None and threads.active_count() > 1:  # a fork would take this one alone
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
