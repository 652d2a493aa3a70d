"""The application that the views of a module belong to: made by a factory of a package around it.

Many Flask projects declare routes on blueprints of a package and make the application in the package around it. It
is made with settings for tests: a database in memory, forms without tokens, and somebody signed in. Where the database
would not be in memory the routes are left alone: it may be the one that a person works with.
"""

import contextlib
import inspect
import sqlite3
import sys
from collections.abc import Callable
from typing import Any

from .flask_making import is_in_memory, made_applications
from .names import Names
from .words import words_for

_ALLOWED = ("confirmed", "active", "verified", "enabled", "approved", "admin", "superuser", "staff")  # of a user
_UNPROTECTED = "app.login_manager.session_protection = None  # it knows the browser that a user signed in with"
_VALUES_OF_ROLES: dict[type, str] = {str: "'admin'", int: "255", bool: "True"}  # numbers are bits of what is allowed
_SIGNED_IN = "1"  # the id of the row that is put in first
_HEAD = '''@pytest.fixture
def {name}({needs}):
    """Return a client of the application{with_}."""
'''


class Home:
    """An application, the lines of a test that make it, and what its clients have."""

    def __init__(self, app: Any, making: list[str], names: Names) -> None:
        self.app = app
        self._making = making
        self._names = names
        self._database = _Database(app, names) if "sqlalchemy" in app.extensions else None
        self._is_protected = getattr(getattr(app, "login_manager", None), "session_protection", None) == "strong"

    @property
    def is_harmless(self) -> bool:
        """Say whether nothing that a person works with can be reached."""
        return is_in_memory(self.app) and (self._database is None or self._database.is_known)

    @property
    def clients(self) -> tuple[str, ...]:
        """Return the names of the fixtures: what somebody who is signed in sees differs from what others see."""
        return ("client", "visitor") if self._user else ("client",)

    @property
    def _user(self) -> str:
        return self._database.user if self._database is not None else ""

    def opener(self, name: str) -> Callable[[], Any]:
        """Return a function that makes the client of this name anew, once it is asked for something."""
        is_signed_in = name == "client" and bool(self._user)
        return lambda: _Client(lambda: self._opened(is_signed_in=is_signed_in))

    def _opened(self, *, is_signed_in: bool) -> Any:
        if self._database is not None:
            self._database.fill()
        client = self.app.test_client()
        if is_signed_in:
            self.app.login_manager.session_protection = None
            _sign_in(client)
        return client

    def fixture(self, name: str) -> str:
        """Return the source of the fixture of a client."""
        is_signed_in = name == "client" and bool(self._user)
        lines = [*self._making]
        if self._database is not None:
            lines += self._database.lines()
        if is_signed_in:
            lines += [
                *([_UNPROTECTED] if self._is_protected else []),
                "client = app.test_client()",
                "with client.session_transaction() as session:",
                f'    session.update(_user_id="{_SIGNED_IN}", _fresh=True)',
                "return client",
            ]
        else:
            lines.append("return app.test_client()")
        with_ = " with a database in memory" if self._database is not None else ""
        with_ += " where a user is signed in" if is_signed_in else ""
        needs = "monkeypatch" if any(line.startswith("monkeypatch.") for line in lines) else ""
        return _HEAD.format(name=name, needs=needs, with_=with_) + "".join(f"    {line}\n" for line in lines)


class _Client:
    """A client that is opened when something is asked of it: a call uses one of several."""

    def __init__(self, opened: Callable[[], Any]) -> None:
        self._opened: Callable[[], Any] = opened
        self._client: Any = None

    def __getattr__(self, name: str) -> Any:
        if self._client is None:
            self._client = self._opened()
        return getattr(self._client, name)


