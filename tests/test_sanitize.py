import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.reporters.cells import cells, clip, pad
from orchestrator.sanitize import block, coloured, line, output


def test_what_steers_a_terminal_becomes_visible():
    assert line("\x1b[2J\x1b[H") == r"\x1b[2J\x1b[H"
    assert line("a\u202eb\u2066c\u200bd\ufeffe\u2028f") == r"a\u202eb\u2066c\u200bd\ufeffe\u2028f"
    assert line("\x9b31m\x7f\x00") == r"\x9b31m\x7f\x00"
    assert line("one\ntwo\tthree\r") == r"one\ntwo\tthree\r"
    assert line("\ud800 \U000e0041") == r"\ud800 \U000e0041"


def test_ordinary_text_stays_as_it_is():
    for text in ("plain", "[/foo] [link=x]", "日本語 é ✓", "non\u00a0breaking\u3000space", ""):
        assert line(text) == text


def test_a_block_keeps_its_line_ends_and_spreads_its_tabs():
    assert block("a\tb\r\n\x1bc\n") == "a   b\n\\x1bc\n"


def test_output_shows_what_the_terminal_would_have_shown_last():
    assert output("10%\r50%\r100%\n") == "100%"
    assert output("\x1b[31mred\x1b[0m and \x1b]8;;http://x\x07link\x1b]8;;\x07") == "red and link"
    assert output("\x1b[2Jcleared") == "cleared"
    assert output("\x1b]0;unfinished") == r"\x1b]0;unfinished"


def test_colours_of_output_stay_when_wanted_and_are_closed():
    assert output("\x1b[1;31mred", colour=True) == "\x1b[1;31mred\x1b[0m"
    assert output("\x1b[31mred\x1b[2J\x1b[5n", colour=True) == "\x1b[31mred\x1b[0m"
    assert output("plain", colour=True) == "plain"


@given(st.text())
def test_a_line_never_holds_anything_that_steers(text):
    assert all(char.isprintable() or unicodedata.category(char) == "Zs" for char in line(text))
    assert line(line(text)) == line(text)


@given(st.text(alphabet=st.sampled_from("\x1b[]0;1mHJ\x07a\r\n\x9b\\")) | st.text())
def test_output_never_holds_an_escape_and_coloured_output_only_colours(text):
    assert "\x1b" not in output(text)
    assert "\x1b" not in re.sub(r"\x1b\[[0-9;]*m", "", output(text, colour=True))


@given(st.text().map(line), st.integers(min_value=1, max_value=60))
def test_a_clipped_text_is_never_wider_than_asked(text, width):
    assert cells(clip(text, width)) <= width
    assert cells(pad(clip(text, width), width)) == width


def test_wide_characters_count_two_and_marks_none():
    assert [cells(text) for text in ("abc", "日本", "e\u0301", "✓", "")] == [3, 4, 1, 1, 0]
    assert clip("日本語", 5) == "日本…"
    assert clip("日本語", 4) == "日…"
    assert clip("abc", 0) == "abc"


def test_colours_may_stay_over_several_lines_and_nothing_else():
    assert coloured("\x1b[1;31mred\x1b[0m\x1b[2J\nnext") == "\x1b[1;31mred\x1b[0m\\x1b[2J\nnext"


@given(st.text())
def test_what_is_shown_steers_nothing_and_showing_it_twice_changes_nothing(text: str):
    safe = block(text)
    assert all(char == "\n" or char.isprintable() or unicodedata.category(char) == "Zs" for char in safe)
    assert block(safe) == safe
