"""Of what is tested and what is not: calls that somebody could mean, options that do something, public names."""

import ast
import re

import pytest

from orchestrator.testgen.python.candidates import Candidate
from orchestrator.testgen.python.emission import _groups
from orchestrator.testgen.python.explorer.arguments import is_strange
from orchestrator.testgen.python.explorer.subjects import Parameter
from orchestrator.testgen.python.explorer.tables import _lasting
from orchestrator.testgen.python.explorer.wording import is_scrap, oddness
from orchestrator.testgen.python.naming import Namer

SOURCE = '''
import enum
import functools
from collections.abc import Callable, Iterator


class Way(enum.Enum):
    UP = "up"
    DOWN = "down"


def step(way: Way, size: int) -> int:
    return size if way is Way.UP else -size


class Look(enum.IntFlag):
    LOUD = 1
    WIDE = 2
    BACK = 4


def shown(text: str, look=Look.LOUD):
    text = text.upper() if look & Look.LOUD else text
    text = " ".join(text) if look & Look.WIDE else text
    return text[::-1] if look & Look.BACK else text


def turned(size: int, way):
    return -size if way is Way.DOWN else size


def chained(functions: list[Callable[[int], int]]) -> Callable[[int], int]:
    def run(value: int) -> int:
        return functools.reduce(lambda result, function: function(result), functions, value)

    return run


def padded(text: str, width: int = 0, mark: str = ".", loud: bool = False, *, _cut=str.strip) -> str:
    """Return a text that is so wide."""
    text = _cut(text)
    if len(text) < width:
        text = text + mark * (width - len(text))
    return _shouted(text) if loud else text


def _shouted(text):
    return text.upper() + "!"


def _alone(number):
    return number * 2


def between(parts: Iterator[str], mark: str) -> list[str]:
    found = [next(parts)]
    for part in parts:
        found += [mark, part]
    return found
'''


INNER = """
def name():
    return "inner"


def _sized(number):
    if number > 100:
        return "large"
    if number > 10:
        return "middling"
    return "small"
"""


@pytest.fixture(scope="module")
def text(workbench) -> str:
    workbench.write("shop.py", SOURCE)
    return workbench.generate("shop.py", budget=40).text


def _calls(text: str, name: str) -> list[ast.Call]:
    found = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    return [each for each in found if ast.unparse(each.func) == name]


def _rows(text: str, name: str) -> list[str]:
    """The rows of the tables about a function."""
    tests = [
        node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and f"{name}(" in ast.unparse(node)
    ]
    marks = [
        each for test in tests for each in test.decorator_list if isinstance(each, ast.Call) and len(each.args) > 1
    ]
    return [ast.unparse(row) for mark in marks for row in getattr(mark.args[1], "elts", [])]


def test_an_enumeration_gets_its_members(text):
    given = [ast.unparse(each.args[0]) for each in _calls(text, "step")]
    rows = [row.strip("(").partition(",")[0] for row in _rows(text, "step")]
    assert given and {*given, *rows} <= {"Way.UP", "Way.DOWN", "way"}


@pytest.mark.parametrize(("name", "owner"), [("shown", "Look"), ("turned", "Way")])
def test_what_has_no_hint_gets_members_where_its_default_or_the_code_names_them(text, name, owner):
    rows = [ast.parse(row, mode="eval").body for row in _rows(text, name)]
    given = [row.elts[1] for row in rows if isinstance(row, ast.Tuple)]
    for call in _calls(text, name):
        given += [*call.args[1:], *(each.value for each in call.keywords)]
    assert [each for each in given if f"{owner}." in ast.unparse(each)]
    assert not [each for each in given if isinstance(each, ast.Constant) and isinstance(each.value, int)]


def test_a_function_is_given_that_takes_what_it_gets(text):
    assert _calls(text, "chained") and "operator.add" not in text


def test_an_internal_parameter_is_left_alone(text):
    assert "_cut" not in text


def test_an_internal_function_is_left_to_the_public_ones(text):
    assert not _calls(text, "_shouted") and not _calls(text, "_alone")


def test_an_internal_function_is_tested_where_nothing_public_runs_much_of_the_module(workbench):
    workbench.write("inner.py", INNER)
    assert _calls(workbench.generate("inner.py", budget=20).text, "_sized")


def test_an_option_that_changes_nothing_is_not_given(text):
    options = [*_rows(text, "padded"), *map(ast.unparse, _calls(text, "padded"))]
    assert options and not [each for each in options if "width" in each and re.search(r"width'?[:=] ?-?[01]\b", each)]


