"""Possible defects: crashes on what the hints allow, and nothing else."""

import pytest

SOURCE = """
from dataclasses import dataclass, field


@dataclass
class Item:
    name: str
    price: float


@dataclass
class Cart:
    items: list[Item] = field(default_factory=list)

    def total(self, discount: float = 0.0) -> float:
        return sum(item.price for item in self.items) * (1 - discount)

    def mean(self) -> float:
        return sum(item.price for item in self.items) / len(self.items)


def average(values: list[float]) -> float:
    return sum(values) / len(values)


def unhinted(values):
    return values[0]
"""


@pytest.fixture(scope="module")
def found(workbench) -> list[tuple[str, str]]:
    """What looks wrong: subject and call."""
    workbench.write("shop.py", SOURCE)
    return [(each.subject, each.call) for each in workbench.generate("shop.py", budget=40).defects]


def test_a_crash_on_an_empty_list_is_one(found):
    assert ("average", "average([])") in found


def test_a_crash_of_a_method_without_arguments_is_one_when_its_instance_is_plausible(found):
    assert any(subject == "Cart.mean" and call.startswith("instance = Cart()") for subject, call in found)


def test_a_crash_of_an_instance_that_its_constructor_does_not_allow_is_none(found):
    assert [call for subject, call in found if subject == "Cart.total"] == []


def test_what_a_step_before_the_call_raises_is_told_of_that_step(found):
    assert [call for _, call in found if "mean()" in call and not call.endswith("mean()")] == []


def test_nothing_is_claimed_of_what_has_no_hints(found):
    assert "unhinted" not in {subject for subject, _ in found}
