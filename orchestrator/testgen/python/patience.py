"""Wait longer for children that stand in line for a processor: a budget is seconds of a machine of one's own.

Children write into a file how long they stood in line, while they get on with their work. One that hangs writes no
more and ends when its budget does; nobody is waited for longer than `MOST` budgets.
"""

import asyncio
import contextlib
import struct
from collections.abc import Iterator
from pathlib import Path

MOST = 9.0
_DOUBLE = struct.Struct("d")
_LOOK = 0.5  # seconds between two looks


class Patience:
    """The time limits of one module; each moves on by what the module's children stood in line meanwhile."""

    def __init__(self, seconds: float = float("inf")) -> None:
        """At most `seconds` are given in all; `given` are those that were."""
        self.given = 0.0
        self._left = seconds
        self._limits: list[asyncio.Timeout] = []
        self._told: dict[Path, float] = {}  # files of the children that run, with what they told last

    @contextlib.contextmanager
    def moves(self, limit: asyncio.Timeout) -> Iterator[None]:
        """Move this limit too, as long as the block runs."""
        self._limits.append(limit)
        try:
            yield
        finally:
            self._limits.remove(limit)

    def left(self) -> float:
        """Return the seconds until the first of the limits."""
        now = asyncio.get_running_loop().time()
        return min((when - now for each in self._limits if (when := each.when()) is not None), default=float("inf"))

    @contextlib.contextmanager
    def looks_at(self, told: Path) -> Iterator[None]:
        """Look now and then, as long as the block runs, into the file in which a child tells how long it waited.

        Of children that run side by side the mean counts: their waiting passed at the same time.
        """
        self._told[told] = 0.0
        looking = asyncio.create_task(self._keep_looking())
        try:
            yield
        finally:
            looking.cancel()
            self._look()
            del self._told[told]

    async def _keep_looking(self) -> None:
        while True:
            self._look()
            await asyncio.sleep(_LOOK)

    def _look(self) -> None:
        present = {told: max(_read(told), before) for told, before in self._told.items()}
        self._give(sum(present[told] - before for told, before in self._told.items()) / len(present))
        self._told.update(present)

    def _give(self, seconds: float) -> None:
        seconds = min(max(seconds, 0.0), self._left)
        self._left -= seconds
        self.given += seconds
        self.extend(seconds)

    def extend(self, seconds: float) -> None:
        """Move every limit on: there is more to be done than was known."""
        for limit in self._limits if seconds else ():
            when = limit.when()
            if when is not None and not limit.expired():
                limit.reschedule(when + seconds)


def _read(told: Path) -> float:
    try:
        [seconds] = _DOUBLE.unpack(told.read_bytes())
    except (OSError, struct.error):
        return 0.0
    return float(seconds)
