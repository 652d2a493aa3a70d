"""The writer: facts that arrive together share one commit.

With full durability a thread of its own commits whatever has arrived; nobody waits on purpose, the fsync before is
what collects. With normal durability a commit costs less than waking a thread, so the caller makes it when
nothing is waiting.
"""

import os
import sqlite3
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from threading import Condition, Lock, Thread
from typing import TypeAlias

from orchestrator.errors import Unusable
from orchestrator.ledger.journal import Journal
from orchestrator.ledger.parcels import Parcel, pack
from orchestrator.ledger.reserve import Reserve
from orchestrator.ledger.rows import ATTEMPT_STARTED, CHANGE, RUN_RESUMED, RUN_STARTED, TASK_RESET, FactRefused
from orchestrator.ledger.sqlite_errors import in_words, is_full
from orchestrator.models.facts import Fact
from orchestrator.models.status import Durability

Letter: TypeAlias = tuple[Parcel, "Future[None]"]

# What begins something is refused once the disk was full; what ends something gets the last room.
_BEGINNINGS = frozenset({RUN_STARTED, RUN_RESUMED, TASK_RESET, ATTEMPT_STARTED, CHANGE})


class Writer:
    """Owns the connection that writes."""

    def __init__(self, connection: sqlite3.Connection, path: Path, durability: Durability) -> None:
        self._journal = Journal(connection)
        self._path = path
        self._identity = _identity(path)
        self._reserve = Reserve(path.parent)
        self._in_caller = durability is Durability.NORMAL
        self._connection_lock = Lock()  # held by whoever uses the connection
        self._arrived = Condition()
        self._letters: deque[Letter] = deque()
        self._thread: Thread | None = None
        self._closed = False
        self._broken: Unusable | None = None
        self._full: Unusable | None = None
        # One future serves every append that its caller committed: nobody can change it any more.
        self._written: Future[None] = Future()
        self._written.set_result(None)

    @property
    def commits(self) -> int:
        """Count the transactions since the ledger was opened."""
        return self._journal.commits

    def append(self, facts: Sequence[Fact]) -> "Future[None]":
        """Write facts in this order in one transaction; see `contracts.Ledger`."""
        parcel = pack(facts)
        if self._in_caller and self._connection_lock.acquire(blocking=False):
            try:
                if not (self._letters or self._closed or self._broken or self._full):
                    return self._deliver_now(parcel)
            finally:
                self._connection_lock.release()
        future: Future[None] = Future()
        future.set_running_or_notify_cancel()  # what is on its way to the disk cannot be called back
        with self._arrived:
            if self._closed:
                message = "the ledger is closed"
                raise RuntimeError(message)
            if self._thread is None:
                self._thread = Thread(target=self._serve, name="ledger", daemon=True)
                self._thread.start()
            self._letters.append((parcel, future))
            self._arrived.notify()
        return future

    def close(self) -> None:
        """Commit what is waiting and give the file back."""
        with self._arrived:
            self._closed = True
            self._arrived.notify()
        if self._thread is not None:
            self._thread.join()
        with self._connection_lock:
            self._journal.close()

    def _serve(self) -> None:
        while True:
            with self._arrived:
                self._arrived.wait_for(lambda: self._letters or self._closed)
                if not self._letters:
                    return
            with self._connection_lock:
                with self._arrived:
                    batch = list(self._letters)
                    self._letters.clear()
                self._deliver(batch)

    # ------------------------------------------------------------ one batch, and what may go wrong with it

    def _deliver(self, batch: Sequence[Letter]) -> None:
        """Commit a batch and settle every future of it; nothing is raised."""
        if self._broken or self._full:
            self._deliver_last(batch)
            return
        try:
            self._write([parcel for parcel, _ in batch])
        except Exception as error:  # a fact that cannot be stored must not end the thread
            self._recover(batch, error)
        else:
            for _, future in batch:
                future.set_result(None)

    def _deliver_now(self, parcel: Parcel) -> "Future[None]":
        try:
            self._write([parcel])
        except Exception as error:
            future: Future[None] = Future()
            self._recover([(parcel, future)], error)
            return future
        return self._written

    def _write(self, parcels: Sequence[Parcel]) -> None:
        """Commit; a commit into a file that nobody can open any more is none, and SQLite does not notice it."""
        self._journal.write(parcels)
        if _identity(self._path) != self._identity:
            message = f"{self._path} was removed or replaced while the run went on"
            raise Unusable(message, hint="what the run did since is not remembered; look at the tree, then run again")

    def _recover(self, batch: Sequence[Letter], error: Exception) -> None:
        if isinstance(error, Unusable):
            self._broken = error
            self._deliver_last(batch)
        elif isinstance(error, sqlite3.Error):
            self._fail(batch, error)
        elif len(batch) > 1:
            # One of them cannot be written, the others are well: each alone shows which.
            for letter in batch:
                self._deliver([letter])
        else:
            batch[0][1].set_exception(error)

    def _fail(self, batch: Sequence[Letter], error: sqlite3.Error) -> None:
        told = in_words(self._path, error)
        told.__cause__ = error
        if is_full(error, self._path.parent) and self._reserve.free():
            self._full = told
        else:
            self._broken = told
        self._deliver_last(batch)

    def _deliver_last(self, batch: Sequence[Letter]) -> None:
        """Write what ends something, if there is room; what is not written goes to the emergency file."""
        for parcel, future in batch:
            left = parcel.rows
            ends = tuple(row for row in left if row[1] not in _BEGINNINGS)
            if not self._broken and self._try(Parcel(rows=ends)):
                left = tuple(row for row in left if row[1] in _BEGINNINGS)
            told = self._broken or self._full
            if told is None or not left:
                future.set_result(None)
            else:
                self._reserve.save(left, told.message)
                future.set_exception(told)

    def _try(self, parcel: Parcel) -> bool:
        try:
            self._write([parcel])
        except FactRefused:
            return False
        except Unusable as error:
            self._broken = error
            return False
        except sqlite3.Error as error:
            self._broken = in_words(self._path, error)
            return False
        return True


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from another one of its name; None when there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino
