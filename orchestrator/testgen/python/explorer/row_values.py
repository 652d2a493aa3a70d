"""Rows of a project's own tables: what has to be set is set, to values of the columns' types."""

import contextlib
import datetime
import uuid
from typing import Any

from .names import Names
from .words import words_for

_VALUES: dict[type, str] = {
    datetime.datetime: "datetime.datetime(2024, 1, 15, 12)",
    datetime.date: "datetime.date(2024, 1, 15)",
    int: "1",
    float: "1.5",
    bool: "True",
    # SQLite takes a text that is all digits for a number, where a column is of the type of another database.
    uuid.UUID: "uuid.UUID('a5c3f3a0-5e1c-4c7b-9d2e-0b1f6c8d7e9a')",
}


def row_of(kind: Any, names: Names) -> str | None:
    """Return an expression of a row in which everything that has to be set is set."""
    owner = names.of(kind)
    parts = []
    for column in kind.__table__.columns:
        if column.primary_key and column.autoincrement and _python_type(column) is int:
            continue
        if not column.nullable or (not column.foreign_keys and column.default is None):
            parts.append(f"{column.key}={_value(column)}")
    return f"{owner}({', '.join(parts)})" if owner else None


def _value(column: Any) -> str:
    kind = _python_type(column)
    if kind is str:
        return repr((words_for(column.key) or (column.key,))[0])
    return _VALUES.get(kind, "None")


def _python_type(column: Any) -> type:
    """Return the type of a column's values; what wraps a type may not say it itself."""
    for each in (column.type, getattr(column.type, "impl", None)):
        with contextlib.suppress(NotImplementedError, AttributeError):
            kind: type = each.python_type  # type: ignore[union-attr]
            if kind is str or kind in _VALUES:
                return kind
    return type(None)
