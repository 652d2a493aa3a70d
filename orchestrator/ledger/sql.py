"""The SQL of the ledger, read from the `.sql` files of this package."""

import pkgutil
from functools import cache

_PACKAGE = "orchestrator.ledger"


@cache
def query(name: str) -> str:
    """Return the statement in `queries/NAME.sql`."""
    return _read(f"queries/{name}.sql")


@cache
def migration(name: str) -> str:
    """Return the script in `schema/NAME.sql`."""
    return _read(f"schema/{name}.sql")


def _read(path: str) -> str:
    # pkgutil, for importlib.resources costs `status` 10 ms: it brings zipfile and tempfile along.
    text = pkgutil.get_data(_PACKAGE, path)
    assert text is not None  # a loader that cannot give data, and no package is installed with one
    return text.decode()
