"""Functions that take objects of classes which another module of the project defines."""

import pytest

CART = """
from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shop.people import Person


@dataclass
class Line:
    sku: str
    cents: int
    quantity: int = 1


@dataclass
class Cart:
    lines: list[Line] = field(default_factory=list)
    buyer: Person | None = None


class Closed:
    def __init__(self, door: int):
        raise RuntimeError("nobody makes one")
"""
PEOPLE = """
import abc


class Payer(abc.ABC):
    @abc.abstractmethod
    def word(self) -> str: ...


class Person(Payer):
    def __init__(self, name: str, age: int):
        if age < 0:
            raise ValueError("age")
        self.name = name
        self.age = age

    def word(self) -> str:
        return self.name.upper()
"""
PRICES = """
from shop.cart import Line


def price(line: Line) -> int:
    if line.quantity > 10:
        return line.cents * line.quantity - 5
    return line.cents * line.quantity


def count(lines: list[Line]) -> int:
    return sum(line.quantity for line in lines)


def shown(line: Line | None) -> str:
    if line is None:
        return "nothing"
    return f"{line.quantity} x {line.sku}"
"""
TYPED = """
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from not_installed import Frame

    from shop.people import Payer, Person


def greeting(person: Person) -> str:
    if person.age < 18:
        return f"Hi {person.name}"
    return f"Good day, {person.name}"


def oldest(people: Sequence[Person]) -> int:
    return max([person.age for person in people], default=0)


def initial(person: Person) -> Frame | str:
    return person.name[:1]


def asked(payer: Payer) -> str:
    return payer.word() + "!"
"""
BY_MODULE = """
from . import cart


class Line:
    def __init__(self, text: str):
        self.text = text


def total(basket: cart.Cart) -> int:
    if not basket.lines:
        return 0
    return sum(line.cents * line.quantity for line in basket.lines)


def written(line: cart.Line) -> Line:
    return Line(f"{line.quantity} x {line.sku}")
"""
DOORS = """
import numbers

from shop.cart import Closed, Line


def opened(thing: Closed) -> int:
    return thing.door + 1


def doubled(line: Line) -> int:
    return line.cents * 2


def halved(number: numbers.Number) -> float:
    return number / 2
"""


@pytest.fixture(scope="module")
def shop(workbench):
    workbench.write("shop/__init__.py", "")
    workbench.write("shop/cart.py", CART)
    workbench.write("shop/people.py", PEOPLE)
    workbench.write("shop/prices.py", PRICES)
    workbench.write("shop/typed.py", TYPED)
    workbench.write("shop/by_module.py", BY_MODULE)
    workbench.write("shop/doors.py", DOORS)
    return workbench


@pytest.fixture(scope="module")
def prices(shop):
    return shop.generate("shop/prices.py", budget=30)


def test_what_takes_an_object_of_another_module_is_tested_whole(prices):
    assert (prices.statements.percent, prices.notes) == (100, ())


def test_the_test_imports_the_class_from_where_it_is_defined(prices):
    assert "from shop.cart import Line\n" in prices.text


def test_no_test_is_about_a_class_of_another_module(prices):
    assert all(name.startswith(("test_price", "test_count", "test_shown")) for name in prices.tests)


def test_a_class_that_is_imported_for_type_checkers_only_is_made(shop):
    made = shop.generate("shop/typed.py", budget=30)
    assert made.statements.percent == 100
    assert "from shop.people import Person\n" in made.text


def test_a_class_whose_name_is_taken_is_reached_through_its_module(shop):
    made = shop.generate("shop/by_module.py", budget=30)
    assert made.statements.percent == 100
    assert "cart.Line(" in made.text


def test_what_cannot_be_made_is_told_with_the_function_that_takes_it(shop):
    made = shop.generate("shop/doors.py", budget=30)
    assert "doubled(" in made.text
    assert made.notes == ("opened takes shop.cart.Closed as thing: no call was found that makes one",)
