"""What makes a test one that a person would have written: an ordinary case first, tables without repetition."""

import ast
import inspect
import re
import types

import pytest

from orchestrator.testgen.python.candidates import Candidate, Exploration
from orchestrator.testgen.python.emission import emit
from orchestrator.testgen.python.explorer.body import Body
from orchestrator.testgen.python.explorer.calling import Outcome, Program
from orchestrator.testgen.python.explorer.corpus import Try
from orchestrator.testgen.python.explorer.facts import read_facts
from orchestrator.testgen.python.explorer.handing_over import strangeness
from orchestrator.testgen.python.explorer.names import Names
from orchestrator.testgen.python.explorer.plainer import in_known_words, without_lambdas
from orchestrator.testgen.python.explorer.subjects import Parameter, Subject
from orchestrator.testgen.python.explorer.tables import Tables
from orchestrator.testgen.python.explorer.wording import oddness, with_usual_references, with_usual_words
from orchestrator.testgen.python.explorer.words import words_for
from orchestrator.testgen.python.naming import Namer

SOURCE = '''
import re


def plural(word):
    """Return the plural of a word.

    >>> plural(u"post")
    'posts'
    """
    if re.search("(s|x|ch)$", word):
        return word + "es"
    if word.endswith("y"):
        return word[:-1] + "ies"
    if word.lower() in ("sheep", "fish"):
        return word
    return word + "s"


def find(mark, text):
    if mark == "a":
        return text.index("a") if "a" in text else None
    if mark == "end":
        return len(text) if text else None
    return None


def halves(text, mark):
    first, second = text.split(mark)
    return [first, second]


def adder(number):
    def add(other):
        return number + other if other > 0 else number

    return add


MARKS = []


def note(mark):
    if mark:
        MARKS.append(mark.upper())
'''


@pytest.fixture(scope="module")
def made(workbench):
    workbench.write("words.py", SOURCE)
    return workbench.generate("words.py", budget=40)


def test_a_table_begins_with_the_example_of_the_docs(made):
    table = made.text.partition("@pytest.mark.parametrize")[2]
    assert table.partition("[\n")[2].lstrip().startswith('("post", "posts"),')


def test_cases_of_which_nothing_comes_stand_in_one_table(made):
    names = [each for each in made.tests if "returns_none" in each]
    assert len(names) == 1
    assert "assert find(mark, text) is None" in made.text


def test_what_a_function_puts_into_the_data_of_its_module_is_asserted(made):
    claim = r"""def test_note\w*\(\):\n    note\("\w+"\)\n    assert words\.MARKS == \["[A-Z]+"\]"""
    assert re.search(r"""@pytest.mark.usefixtures\("fresh_data"\)\n""" + claim, made.text)
    assert made.text.count("fresh_data") == 2
    assert "def fresh_data(monkeypatch)" in made.text and "import words\n" in made.text


def test_no_test_pins_an_error_that_nobody_meant(made):
    assert "halves" in made.text and "raises" not in made.text
    assert made.dropped["pins an error that nobody meant"] > 0


def test_functions_that_a_function_returns_are_made_in_the_claim(made):
    assert "assert adder(number)(other) == expected" in made.text


def _row(number: int, expected: str, **more: object) -> Candidate:
    given = {"kind": "function", "line": 1, "call": "", "columns": ("a",), "row": (str(number),), **more}
    table = {"subject": "f", "table": "f(a) is expected", "expected": expected}
    return Candidate(number=number, lines=(f"assert f({number}) is {expected}",), **{**table, **given})


def _emitted(*rows: Candidate) -> str:
    nothing = {name: {} for name in ("names", "helpers", "fixtures", "statements", "branches")}
    counts = {"candidates": (), "imported": frozenset(), "mutants": (), "defects": (), "subjects": 1, "calls": 1}
    found = Exploration(**nothing, **counts, project_fixtures=frozenset())
    return emit("shop", rows, found, lambda _: False).tests[0].source


def test_an_answer_that_all_rows_share_stands_in_the_claim():
    rows = [_row(1, "None", label="returns_none"), _row(2, "None", label="returns_none")]
    assert _emitted(*rows) == (
        '@pytest.mark.parametrize(\n    "a",\n    [\n        1,\n        2,\n    ],\n)\n'
        "def test_f_returns_none(a):\n    assert f(a) is None\n"
    )


def test_an_option_that_is_the_same_in_all_rows_stands_in_the_claim():
    given = (("a", "1", True), ("upper", "False", False))
    wide = {"table": "f(a, upper=upper) == expected", "columns": ("a", "upper"), "arguments": given, "label": ""}
    rows = [_row(n, f"'{n}'", row=(str(n), "False"), **wide) for n in (1, 2)]
    assert _emitted(*rows) == (
        '@pytest.mark.parametrize(\n    ("a", "expected"),\n    [\n        (1, "1"),\n        (2, "2"),\n    ],\n)\n'
        "def test_f_without_upper(a, expected):\n    assert f(a, upper=False) == expected\n"
    )