def test_what_can_be_used_once_is_made_in_the_test(text):
    assert "between(iter(" in text and not [row for row in _rows(text, "between") if "iter(" in row]


def test_tables_are_named_for_the_options_that_they_are_about(text):
    assert "with_options(" not in text and "gives_" not in text


@pytest.mark.parametrize(
    ("argument", "whole"),
    [
        ("iter([1, 2])", ("iter({})", "[1, 2]")),
        ("io.StringIO('a,b')", ("io.StringIO({})", "'a,b'")),
        ("iter(int, 1)", ("{}", "iter(int, 1)")),
        ("[1]", ("{}", "[1]")),
    ],
)
def test_a_table_holds_what_lasts(argument, whole):
    assert _lasting(argument) == whole


@pytest.mark.parametrize("text", ["z0-9+", "),", "(a", "[^/]", r"\d+", "a-zA-Z"])
def test_a_piece_of_a_pattern_is_one(text):
    assert is_scrap(text) and oddness(repr(text)) >= 4


@pytest.mark.parametrize("text", ["hello world", "10-20", "f(x)", "a@b.com", "50%", "-", "("])
def test_an_ordinary_text_is_none(text):
    assert not is_scrap(text)


def test_where_there_is_no_hint_anything_that_speaks_for_a_kind_will_do():
    parameter = Parameter("x", None, True, None, {"list": 3, "str": 1})
    assert is_strange("'a'", parameter) and not is_strange("'a'", parameter, least=0)
    assert is_strange("b'a'", parameter, least=0)


def _candidate(**more: object) -> Candidate:
    given = {"number": 1, "kind": "function", "line": 1, "lines": (), "call": "", "subject": "day", "label": "", **more}
    return Candidate(**given)


def test_a_name_says_of_what_kind_the_value_is_before_it_counts():
    namer = Namer()
    arguments = (("value", "pathlib.Path('a')", True),)
    names = [namer.single(_candidate(arguments=arguments, more="1")) for _ in range(2)]
    assert names == ["test_day", "test_day_for_path"]


def test_a_name_says_which_members_are_given_before_letters_and_digits_of_the_result():
    namer = Namer()
    rest = {"subject": "reader.__call__", "more": "w_o_r_d", "call": "read(1)"}
    made = [("read = reader(ns.FLOAT)",), ("read = reader(ns.LOCALE | ns.PATH)",), ("read = reader('a.PNG')",)]
    names = [namer.single(_candidate(lines=(*each, "assert read(1) == ['w', 'o', 'r', 'd']"), **rest)) for each in made]
    first = "test_reader_call"
    assert names == [first, f"{first}_for_locale_and_path", f"{first}_w_o_r_d"]


def test_a_name_says_what_a_result_is_in_words():
    namer = Namer()
    assert [namer.single(_candidate(more="ada_lovelace")) for _ in range(2)] == ["test_day", "test_day_ada_lovelace"]


def test_a_table_is_named_for_the_options_that_all_its_rows_give():
    def rows(*given):
        return [_candidate(arguments=tuple((name, "1", False) for name in names)) for names in given]

    both = ("width", "mark")
    assert Namer().table(rows(both, both)) == "test_day_with_width_and_mark"
    assert Namer().table(rows(both, ("width",))) == "test_day_with_width"


def _with_options(number, **options):
    given = tuple((name, text, False) for name, text in options.items())
    call = f"day(value, {', '.join(f'{name}={name}' for name in options)})"
    return _candidate(
        number=number,
        arguments=(("value", "1", True), *given),
        lines=(f"assert {call} == 2",),
        table=f"{call} == expected",
        columns=("value", *options),
        row=("1", *options.values()),
        expected="2",
        wide="day(value, **options) == expected",
        options=str({name: int(text) for name, text in options.items()}),
    )


def _numbers(rows):
    return [[each.number for each in group] for group in _groups(rows)]


def test_rows_that_do_not_give_the_same_options_stand_apart():
    row = _with_options
    rows = [row(1, width="5"), row(2, width="5", mark="6"), row(3, mark="7"), row(4, loud="1"), row(5, width="9")]
    assert _numbers(rows) == [[1, 5], [2], [3], [4]]
    assert not [each for group in _groups(rows) for each in group if "options" in each.columns]


def test_rows_of_many_options_stand_together_where_they_share_one():
    others = [_with_options(number, width="5", **{f"mark{number}": "6"}) for number in range(1, 12)]
    assert _numbers([*others, _with_options(12, loud="1")]) == [[*range(1, 12)], [12]]
    assert {each.columns for each in _groups(others)[0]} == {("value", "options")}
