"""One commit: rows numbered, checksummed and written together with the head that counts them."""

import sqlite3
from collections.abc import Sequence
from json import loads

from orchestrator.ledger.codec import Packed, checksum, compress, fact_values
from orchestrator.ledger.parcels import Parcel
from orchestrator.ledger.questions import TELLING, refuse_unwanted
from orchestrator.ledger.rows import APPROVAL, RUN_STARTED, FactRefused
from orchestrator.ledger.sql import query


class Journal:
    """The statements of the writer; one thread at a time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._numbers: dict[str, int] = {}  # of the runs that were written or looked up
        self._head: tuple[int, int] | None = None  # facts and runs, as far as this process knows
        self.commits = 0

    def write(self, parcels: Sequence[Parcel], *, rescued: bool = False) -> None:
        """Write parcels in one transaction, all or none; of `rescued` ones what decisions answered may be lost.

        FactRefused when one contradicts what is recorded, DecisionRefused for a decision that cannot be taken any more;
        sqlite3.Error when the ledger cannot be written.
        """
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            head = self._write(parcels, rescued)
            self._connection.execute("COMMIT")
        except BaseException as error:
            self._numbers.clear()
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.IntegrityError):
                message = f"a fact is recorded already, or is none: {error}"
                raise FactRefused(message) from error
            raise
        self._head = head
        self.commits += 1

    def close(self) -> None:
        """Give the file back; what the log holds goes into the ledger's file."""
        self._connection.close()

    def _write(self, parcels: Sequence[Parcel], rescued: bool) -> tuple[int, int]:
        rows = [row for parcel in parcels for row in parcel.rows]
        started = [row for row in rows if row[1] == RUN_STARTED]
        facts, runs = self._move_head(len(rows), len(started))
        for parcel in parcels:
            for digest, text in parcel.documents.items():
                self._write_document(digest, text)
        values = []
        for seq, row in enumerate(rows, facts + 1):
            if row[1] == RUN_STARTED:
                runs += 1
                self._write_run(row, runs, seq)
            elif row[1] == APPROVAL and not rescued:
                refuse_unwanted(row[2] or "", row[4], self._newest(row, rows[: seq - facts - 1]))
            values.append(fact_values(seq, self._number(row[0]), row))
        self._connection.executemany(query("append_fact"), values)
        return facts + len(rows), runs

    def _move_head(self, facts: int, runs: int) -> tuple[int, int]:
        """Count so many more facts and runs; return how many there were."""
        if self._head is None or not self._try_to_move(self._head, facts, runs):
            # Another process has written since: an approval, for one.
            self._numbers.clear()
            _, *found = self._connection.execute(query("read_head")).fetchone()
            self._head = (found[0], found[1])
            self._try_to_move(self._head, facts, runs)
        return self._head

    def _try_to_move(self, head: tuple[int, int], facts: int, runs: int) -> bool:
        before = {"facts_before": head[0], "runs_before": head[1]}
        moved = self._connection.execute(
            query("move_head"), {"facts": head[0] + facts, "runs": head[1] + runs, **before}
        )
        return moved.rowcount == 1

    def _write_document(self, digest: str, text: str) -> None:
        if not self._connection.execute(query("has_document"), {"digest": digest}).fetchone()[0]:
            self._connection.execute(query("append_document"), {"digest": digest, "content": compress(text)})

    def _write_run(self, row: Packed, number: int, first: int) -> None:
        run, kind = row[0], loads(row[6] or "{}")["kind"]
        named = {"number": number, "id": run, "kind": kind, "first": first}
        covered = checksum(*named.values())
        self._connection.execute(query("append_run"), {**named, "checksum": covered})
        self._numbers[run] = number

    def _newest(self, decision: Packed, before: Sequence[Packed]) -> tuple[str, str | None] | None:
        """Return kind and state of what was written of a task last; `before` are rows of this transaction."""
        run, task = decision[0], decision[2]
        for row in reversed(before):
            if row[0] == run and row[2] == task and row[1] in TELLING:
                return row[1], row[4]
        found: tuple[str, str | None] | None = self._connection.execute(
            query("newest_of_task"), {"run": self._number(run), "task": task}
        ).fetchone()
        return found

    def _number(self, run: str) -> int:
        number = self._numbers.get(run)
        if number is None:
            found = self._connection.execute(query("run_number"), {"id": run}).fetchone()
            if found is None:
                raise FactRefused.because_unknown(run)
            number = self._numbers[run] = found[0]
        return number
