"""Sessions of SQLAlchemy whose methods are awaited: a database in memory without a driver for asyncio."""

import re

import pytest

pytest.importorskip("greenlet", reason="SQLAlchemy awaits with it")

MODELS = """\
from collections.abc import AsyncIterator

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

async def get_session() -> AsyncIterator[AsyncSession]:
    engine = create_async_engine("postgresql+asyncpg://nobody@localhost/house")
    async with async_sessionmaker(engine)() as session:
        yield session


class Base(DeclarativeBase):
    pass


class Guest(Base):
    __tablename__ = "guests"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


async def host(session: AsyncSession = Depends(get_session)) -> Guest:
    return await session.get(Guest, 1)
"""
STORE = """\
from sqlalchemy import select

from inn.models import AsyncSession, Guest


async def find(session: AsyncSession, name: str) -> Guest | None:
    return (await session.execute(select(Guest).where(Guest.name == name))).scalars().first()


async def invite(session: AsyncSession, name: str) -> Guest:
    if await find(session, name) is not None:
        raise ValueError("is invited already")
    guest = Guest(name=name)
    session.add(guest)
    await session.commit()
    await session.refresh(guest)
    return guest
"""
ROUTES = """\
from fastapi import APIRouter, Depends, HTTPException

from inn.models import AsyncSession, Guest, get_session, host
from inn.store import find, invite

router = APIRouter()


@router.post("/guests/{name}", status_code=201)
async def come(name: str, session: AsyncSession = Depends(get_session)):
    try:
        return {"name": (await invite(session, name)).name}
    except ValueError as error:
        raise HTTPException(409, str(error))


@router.get("/guests/{name}")
async def see(name: str, session: AsyncSession = Depends(get_session), me: Guest = Depends(host)):
    guest = await find(session, name)
    if guest is None:
        raise HTTPException(404, f"{me.name} does not know them")
    return {"name": guest.name}
"""


@pytest.fixture
def inn(workbench):
    for path, text in (("__init__", ""), ("models", MODELS), ("store", STORE), ("routes", ROUTES)):
        workbench.write(f"inn/{path}.py", text)
    return workbench


def test_functions_that_await_a_session_get_a_database_in_memory(inn) -> None:
    made = inn.generate("inn/store.py", budget=20)
    assert made.statements.reached == made.statements.total
    assert (
        "    session.sync_session.bind = engine\n    with session.sync_session:\n        yield session\n" in made.text
    )
    assert "is invited already" in made.text


@pytest.mark.nightly
def test_routes_that_await_a_session_get_one_with_somebody_signed_in(inn) -> None:
    made = inn.generate("inn/routes.py", budget=20)
    assert made.statements.reached == made.statements.total
    assert "        session.sync_session.commit()\n" in made.text
    assert "Ada does not know them" in made.text


POSTGRES = """\
from sqlalchemy import Integer
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Bed(Base):
    __tablename__ = "beds"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    room: Mapped[str] = mapped_column(primary_key=True)
    linen: Mapped[dict] = mapped_column(JSONB, default=dict)
    spots: Mapped[list[int]] = mapped_column(ARRAY(Integer), nullable=True)


async def made(session: AsyncSession, room: str) -> int:
    bed = Bed(room=room)
    session.add(bed)
    await session.commit()
    return bed.id
"""


def test_tables_that_only_postgresql_knows_are_made_as_sqlite_can(inn) -> None:
    inn.write("inn/beds.py", POSTGRES)
    made = inn.generate("inn/beds.py", budget=20)
    assert made.statements.reached == made.statements.total
    assert "    for_sqlite(Base.metadata).create_all(engine)\n" in made.text
    assert "def for_sqlite(metadata):\n" in made.text


IN_A_SCHEMA = """\
from sqlalchemy import Integer, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Shelf(Base):
    __tablename__ = "shelves"
    __table_args__ = {"schema": "stock"}
    id: Mapped[int] = mapped_column(primary_key=True)
    places: Mapped[list[int]] = mapped_column(ARRAY(Integer))


def build(session: Session, first: int) -> list[int]:
    session.add(Shelf(places=[first, first + 1]))
    session.commit()
    return session.scalars(select(Shelf)).one().places
"""


def test_rows_of_another_schema_with_lists_in_them_are_kept_in_sqlite(inn) -> None:
    inn.write("inn/shelves.py", IN_A_SCHEMA)
    made = inn.generate("inn/shelves.py", budget=20)
    assert re.search(r"build\(session, \d+\) == \[\d", made.text)
    assert made.statements.reached == made.statements.total


HOPELESS = POSTGRES.replace("ARRAY(Integer)", "INT4RANGE").replace("ARRAY, JSONB", "INT4RANGE, JSONB")


def test_tables_that_sqlite_cannot_have_leave_the_rest_to_be_explored(inn) -> None:
    rest = "\n\ndef price(nights: int) -> int:\n    return 3 * nights\n"
    inn.write("inn/ranges.py", HOPELESS + rest)
    assert "price(" in inn.generate("inn/ranges.py", budget=20).text
