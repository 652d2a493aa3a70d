"""Tables of a schema that is written for PostgreSQL, in a form that SQLite can make and fill.

Rows come from the project's own classes, which know the tables as they were: what SQLite has no type for is written as
JSON where the dialect is SQLite, and the engine leaves out the names of schemas.
"""

import contextlib
import importlib
import inspect
import re
from typing import Any

NAME = "for_sqlite"
IMPORTS = {
    "JSON": "from sqlalchemy import JSON",
    "MetaData": "from sqlalchemy import MetaData",
    "PrimaryKeyConstraint": "from sqlalchemy import PrimaryKeyConstraint",
    "sqlite": "from sqlalchemy.dialects import sqlite",
}
JSON: Any = None
MetaData: Any = None
PrimaryKeyConstraint: Any = None
sqlite: Any = None


def for_sqlite(metadata: Any) -> Any:
    """Return the tables of a metadata as SQLite can make them."""
    made = MetaData()
    for table in metadata.tables.values():
        for column in table.columns:  # also those that rows of the classes are written by
            if column.type.dialect_impl(sqlite.dialect()).__visit_name__ in ("JSONB", "ARRAY", "HSTORE"):
                column.type = column.type.with_variant(JSON(), "sqlite")
        twin = table.to_metadata(made)
        counted = [column for column in twin.primary_key if column.autoincrement is True]
        if counted and len(twin.primary_key) > 1:  # SQLite counts a column only where it is the whole key
            for column in twin.columns:
                column.primary_key = column is counted[0]
            twin.append_constraint(PrimaryKeyConstraint(counted[0]))
    return made


def load() -> None:
    """Take the names that the function needs from the library; it is written into tests as it stands."""
    for name, line in IMPORTS.items():
        globals()[name] = getattr(importlib.import_module(line.split()[1]), name)


def without_schemas(metadata: Any) -> dict[str, None]:
    """Return what an engine has to be told so that the tables need no schemas: SQLite has none."""
    return dict.fromkeys(sorted({str(table.schema) for table in metadata.tables.values() if table.schema}))


def can_be_filled(made: Any, metadata: Any) -> bool:
    """Make tables and say whether rows of a metadata, though they may be refused for what they lack, come to them."""
    alchemy = importlib.import_module("sqlalchemy")
    engine = alchemy.create_engine("sqlite://").execution_options(schema_translate_map=without_schemas(metadata))
    try:
        made.create_all(engine)
        with engine.connect() as connection:
            for table in metadata.tables.values():
                given = [each for each in table.columns if each.computed is None]
                row = {each.key: [] if _is_list(each) else alchemy.null() for each in given}
                with contextlib.suppress(alchemy.exc.IntegrityError):
                    connection.execute(table.insert().values(row))
    except Exception:  # of the library, or of a foreign type
        return False
    return True


def _is_list(column: Any) -> bool:
    return bool(column.type.__visit_name__ == "ARRAY")


SOURCE = re.sub(r": Any\b| -> Any(?=:$)", "", inspect.getsource(for_sqlite), flags=re.MULTILINE)
