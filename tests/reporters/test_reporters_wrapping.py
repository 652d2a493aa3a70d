import re

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.reporters.cells import cells
from orchestrator.reporters.wrapping import wrap

SGR = re.compile(r"\x1b\[[0-9;]*m")


def test_what_continues_stands_beneath_its_branch():
    assert wrap("1.1  say hello  command, runs echo hello", 34, first="|- ", then="|    ") == [
        "|- 1.1  say hello  command, runs",
        "|    echo hello",
    ]


def test_a_colour_ends_with_its_line_and_goes_on_in_the_next():
    assert wrap("name \x1b[2mseveral words that are dim\x1b[0m", 30, first="", then="  ") == [
        "name \x1b[2mseveral words that are\x1b[0m",
        "  \x1b[2mdim\x1b[0m",
    ]


def test_without_a_width_nothing_is_broken():
    assert wrap("a " * 100, 0, first="> ", then="  ") == ["> " + "a " * 100]


@given(words=st.lists(st.text("abß日", min_size=1, max_size=20), min_size=1), width=st.integers(30, 90))
def test_no_line_is_wider_than_the_terminal_and_no_word_is_lost(words, width):
    lines = wrap(" ".join(f"\x1b[2m{word}\x1b[0m" for word in words), width, first="- ", then="  ")
    plain = [SGR.sub("", each) for each in lines]
    assert all(cells(each) <= max(width, 42) for each in plain)
    assert " ".join(each[2:].strip() for each in plain).split() == words
