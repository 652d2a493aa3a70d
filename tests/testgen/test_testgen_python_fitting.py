"""How well arguments suit their parameters, and what is given where an error is meant."""

import ast
import datetime
import hashlib
import inspect
import random
import re
import types
from dataclasses import replace

import pytest

from orchestrator.testgen.python.candidates import Candidate
from orchestrator.testgen.python.explorer.body import slug_of_error
from orchestrator.testgen.python.explorer.contents import is_opaque
from orchestrator.testgen.python.explorer.facts import read_facts
from orchestrator.testgen.python.explorer.fitting import suggested, unfitting
from orchestrator.testgen.python.explorer.instances import Instances
from orchestrator.testgen.python.explorer.literals import Literals
from orchestrator.testgen.python.explorer.makers import Makers
from orchestrator.testgen.python.explorer.mutation import _to_notice
from orchestrator.testgen.python.explorer.names import Names
from orchestrator.testgen.python.explorer.plainer import plainly_wrong, plainly_wrong_texts
from orchestrator.testgen.python.explorer.programs import words_to_try
from orchestrator.testgen.python.explorer.regexes import matching_texts
from orchestrator.testgen.python.explorer.subjects import Parameter, Subject
from orchestrator.testgen.python.explorer.wording import oddness, with_one_usual_number
from orchestrator.testgen.python.naming import Namer


def _unfitting(argument: str, name: str, *more: str, makes_object: bool = False) -> float:
    names = [name, *(f"other_{number}" for number in range(len(more)))]
    place = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [Parameter(each, place, True, None, {}) for each in names]
    return unfitting((argument, *more), parameters, makes_object=makes_object)


def test_a_list_of_one_text_is_odd_where_the_text_would_do():
    place = inspect.Parameter.POSITIONAL_OR_KEYWORD
    either = Parameter("secret_key", place, True, None, {}, frozenset(("str", "bytes", "list")))
    many = replace(either, hinted=frozenset(("list",)))
    assert unfitting(("['secret']",), (either,)) > unfitting(("'secret'",), (either,)) == 0
    assert unfitting(("['secret']",), (many,)) == unfitting(("['secret', 'another-secret']",), (either,)) == 0
    assert (suggested("['secret']", either), suggested("['secret']", many)) == ("'secret'", "['secret']")


@pytest.mark.parametrize("argument", ["'secret'", "b'secret'", "['secret', 'another-secret']", "''"])
def test_a_secret_is_well_given_for_a_secret(argument):
    assert _unfitting(argument, "secret_key") == 0.0


@pytest.mark.parametrize("argument", ["'user'", "b'abc'", "['secret', 'user']", "'café'.encode()"])
def test_any_other_text_is_not(argument):
    assert _unfitting(argument, "secret_key") > 0.5


@pytest.mark.parametrize(("hinted", "is_odd"), [({"date"}, True), ({"date", "datetime"}, False), (set(), False)])
def test_a_moment_is_odd_where_a_day_is_asked_for(hinted, is_odd):
    place = Parameter("start", inspect.Parameter.POSITIONAL_OR_KEYWORD, True, None, {}, hinted=frozenset(hinted))
    assert (unfitting(("datetime.datetime(2024, 1, 15)",), (place,)) > 0.5) is is_odd
    assert unfitting(("datetime.date(2024, 1, 15)",), (place,)) == 0


def test_what_is_said_twice_without_a_break_is_a_trace_of_the_search():
    assert oddness("'hello worldhello world.com'") > oddness("'hello world.com'") + 2
    assert oddness("b'worldworld'") > 2
    assert oddness("'hello hello'") < 2 and oddness("'1000000000'") < 2


def test_a_number_that_is_given_twice_does_not_tell_where_it_went():
    assert oddness("Version(1, minor=1)") > oddness("Version(1, minor=2)") + 0.3
    assert oddness("Version(1, 0, 0)") == oddness("Version(1, 0)") + oddness("0")
    assert oddness("datetime.date(2024, 1, 1)") == oddness("datetime.date(2024, 1, 2)")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (hashlib.sha1(b"a").digest(), True),
        (b"\xff\xfe", False),
        (b"a line of text that can be read", False),
        ("café au lait, please".encode(), False),
        ("a" * 121, True),
        ("a " * 100, False),
    ],
)
def test_nobody_can_tell_whether_a_digest_is_right(value, expected):
    assert is_opaque(value) is expected


def test_a_second_table_of_the_same_options_is_told_by_what_it_is_given():
    given = {"subject": "f", "kind": "function", "line": 1, "lines": (), "call": "f(end=1)"}
    rows = [Candidate(number=number, arguments=(("end", str(number), False),), label="", **given) for number in (1, 2)]
    namer = Namer()
    assert [namer.table(rows), namer.table(rows)] == ["test_f_with_end", "test_f_with_end_for_number"]


