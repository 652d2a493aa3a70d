"""What the kernel lets this process have: memory, processor time, sizes of files. In bytes and seconds."""

import os
import resource

_MEMORY = 4 << 30
_MEMORY_OF_A_CALL = 512 << 20  # filling more takes a second or not, as the machine has time
_FILE = 32 << 20
_PAGE = resource.getpagesize()
# The code under test may replace them.
_getrlimit, _setrlimit, _open, _read, _close = resource.getrlimit, resource.setrlimit, os.open, os.read, os.close


def limit_process(seconds: int) -> None:
    """Bound memory, processor time and file sizes of this process and what it forks."""
    for kind, value in ((resource.RLIMIT_AS, _MEMORY), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_FSIZE, _FILE)):
        _, hard = resource.getrlimit(kind)
        limit = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (limit, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def memory_limits() -> tuple[int, int]:
    """Return what holds for the memory of this process, now and at most."""
    return _getrlimit(resource.RLIMIT_AS)


def set_memory_limits(limits: tuple[int, int]) -> None:
    """Let this hold for the memory of this process."""
    _setrlimit(resource.RLIMIT_AS, limits)


def bound_memory() -> tuple[int, int]:
    """Let this process grow by what a call may take; return the limits that held before."""
    limits = memory_limits()
    try:
        file = _open("/proc/self/statm", os.O_RDONLY)
    except OSError:  # not Linux
        return limits
    try:
        most = int(_read(file, 20).split()[0]) * _PAGE + _MEMORY_OF_A_CALL
    finally:
        _close(file)
    if limits[0] == resource.RLIM_INFINITY or most < limits[0]:
        set_memory_limits((most, limits[1]))
    return limits
