"""Ledgers to test, each behaviour in memory and in a file."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ledger_facts import Ledgers

from orchestrator.ledger.memory import MemoryLedger
from orchestrator.ledger.sqlite import SqliteLedger
from orchestrator.models.status import Durability

_IN_MEMORY = Path("/dev/shm")


@pytest.fixture
def path() -> Iterator[Path]:
    """Return where a ledger may be made: in memory where there is such a place, for hundreds of them are."""
    with tempfile.TemporaryDirectory(dir=_IN_MEMORY if _IN_MEMORY.is_dir() else None) as folder:
        yield Path(folder) / ".orchestrate" / "ledger.db"


@pytest.fixture
def open_sqlite(path: Path) -> Iterator[Callable[..., SqliteLedger]]:
    """Open the ledger of this test; every one is closed in the end."""
    opened: list[SqliteLedger] = []

    def open_(durability: Durability = Durability.FULL, **options: object) -> SqliteLedger:
        opened.append(SqliteLedger.open(path, durability, **options))  # type: ignore[arg-type]
        return opened[-1]

    yield open_
    for ledger in opened:
        ledger.close()


@pytest.fixture(params=["memory", "sqlite full", "sqlite normal", "sqlite read-only"])
def ledgers(request: pytest.FixtureRequest, path: Path) -> Iterator[Ledgers]:
    """Return a ledger to write and one to read: the same one, or a reader of the file."""
    if request.param == "memory":
        memory = MemoryLedger()
        yield Ledgers(write=memory, read=memory)
        return
    durability = Durability.NORMAL if request.param == "sqlite normal" else Durability.FULL
    writer = SqliteLedger.open(path, durability)
    reader = SqliteLedger.open_readonly(path) if request.param == "sqlite read-only" else writer
    yield Ledgers(write=writer, read=reader)
    reader.close()
    writer.close()
