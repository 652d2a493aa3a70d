"""Which schema a ledger has, how an older one is brought up, and how a strange one is told.

A new ledger is made under another name and then linked into its place, so a half-made one never stands there.
"""

import os
import sqlite3
from contextlib import suppress
from functools import cache
from pathlib import Path

from orchestrator.errors import Unusable
from orchestrator.ledger.codec import damaged
from orchestrator.ledger.folder import beside, cannot, sync
from orchestrator.ledger.sql import migration, query
from orchestrator.ledger.sqlite_errors import told_in_words

APPLICATION_ID = int.from_bytes(b"orch")
MIGRATIONS = ("0001_ledger", "0002_measurements")  # the first makes version 1, and so on
VERSION = len(MIGRATIONS)
# Small pages: a commit of two facts writes two or three whole ones.
PAGE_BYTES = 2048


def create(path: Path) -> None:
    """Make an empty ledger at `path`; one that somebody else made meanwhile stays."""
    # A name by which the next start knows what a kill left half made, and removes it.
    draft = path.with_name(f".orch-{os.urandom(6).hex()}")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
        with told_in_words(path):
            _fill(draft)
        sync(draft)
        with suppress(FileExistsError):
            os.link(draft, path)
        sync(path.parent)
    except OSError as error:
        raise cannot("make", path, error) from error
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            beside(draft, suffix).unlink(missing_ok=True)


def _fill(draft: Path) -> None:
    connection = sqlite3.connect(draft, isolation_level=None)
    try:
        connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        # The file is synchronized once, as a whole, before it gets its name.
        connection.execute("PRAGMA journal_mode = MEMORY")
        connection.execute("PRAGMA synchronous = OFF")
        begin(connection)
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()


def begin(connection: sqlite3.Connection) -> None:
    """Make an empty ledger of an empty database."""
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    upgrade(connection)
    connection.execute(query("begin_ledger"), {"lineage": os.urandom(8).hex()})


def upgrade(connection: sqlite3.Connection) -> None:
    """Bring the schema to `VERSION`, each step in a transaction of its own."""
    for version in range(version_of(connection), VERSION):
        script = migration(MIGRATIONS[version])
        connection.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {version + 1};\nCOMMIT;")


def version_of(connection: sqlite3.Connection) -> int:
    """Return the schema's version."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def check_identity(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse what is no ledger, one of a newer version, and one whose schema somebody touched."""
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise damaged(f"{path} is not a ledger of orchestrate")
    version = version_of(connection)
    if version > VERSION:
        message = f"{path} was written by a newer version of orchestrate (schema {version}, this one knows {VERSION})"
        raise Unusable(message, hint="pip install --upgrade orchestrate")
    if version < 1 or _schema(connection) != _expected(version):
        raise damaged(f"{path} has another schema than version {version} (a trigger, a view, or a lost table)")


def check_current(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse an older schema to those who only read: bringing it up would write."""
    version = version_of(connection)
    if version < VERSION:
        message = f"{path} was written by an older version of orchestrate (schema {version}, this one reads {VERSION})"
        raise Unusable(message, hint="`orchestrate run` or `orchestrate resume` brings it up to date")


def _schema(connection: sqlite3.Connection) -> frozenset[tuple[str, ...]]:
    return frozenset(connection.execute(query("read_schema")))


@cache
def _expected(version: int) -> frozenset[tuple[str, ...]]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        for name in MIGRATIONS[:version]:
            connection.executescript(migration(name))
        return _schema(connection)
    finally:
        connection.close()
