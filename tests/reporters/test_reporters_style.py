import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.models.status import TaskState
from orchestrator.reporters.cells import cells, clip_middle, id_column
from orchestrator.reporters.durations import about, clock, took
from orchestrator.reporters.style import Look, choose_look, wants_ascii, wants_colour
from orchestrator.reporters.ui import choose_ui


@pytest.mark.parametrize(
    ("choice", "environ", "is_terminal", "expected"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": ""}, False, False),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"TERM": "dumb", "FORCE_COLOR": "1"}, True, True),
        ("auto", {"TTY_COMPATIBLE": "1"}, False, True),
        ("auto", {"TTY_COMPATIBLE": "0"}, True, False),
        ("always", {"NO_COLOR": "1", "TERM": "dumb"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_the_flag_wins_over_the_environment_and_that_over_the_terminal(choice, environ, is_terminal, expected):
    assert wants_colour(choice, environ, is_terminal=is_terminal) is expected


@pytest.mark.parametrize(
    ("environ", "encoding", "asked", "expected"),
    [
        ({}, "utf-8", False, False),
        ({}, "UTF8", False, False),
        ({}, "utf_8", False, False),
        ({}, "ascii", False, True),
        ({}, "latin-1", False, True),
        ({}, None, False, True),
        ({}, "utf-8", True, True),
        ({"TERM": "dumb"}, "utf-8", False, True),
    ],
)
def test_glyphs_are_used_only_where_they_can_be_shown(environ, encoding, asked, expected):
    assert wants_ascii(environ, encoding, asked=asked) is expected


def test_only_lines_for_a_terminal_have_a_width():
    terminal = choose_look({}, is_terminal=True, encoding="utf-8", columns=90)
    pipe = choose_look({}, is_terminal=False, encoding="utf-8", columns=90)
    assert (terminal, pipe) == (Look(width=90, colour=True), Look(width=0))


def test_nothing_is_painted_without_colour():
    assert Look().paint("bad", "x") == "x"
    assert Look(colour=True).paint("bad", "x") == "\x1b[31mx\x1b[0m"
    assert Look(colour=True).paint("bad", "") == ""


def test_every_state_has_a_glyph_in_ascii_too():
    look = Look(ascii=True)
    assert [look.of_state(state)[0] for state in TaskState] == list("--*?+=x---x")


@pytest.mark.parametrize(
    ("asked", "environ", "is_terminal", "expected"),
    [
        ("auto", {"TERM": "xterm"}, True, "live"),
        ("auto", {"TERM": "xterm"}, False, "plain"),
        ("auto", {"TERM": "dumb"}, True, "plain"),
        ("auto", {}, True, "plain"),
        ("auto", {"TERM": "xterm", "CI": "true"}, True, "plain"),
        ("auto", {"TERM": "xterm", "CLAUDECODE": "1"}, True, "plain"),
        ("live", {"CI": "true"}, True, "live"),
        ("plain", {"TERM": "xterm"}, True, "plain"),
    ],
)
def test_the_live_display_needs_a_terminal_and_somebody_who_looks(asked, environ, is_terminal, expected):
    assert choose_ui(asked, environ, is_terminal=is_terminal) == expected


def test_durations_read_like_a_watch():
    assert [clock(s) for s in (0, 65.9, 3723, -1)] == ["0:00", "1:05", "1:02:03", "0:00"]
    assert [took(s) for s in (0.04, 9.94, 9.96, 65)] == ["0.0s", "9.9s", "0:09", "1:05"]
    assert [about(s) for s in (3, 42, 100, 6000)] == ["<10s", "~40s", "~2m", "~1.7h"]


def test_a_long_id_is_cut_in_its_middle() -> None:
    assert clip_middle("1.2.billing.service", 12) == "1.2.bi…rvice"
    assert [clip_middle("1.2", 3), clip_middle("1.23", 3), clip_middle("1.23", 0)] == ["1.2", "1…3", ""]
    assert clip_middle("größer.größer", 9, "...") == "grö...ßer"


@given(st.text(st.characters(categories=["L", "N"]), max_size=30), st.integers(0, 30))
def test_what_is_cut_in_its_middle_fits(text: str, width: int) -> None:
    assert cells(clip_middle(text, width)) <= max(width, 0)


def test_a_wide_id_pushes_only_its_own_line() -> None:
    assert id_column(["1.2", "2.10", "x" * 40], 80) == 4
    assert id_column(["1.2", "2.10", "x" * 40], 0) == 40
    assert id_column(["x" * 40], 80) == 0
