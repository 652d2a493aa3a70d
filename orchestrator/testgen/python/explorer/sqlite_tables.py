"""Tables of a schema that is written for PostgreSQL, in a form that SQLite can make."""

import importlib
import inspect
import re
from typing import Any

NAME = "for_sqlite"
IMPORTS = {
    "JSON": "from sqlalchemy import JSON",
    "MetaData": "from sqlalchemy import MetaData",
    "PrimaryKeyConstraint": "from sqlalchemy import PrimaryKeyConstraint",
}
JSON: Any = None
MetaData: Any = None
PrimaryKeyConstraint: Any = None


def for_sqlite(metadata: Any) -> Any:
    """Return the tables of a metadata as SQLite can make them."""
    made = MetaData()
    for table in metadata.tables.values():
        twin = table.to_metadata(made, schema=None)
        for column in twin.columns:
            if column.type.__visit_name__ in ("JSONB", "ARRAY", "HSTORE"):
                column.type = JSON()
        counted = [column for column in twin.primary_key if column.autoincrement is True]
        if counted and len(twin.primary_key) > 1:  # SQLite counts a column only where it is the whole key
            for column in twin.columns:
                column.primary_key = column is counted[0]
            twin.append_constraint(PrimaryKeyConstraint(counted[0]))
    return made


def load() -> None:
    """Take the names that the function needs from the library; it is written into tests as it stands."""
    alchemy = importlib.import_module("sqlalchemy")
    globals().update({name: getattr(alchemy, name) for name in IMPORTS})


SOURCE = re.sub(r": Any\b| -> Any(?=:$)", "", inspect.getsource(for_sqlite), flags=re.MULTILINE)
