"""Web applications as subjects: each route is called through the framework's own test client."""

import importlib
import inspect
import random
import re
import warnings
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from .database import Database, find_database
from .facts import Literals, literals_of
from .kind_tables import Kind
from .names import Names
from .schemas import SchemaValues
from .subjects import Parameter, Subject
from .words import words_for

_BODY_METHODS = ("POST", "PUT", "PATCH")
_IN_PATH = inspect.Parameter.POSITIONAL_ONLY
_BY_KEYWORD = inspect.Parameter.KEYWORD_ONLY
_RANDOM_BODIES = 60
_WORDS = 40

FIXTURE = '''@pytest.fixture
def client() -> TestClient:
    """Return a client of the application."""
    return TestClient({app})
'''

FIXTURE_OF_ROUTER = '''@pytest.fixture
def client() -> TestClient:
    """Return a client of an application that has these routes alone."""
    app = FastAPI()
    app.include_router({router})
    return TestClient(app)
'''


class Application:
    """A FastAPI or Starlette application that a module defines, and its routes."""

    def __init__(self, name: str, app: Any, names: Names, rng: random.Random) -> None:
        self.name = name
        self.app = app
        self.routes = app.routes
        self._names = names
        self._rng = rng
        self.database: Database | None = None
        self.headers: dict[str, dict[str, str]] = {}  # fixture → headers
        self.others: dict[str, str] = {}  # further fixtures

    def install(self) -> str:
        """Make `client` known to expressions and return the source of its fixture."""
        client = _test_client()

        self._names.imports["TestClient"] = _client_import(self.app)
        self.database = find_database(self.routes, self._names)
        database = self.database
        if database is None:
            self._names.made_anew["client"] = lambda: client(self.app)
        else:
            self._names.made_anew["client"] = lambda: database.opened(self.app, client, self._names.values)
        return self._fixture()

    def _fixture(self) -> str:
        app = self._names.own(self.name)
        return FIXTURE.format(app=app) if self.database is None else self.database.fixture(app)

    def subjects(self, texts: tuple[str, ...], nodes: dict[str, Any]) -> Iterator[Subject]:
        """Yield a subject for each route and method that is defined in this module."""
        for route in self.routes:
            endpoint = inspect.unwrap(getattr(route, "endpoint", None) or (lambda: None))
            if endpoint.__module__ != self._names.module.__name__:
                continue
            for method in sorted(getattr(route, "methods", None) or ()):
                if method not in ("HEAD", "OPTIONS"):
                    yield self._subject(route, method, endpoint, texts, nodes.get(endpoint.__name__))

    def _subject(self, route: Any, method: str, endpoint: Any, texts: tuple[str, ...], node: Any) -> Subject:
        path_names = re.findall(r"{(\w+)(?::\w+)?}", route.path)
        path = re.sub(r"{\w+(?::\w+)?}", "{}", route.path)
        for position in range(len(path_names)):
            path = path.replace("{}", f"{{{position}}}", 1)
        template = f"client.{method.lower()}({path!r}"
        parameters = [_parameter(name, _simple(route, "path_params", name), _IN_PATH) for name in path_names]
        query = _fields(route, "query_params")
        if query:
            required = any(_is_required(each) for each in query)
            parameters.append(_parameter("params", ("one", tuple(_queries(query, self._rng))), required=required))
        form = _form(route)
        if form and method in _BODY_METHODS:
            parameters.append(_parameter("data", ("one", tuple(_forms(form)))))
        schema = None if form else _body_schema(route)
        if schema is not None and method in _BODY_METHODS:
            values = SchemaValues(schema, _short(texts), self._rng)
            bodies = tuple(dict.fromkeys(repr(value) for value in values.all(_RANDOM_BODIES)))
            parameters.append(_parameter("json", ("one", bodies)))
        if self.headers:
            parameters.append(_parameter("headers", ("one", tuple(self.headers)), required=needs_headers(route)))
        literals = literals_of(node.body) if node is not None else Literals()
        name = f"{method.lower()}_{re.sub(r'[^a-z0-9]+', '_', route.path.lower()).strip('_') or 'root'}"
        return Subject(name, "route", parameters, node, None, literals, template=template, function=endpoint)


class Router(Application):
    """The routes of an `APIRouter`, in an application of their own: who includes it is not this module's business."""

    def __init__(self, name: str, router: Any, names: Names, rng: random.Random) -> None:
        app = importlib.import_module("fastapi").FastAPI()
        app.include_router(router)
        super().__init__(name, app, names, rng)
        self.routes = router.routes  # newer applications keep what they include folded

    def _fixture(self) -> str:
        self._names.imports["FastAPI"] = "from fastapi import FastAPI"
        router = self._names.own(self.name)
        if self.database is None:
            return FIXTURE_OF_ROUTER.format(router=router)
        return self.database.fixture("app", ("app = FastAPI()", f"app.include_router({router})"))


