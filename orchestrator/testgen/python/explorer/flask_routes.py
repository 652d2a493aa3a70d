"""Flask applications, blueprints and factories as subjects: each rule is called through Flask's own test client."""

import ast
import importlib
import inspect
import random
import re
from collections.abc import Iterator
from typing import Any

from .facts import Definition, Literals, literals_of
from .kind_tables import Kind
from .names import Names
from .subjects import Parameter, Subject
from .words import words_for

_NUMBERS = ("count", "price", "quantity", "amount", "age", "year", "size", "limit", "page", "number", "score", "total")
_MOST_KEYS = 8
_HEADER = re.compile(r"[A-Z][a-z]+(-[A-Z][a-z]+)+")
_KNOWN_HEADERS = {
    "accept": ("text/html", "application/json", "*/*"),
    "authorization": ("Basic dXNlcjpwYXNzd2Q=", "Bearer token", 'Digest username="user", nonce="a", uri="/"'),
    "cookie": ("a=1",),
    "range": ("bytes=0-4", "bytes=5-"),
    "if-none-match": ('"a"', "*"),
}
_RANDOM = 16
FIXTURE = '''@pytest.fixture
def client():
    """Return a client of the application."""
{lines}
'''


class FlaskApplication:
    """What a module offers to Flask, and its rules. `maker` are the lines that make the application."""

    def __init__(self, app: Any, maker: list[str], names: Names, rng: random.Random) -> None:
        self.app = app
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
                yield self._subject(rule, method, view, nodes.get(view.__name__))

    def _subject(self, rule: Any, method: str, view: Any, node: Definition | None) -> Subject:
        path, parameters = rule.rule, []
        for position, (whole, converter, name) in enumerate(re.findall(r"(<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>)", path)):
            path = path.replace(whole, f"{{{position}}}", 1)
            values = (
                ("1", "2", "0", "999") if converter in ("int", "float") else tuple({**dict.fromkeys(words_for(name))})
            )
            parameters.append(_parameter(name, values or ("1", "a", "missing"), inspect.Parameter.POSITIONAL_ONLY))
        for place, keyword in (("args", "query_string"), ("form", "data"), ("json", "json")):
            keys = _keys(node, place) if node is not None else []
            is_body = place != "args"
            if keys and not (is_body and method in ("GET", "DELETE")):
                values = tuple(dict.fromkeys(map(repr, self._filled(keys))))
                parameters.append(_parameter(keyword, values, inspect.Parameter.KEYWORD_ONLY, required=False))
        literals = literals_of(node.body) if node is not None else Literals()
        sent = tuple(dict.fromkeys(map(repr, _headers(node, literals)))) if node is not None else ()
        if sent:
            parameters.append(_parameter("headers", sent, inspect.Parameter.KEYWORD_ONLY, required=False))
        name = f"{method.lower()}_{re.sub(r'[^a-z0-9]+', '_', rule.rule.lower()).strip('_') or 'root'}"
        template = f"client.{method.lower()}({path!r}"
        return Subject(name, "route", parameters, node, None, literals, template=template, function=view)

    def _filled(self, keys: list[str]) -> Iterator[dict[str, Any]]:
        """Yield mappings: everything, then without each key, then each key empty, then some."""
        full = {key: _values(key)[0] for key in keys}
        yield full
        for key in keys:
            yield {name: value for name, value in full.items() if name != key}
            for value in [*_values(key)[1:], "", 0, -1]:
                yield {**full, key: value}
        yield {}
        for _ in range(_RANDOM):
            yield {key: self._rng.choice(_values(key)) for key in keys if self._rng.random() < 0.7}


def find_flask(names: Names, rng: random.Random) -> list[FlaskApplication]:
    """Return the applications of a module: its own, those of a factory without arguments, else of its blueprints."""
    found = []
    for name, value in list(vars(names.module).items()):
        if name.startswith("_"):
            continue
        written = names.own(name)
        if _is(value, "flask.app.Flask"):
            found.append(FlaskApplication(value, [f"return {written}.test_client()"], names, rng))
        elif name in ("create_app", "make_app", "build_app") and callable(value):
            app = _made(value)
            if _is(app, "flask.app.Flask"):
                found.append(FlaskApplication(app, [f"return {written}().test_client()"], names, rng))
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


def _known(node: Definition | None, name: str) -> tuple[str, ...]:
    """Return the texts with which a view compares a part of its path."""
    found: dict[str, None] = {}
    for each in ast.walk(node) if node is not None else ():
        if isinstance(each, ast.Compare) and ast.unparse(each.left) == name:
            texts = [part.value for part in ast.walk(each) if isinstance(part, ast.Constant)]
            found.update(dict.fromkeys(text for text in texts if isinstance(text, str)))
    return tuple(found)


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


def _keys(node: Definition, place: str) -> list[str]:
    """Return the keys that a view reads from a part of the request, also by way of a variable."""
    sources = {f"request.{place}", f"request.{place}.get", f"request.{place}.getlist"}
    if place == "json":
        for each in ast.walk(node):
            if isinstance(each, ast.Assign) and re.search(r"request\.(get_json|json)\b", ast.unparse(each.value)):
                sources |= {f"{ast.unparse(target)}{end}" for target in each.targets for end in ("", ".get")}
    found: dict[str, None] = {}
    for each in ast.walk(node):
        key: ast.expr | None = None
        if isinstance(each, ast.Subscript) and ast.unparse(each.value) in sources:
            key = each.slice
        elif isinstance(each, ast.Call) and each.args and ast.unparse(each.func) in sources:
            key = each.args[0]
        elif isinstance(each, ast.Compare) and ast.unparse(each.comparators[0]) in sources:
            key = each.left
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            found.setdefault(key.value)
    return list(found)[:_MOST_KEYS]


def _headers(node: Definition, literals: Literals) -> Iterator[dict[str, str]]:
    """Yield headers that a view asks for, with texts that it compares them with; none when it reads none."""
    source = ast.unparse(node).lower()
    if "header" not in source and "authorization" not in source:
        return
    names = [text for text in literals.texts if text.lower() in _KNOWN_HEADERS or _HEADER.fullmatch(text)]
    if "authorization" in source:
        names.append("Authorization")
    for name in dict.fromkeys(names):
        fitting = [text for text in literals.texts if text != name and ("/" in text) == (name.lower() == "accept")]
        for value in (*_KNOWN_HEADERS.get(name.lower(), ()), *fitting[:_MOST_KEYS], "a"):
            if value.isprintable() and value.strip():
                yield {name: value}


def _values(key: str) -> list[Any]:
    if any(word in key.lower() for word in _NUMBERS):
        return [5, 1, 100]
    return list(words_for(key) or ("hello", "a"))