class _Database:
    """The database of an application that uses Flask-SQLAlchemy."""

    def __init__(self, app: Any, names: Names) -> None:
        extension = app.extensions["sqlalchemy"]
        self._app = app
        self._db = getattr(extension, "db", extension)
        self._name = _place(names, self._db)
        self.is_known = self._name is not None
        self._kind = _class_of_users(app, names) if self.is_known and is_in_memory(app) else None
        self.user = self._row(names) if self._kind is not None else ""
        self._values = names.values
        self._filled: sqlite3.Connection | None = None

    def fill(self) -> None:
        """Make the tables anew, with the row of the user."""
        with self._app.app_context():
            self._db.session.remove()
            connection = self._db.engine.raw_connection().driver_connection
            if self._filled is None:  # making the tables takes much longer than copying them
                self._db.drop_all()
                self._db.create_all()
                if self.user:
                    self._db.session.add(eval(self.user, dict(self._values)))  # noqa: S307 - an expression of ours
                    self._db.session.commit()
                    self._db.session.remove()
                self._filled = sqlite3.connect(":memory:", check_same_thread=False)
                connection.backup(self._filled)
            else:
                self._filled.backup(connection)

    def lines(self) -> list[str]:
        """Return the lines of a test that do the same."""
        lines = ["with app.app_context():", f"    {self._name}.create_all()"]
        if self.user:
            lines += [f"    {self._name}.session.add({self.user})", f"    {self._name}.session.commit()"]
        return lines

    def _row(self, names: Names) -> str:
        """Return an expression of a user with all words that the class has a column for; "" when none can be made."""
        kind: Any = self._kind
        owner = names.of(kind)
        columns = [each for each in kind.__table__.columns if not each.primary_key and not each.foreign_keys]
        texts = [each.key for each in columns if each.type.python_type is str and hasattr(kind, each.key)]
        if getattr(getattr(kind, "password", None), "fset", None) is not None:  # it makes the hash
            texts = ["password", *(key for key in texts if "password" not in key)]
        given = [f"{key}={(words_for(key) or (key,))[0]!r}" for key in texts]
        given += [f"{each.key}=True" for each in columns if _lets_in(each) and hasattr(kind, each.key)]
        # The class may want something else; who has no role may do little.
        for more in ([role] if (role := _role(kind, names)) else [], []):
            row = f"{owner}({', '.join([*given, *more])})"
            if owner and self._can_be_added(row, names):
                return row
        return ""

    def _can_be_added(self, row: str, names: Names) -> bool:
        with contextlib.suppress(Exception), self._app.app_context():
            self._db.session.rollback()
            self._db.create_all()
            self._db.session.add(eval(row, dict(names.values)))  # noqa: S307 - an expression of ours
            self._db.session.commit()
            return True
        return False


def _role(kind: Any, names: Names) -> str:
    """Return the argument that gives a user the role that may do everything; "" where users have none."""
    for relation in kind.__mapper__.relationships:
        target = relation.mapper.class_
        owner = (
            names.of(target) if relation.direction.name == "MANYTOONE" and "role" in target.__name__.lower() else None
        )
        if owner is None:
            continue
        columns = [each for each in target.__table__.columns if not each.primary_key and not each.foreign_keys]
        values = {each.key: _VALUES_OF_ROLES.get(each.type.python_type) for each in columns}
        given = ", ".join(f"{key}={value}" for key, value in values.items() if value is not None)
        return f"{relation.key}={owner}({given})"
    return ""


def find_home(names: Names) -> Home | None:
    """Return the application around a module with blueprints; None when there is none, or when it may do harm."""
    if not any(_is_blueprint(value) for value in vars(names.module).values()):
        return None
    for app, making in made_applications(names):
        home = Home(app, making, names)
        if home.is_harmless:
            return home
    return None


def _lets_in(column: Any) -> bool:
    """Say whether a column of users tells that somebody may do something."""
    return column.type.python_type is bool and column.key.removeprefix("is_").rpartition("_")[2] in _ALLOWED


def _is_blueprint(value: object) -> bool:
    return any(f"{kind.__module__}.{kind.__qualname__}" == "flask.blueprints.Blueprint" for kind in type(value).__mro__)


def _place(names: Names, value: object) -> str | None:
    """Return how a test writes a value that stands in a module of the project."""
    top = names.module.__name__.partition(".")[0]
    for module, each in sorted(sys.modules.items()):
        if module.partition(".")[0] != top:
            continue
        for name, held in list(vars(each).items()):
            if held is value and names.values.get(name, value) is value:
                names.imports.setdefault(name, f"from {module} import {name}")
                names.values[name] = value
                return name
    return None


def _class_of_users(app: Any, names: Names) -> type | None:
    """Return the model whose rows Flask-Login takes for users."""
    if not hasattr(app, "login_manager"):
        return None
    top = names.module.__name__.partition(".")[0]
    for module, each in sorted(sys.modules.items()):
        if module.partition(".")[0] != top:
            continue
        for value in list(vars(each).values()):
            if inspect.isclass(value) and hasattr(value, "__table__") and hasattr(value, "is_authenticated"):
                return value if names.of(value) is not None else None
    return None


def _sign_in(client: Any) -> None:
    with client.session_transaction() as session:
        session.update(_user_id=_SIGNED_IN, _fresh=True)
