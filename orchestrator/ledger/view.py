"""A consistent look at the ledger's file, at the same time as somebody else writes it."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from threading import RLock
from typing import TypeVar

from orchestrator.collector import paused_collector
from orchestrator.errors import Unusable
from orchestrator.ledger.connection import View, open_to_read
from orchestrator.ledger.sqlite_errors import told_in_words

T = TypeVar("T")


class Looking:
    """Opens the file when it is looked at first, and anew when it is another one since."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = RLock()
        self._view: View | None = None

    def look(self, read: Callable[[sqlite3.Connection], T]) -> T:
        """Return what `read` makes of one state of the ledger; Unusable when it cannot be read."""
        with self._lock, paused_collector():
            view = self._fresh()
            try:
                return self._in_one_state(view, read)
            except Unusable:
                # A writer may have begun to work on a file that was taken for one at rest.
                if not view.is_stale():
                    raise
            return self._in_one_state(self._fresh(), read)

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            if self._view is not None:
                self._view.close()
                self._view = None

    def _fresh(self) -> View:
        if self._view is not None and self._view.is_stale():
            self.close()
        if self._view is None:
            self._view = open_to_read(self._path)
        return self._view

    def _in_one_state(self, view: View, read: Callable[[sqlite3.Connection], T]) -> T:
        with told_in_words(self._path):
            view.connection.execute("BEGIN")
            try:
                return read(view.connection)
            finally:
                view.connection.execute("ROLLBACK")
