"""A database in memory for routes that depend on a session of SQLAlchemy, and for functions that take one.

What gives the routes a session, and what gives them the row of somebody who is signed in, is replaced through the
application's `dependency_overrides`; the tables are those of the project's own models. A function is given the fixture
`session`.
"""

import ast
import contextlib
import importlib
import inspect
import sqlite3
import sys
import typing
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from . import sqlite_tables
from .names import Names
from .row_values import row_of
from .signed_in import find_signed_in

SESSION = "session"  # the fixture of functions that take one
_DEEPEST = 6
_NAMES = {
    "create_engine": "from sqlalchemy import create_engine",
    "StaticPool": "from sqlalchemy.pool import StaticPool",
}


class Database:
    """The dependencies of an application on a database, and what is put in their place."""

    def __init__(
        self,
        tables: "Tables",
        sessions: dict[str, Any],
        rows: dict[str, tuple[Any, str]],
        signed_in: dict[str, tuple[Any, str]],
    ) -> None:
        """Keep the tables, and the dependencies that give a session, rows, and who is signed in."""
        self._tables = tables
        self._sessions = sessions
        self._rows = rows
        self._signed_in = {name: each for name, each in signed_in.items() if name not in rows}

    def opened(self, app: Any, client: Callable[[Any], Any], namespace: dict[str, Any]) -> Any:
        """Return a client of the application on a new database."""
        session = self._tables.session()
        app.dependency_overrides.update({each: _giving(session) for each in self._sessions.values()})
        for dependency, text in self._rows.values():
            row = eval(text, dict(namespace))  # noqa: S307 - an expression of ours
            session.add(row)
            app.dependency_overrides[dependency] = _giving(row)
        plain_session(session).commit()
        answers = {call: _giving(ast.literal_eval(text)) for call, text in self._signed_in.values()}
        app.dependency_overrides.update(answers)
        return client(app)

    def fixture(self, app: str, making: Sequence[str] = ()) -> str:
        """Return the source of the fixture `client`; `making` are the lines that make `app`, where it is not there."""
        users = f" but for {' and '.join(self._named())}" if self._rows else ""
        lines = [
            "@pytest.fixture",
            f"def client({'' if making else 'monkeypatch'}):",
            f'    """Return a client of the application on a database in memory that is empty{users}."""',
            *(f"    {each}" for each in self._tables.lines()),
            *(f"    {each}" for each in making),
            *(f"    {each}" for each in self._tables.opening()),
        ]
        for number, (_, text) in enumerate(self._rows.values()):
            lines += [f"        {self._variable(number)} = {text}", f"        session.add({self._variable(number)})"]
        lines += [f"        {self._tables.plain}.commit()"] if self._rows else []
        given = [(name, "session") for name in self._sessions]
        given += [(name, self._variable(number)) for number, name in enumerate(self._rows)]
        given += [(name, text) for name, (_, text) in self._signed_in.items()]
        for name, value in given:
            put = f"{app}.dependency_overrides[{name}] = lambda: {value}"
            kept = f"monkeypatch.setitem({app}.dependency_overrides, {name}, lambda: {value})"
            lines.append(f"        {put if making else kept}")
        return "\n".join([*lines, f"        yield TestClient({app})"]) + "\n"

    def _named(self) -> list[str]:
        return [f"a {text.partition('(')[0].lower()}" for _, text in self._rows.values()]

    def _variable(self, number: int) -> str:
        return "user" if len(self._rows) == 1 else f"user_{number + 1}"


class Tables:
    """The tables of the project's models, and how sessions on new databases in memory are made."""

    def __init__(self, metadata: Any, written: str, kind: str, session: Callable[..., Any]) -> None:
        """Keep the tables with how a test writes them, and the class of the sessions."""
        self.kind = kind
        self._schemas = sqlite_tables.without_schemas(metadata)
        self._metadata = metadata
        self._written = written
        self._session = session
        self._is_async = not is_plain(session)
        self._empty: sqlite3.Connection | None = None

    def session(self) -> Any:
        """Return a session on a new database."""
        alchemy, pool = (importlib.import_module(f"sqlalchemy{each}") for each in ("", ".pool"))
        if self._empty is None:  # making the tables takes much longer than copying them
            self._empty = sqlite3.connect(":memory:", check_same_thread=False)
            maker = alchemy.create_engine("sqlite://", creator=lambda: self._empty, poolclass=pool.StaticPool)
            self._metadata.create_all(maker.execution_options(schema_translate_map=self._schemas))
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        self._empty.backup(connection)
        engine = alchemy.create_engine("sqlite://", creator=lambda: connection, poolclass=pool.StaticPool)
        engine = engine.execution_options(schema_translate_map=self._schemas)
        if not self._is_async:
            return self._session(engine)
        session = self._session(expire_on_commit=False)
        session.sync_session.bind = engine  # no driver for asyncio is needed, nor a loop to close it
        return session

    def lines(self) -> list[str]:
        """Return the lines of a test that make the engine and the tables."""
        without = f"engine = engine.execution_options(schema_translate_map={self._schemas})"
        return [
            'engine = create_engine("sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool)',
            *([without] if self._schemas else []),
            f"{self._written}.create_all(engine)",
        ]

    def opening(self) -> list[str]:
        """Return the lines of a test that open a session, for lines that are indented below the last of them."""
        if not self._is_async:
            return [f"with {self.kind}(engine) as session:"]
        return [
            f"session = {self.kind}(expire_on_commit=False)",
            "session.sync_session.bind = engine",
            "with session.sync_session:",
        ]

    @property
    def plain(self) -> str:
        """Return how a test writes the session whose methods do not have to be awaited."""
        return "session.sync_session" if self._is_async else "session"

    def fixture(self) -> str:
        """Return the source of the fixture `session`."""
        lines = [
            "@pytest.fixture",
            f"def {SESSION}():",
            '    """Return a session on a database in memory that is empty."""',
            *(f"    {each}" for each in (*self.lines(), *self.opening())),
            "        yield session",
        ]
        return "\n".join(lines) + "\n"