def test_a_name_that_does_not_say_what_is_meant_allows_any_text():
    assert _unfitting("'user'", "text") == 0.0


@pytest.mark.parametrize("argument", ["''", "[]", "b''", "{}"])
def test_nobody_makes_an_object_of_nothing(argument):
    assert _unfitting(argument, "items", makes_object=True) > 1 > _unfitting(argument, "items")


def test_functions_that_stand_in_for_others_are_odd_and_the_same_one_twice_even_more():
    named, other, written = (_unfitting("'a'", "text", each) for each in ("len", "str.upper", "lambda a: a"))
    assert 0 < named == other < written
    assert _unfitting("len", "first", "len") > _unfitting("len", "first", "str") + 1
    assert _unfitting("[str, len]", "functions") == _unfitting("str", "first", "len")


def test_what_belongs_to_the_project_or_counts_as_a_value_is_no_stand_in():
    assert _unfitting("intword", "format") == _unfitting("ns.REAL", "alg") == _unfitting("1", "number") == 0.0


def test_of_two_that_make_an_object_the_one_that_looks_natural_comes_first():
    class Signer:
        pass

    known = Instances()
    known.note("Signer('')", Signer(), 1.6)
    known.note("Signer('secret')", Signer(), 0.0)
    assert known.of(Signer)[0] == "Signer('secret')"


def test_where_an_error_is_meant_a_word_says_so():
    assert list(plainly_wrong(("'a7'", "1", None)))[:2] == [("'unknown'", "1", None), ("'invalid'", "1", None)]
    assert list(plainly_wrong_texts("Signer('secret', kind='x')"))[2] == "Signer('secret', kind='unknown')"
    assert list(plainly_wrong_texts("")) == list(plainly_wrong_texts("f(1)")) == []


def test_a_year_is_one_of_those_that_people_count():
    assert (
        _unfitting("1", "year")
        == _unfitting("-5", "year")
        > 0.5
        > _unfitting("2024", "year")
        == _unfitting("1", "number")
        == 0.0
    )


def test_objects_are_made_anew_of_what_their_names_suggest():
    key = Parameter("secret_key", inspect.Parameter.POSITIONAL_OR_KEYWORD, True, None, {})
    assert [suggested(each, key) for each in ("'user'", "''", "b'secret'", "1", None)] == [
        "'secret'",
        "'secret'",
        "b'secret'",
        "1",
        None,
    ]
    assert suggested("'user'", replace(key, name="text")) == "'user'"


def test_what_an_error_says_is_named_without_the_values_in_it():
    assert slug_of_error("Signature b'com' does not match") == "signature_does_not_match"
    assert slug_of_error('"int" is not defined as a color') == "int_is_not_defined_as_a_color"
    assert slug_of_error("files:'invalid' is not an iterable") == "files_is_not_an_iterable"
    assert slug_of_error("No 'T10' here, nor 'b'") == "no_here_nor"
    assert slug_of_error("'name'") == "name" and slug_of_error("can't be done") == "can_t_be_done"


def test_midnight_goes_without_saying():
    literals = Literals(Names(types.ModuleType("shop"), read_facts("")))
    assert literals.write(datetime.datetime(2024, 1, 31)) == "datetime.datetime(2024, 1, 31)"
    assert literals.write(datetime.datetime(2024, 1, 31, 12)) == "datetime.datetime(2024, 1, 31, 12)"
    assert literals.write(datetime.time(0, 0)) == "datetime.time(0, 0)"


def test_a_negative_index_needs_no_brackets():
    index = Parameter("index", inspect.Parameter.POSITIONAL_OR_KEYWORD, True, None, {})
    names = Names(types.ModuleType("shop"), read_facts(""))
    written = [
        Subject(f"Cart.{each}", "method", [index], None).write(("-1",), names, "cart")
        for each in ("__getitem__", "__add__")
    ]
    assert written == ["cart[-1]", "cart + (-1)"]


def _named(lines: tuple[str, ...] = (), **more: object) -> str:
    given = {"number": 1, "kind": "method", "line": 1, "lines": lines, "call": "", "subject": "HMACSigner.sign", **more}
    return Namer().single(Candidate(**given))


def test_a_name_tells_what_is_given_for_what_has_to_be_given():
    assert _named(arguments=(("value", "None", True),)) == "test_hmac_signer_sign_for_none"
    assert _named(arguments=(("value", "False", False),)) == "test_hmac_signer_sign_without_value"


