"""Changes of functions that use something of their surroundings are noticed by Python tests as all others are."""

import pytest

from orchestrator.testgen.filters import WEAK

SOURCES = {
    "super": """
import string


class Shouting(string.Formatter):
    def convert_field(self, value: str, conversion: str) -> str:
        return super().convert_field(value, conversion) + "!"
""",
    "closure": """
import functools


def shouting(function):
    @functools.wraps(function)
    def shout(name: str) -> str:
        return function(name) + "!"

    return shout


@shouting
def greet(name: str) -> str:
    return f"hello {name}"
""",
}


@pytest.mark.parametrize("kind", SOURCES)
def test_a_function_that_is_made_useless_is_noticed_whatever_it_uses_of_its_surroundings(workbench, kind):
    workbench.write(f"{kind}_case.py", SOURCES[kind])
    made = workbench.generate(f"{kind}_case.py", budget=30)
    assert made.dropped[WEAK] == 0
    assert made.mutants.percent == 100