def test_a_comparison_stands_for_its_answer():
    rows = [_row(n, "False", table="(f(a) == 1) is expected", label="not") for n in (1, 2)]
    assert _emitted(*rows).endswith("    assert not f(a) == 1\n")


def test_what_is_given_besides_is_named_together():
    given = (("text", "'a'", True), ("width", "5", False), ("fill", "''", False), ("upper", "True", False))
    candidate = _row(1, "'a'", arguments=given, label="")
    assert Namer().single(candidate) == "test_f_with_width_and_empty_fill_and_upper"
    assert Namer().single(_row(1, "'a'", arguments=(("upper", "False", False),), label="")) == "test_f_without_upper"


BLANKS = ("' a b '", "' a'", "'a '", "'a b'")
TRAILING = ("test_f_of_text_with_trailing_blank", "test_f")


def test_blanks_around_a_text_are_named():
    names = [Namer().single(_row(1, "'a'", arguments=(("text", text, True),), label="")) for text in BLANKS]
    assert names == ["test_f_of_text_with_blanks_around", "test_f_of_text_with_leading_blank", *TRAILING]


def test_examples_are_written_as_a_test_would():
    tree = ast.unparse(ast.parse('def f(x):\n    """\n    >>> f(u"a", int(5), float(1.5))\n    \'a\'\n    """\n'))
    assert read_facts(tree, "").examples["f"] == ("f('a', 5, 1.5)",)


def test_words_that_nobody_knows_give_way_to_usual_ones():
    assert with_usual_words("Hello wxrld, XYZ") == "Hello hello, ONE"
    assert oddness("'hellohwor'") > oddness("'something'")
    assert oddness("'hello b'") > oddness("'hello'")


def test_names_in_letters_that_nobody_mixes_so_are_odd():
    assert oddness("'to_to_word'") + 0.7 < oddness("'TO_To_word'")
    assert oddness("'second_type'") + 0.3 < oddness("'SECOND_TYPE'")


def test_references_to_characters_give_way_to_known_ones():
    assert with_usual_references("&#xBEEF; &#1; &Beta;") == "&#x41; &#65; &eacute;"
    assert oddness("'&eacute;'") < oddness("'&beta;'")


def test_a_blank_on_one_side_is_odder_than_one_on_each():
    assert oddness("' hello'") > oddness("' hello '")


def test_a_member_that_stands_for_nothing_is_the_plainest():
    assert oddness("Mark.DEFAULT") < oddness("Mark.LOUD")


def test_an_empty_text_among_items_is_odd():
    assert oddness("[['', 'to']]") > oddness("[['a', 'to']]") + 1 > 1


def test_years_long_gone_are_odd():
    assert oddness("datetime.date(1, 2, 1)") > oddness("datetime.date(2024, 2, 1)") + 1


def _call(*arguments: str) -> Try:
    place = inspect.Parameter.POSITIONAL_OR_KEYWORD
    named = [Parameter(name, place, True, None, {}) for name in ("text", "separator")]
    program = Program(f"f({', '.join(arguments)})")
    return Try(Subject("f", "function", named, None), arguments, "", program, Outcome("value", "x"))


def test_what_a_name_suggests_is_natural_and_the_same_text_twice_is_not():
    assert _call("'hello'", "'_'").oddness == 0.0
    assert _call("'_'", "'hello'").oddness > 1
    assert _call("'hello'", "'hello'").oddness > _call("'hello'", "'word'").oddness


def test_a_call_that_gives_back_what_it_is_given_also_without_an_option_is_hard_to_defend():
    same, other = _call("'x'", "'hello'"), _call("'word'", "'hello'")
    before = same.cost, other.cost
    for each in (same, other):
        each.outcome.value = "x"
        each.note_idle()
    assert (same.cost > before[0], other.cost) == (True, before[1])


def test_a_key_that_answers_the_same_for_everything_is_hard_to_defend():
    assert _call("[1]", "abs").cost + 1 < _call("[1]", "bool").cost
    assert _call("[1]", "lambda a: a + 10").cost < _call("[1]", "lambda a: False").cost


@pytest.mark.parametrize(("value", "is_odd"), [([1, 2], True), ([0, 1], True), ([2, 1], False), ([], False)])
def test_a_list_that_comes_back_as_it_was_shows_no_order(value, is_odd):
    for items in ("[1, 2]", "iter([1, 2])"):
        made = _call(items, "'_'")
        made.outcome.value = value
        assert (made.oddness > 0.9) is is_odd


