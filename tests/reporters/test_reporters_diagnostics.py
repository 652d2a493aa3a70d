import json

from orchestrator.errors import Place, Problem, Severity, UsageError
from orchestrator.reporters.diagnostics import render_error, render_problems
from orchestrator.reporters.style import Look

PIPE = Look(width=0)


def problem(
    text, column, end, *, message="no handler `config_edt`", hint="did you mean `config_edit`?", line=41, **more
):
    place = Place(file="config/phases.yaml", line=line, column=column, end_column=end, text=text)
    return Problem(code=more.pop("code", "E301"), message=message, place=place, hint=hint, **more)


def test_a_problem_says_where_what_and_what_next():
    assert render_problems([problem("      type: config_edt", 13, 23)], PIPE) == (
        "config/phases.yaml:41:13: error[E301]: no handler `config_edt`\n"
        "   41 |       type: config_edt\n"
        "      |             ^^^^^^^^^^ did you mean `config_edit`?\n"
        "\n"
        "1 error\n"
    )


def test_problems_come_in_order_and_are_counted():
    late = problem("id: 1.10", 5, 9, line=90, message="id without quotes", code="W501", severity=Severity.WARNING)
    text = render_problems([late, problem("type: x", 7, 8), problem("a: b", 1, 2, line=2, hint=None)], PIPE)
    assert [row for row in text.splitlines() if ".yaml" in row] == [
        "config/phases.yaml:2:1: error[E301]: no handler `config_edt`",
        "config/phases.yaml:41:7: error[E301]: no handler `config_edt`",
        "config/phases.yaml:90:5: warning[W501]: id without quotes",
    ]
    assert text.endswith("\n\n2 errors, 1 warning\n")


def test_a_problem_at_many_places_is_shown_three_times_and_its_other_places_are_listed():
    many = [problem("title: x", 1, 6, line=number, message="unknown key `title`") for number in range(10, 40)]
    other = problem("type: x", 7, 8, line=25)
    rows = render_problems([*many, other], Look(width=60)).splitlines()
    assert [row.split(": ")[0] for row in rows if ".yaml" in row] == [
        f"config/phases.yaml:{place}" for place in ("10:1", "11:1", "12:1", "25:7")
    ]
    listed = " ".join(
        row.removeprefix("      | ") for row in rows if "more places" in row or row.endswith((",", "39:1"))
    )
    assert listed == "the same at 27 more places: " + ", ".join(f"{number}:1" for number in range(13, 40))
    assert max(len(row) for row in rows if row.endswith(",")) <= 60
    assert rows[-1] == "31 errors"


def test_a_few_problems_alike_are_all_shown_in_full():
    few = [problem("title: x", 1, 6, line=number) for number in range(10, 15)]
    assert render_problems(few, PIPE).count("error[E301]") == 5


def test_the_caret_stands_right_under_wide_characters_tabs_and_escapes():
    rows = render_problems([problem("\t名前: \x1b[2Jx", 6, 11, hint=None)], PIPE).splitlines()
    assert rows[1] == r"   41 |     名前: \x1b[2Jx"
    assert rows[2] == "      |           ^^^^^^^^"
    assert rows[1].index("\\x1b") + 2 == rows[2].index("^")  # two of the characters before it are wide


def test_a_hint_without_room_gets_its_own_line():
    rows = render_problems([problem("      type: config_edt", 13, 23)], Look(width=40)).splitlines()
    assert rows[2:4] == ["      |             ^^^^^^^^^^", "      | help: did you mean `config_edit`?"]


def test_a_long_source_line_is_cut_around_the_place():
    text = "key: " + "a" * 300 + "WRONG" + "b" * 300
    rows = render_problems([problem(text, 306, 311, hint=None)], Look(width=60)).splitlines()
    assert rows[1] == "   41 | ...aaaaaaaaaaaaaaaaaaaaWRONGbbbbbbbbbbbbbbbbbbbbb..."
    assert rows[2] == "      |                        ^^^^^"
    assert all(len(row) <= 60 for row in rows[1:3])


def test_a_place_beyond_the_end_of_its_line_still_gets_a_caret():
    rows = render_problems([problem("id:", 9, 4, hint=None)], PIPE).splitlines()
    assert rows[1:3] == ["   41 | id:", "      |    ^"]


def test_a_problem_without_a_place_or_text_is_told_in_one_line():
    nowhere = Problem(code="E011", message="not a map", hint="start with `version: 1`")
    assert render_problems([nowhere], PIPE) == "error[E011]: not a map\n  help: start with `version: 1`\n\n1 error\n"


def test_hostile_text_cannot_steer_the_terminal():
    hostile = "\x1b]0;owned\x07\u202e\n::error::x"
    bad = problem(hostile, 1, 4, message=hostile, hint=hostile)
    for format in ("full", "concise", "github", "json"):
        text = render_problems([bad], Look(width=80), format=format)
        assert not set(text) & {"\x1b", "\x07", "\u202e"}
        assert not any(row.startswith("::error::x") for row in text.splitlines())


def test_concise_is_one_line_per_problem():
    warning = problem("x", 1, 2, hint=None, code="W501", message="id without quotes", severity=Severity.WARNING)
    text = render_problems([problem("      type: config_edt", 13, 23), warning], PIPE, format="concise")
    assert text == (
        "config/phases.yaml:41:1: W501 warning: id without quotes\n"
        "config/phases.yaml:41:13: E301 no handler `config_edt` (did you mean `config_edit`?)\n"
    )


def test_github_annotations_are_escaped():
    text = render_problems([problem("x", 1, 2, message="100% of a: b,\nc", hint=None)], PIPE, format="github")
    assert text == (
        "::error file=config/phases.yaml,line=41,col=1,endColumn=2,title=orchestrate E301::100%25 of a: b,\\nc\n"
    )


def test_github_gets_ten_of_a_kind_and_the_tenth_says_how_many_more():
    many = [problem("x", 1, 2, line=number) for number in range(1, 18)]
    rows = render_problems(many, PIPE, format="github").splitlines()
    assert len(rows) == 10
    assert rows[-1] == "::error title=orchestrate::and 8 more, see the log"
    assert len(render_problems(many[:10], PIPE, format="github").splitlines()) == 10


def test_json_holds_everything():
    value = json.loads(render_problems([problem("      type: config_edt", 13, 23)], PIPE, format="json"))
    assert value == {
        "schema_version": 1,
        "problems": [
            {
                "code": "E301",
                "severity": "error",
                "message": "no handler `config_edt`",
                "file": "config/phases.yaml",
                "line": 41,
                "column": 13,
                "end_column": 23,
                "hint": "did you mean `config_edit`?",
            }
        ],
    }


def test_no_problem_is_no_text():
    assert [render_problems([], PIPE, format=name) for name in ("full", "concise", "github")] == ["", "", ""]
    assert json.loads(render_problems([], PIPE, format="json"))["problems"] == []


def test_an_error_names_what_to_do():
    error = UsageError("no task 9.9\nthere are 61", hint="orchestrate plan")
    assert render_error(error, PIPE) == "error: no task 9.9\n  there are 61\n  hint: orchestrate plan\n"


def test_colours_mark_but_do_not_change_the_words():
    import re

    bad = problem("      type: config_edt", 13, 23)
    painted = render_problems([bad], Look(width=0, colour=True))
    assert "\x1b[1;31m" in painted
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == render_problems([bad], PIPE)
