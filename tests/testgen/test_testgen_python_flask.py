"""Views on blueprints of a package, whose application is made by the package around it."""

import importlib
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.testgen.python.explorer.facts import read_facts
from orchestrator.testgen.python.explorer.flask_routes import FlaskApplication, find_flask
from orchestrator.testgen.python.explorer.names import Names

pytest.importorskip("flask_sqlalchemy")

CONFIG = "class Config:\n    SECRET_KEY = 'x'\n    SQLALCHEMY_DATABASE_URI = 'sqlite:///shop.db'\n"
APP = """\
from flask import Flask
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from config_of_shop import Config

db = SQLAlchemy()
login = LoginManager()
login.session_protection = "strong"


def create_app(config_class=Config):
    app = Flask(__name__)
    app.config.from_object(config_class)
    db.init_app(app)
    login.init_app(app)
    from shop.main import bp
    app.register_blueprint(bp)
    return app


from shop import models
"""
MODELS = """\
from flask_login import UserMixin
from shop import db, login


class Role(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(64))
    permissions = db.Column(db.Integer)


class Person(UserMixin, db.Model):
    id = db.Column(db.Integer, primary_key=True)
    role_id = db.Column(db.Integer, db.ForeignKey("role.id"))
    role = db.relationship(Role)
    username = db.Column(db.String(64), unique=True)
    visits = db.Column(db.Integer, default=0)
    is_active = db.Column(db.Boolean, default=False)
    password_hash = db.Column(db.String(64))

    @property
    def password(self):
        raise AttributeError("nobody reads it")

    @password.setter
    def password(self, word):
        self.password_hash = word[::-1]


@login.user_loader
def load(id):
    return db.session.get(Person, int(id))
"""
VIEWS = """\
from flask_login import current_user, login_required
from flask_wtf import FlaskForm
from wtforms import StringField, SubmitField

from shop.main import bp
from shop.models import Person


class NoteForm(FlaskForm):
    title = StringField()
    send = SubmitField()


@bp.route("/me", methods=["GET"])
@login_required
def me():
    return current_user.username


@bp.route("/note", methods=["POST"])
def note():
    form = NoteForm()
    return form.title.data if form.validate_on_submit() else "nothing"
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    files = {
        "config_of_shop.py": CONFIG,
        "shop/__init__.py": APP,
        "shop/models.py": MODELS,
        "shop/main/views.py": VIEWS,
    }
    files["shop/main/__init__.py"] = (
        "from flask import Blueprint\n\nbp = Blueprint('main', __name__)\n\nfrom shop.main import views\n"
    )
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in [name for name in sys.modules if name.split(".")[0] in ("shop", "config_of_shop")]:
        del sys.modules[name]


def application(root: Path) -> tuple[Names, list[FlaskApplication]]:
    importlib.import_module("shop")
    module = importlib.import_module("shop.main.views")
    names = Names(module, read_facts((root / "shop/main/views.py").read_text("utf-8"), "shop.main"))
    return names, find_flask(names, random.Random(1))


def test_views_are_asked_through_the_application_around_them_by_a_user_and_by_a_visitor(shop: Path) -> None:
    names, (found,) = application(shop)
    source = found.install()
    made = {name: make() for name, make in names.made_anew.items()}
    assert {name: client.get("/me").status_code for name, client in made.items()} == {"client": 200, "visitor": 401}
    assert "create_app(Settings)" in source
    assert "where a user is signed in" in source
    assert (
        "Person(password='secret', username='ada', is_active=True, role=Role(name='admin', permissions=255))" in source
    )
    assert list(found.others) == ["visitor"]


def test_the_fixtures_that_are_written_do_what_was_explored(shop: Path) -> None:
    """With a database in memory: the one that a person works with is not even made."""
    names, (found,) = application(shop)
    sources = {"client": found.install(), **found.others}
    for name, source in sources.items():
        space = {**names.values, "pytest": pytest}
        exec(source.replace("@pytest.fixture\n", ""), space)
        assert space[name]().get("/me").status_code == (200 if name == "client" else 401)
    assert not list(shop.rglob("*.db"))


def test_every_client_finds_the_tables_as_new(shop: Path) -> None:
    names, (found,) = application(shop)
    found.install()
    models = importlib.import_module("shop.models")
    for _ in range(2):
        names.made_anew["client"]().get("/me")
        with found.app.app_context():
            assert models.Person.query.count() == 1
            models.db.session.add(models.Person(username="more"))
            models.db.session.commit()


def test_the_fields_of_a_form_are_filled_in(shop: Path) -> None:
    names, (found,) = application(shop)
    nodes = dict(read_facts((shop / "shop/main/views.py").read_text("utf-8"), "shop.main").definitions)
    found.install()
    subjects = {each.name: each for each in found.subjects((), nodes)}
    (data,) = [each for each in subjects["post_note"].parameters if each.name == "data"]
    (filled, *_) = next(iter(data.hinted))[1]
    assert list(eval(filled)) == ["title"]
    assert names.made_anew["client"]().post("/note", data=eval(filled)).text == eval(filled)["title"]


def test_a_database_that_a_person_may_work_with_is_left_alone(shop: Path) -> None:
    text = APP.replace("def create_app(config_class=Config):", "def create_app():").replace(
        "from_object(config_class)", "from_mapping(SQLALCHEMY_DATABASE_URI='sqlite:///shop.db')"
    )
    (shop / "shop/__init__.py").write_text(text, encoding="utf-8")
    assert application(shop)[1] == []


SETTINGS = """\
class Plain:
    SQLALCHEMY_DATABASE_URI = "sqlite:///depot.db"


class ForTests(Plain):
    TESTING = True
    SQLALCHEMY_DATABASE_URI = "sqlite:///depot-test.db"


BY_NAME = {"testing": ForTests, "default": Plain}
"""
BESIDE = """\
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from depot.settings import BY_NAME

db = SQLAlchemy()


def create_app(name):
    app = Flask(__name__)
    app.config.from_object(BY_NAME[name if isinstance(name, str) else "default"])
    db.init_app(app)
    from depot.parts.views import bp
    app.register_blueprint(bp)
    return app
"""
PARTS = """\
from flask import Blueprint
from depot.app import db

bp = Blueprint("parts", __name__)


class Part(db.Model):
    id = db.Column(db.Integer, primary_key=True)


@bp.route("/parts")
def count():
    return str(db.session.query(Part).count())
"""


def test_an_application_is_made_by_a_module_beside_the_views_and_its_settings_get_a_database_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "__init__.py": "",
        "settings.py": SETTINGS,
        "app.py": BESIDE,
        "parts/__init__.py": "",
        "parts/views.py": PARTS,
    }
    for path, text in files.items():
        (tmp_path / "depot" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "depot" / path).write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    try:
        names = Names(importlib.import_module("depot.parts.views"), read_facts(PARTS, "depot.parts"))
        (found,) = find_flask(names, random.Random(1))
        source = found.install()
        assert 'monkeypatch.setattr(ForTests, "SQLALCHEMY_DATABASE_URI", "sqlite://")\n' in source
        assert names.made_anew["client"]().get("/parts").text == "0"
        space = {**names.values, "pytest": pytest}
        exec(source.replace("@pytest.fixture\n", ""), space)
        assert space["client"](monkeypatch).get("/parts").text == "0"
        assert not list(tmp_path.rglob("*.db"))
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] == "depot"]:
            del sys.modules[name]
