"""Time as a machine of one's own would count it: without what was spent in line for a processor.

A limit in plain seconds ends on a busy machine what comes through on an idle one, and the tests would depend on who
else works there. Linux tells how long a thread stood in line; elsewhere the seconds count as they pass. Whoever sleeps
or computes is not in line: its seconds count everywhere.
"""

import mmap
import os
import struct
import time

_DOUBLE = struct.Struct("d")
_NANO = 1e-9
# The code under test may replace them.
_monotonic, _open, _read, _close = time.monotonic, os.open, os.read, os.close


class Stopwatch:
    """Count seconds of this process and of the children that were `forgiven`; tell the parent what is left out."""

    def __init__(self, told: str = "") -> None:
        """`told` is a file for the seconds that are left out: whoever waits for this process waits that much longer."""
        self._owner = os.getpid()
        self._children = 0.0
        self._told: mmap.mmap | None = None
        if told:
            with open(told, "w+b") as file:
                file.truncate(_DOUBLE.size)
                self._told = mmap.mmap(file.fileno(), _DOUBLE.size)
        self.begun = self.now()

    def now(self) -> float:
        """Return seconds since some moment."""
        queued = queued_by("self") + self._children
        if self._told is not None and os.getpid() == self._owner:
            _DOUBLE.pack_into(self._told, 0, queued)
        return _monotonic() - queued

    def forgive(self, child: int) -> None:
        """Leave out what a child stood in line, for which this process waited; before the child is reaped."""
        self._children += queued_by(child)


def queued_by(process: "int | str") -> float:
    """Return for how many seconds a process stood in line for a processor; 0 where nobody knows."""
    try:
        file = _open(f"/proc/{process}/schedstat", os.O_RDONLY)
    except OSError:
        return 0.0
    try:
        return int(_read(file, 100).split()[1]) * _NANO
    except (OSError, IndexError, ValueError):
        return 0.0
    finally:
        _close(file)
