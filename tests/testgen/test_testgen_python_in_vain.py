"""Modules that make a folder and open a log beside their sources when they are imported."""

LOGGING = """\
import logging
import os
from logging.handlers import RotatingFileHandler
from pathlib import Path

LOGS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "logs")
if not os.path.exists(LOGS):
    os.makedirs(LOGS)
(Path(__file__).parent / "uploads" / "new").mkdir(parents=True, exist_ok=True)
logging.getLogger("orders").addHandler(RotatingFileHandler(os.path.join(LOGS, "app.log"), maxBytes=1000, backupCount=2))
"""
ORDERS = """\
import logging

from shop import logs

log = logging.getLogger("orders")


def price(pieces: int) -> int:
    if pieces < 0:
        raise ValueError("a negative order")
    log.error("asked for a price")
    return 3 * pieces
"""


def test_the_module_is_explored_and_nothing_is_made_or_written(workbench) -> None:
    for name, text in (("__init__", ""), ("logs", LOGGING), ("orders", ORDERS)):
        workbench.write(f"shop/{name}.py", text)
    made = workbench.generate("shop/orders.py", budget=20)
    assert made.statements.reached == made.statements.total
    assert [each for each in workbench.files() if "log" in each or "upload" in each] == ["shop/logs.py"]
    assert sorted(each.name for each in (workbench.root / "shop").iterdir()) == ["__init__.py", "logs.py", "orders.py"]


ON_A_SERVER = """\
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_engine("mysql://nobody@127.0.0.1:1/none", module=__import__("sqlite3"))


class Base(DeclarativeBase):
    pass


class Part(Base):
    __tablename__ = "parts"
    id: Mapped[int] = mapped_column(primary_key=True)


Base.metadata.create_all(bind=engine)


def price(pieces: int) -> int:
    return 3 * pieces if pieces > 0 else 0
"""


def test_tables_on_a_server_are_not_made_when_the_module_is_imported(workbench) -> None:
    workbench.write("parts.py", ON_A_SERVER)
    made = workbench.generate("parts.py", budget=30)
    assert "price(" in made.text


IN_A_CALL = """\
import logging
import os


def total(prices: list[int]) -> int:
    handler = logging.FileHandler(os.path.join(os.path.dirname(os.path.abspath(__file__)), "total.log"))
    handler.close()
    return sum(prices)


def double(price: int) -> int:
    return price * 2
"""


def test_a_call_that_opens_a_log_beside_the_sources_is_in_no_test(workbench) -> None:
    workbench.write("prices.py", IN_A_CALL)
    made = workbench.generate("prices.py", budget=10)
    assert "double(" in made.text
    assert "total(" not in made.text
    assert "total.log" not in workbench.files()
