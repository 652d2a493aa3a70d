"""Code that asks what time it is: its tests let the clock stand."""

import pytest

from orchestrator.testgen.python.explorer.standing_clock import StandingClock

GREETING = """import datetime as dt
from time import time


def until(day: dt.date) -> str:
    left = day - dt.date.today()
    return "today" if not left else f"{left.days} days"


def stamp(text: str) -> str:
    return f"{text} {int(time())}"
"""


@pytest.fixture(scope="module")
def made(workbench):
    workbench.write("greeting.py", GREETING)
    return workbench.generate("greeting.py", budget=10)


def test_what_depends_on_the_present_is_pinned_for_a_clock_that_stands(made):
    assert (made.statements.reached, made.statements.total) == (3, 3)
    assert '@pytest.mark.usefixtures("standing_clock")' in made.text
    assert "1705320000" in made.text


def test_the_fixture_replaces_what_the_module_asks_and_nothing_else(made):
    replaced = [line.partition('"')[2].partition('"')[0] for line in made.text.splitlines() if ".setattr(" in line]
    assert replaced == ["datetime.date", "greeting.time"]


def test_a_module_that_never_asks_for_the_present_has_no_clock():
    source = "import datetime\n\n\ndef later(day):\n    return day + datetime.timedelta(days=1)\n"
    assert not StandingClock([(pytest, source)])
