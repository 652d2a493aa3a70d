"""What stands in the ledger's file, compared with its checksums before anybody sees it.

Statements that count or choose run inside SQLite, over rows that were compared in the same state of the file.
Rows never change, so each is compared once.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from msgspec import Struct, field

from orchestrator.ledger import history
from orchestrator.ledger.codec import (
    Stored,
    check_rows,
    checksum,
    damaged,
    document_text,
    from_json,
    read_document,
    unpack,
)
from orchestrator.ledger.connection import check_structure
from orchestrator.ledger.rows import RUN_RESUMED, RUN_STARTED, Row
from orchestrator.ledger.sql import query
from orchestrator.models.plan_text import PlanText

_WITH_DOCUMENTS = frozenset({RUN_STARTED, RUN_RESUMED})
_CHUNK = 2_000  # rows that are compared at a time: more of them cost memory and save nothing


class KnownRun(Struct, frozen=True, kw_only=True):
    """A line of the table of runs; `first` is the number of the run's first fact."""

    number: int
    id: str
    kind: str
    first: int


class Compared(Struct, kw_only=True):
    """What was compared already: the facts from `low` to `high`, and documents."""

    low: int = 1
    high: int = 0
    documents: dict[str, Any] = field(default_factory=dict)


class Contents:
    """The ledger in one state."""

    def __init__(self, connection: sqlite3.Connection, compared: Compared) -> None:
        self._connection = connection
        self._compared = compared
        head = self.select("read_head")
        if len(head) != 1 or not all(isinstance(count, int) for count in head[0][1:]):
            raise damaged("its head is lost")
        self.facts: int
        self.facts, runs = head[0][1:]
        self.runs = self._read_runs(runs)
        """Every run, oldest first."""

    def select(self, name: str, **values: object) -> list[Any]:
        """Return the rows of `queries/NAME.sql`."""
        return self._connection.execute(query(name), values).fetchall()

    def run(self, prefix: str) -> KnownRun:
        """Return the one run whose id starts so; UsageError when it is none or several."""
        by_id = {run.id: run for run in self.runs}
        return by_id[history.match_run(prefix, by_id)]

    def ids(self) -> dict[int, str]:
        """Return the ids of the runs by their numbers."""
        return {run.number: run.id for run in self.runs}

    def check_structure(self) -> None:
        """Let SQLite look at pages and indexes."""
        check_structure(self._connection)

    def count(self, first: int = 1) -> None:
        """Make sure that no fact is missing, without comparing them."""
        count = max(0, self.facts - first + 1)
        if self.select("count_facts", first=first)[0] != (count, (first + self.facts) * count // 2):
            raise damaged(f"not all of its {self.facts} facts are there")

    def compare(self, first: int = 1) -> None:
        """Compare all facts from `first` on, and that none is missing."""
        for _ in self._comparing(first):
            pass

    def rows_of(self, run: KnownRun) -> list[Row]:
        """Return the rows of a run, after comparing all from its first on: a damaged one may claim another run."""
        done = self._compared
        if done.low <= run.first and done.high == self.facts:
            self.count(run.first)
            stored: list[Stored] = self.select("read_run_facts", first=run.first, run=run.number)
        else:
            done.low, done.high = 1, 0  # so that all of them come by
            stored = [row for chunk in self._comparing(run.first) for row in chunk if row[1] == run.number]
        return [self.whole(row) if row[1] in _WITH_DOCUMENTS else row for row in unpack(stored)]

    def rows(self, *kinds: str, first: int = 1) -> Iterator[tuple[int, Row]]:
        """Yield the rows of these kinds with the numbers of their runs; the caller has compared those from `first`."""
        stored: list[Stored] = self.select("read_kinds", first=first, kinds=f" {' '.join(kinds)} ")
        return zip((row[1] for row in stored), unpack(stored), strict=True)

    def whole(self, row: Row) -> Row:
        """Return the row of a start or resume with its documents; any other as it is."""
        seq, kind, task, attempt, state, time, body = row
        if kind not in _WITH_DOCUMENTS or body is None:
            return row
        body = {**body, "tasks": self._document(body["tasks"])}
        if kind == RUN_STARTED:
            digest = body["plan"]
            body["plan"] = PlanText(partial(document_text, digest, self._content(digest)), from_json)
        return seq, kind, task, attempt, state, time, body

    def _read_runs(self, expected: int) -> tuple[KnownRun, ...]:
        runs = []
        for number, run, kind, first, covered in self.select("read_runs"):
            if checksum(number, run, kind, first) != covered:
                raise damaged(f"run {number} is not as it was written")
            runs.append(KnownRun(number=number, id=run, kind=kind, first=first))
        if [run.number for run in runs] != list(range(1, expected + 1)):
            raise damaged("a run is lost")
        return tuple(runs)

    def _comparing(self, first: int) -> Iterator[list[Stored]]:
        """Yield the rows from `first` on that were not compared yet, in chunks, each compared."""
        self.count(first)
        done = self._compared
        if done.high < done.low:
            done.low, done.high = first, first - 1
        yield from self._chunks(done.high + 1, self.facts)
        done.high = max(done.high, self.facts)
        yield from self._chunks(first, done.low - 1)
        done.low = min(done.low, first)

    def _chunks(self, first: int, last: int) -> Iterator[list[Stored]]:
        for start in range(first, last + 1, _CHUNK):
            stored: list[Stored] = self.select("read_facts", first=start, last=min(start + _CHUNK - 1, last))
            check_rows(stored)
            yield stored

    def _document(self, digest: str) -> Any:
        known = self._compared.documents
        if digest not in known:
            known[digest] = read_document(digest, self._content(digest))
        return known[digest]

    def _content(self, digest: str) -> bytes:
        found = self.select("read_document", digest=digest)
        if not found:
            raise damaged(f"document {digest} is lost")
        content: bytes = found[0][0]
        return content


def by_run(rows: Iterable[tuple[int, Row]]) -> dict[int, list[Row]]:
    """Return rows under the numbers of their runs."""
    found: dict[int, list[Row]] = {}
    for number, row in rows:
        found.setdefault(number, []).append(row)
    return found