def find_applications(names: Names, rng: random.Random) -> list[Application]:
    """Return the applications and routers that the module defines; none when the test client is missing."""
    found: list[Application] = []
    for name, value in vars(names.module).items():
        kinds = {f"{str(kind.__module__).partition('.')[0]}.{kind.__name__}" for kind in type(value).__mro__}
        make = Application if "starlette.Starlette" in kinds else Router if "fastapi.APIRouter" in kinds else None
        if make is not None and not name.startswith("_"):
            # the test client may not be installed, or broken; a router may not be fit to be included alone
            with suppress(Exception):
                _test_client()
                found.append(make(name, value, names, rng))
    return sorted(found, key=lambda each: isinstance(each, Router))


def _test_client() -> Any:
    """Import the framework's client; a project may make errors of warnings, and it warns of its own future."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module("starlette.testclient").TestClient


def use_headers(application: Any, fixtures: dict[str, Any]) -> None:
    """Send the headers that fixtures of the project return."""
    for name, value in fixtures.items():
        is_headers = (
            isinstance(value, dict) and value and all(isinstance(part, str) for pair in value.items() for part in pair)
        )
        if is_headers and ("header" in name or "auth" in name):
            application.headers[name] = value


def needs_headers(route: Any) -> bool:
    """Say whether the route or something that it depends on reads a header."""
    todo = [getattr(route, "dependant", None)]
    while todo:
        dependant = todo.pop()
        if dependant is not None:
            if dependant.header_params or getattr(dependant, "security_requirements", ()):
                return True
            todo += dependant.dependencies
    return False


def _form(route: Any) -> list[Any]:
    """Return the fields of the form that the route, or something that it depends on, takes."""
    todo, found = [getattr(route, "dependant", None)], []
    while todo:
        dependant = todo.pop()
        if dependant is not None:
            found += [each for each in dependant.body_params if type(each.field_info).__name__ == "Form"]
            todo += dependant.dependencies
    return found


def _forms(fields: list[Any]) -> Iterator[str]:
    """Yield forms: with what has to be there, with everything, with other words, and without each field in turn."""
    words = {each.alias: words_for(each.alias) or ("secret", "a", "b") for each in fields}
    needed = [each.alias for each in fields if _is_required(each)]
    for position in range(2):
        yield repr({name: words[name][position] for name in needed})
    yield repr({name: values[0] for name, values in words.items()})
    for left_out in needed:
        yield repr({name: words[name][0] for name in needed if name != left_out})


def _parameter(name: str, kind: Kind, place: Any = _BY_KEYWORD, *, required: bool = True) -> Parameter:
    return Parameter(
        name=name,
        kind=place,
        is_required=required,
        default=inspect.Parameter.empty,
        weights={kind: 6.0},
        hinted=frozenset({kind}),
    )


def _fields(route: Any, which: str) -> list[Any]:
    dependant = getattr(route, "dependant", None)
    return list(getattr(dependant, which, ())) if dependant is not None else []


def _simple(route: Any, which: str, name: str) -> Kind:
    kind = next((_type(each) for each in _fields(route, which) if each.name == name), None)
    return ("one", ("1", "0", "42", "999")) if kind is int else ("one", ("1", "a", "missing", "42"))


def _is_required(field: Any) -> bool:
    """Say whether a field has to be sent; older frameworks say so on the field itself."""
    return bool(field.required) if hasattr(field, "required") else bool(field.field_info.is_required())


def _type(field: Any) -> object:
    return field.type_ if hasattr(field, "type_") else field.field_info.annotation


def _queries(fields: list[Any], rng: random.Random) -> list[str]:
    pools: dict[str, list[object]] = {each.alias: _query_values(_type(each)) for each in fields}
    made = [{name: pool[0] for name, pool in pools.items()}, {}]
    made += [{name: value} for name, pool in pools.items() for value in pool]
    made += [{name: rng.choice(pool) for name, pool in pools.items() if rng.random() < 0.7} for _ in range(20)]
    return list(dict.fromkeys(map(repr, made)))


def _query_values(kind: object) -> list[object]:
    if kind is int:
        return [1, 0, 5, 100, -1]
    if kind is float:
        return [0.5, 1.0]
    return [True, False] if kind is bool else ["a", "", "hello"]


def _body_schema(route: Any) -> dict[str, Any] | None:
    field = getattr(route, "body_field", None)
    if field is None:
        return None
    try:
        from pydantic import TypeAdapter

        annotation = field.field_info.annotation
        schema: dict[str, Any] = TypeAdapter(annotation).json_schema()
    except Exception:  # a body that has no JSON form (an upload)
        return None
    return schema


def _short(texts: tuple[str, ...]) -> list[str]:
    return [text for text in texts if text and len(text) < 60][:_WORDS]


def _client_import(app: Any) -> str:
    framework = type(app).__mro__[0].__module__.partition(".")[0]
    return f"from {'fastapi' if framework == 'fastapi' else 'starlette'}.testclient import TestClient"
