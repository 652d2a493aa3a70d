"""Copies of the ledger: whole, compared, and only the newest few."""

from datetime import UTC, datetime
from pathlib import Path

from orchestrator.ledger.connection import open_to_read
from orchestrator.ledger.folder import cannot, make_folder, sync
from orchestrator.ledger.sql import query
from orchestrator.ledger.sqlite_errors import told_in_words

PATTERN = "ledger-*.db"
HALF_MADE = "ledger-*.db.new*"  # with SQLite's journal of it


def back_up(path: Path, folder: Path, keep: int) -> Path:
    """Copy the ledger at `path` into `folder`, remove all but the newest `keep` copies, and return the copy."""
    make_folder(folder)
    for half in folder.glob(HALF_MADE):  # killed in the middle; only who works on the repository makes copies
        half.unlink(missing_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    target = folder / f"ledger-{stamp}.db"
    draft = folder / f"{target.name}.new"
    try:
        with told_in_words(path):
            _copy(path, draft)
        draft.chmod(0o600)
        sync(draft)
        draft.replace(target)
        for old in backups(folder)[keep:]:
            old.unlink(missing_ok=True)
        sync(folder)
    except OSError as error:
        raise cannot("write the backup", target, error) from error
    finally:
        draft.unlink(missing_ok=True)
    return target


def backups(folder: Path) -> list[Path]:
    """Return the copies, newest first."""
    return sorted(folder.glob(PATTERN), reverse=True)


def _copy(path: Path, draft: Path) -> None:
    view = open_to_read(path)
    try:
        view.connection.execute(query("copy_into"), {"target": str(draft)})
    finally:
        view.close()
