"""A package that exports a function under the name of the module that it stands in, as `datetime` does."""

DISTANCE = """\
CALLS = []


def distance(one: int, other: int) -> int:
    CALLS.append(one)
    return abs(one - other)
"""
TRIP = """\
from geo import distance


def length(stops: list[int]) -> int:
    return sum(distance(one, other) for one, other in zip(stops, stops[1:]))
"""


def test_tests_that_change_the_data_of_such_a_module_hold(workbench) -> None:
    workbench.write("geo/__init__.py", "from geo.distance import distance\n")
    workbench.write("geo/distance.py", DISTANCE)
    workbench.write("geo/trip.py", TRIP)
    made = workbench.generate("geo/trip.py", budget=20)
    assert made.statements.reached == made.statements.total
    assert 'importlib.import_module("geo.distance")' in made.text
    found = workbench.examine("geo/trip.py", made.text)
    assert found.is_sound and found.proof.goals.keys() == {*made.tests}
