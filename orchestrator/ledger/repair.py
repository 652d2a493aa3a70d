"""Make a sound ledger out of a damaged one: what can be read is kept, what was lost is listed, the old file stays."""

import os
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from json import loads
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from orchestrator.ledger import migrations
from orchestrator.ledger.backup import backups
from orchestrator.ledger.codec import Packed, Stored, as_json, digest_of, document_text, documents_of
from orchestrator.ledger.connection import open_to_write
from orchestrator.ledger.folder import beside, cannot, check_folder, sync
from orchestrator.ledger.journal import Journal
from orchestrator.ledger.parcels import Parcel
from orchestrator.ledger.rows import RUN_STARTED
from orchestrator.ledger.salvage import Salvaged, salvage
from orchestrator.ledger.sqlite_errors import told_in_words
from orchestrator.models.status import Durability

_EMPTY = {"plan": as_json({}), "tasks": as_json([])}


class RepairReport(Struct, frozen=True, kw_only=True):
    """What became of a ledger: how many facts are kept, and in words what is lost. `aside` is the old file."""

    aside: Path
    kept: int
    from_backup: int
    lost: tuple[str, ...]

    def __str__(self) -> str:
        lines = [f"kept {_facts(self.kept)}" + (f", {self.from_backup} of them from a backup" * bool(self.from_backup))]
        lines += [f"lost: {what}" for what in self.lost or ("nothing",)]
        return "\n".join([*lines, f"the old file is {self.aside}"])


class _Rescued(Struct, kw_only=True):
    """What goes into the new ledger, and what does not."""

    rows: list[Packed] = field(default_factory=list)
    documents: dict[str, str] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)


def repair(path: Path, *, backup_folder: Path | None = None) -> RepairReport:
    """Put a new ledger with all that can be read in the place of a damaged one; the caller holds the lock.

    Facts that the damaged file lost are taken from the newest backup that has them.
    """
    check_folder(path.parent, writing=True)
    found = salvage(path)
    whole = _with_backups(found, backup_folder)
    rescued = _rescue(whole)
    draft = beside(path, ".repaired")
    try:
        _write(draft, rescued)
        aside = _exchange(path, draft)
    except OSError as error:
        raise cannot("put the repaired ledger in the place of", path, error) from error
    return RepairReport(
        aside=aside,
        kept=len(rescued.rows),
        from_backup=len(whole.rows.keys() - found.rows.keys()),
        lost=tuple(rescued.lost) if rescued.rows else ("everything",),
    )


def _with_backups(found: Salvaged, folder: Path | None) -> Salvaged:
    """Fill the gaps from copies of the same ledger, the newest first."""
    for copy in backups(folder) if folder else ():
        older = salvage(copy)
        if found.lineage in (None, older.lineage) and older.rows:
            found = replace(
                found,
                lineage=older.lineage,
                expected=max(found.expected, older.expected),
                rows=older.rows | found.rows,
                documents=older.documents | found.documents,
            )
    return found


def _rescue(found: Salvaged) -> _Rescued:
    rescued = _Rescued()
    rows = [found.rows[seq] for seq in sorted(found.rows)]
    ids = {row[1]: loads(row[7] or "{}")["id"] for row in rows if row[2] == RUN_STARTED}
    rescued.lost += _gaps(found, ids)
    orphans = [row for row in rows if row[1] not in ids]
    if orphans:
        rescued.lost.append(f"{_facts(len(orphans))} of a run whose start is lost")
    for row in rows:
        if row[1] in ids:
            rescued.rows.append(_packed(row, ids[row[1]], found.documents, rescued))
    return rescued


def _packed(row: Stored, run: str, documents: Mapping[str, bytes], rescued: _Rescued) -> Packed:
    _seq, _run, kind, task, attempt, state, time, body, _checksum = row
    named = dict(documents_of(row))
    for name, digest in named.items():
        if digest in documents:
            rescued.documents[digest] = document_text(digest, documents[digest])
        else:
            named[name] = digest_of(_EMPTY[name])
            rescued.documents[named[name]] = _EMPTY[name]
            rescued.lost.append(f"the {'plan' if name == 'plan' else 'list of tasks'} of run {run}")
    return run, kind, task, attempt, state, time, as_json({**loads(body), **named}) if named and body else body


def _gaps(found: Salvaged, ids: Mapping[int, str]) -> Iterator[str]:
    """Say which facts are missing, and after which run's they stood."""
    before: Stored | None = None
    missing = 0
    for seq in range(1, found.expected + 2):
        row = found.rows.get(seq)
        if row is None and seq <= found.expected:
            missing += 1
            continue
        if missing:
            after = f" after fact {before[0]} (run {ids.get(before[1], 'unknown')})" if before else ""
            yield f"{_facts(missing)}{after}"
        before, missing = row, 0


def _facts(count: int) -> str:
    return f"{count} fact{'s' if count != 1 else ''}"


def _write(draft: Path, rescued: _Rescued) -> None:
    draft.unlink(missing_ok=True)
    migrations.create(draft)
    with told_in_words(draft), closing(open_to_write(draft, Durability.FULL, create=False)) as connection:
        if rescued.rows:
            Journal(connection).write([Parcel(rows=tuple(rescued.rows), documents=rescued.documents)], rescued=True)


def _exchange(path: Path, draft: Path) -> Path:
    """Keep the old file beside, and put the new one in its place in one step."""
    aside = beside(path, f".corrupt-{datetime.now(UTC).strftime('%Y%m%dT%H%M%S')}")
    if os.path.lexists(path):
        os.link(path, aside, follow_symlinks=False)
    for suffix in ("-wal", "-shm"):
        if os.path.lexists(beside(path, suffix)):
            # A log that stayed would be taken for that of the new file.
            beside(path, suffix).rename(beside(aside, suffix))
    draft.replace(path)
    sync(path.parent)
    return aside
