"""Code that asks what time it is: its tests let the clock stand."""

import datetime

import pytest

from orchestrator.testgen.python.explorer.standing_clock import StandingClock

GREETING = """import datetime as dt
from time import time


def until(day: dt.date) -> str:
    left = day - dt.date.today()
    return "today" if not left else f"{left.days} days"


def stamp(text: str) -> str:
    return f"{text} {int(time())}"


def age(born: dt.date, day: dt.date | None = None) -> int:
    '''Return how many days somebody is old.

    >>> age(datetime.date(2024, 1, 1), day=datetime.date(2024, 1, 3))
    2
    '''
    return ((day or dt.date.today()) - born).days
"""


@pytest.fixture(scope="module")
def made(workbench):
    workbench.write("greeting.py", GREETING)
    return workbench.generate("greeting.py", budget=10)


def test_what_depends_on_the_present_is_pinned_for_a_clock_that_stands(made):
    assert (made.statements.reached, made.statements.total) == (4, 4)
    assert '@pytest.mark.usefixtures("standing_clock")' in made.text
    assert "1705320000" in made.text


def test_the_fixture_replaces_what_the_module_asks_and_nothing_else(made):
    replaced = [line.partition('"')[2].partition('"')[0] for line in made.text.splitlines() if ".setattr(" in line]
    assert replaced == ["datetime.date", "greeting.time"]


def test_the_clock_stands_only_where_it_is_asked(made):
    with_day = [each for each in made.text.split("\n\n\n") if "day=" in each]
    assert with_day and not [each for each in with_day if "standing_clock" in each]


def test_the_clock_is_no_longer_than_a_person_would_write_it(made):
    assert made.text.partition("class FixedDate")[2].startswith(
        '''(datetime.date):
    @classmethod
    def today(cls):
        return cls(2024, 1, 15)


@pytest.fixture
def standing_clock(monkeypatch):
    """Let it be noon of 15 January 2024 (UTC)."""
    monkeypatch.setattr("datetime.date", FixedDate)
    monkeypatch.setattr("greeting.time", lambda: 1705320000.0)
'''
    )


def test_a_class_that_values_are_compared_with_is_told_by_the_class_behind():
    source = "from datetime import datetime\n\nNOW = datetime.now()\nIS_LATER = isinstance(NOW, datetime)\n"
    helpers = StandingClock([(pytest, source)]).helpers()
    assert list(helpers) == ["Fixed", "FixedDatetime"]
    namespace = {"datetime": datetime}
    exec("\n".join(helpers.values()), namespace)
    fixed = namespace["FixedDatetime"]
    assert isinstance(datetime.datetime(2000, 1, 1), fixed) and fixed.now() == datetime.datetime(2024, 1, 15, 12)
    assert fixed.now(datetime.UTC).tzinfo is datetime.UTC


def test_a_module_that_never_asks_for_the_present_has_no_clock():
    source = "import datetime\n\n\ndef later(day):\n    return day + datetime.timedelta(days=1)\n"
    assert not StandingClock([(pytest, source)])


AWARE = """import datetime as dt


def ago(value):
    \"\"\"Return how long ago a moment was.

    >>> import datetime
    >>> ago(datetime.timedelta(days=2))
    '2 days ago'
    \"\"\"
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        value = dt.datetime.fromtimestamp(value.timestamp())
    now = dt.datetime.now()
    left = value if isinstance(value, dt.timedelta) else now - value
    return f"{left.days} days ago" if left.days >= 0 else "not yet"
"""


def test_a_class_with_a_clock_of_its_own_is_tried_at_other_times_and_in_other_time_zones(workbench):
    workbench.write("ago.py", AWARE)
    made = workbench.generate("ago.py", budget=10)
    assert "class Fixed(" in made.text  # repeated under a class that moves the clock, and needs one of its own kind
    assert "does not pass every time" not in made.dropped
    assert "'2 days ago'" in made.text.replace('"', "'")


def test_what_cannot_be_imported_at_another_time_does_not_pass_every_time(workbench, monkeypatch):
    monkeypatch.setenv("CI", "true")  # there pytest cuts no explanation short
    workbench.write("twice.py", "def twice(number):\n    return 2 * number\n")
    text = (
        "import datetime\n\nfrom twice import twice\n\nassert datetime.datetime.now().year < 2028\n\n\n"
        "def test_twice():\n    assert twice(3) == 6\n"
    )
    examined = workbench.examine("twice.py", text)
    assert examined.proof.dropped == {"test_twice": "does not pass every time"}
    assert "2028 < 2028" in examined.proof.messages["test_twice"]