def find_tables(kinds: Sequence[type], names: Names) -> Tables | None:
    """Return the tables for sessions of these classes; None without any, or where a test cannot write them."""
    kind = next((each for each in kinds if all(issubclass(each, other) for other in kinds)), None)
    written = names.of(kind) if kind is not None else None
    metadata, base = _tables(names) if written is not None else (None, None)
    if kind is None or written is None or base is None:
        return None
    names.imports.update(_NAMES)
    fitting = _fitting(metadata, f"{base}.metadata", names)
    return Tables(*fitting, written, kind) if fitting is not None else None


def _fitting(metadata: Any, written: str, names: Names) -> tuple[Any, str] | None:
    """Return tables that SQLite can make, with how a test writes them; None where there is no way."""
    if sqlite_tables.can_be_filled(metadata, metadata):
        return metadata, written
    sqlite_tables.load()
    with contextlib.suppress(Exception):  # whatever a foreign type raises when it is copied
        adapted = sqlite_tables.for_sqlite(metadata)
        if sqlite_tables.can_be_filled(adapted, metadata):
            names.imports.update(sqlite_tables.IMPORTS)
            return adapted, f"{sqlite_tables.NAME}({written})"
    return None


def is_session(kind: object) -> bool:
    """Say whether something is a class of sessions of SQLAlchemy, or of SQLModel."""
    later = sys.modules.get("sqlalchemy.ext.asyncio")
    return is_plain(kind) or (later is not None and inspect.isclass(kind) and issubclass(kind, later.AsyncSession))


def is_plain(kind: object) -> bool:
    """Say whether something is a class of sessions whose methods are not awaited."""
    orm = sys.modules.get("sqlalchemy.orm")
    return orm is not None and inspect.isclass(kind) and issubclass(kind, orm.Session)


def plain_session(session: Any) -> Any:
    """Return the session behind one whose methods are awaited; any other as it is."""
    return getattr(session, "sync_session", session)


def find_database(routes: Sequence[Any], names: Names) -> Database | None:
    """Return the database that routes depend on; None when they do not, or when it cannot be put in memory."""
    sessions: dict[str, Any] = {}
    rows: dict[str, tuple[Any, str]] = {}
    kinds: list[type] = []
    for dependency, kind in _dependencies(routes):
        name = names.of(dependency)
        if name is None or not inspect.isclass(kind):
            continue
        if is_session(kind):
            sessions[name] = dependency
            kinds.append(kind)
        elif hasattr(kind, "__table__") and (text := row_of(kind, names)):
            rows[name] = dependency, text
    tables = find_tables(kinds, names)
    return Database(tables, sessions, rows, find_signed_in(routes, names)) if tables is not None else None


def _giving(value: Any) -> Callable[[], Any]:
    """Return a function without parameters: the framework would take one for a part of the query."""
    return lambda: value


def _dependencies(routes: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """Yield each dependency with the type that its user expects."""
    todo = [(route.dependant, 0) for route in routes if hasattr(route, "dependant")]
    while todo:
        user, depth = todo.pop()
        try:
            hints = typing.get_type_hints(user.call)
        except Exception:  # a hint may name what exists for type checkers only
            hints = {}
        for each in user.dependencies:
            if each.name in hints:
                yield each.call, hints[each.name]
            if depth < _DEEPEST:
                todo.append((each, depth + 1))


def _tables(names: Names) -> tuple[Any, str | None]:
    """Return the tables of the project's models, and how a test writes the class that has them."""
    top = names.module.__name__.partition(".")[0]
    found: list[tuple[Any, str | None]] = []
    for name, module in sorted(sys.modules.items()):
        if name.partition(".")[0] != top:
            continue
        for value in list(vars(module).values()):
            metadata: Any = getattr(value, "metadata", None) if inspect.isclass(value) else None
            if type(metadata).__name__ != "MetaData" or not metadata.tables or hasattr(value, "__table__"):
                continue
            if "metadata" in vars(value):
                return metadata, names.of(value) or _placed(names, value, name)
            found.append((metadata, names.of(value)))  # it has that of the class above it
    return found[0] if found else (None, None)


def _placed(names: Names, value: Any, module: str) -> str | None:
    """Return how a test writes a class that says of another module that it made it, as declarative bases do."""
    found = next((name for name, each in vars(sys.modules[module]).items() if each is value), None)
    if found is None or found in names.values:
        return None
    names.imports[found] = f"from {module} import {found}"
    names.values[found] = value
    return found