def test_a_number_that_changes_nothing_is_odd_beside_an_operator():
    other = Parameter("other", inspect.Parameter.POSITIONAL_OR_KEYWORD, True, None, {})
    times = Subject("Length.__mul__", "method", [other], None)
    once, twice = (
        Try(times, (each,), "length", Program(f"length * {each}"), Outcome("value", "x")).oddness for each in ("1", "2")
    )
    assert once > twice + 0.9


def test_what_somebody_explains_a_function_by_looks_less_odd():
    made, shown = _call("'brrr ~ 7x'", "'_'"), _call("'brrr ~ 7x'", "'_'")
    shown.origin = "example"
    assert 0 < shown.oddness < made.oddness / 2


def test_decoding_what_every_encoding_reads_alike_shows_little():
    alike, apart = _call("b'word'", "'_'"), _call("'café'.encode()", "'_'")
    alike.outcome.value, apart.outcome.value = "word", "café"
    assert (alike.plainness, apart.plainness) == (0, 1)


def test_words_that_nobody_knows_are_the_same_known_ones_wherever_they_stand():
    assert in_known_words(("'erman Umlaut'", "[['umlaut', 'word']]", None)) == (
        "'hello Second'",
        "[['second', 'word']]",
        None,
    )


def test_functions_that_everybody_knows_stand_in_for_those_that_are_written_out():
    found = list(without_lambdas(("[1]", "lambda a: a", "lambda a: True", None)))
    assert found[0] == ("[1]", "str", "str", None)
    assert list(without_lambdas(("[1]", "len", None))) == []


def test_words_that_are_joined_are_as_natural_as_words_alone():
    assert oddness("'hello-world'") == oddness("'hello_world'") == 0.0
    assert oddness("'-hello'") > 0 and oddness("'TO_hello'") > 0
    assert oddness("'1z MAMa'") > oddness("'1st word'") + 0.9


def test_a_secret_key_is_a_secret():
    assert words_for("secret_key")[0] == "secret" and words_for("cache_key")[0] == "a1"


def test_a_row_that_asks_for_the_present_stands_alone():
    tables, now = Tables(Names(types.ModuleType("shop"), read_facts(""))), "datetime.datetime.now()"
    for argument, is_row in ((now, False), ("'a'", True)):
        body = Body((f"assert f({argument}, '_') == 'today'",))
        assert bool(tables.with_row(_call(argument, "'_'"), body, "today").table) is is_row


def test_what_several_calls_give_is_told_part_by_part_in_one_table():
    tables = Tables(Names(types.ModuleType("shop"), read_facts("")))
    rows = []
    for number, text in enumerate(("'one'", "'two'")):
        parts = (f"assert result.fixed == ({number},)", "assert result.at is None", f"assert str(result) == {text}")
        checks = ("assert isinstance(result, Match)", *parts)
        made = _call(text, "'_'")
        body = tables.with_parts(made, Body((f"result = {made.program.call}", *checks)), made.program.call)
        rows.append(_row(number, "", table=body.table, columns=body.columns, row=body.row))
    assert _emitted(*rows) == (
        '@pytest.mark.parametrize(\n    ("text", "separator", "fixed", "at", "expected_text"),\n    [\n'
        '        ("one", "_", (0,), None, "one"),\n        ("two", "_", (1,), None, "two"),\n    ],\n)\n'
        "def test_f(text, separator, fixed, at, expected_text):\n    result = f(text, separator)\n"
        "    assert isinstance(result, Match)\n    assert result.fixed == fixed\n    assert result.at is at\n"
        "    assert str(result) == expected_text\n"
    )


def test_a_table_beside_another_of_the_same_name_is_told_apart_in_words():
    namer = Namer()
    rows = [_row(n, str(n), arguments=(("a", str(n), True),), label="") for n in (1, 2)]
    empty = [_row(n, str(n), arguments=(("a", str(n), True), ("b", "''", True)), label="") for n in (3, 4)]
    names = [namer.table(rows), namer.table(empty), namer.table(rows), namer.table(rows)]
    assert names == ["test_f", "test_f_of_empty_b", "test_f_for_number", "test_f_in_further_cases"]


def test_records_with_many_parts_are_not_strange_for_their_length() -> None:
    events = [f"Event(user_id='a1', kind='lesson_started', minutes={number})" for number in range(1, 6)]
    assert strangeness([f"result = judge_risk('a1', [{', '.join(events)}], today)"]) == 0
    sent = [f"{{'user_id': 'a1', 'kind': 'lesson_started', 'minutes': {number}}}" for number in range(1, 6)]
    assert strangeness([f"client.post('/risk', json={{'events': [{', '.join(sent)}]}})"]) == 0
    assert strangeness([f"result = words({'one two three ' * 20!r})"]) > 5
