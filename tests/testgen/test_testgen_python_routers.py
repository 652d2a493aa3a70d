"""Routes that a module declares for an application elsewhere, and parameters that the framework fills in."""

import random
import sys
import types
import uuid
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, Form, Query
from sqlalchemy import String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from orchestrator.testgen.python.emission import _laid_out
from orchestrator.testgen.python.explorer.facts import read_facts
from orchestrator.testgen.python.explorer.finding import SubjectFinder
from orchestrator.testgen.python.explorer.names import Names
from orchestrator.testgen.python.explorer.routes import find_applications

SOURCE = """
router = APIRouter(prefix="/carts")

@router.get("/{number}")
def read(number: int, page: int = Query(1), user: str = Depends(who)):
    return number

def plain(number: int, page: int = 1):
    return number
"""


def shop() -> tuple[types.ModuleType, Names]:
    module = types.ModuleType("shop")
    vars(module).update(APIRouter=APIRouter, Depends=Depends, Query=Query, who=lambda: "me")
    exec(compile(SOURCE, "shop.py", "exec"), vars(module))
    return module, Names(module, read_facts(SOURCE))


@pytest.mark.filterwarnings("ignore:Using `httpx`")  # of the framework's own client, about its own future
def test_a_router_is_asked_in_an_application_of_its_own() -> None:
    module, names = shop()
    (found,) = find_applications(names, random.Random(1))
    (route,) = found.subjects((), {})
    assert (route.name, route.template) == ("get_carts_number", "client.get('/carts/{0}'")
    assert route.function is module.read
    assert "app.include_router(router)" in found.install()
    client = names.made_anew["client"]()
    assert client.get("/carts/7").json() == 7
    assert client.get("/carts/x").status_code == 422


def test_what_the_framework_puts_in_is_no_default() -> None:
    _, names = shop()
    subjects = {each.name: each for each in SubjectFinder(names, read_facts(SOURCE)).find()}
    assert {each.name: each.is_required for each in subjects["read"].parameters} == {
        "number": True,
        "page": True,
        "user": True,
    }
    assert {each.name: each.is_required for each in subjects["plain"].parameters} == {"number": True, "page": False}


class Base(DeclarativeBase):
    pass


class Trimmed(TypeDecorator):
    """A type that does not say itself of which type its values are."""

    impl = String
    cache_ok = True


class Member(Base):
    __tablename__ = "members"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    name: Mapped[str] = mapped_column(Trimmed)


def session():
    raise AssertionError("the application's own database is never opened")


def signed_in(db: Annotated[Session, Depends(session)]) -> Member:
    raise AssertionError("nobody signs in")


ON_A_DATABASE = """
router = APIRouter()

@router.get("/members")
def members(db: Session = Depends(session), me: Member = Depends(signed_in)):
    return [each.name for each in db.query(Member)] + [me.name]

@router.post("/members")
def join(name: str = Form(), db: Session = Depends(session)):
    db.add(Member(name=name))
    db.commit()
"""


def club(monkeypatch: pytest.MonkeyPatch) -> Names:
    module = types.ModuleType("club")
    vars(module).update(APIRouter=APIRouter, Depends=Depends, Form=Form, Session=Session)
    for each in (Base, Member, session, signed_in):
        monkeypatch.setattr(each, "__module__", "club")
        setattr(module, each.__name__, each)
    monkeypatch.setitem(sys.modules, "club", module)
    exec(compile(ON_A_DATABASE, "club.py", "exec"), vars(module))
    return Names(module, read_facts(ON_A_DATABASE))


@pytest.mark.filterwarnings("ignore:Using `httpx`")
def test_routes_on_a_database_get_one_in_memory_with_somebody_signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    names = club(monkeypatch)
    (found,) = find_applications(names, random.Random(1))
    fixture = found.install()
    assert "    Base.metadata.create_all(engine)\n" in fixture
    assert "        app.dependency_overrides[signed_in] = lambda: user\n" in fixture
    first = names.made_anew["client"]()
    assert first.post("/members", data={"name": "ben"}).status_code == 200
    assert first.get("/members").json() == ["Ada", "ben", "Ada"]
    another = names.made_anew["client"]()
    assert another.get("/members").json() == ["Ada", "Ada"]


def test_a_form_is_filled_in_with_words_for_its_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = find_applications(club(monkeypatch), random.Random(1))
    (join,) = [each for each in found.subjects((), {}) if each.name == "post_members"]
    ((kind, forms),) = join.parameters[0].weights
    assert (join.parameters[0].name, kind) == ("data", "one")
    assert forms == ("{'name': 'Ada'}", "{'name': 'Ben'}", "{'name': 'Ada'}", "{}")


MODELS = """\
from sqlalchemy import create_engine
from sqlalchemy import String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Guest(Base):
    __tablename__ = "guests"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


def opened() -> Session:
    return Session(create_engine("postgresql://nobody@localhost/house"))
"""
STORE = """\
from house.models import Guest, Session


def find(session: Session, name: str) -> Guest | None:
    return session.query(Guest).filter_by(name=name).first()


def invite(session: Session, name: str) -> Guest:
    if find(session, name) is not None:
        raise ValueError("is invited already")
    guest = Guest(name=name)
    session.add(guest)
    session.commit()
    return guest
"""


def test_functions_that_take_a_session_get_a_database_in_memory(workbench) -> None:
    workbench.write("house/__init__.py", "")
    workbench.write("house/models.py", MODELS)
    workbench.write("house/store.py", STORE)
    made = workbench.generate("house/store.py", budget=20)
    assert "    Base.metadata.create_all(engine)\n    with Session(engine) as session:\n" in made.text
    assert made.statements.reached == made.statements.total
    assert "is invited already" in made.text


def test_rows_of_a_fixture_are_laid_out_where_they_are_too_long() -> None:
    given = ", ".join(f"{word}='{word * 3}'" for word in ("first_name", "last_name", "email", "city"))
    assert _laid_out(f"def session():\n    session.add(Person({given}))") == (
        "def session():\n"
        "    session.add(\n"
        "        Person(\n"
        '            first_name="first_namefirst_namefirst_name",\n'
        '            last_name="last_namelast_namelast_name",\n'
        '            email="emailemailemail",\n'
        '            city="citycitycity",\n'
        "        ),\n"
        "    )"
    )
