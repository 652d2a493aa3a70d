"""Flask applications, blueprints and factories as subjects: each rule is called through Flask's own test client."""

import importlib
import inspect
import random
import re
from collections.abc import Iterator
from typing import Any

from .facts import Definition, Literals, literals_of
from .flask_home import Home, find_home
from .flask_making import FACTORIES
from .kind_tables import Kind
from .names import Names
from .request_reading import fields_of_forms, headers_read, keys_read, numbers_read, parts_of_path, values_for
from .subjects import Parameter, Subject

_RANDOM = 16
FIXTURE = '''@pytest.fixture
def client():
    """Return a client of the application."""
{lines}
'''


class FlaskApplication:
    """What a module offers to Flask, and its rules. `maker` are the lines that make the application."""

    clients: tuple[str, ...] = ("client",)

    def __init__(self, app: Any, maker: list[str], names: Names, rng: random.Random) -> None:
        self.app = app
        self.others: dict[str, str] = {}  # further fixtures
        self.headers: dict[str, dict[str, str]] = {}  # fixture → headers
        self._maker = maker
        self._names = names
        self._rng = rng

    def install(self) -> str:
        """Make `client` known to expressions and return the source of its fixture."""
        self._names.made_anew["client"] = self.app.test_client
        return FIXTURE.format(lines="\n".join(f"    {line}" for line in self._maker))

    def subjects(self, texts: tuple[str, ...], nodes: dict[str, Any]) -> Iterator[Subject]:
        """Yield a subject for each rule and method that is defined in this module."""
        del texts  # what the code knows is read from each view
        for rule in self.app.url_map.iter_rules():
            view = inspect.unwrap(self.app.view_functions[rule.endpoint])
            if getattr(view, "__module__", "") != self._names.module.__name__:
                continue
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                for client in self.clients:
                    yield self._subject(rule, method, view, nodes.get(view.__name__), client)

    def _subject(self, rule: Any, method: str, view: Any, node: Definition | None, client: str) -> Subject:
        path, parameters = rule.rule, []
        for position, (whole, converter, name) in enumerate(re.findall(r"(<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>)", path)):
            path = path.replace(whole, f"{{{position}}}", 1)
            values = ("1", "2", "0", "999") if converter in ("int", "float") else tuple(parts_of_path(name, node))
            parameters.append(_parameter(name, values, inspect.Parameter.POSITIONAL_ONLY))
        for place, keyword in (("args", "query_string"), ("form", "data"), ("json", "json")):
            keys = keys_read(node, place) if node is not None else []
            if place == "form" and node is not None:
                keys = list(dict.fromkeys([*keys, *fields_of_forms(node, view)]))
            is_body = place != "args"
            if keys and not (is_body and method in ("GET", "DELETE")):
                values = tuple(dict.fromkeys(map(repr, self._filled(keys, numbers_read(node)))))
                parameters.append(_parameter(keyword, values, inspect.Parameter.KEYWORD_ONLY, required=False))
        literals = literals_of(node.body) if node is not None else Literals()
        sent = tuple(dict.fromkeys(map(repr, headers_read(node, literals)))) if node is not None else ()
        if sent:
            parameters.append(_parameter("headers", sent, inspect.Parameter.KEYWORD_ONLY, required=False))
        name = f"{method.lower()}_{re.sub(r'[^a-z0-9]+', '_', rule.rule.lower()).strip('_') or 'root'}"
        name += "" if client == self.clients[0] else f"_as_{client}"
        template = f"{client}.{method.lower()}({path!r}"
        return Subject(name, "route", parameters, node, None, literals, template=template, function=view)

    def _filled(self, keys: list[str], numbers: dict[str, list[int]]) -> Iterator[dict[str, Any]]:
        """Yield mappings: everything, then without each key, then each key empty, then some."""
        known = {key: numbers.get(key) or values_for(key) for key in keys}
        full = {key: known[key][0] for key in keys}
        yield full
        for key in keys:
            yield {name: value for name, value in full.items() if name != key}
            for value in [*known[key][1:], "", 0, -1]:
                yield {**full, key: value}
        yield {}
        for _ in range(_RANDOM):
            yield {key: self._rng.choice(known[key]) for key in keys if self._rng.random() < 0.7}


class FlaskAtHome(FlaskApplication):
    """The application around a module, asked by somebody who is signed in and by somebody who is not."""

    def __init__(self, home: Home, names: Names, rng: random.Random) -> None:
        super().__init__(home.app, [], names, rng)
        self.clients = home.clients
        self._home = home

    def install(self) -> str:
        """Make the clients known to expressions and return the source of the first one's fixture."""
        for name in self.clients:
            self._names.made_anew[name] = self._home.opener(name)
        self.others = {name: self._home.fixture(name) for name in self.clients[1:]}
        return self._home.fixture(self.clients[0])


def find_flask(names: Names, rng: random.Random) -> list[FlaskApplication]:
    """Return the applications of a module: its own, of a factory, around it, or of its blueprints."""
    found = []
    for name, value in list(vars(names.module).items()):
        if name.startswith("_"):
            continue
        written = names.own(name)
        if _is(value, "flask.app.Flask"):
            found.append(FlaskApplication(value, [f"return {written}.test_client()"], names, rng))
        elif name in FACTORIES and callable(value):
            app = _made(value)
            if _is(app, "flask.app.Flask"):
                found.append(FlaskApplication(app, [f"return {written}().test_client()"], names, rng))
    home = None if found else find_home(names)
    found += [FlaskAtHome(home, names, rng)] if home is not None else []
    return found or list(_of_blueprints(names, rng))


def _of_blueprints(names: Names, rng: random.Random) -> Iterator[FlaskApplication]:
    for name, value in vars(names.module).items():
        if _is(value, "flask.blueprints.Blueprint") and value.import_name == names.module.__name__:
            app = importlib.import_module("flask").Flask(names.module.__name__)
            app.register_blueprint(value)
            names.imports["Flask"] = "from flask import Flask"
            lines = ["app = Flask(__name__)", f"app.register_blueprint({names.own(name)})", "return app.test_client()"]
            yield FlaskApplication(app, lines, names, rng)


def _made(factory: Any) -> Any:
    try:
        return factory()
    except Exception:  # it needs what is not there
        return None


def _is(value: object, wanted: str) -> bool:
    return any(f"{kind.__module__}.{kind.__qualname__}" == wanted for kind in type(value).__mro__)


def _parameter(name: str, values: tuple[str, ...], place: Any, *, required: bool = True) -> Parameter:
    kind: Kind = ("one", values)
    return Parameter(
        name=name,
        kind=place,
        is_required=required,
        default=inspect.Parameter.empty,
        weights={kind: 6.0},
        hinted=frozenset({kind}),
    )
