"""What can still be read of a damaged ledger: row by row, each compared with its checksum."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from msgspec import Struct, field

from orchestrator.errors import Unusable
from orchestrator.ledger.codec import Stored, check_rows, documents_of, read_document
from orchestrator.ledger.folder import beside
from orchestrator.ledger.sql import query

_SMALLEST_ROW = 24  # bytes; with the size of the file it bounds how many rows there can have been


class Salvaged(Struct, frozen=True, kw_only=True):
    """The good rows by their numbers; `expected` is how many there were, as far as that can be told."""

    lineage: str | None = None
    expected: int = 0
    rows: dict[int, Stored] = field(default_factory=dict)
    documents: dict[str, bytes] = field(default_factory=dict)


def salvage(path: Path) -> Salvaged:
    """Read what is good in the file; a file of which nothing is good gives nothing. Changes nothing."""
    if path.is_symlink():
        return Salvaged()
    try:
        with _copy_of(path) as connection:
            return _read(connection, bound=path.stat().st_size // _SMALLEST_ROW)
    except (OSError, sqlite3.Error):
        return Salvaged()


@contextmanager
def _copy_of(path: Path) -> Iterator[sqlite3.Connection]:
    with tempfile.TemporaryDirectory(prefix="orchestrate-") as folder:
        copy = Path(folder) / path.name
        shutil.copyfile(path, copy, follow_symlinks=False)
        with suppress(FileNotFoundError):
            shutil.copyfile(beside(path, "-wal"), beside(copy, "-wal"), follow_symlinks=False)
        with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA writable_schema = ON")  # lets SQLite open a file that was cut off
            yield connection


def _read(connection: sqlite3.Connection, bound: int) -> Salvaged:
    lineage, counted = _head(connection)
    last = max(counted if counted <= bound else 0, _last(connection))
    rows: dict[int, Stored] = {}
    for seq in range(1, (last or bound) + 1):
        with suppress(sqlite3.Error, Unusable, TypeError, ValueError):
            for row in connection.execute(query("read_fact"), {"seq": seq}).fetchall():
                check_rows([row])
                rows[seq] = row
    documents: dict[str, bytes] = {}
    for digest in {digest for row in rows.values() for _, digest in documents_of(row)}:
        with suppress(sqlite3.Error, Unusable, TypeError, ValueError):
            for (content,) in connection.execute(query("read_document"), {"digest": digest}).fetchall():
                read_document(digest, content)
                documents[digest] = content
    return Salvaged(lineage=lineage, expected=max(last, *rows, 0), rows=rows, documents=documents)


def _head(connection: sqlite3.Connection) -> tuple[str | None, int]:
    with suppress(sqlite3.Error):
        found = connection.execute(query("read_head")).fetchone()
        if found is not None and isinstance(found[0], str) and isinstance(found[1], int):
            return found[0], found[1]
    return None, 0


def _last(connection: sqlite3.Connection) -> int:
    with suppress(sqlite3.Error):
        found = connection.execute(query("last_fact")).fetchone()
        if found is not None and isinstance(found[0], int):
            return found[0]
    return 0
