"""Opening the ledger's file: for the one who writes, and for those who only look."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from orchestrator.errors import MissingTool, UsageError
from orchestrator.ledger import migrations
from orchestrator.ledger.codec import damaged
from orchestrator.ledger.folder import beside, check_file, check_folder, make_folder
from orchestrator.ledger.sqlite_errors import BUSY_SECONDS, told_in_words
from orchestrator.models.status import Durability

_OLDEST_SQLITE = (3, 37, 0)  # STRICT tables


class View(Struct, frozen=True, kw_only=True):
    """A connection that only reads; a stale one does not see what was written since, and must be opened anew."""

    connection: sqlite3.Connection
    close: Callable[[], None]
    is_stale: Callable[[], bool]


def open_to_write(path: Path, durability: Durability, *, create: bool) -> sqlite3.Connection:
    """Open the ledger for its writer: schema brought up, structure checked. Unusable says what is wrong."""
    _need_strict_tables()
    if create:
        make_folder(path.parent)
    elif not path.parent.exists() or not os.path.lexists(path):
        message = f"there is no ledger at {path}"
        raise UsageError(message, hint="`orchestrate run` makes one")
    check_folder(path.parent, writing=True)
    if not check_file(path) and create:
        migrations.create(path)
    with told_in_words(path):
        connection = _connect(path, "mode=rw")
        try:
            # Looked at before anything is written: what is no ledger of ours stays as it is.
            migrations.check_identity(connection, path)
            check_structure(connection)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {durability.value.upper()}")
            migrations.upgrade(connection)
            connection.execute("PRAGMA foreign_keys = ON")  # off until then: a migration may make a table anew
        except BaseException:
            connection.close()
            raise
    return connection


def open_to_read(path: Path) -> View:
    """Open the ledger without writing anything beside it; where there is none yet, look at an empty one."""
    _need_strict_tables()
    if not path.parent.exists():
        return _empty(path)
    check_folder(path.parent, writing=False)
    if not check_file(path):
        return _empty(path)
    with told_in_words(path):
        view = _view(path)
        try:
            migrations.check_identity(view.connection, path)
            migrations.check_current(view.connection, path)
        except BaseException:
            view.close()
            raise
    return view


def _view(path: Path) -> View:
    """Choose how to read.

    Without a write-ahead log nobody has the ledger open, and reading it as an immutable file creates nothing. With
    the log and its index SQLite shares both. With the log alone (the index was deleted, or the folder was copied)
    SQLite would have to make the index: it does so for a copy.
    """
    log = beside(path, "-wal")
    if not log.exists():
        before = _stamp(path)
        connection = _connect(path, "mode=ro&immutable=1")
        return View(
            connection=connection,
            close=connection.close,
            is_stale=lambda: log.exists() or _stamp(path) != before,
        )
    if beside(path, "-shm").exists():
        connection = _connect(path, "mode=ro")
        return View(connection=connection, close=connection.close, is_stale=lambda: not path.exists())
    return _view_of_copy(path)


def _view_of_copy(path: Path) -> View:
    import shutil
    import tempfile

    folder = tempfile.TemporaryDirectory(prefix="orchestrate-")
    copy = Path(folder.name) / path.name
    for suffix in ("", "-wal"):
        shutil.copyfile(beside(path, suffix), beside(copy, suffix))
    connection = _connect(copy, "mode=rw")

    def close() -> None:
        connection.close()
        folder.cleanup()

    return View(connection=connection, close=close, is_stale=beside(path, "-shm").exists)


def _empty(path: Path) -> View:
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    migrations.begin(connection)
    return View(connection=connection, close=connection.close, is_stale=path.exists)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def check_structure(connection: sqlite3.Connection) -> None:
    """Let SQLite look at pages and indexes; Unusable when they contradict each other."""
    # The conditions are left out: checksums cover the values, and this makes it ten times faster.
    connection.execute("PRAGMA ignore_check_constraints = ON")
    found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    connection.execute("PRAGMA ignore_check_constraints = OFF")
    if found != "ok":
        raise damaged(found)


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    # The connection is handed from the one who appends to the writer's thread; a lock keeps them apart.
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{mode}",
        uri=True,
        isolation_level=None,
        timeout=BUSY_SECONDS,
        check_same_thread=False,
        cached_statements=64,
    )
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


def _need_strict_tables() -> None:
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        message = f"Python's SQLite is too old: {sqlite3.sqlite_version}, 3.37 is needed"
        raise MissingTool(message, hint="use a Python with a newer SQLite")
