"""Know every process that belongs to a running child, also those that left its group, its session and its parent.

An orphan belongs to a child when it is in the child's session, or was seen below it, or carries its tag in the
environment. One that hid all three cannot be told from a helper of another child that still runs; it is ended
with the run (`ProcessFactory.close`), at the latest by the supervisor.
"""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Iterator

from orchestrator.processes.spawn import Child
from orchestrator.processes.sweep import Standing, descendants, has_variable, reap, standing
from orchestrator.processes.watch import Watch

_PAGE = 1 << 16
_TRACED = 0.5  # seconds
_ROUND = 0.001


class Running:
    """A child between its start and the moment when nothing of it is left."""

    def __init__(self, watch: Watch, child: Child, tag: str) -> None:
        self.child = child
        self.pid = child.pid
        self.tag = tag
        self.exited: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.has_exited = False
        self._seen: set[tuple[int, int]] = set()
        self._watch = watch
        self._watched = True
        watch.add(child.handle, self._note_exit)

    def look_below(self) -> None:
        """Remember the processes below the child: they are known even if they leave its session later."""
        for pid in descendants(self.pid):
            status = standing(pid)
            if status is not None:
                self._seen.add((pid, status.started))

    def saw(self, pid: int, status: Standing) -> bool:
        """Say whether this very process was below the child when we looked."""
        return (pid, status.started) in self._seen

    def close(self) -> int | None:
        """Take the exit status away; None when the child hangs in the kernel and outlived SIGKILL."""
        if not self.has_exited:
            self.signal(signal.SIGKILL)
        self._forget_handle()
        status = self.child.take_status()
        patience = time.monotonic() + _TRACED
        while status is None and self.has_exited and time.monotonic() < patience:  # a debugger hears of the end first
            time.sleep(_ROUND)
            status = self.child.take_status()
        return status

    def signal(self, signum: int) -> None:
        """Signal the child's process group."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signum)

    def _note_exit(self) -> None:
        # The status stays where it is until the sweep is over: as long as it is not taken, no other process can get
        # this pid, and so no other group or session this number.
        self.has_exited = True
        self._forget_handle()
        if not self.exited.done():
            self.exited.set_result(None)

    def _forget_handle(self) -> None:
        if self._watched:  # once only: the number may belong to another child's descriptor by now
            self._watched = False
            self._watch.remove(self.child.handle)
            os.close(self.child.handle)


class Children:
    """All children of this process that run now, and the orphans that fell to it."""

    def __init__(self) -> None:
        self._running: dict[int, Running] = {}
        self._session = os.getsid(0)
        self._waiting: list[asyncio.Future[None]] = []
        # Orphans fall to the main thread. The file is kept open because it is read after every child.
        self._list = os.open(f"/proc/self/task/{os.getpid()}/children", os.O_RDONLY | os.O_CLOEXEC)

    def __len__(self) -> int:
        return len(self._running)

    def add(self, running: Running) -> None:
        """Take note of a started child."""
        self._running[running.pid] = running

    def remove(self, running: Running) -> None:
        """Forget a child of which nothing is left."""
        del self._running[running.pid]
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def one_less(self) -> None:
        """Wait until a child has ended and freed its descriptors."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        await future

    def orphans_of(self, running: Running) -> list[int]:
        """Return the living orphans that belong to a child; dead ones of anybody are waited for."""
        return [pid for pid, status in self._orphans() if self._belongs(pid, status, running)]

    def strays(self) -> list[int]:
        """Return the living orphans of all children."""
        return [pid for pid, _ in self._orphans()]

    def close(self) -> None:
        """Close the list."""
        os.close(self._list)

    def _belongs(self, pid: int, status: Standing, running: Running) -> bool:
        if status.session == running.pid or running.saw(pid, status):
            return True
        twins = [other for other in self._running.values() if other.tag == running.tag and other is not running]
        return not twins and has_variable(pid, running.tag)

    def _orphans(self) -> list[tuple[int, Standing]]:
        found = []
        for pid in self._listed():
            if pid in self._running:
                continue
            status = standing(pid)
            # A child in our own session was started by other code of this process (git, a process pool).
            if status is None or status.session == self._session:
                continue
            if status.is_dead:
                reap(pid)
            else:
                found.append((pid, status))
        return found

    def _listed(self) -> Iterator[int]:
        # The kernel hands out a page at a time.
        text = b""
        while block := os.pread(self._list, _PAGE, len(text)):
            text += block
        return map(int, text.split())