def test_of_two_that_are_alike_a_name_tells_how_the_object_is_made():
    namer = Namer()
    starts = ('signer = Signer("secret")', 'signer = Signer("secret", kind="hmac")')
    made = [
        Candidate(number=n, subject="Signer.key", kind="method", line=1, lines=(start,), call="", more="b_xf0_xe1")
        for n, start in enumerate(starts)
    ]
    assert [namer.single(each) for each in made] == ["test_signer_key", "test_signer_key_with_kind_hmac"]


def test_an_argument_of_a_program_that_is_wrong_says_so():
    assert words_to_try("version") == ("1.2.3", "2.0.0-rc.1", "invalid", "")
    assert words_to_try("thing", "1") == ("1", "10", "a", "")


def test_digits_are_usual_in_small_numbers_in_years_of_these_times_and_in_runs():
    assert oddness("'1999-12-31'") < oddness("'4449-12-31'") - 0.6
    assert oddness("'P10D'") == oddness("'P30D'") < oddness("'P0094D'") - 1


def test_one_number_of_several_is_made_usual():
    assert list(with_one_usual_number("4494-W09-4")) == ["2024-W09-4"]
    assert list(with_one_usual_number("99-2024-777")) == ["10-2024-777", "99-2024-100"]


def test_scripts_are_not_mixed_in_a_word():
    assert oddness("'日本cat'") > oddness("'日本 cat'") + 1 and oddness("'Ærø café'") < 1.5


def test_text_with_other_bytes_in_it_and_lists_of_one_number_are_odd():
    assert oddness(r"b'hello\xff world'") > oddness(r"b'\x00\xff\x01'") + 3
    assert oddness("'straße'.encode()") < oddness(r"b'stra\xffe'")
    assert oddness("[1]") > oddness("[1, 2]") == oddness("['the']") == 0.0
    assert oddness("[True, False]") > oddness("[1, 2]") + 0.9


def test_two_errors_of_one_kind_are_named_for_what_they_say():
    namer = Namer()
    names = [
        namer.single(
            Candidate(
                number=n, subject="Cart.__getitem__", kind="method", line=1, call="",
                lines=(f"raises(IndexError, match='{why.replace('_', ' ')}')",),
                label="raises_index_error", more=why, arguments=(("index", text, True),),
            )
        )
        for n, (text, why) in enumerate((("3", "item_is_missing"), ("-1", "item_is_negative")))
    ]  # fmt: skip
    start = "test_cart_item_raises_index_error"
    assert names == [f"{start}_because_item_is_missing", f"{start}_because_item_is_negative"]


def test_texts_for_patterns_have_numbers_that_a_person_would_write():
    found = matching_texts(r"([0-9]{4})-(?P<month>\d{2})", random.Random(1), 12)
    usual = [each for each in found if re.fullmatch("(2024|1999)-(10|12|05)", each)]
    assert len(found) > len(usual) >= 4


def test_what_is_said_of_the_present_is_named_for_what_comes_of_it():
    call = "ago(datetime.datetime.now() - datetime.timedelta(1))"
    namer, given = Namer(), (("value", call[4:-1], True),)
    texts = ("a_second_ago", "yesterday")
    made = [
        Candidate(number=n, subject="ago", kind="function", line=1, lines=(), call=call, more=each, arguments=given)
        for n, each in enumerate(texts)
    ]
    assert [namer.single(each) for each in made] == ["test_ago", "test_ago_yesterday"]
    assert Namer(frozenset({"test_ago"})).single(made[0]) == "test_ago_a_second_ago"


def test_the_names_of_kinds_in_a_docstring_are_no_words_to_give():
    node = ast.parse('def named(color):\n    """Take `str` or \'navy\'; raise `ValueError`."""').body[0]
    assert Subject("named", "function", [], node).documented == ("'navy'",)


def test_what_a_class_method_is_given_counts_for_the_object_that_it_makes():
    key = Parameter("secret_key", inspect.Parameter.POSITIONAL_OR_KEYWORD, True, None, {})
    makers = Makers(Names(types.ModuleType("shop"), read_facts("")))
    makers.others = {"Signer.of": Subject("Signer.of", "classmethod", [key], None)}
    assert makers.unfit_in("Signer.of('user')") > makers.unfit_in("Signer.of('secret')") == makers.unfit_in("x") == 0


def test_plainer_forms_are_tried_on_what_only_a_test_notices_or_else_on_some_that_it_notices():
    assert _to_notice({("goal", 1), ("kill", 7), ("kill", 4)}, {1, 4, 7}) == [4, 7]
    assert _to_notice({("goal", 1)}, {9, 4, 7}) == [4, 7]
