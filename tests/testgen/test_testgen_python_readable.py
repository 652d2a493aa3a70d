"""What a reader of generated tests sees: plain inputs, claims that say something, names that tell the cases apart."""

import inspect
import re

import pytest

from orchestrator.testgen.python.candidates import Candidate
from orchestrator.testgen.python.explorer.arguments import is_strange
from orchestrator.testgen.python.explorer.body import Body, slug, slug_of_error
from orchestrator.testgen.python.explorer.calling import Outcome, Program
from orchestrator.testgen.python.explorer.choosing import duties
from orchestrator.testgen.python.explorer.corpus import Try
from orchestrator.testgen.python.explorer.fitting import unfitting
from orchestrator.testgen.python.explorer.members import fewer_flags
from orchestrator.testgen.python.explorer.plainer import plainer_literals
from orchestrator.testgen.python.explorer.subjects import Parameter, Subject
from orchestrator.testgen.python.explorer.wording import oddness
from orchestrator.testgen.python.naming import Namer

SOURCE = '''
import functools
import re

BIG = re.compile("|".join(f"word{number}" for number in range(30)) + r"|\\d+(?:[.]\\d+)?")


class Length:
    def __init__(self, metres=0, feet=0):
        self.metres = metres
        self.feet = feet

    def __eq__(self, other):
        return isinstance(other, Length) and (self.metres, self.feet) == (other.metres, other.feet)

    __hash__ = None

    def __add__(self, other):
        if not isinstance(other, Length):
            return NotImplemented
        return Length(self.metres + other.metres, self.feet + other.feet)


def label(text, width=None, fill=" ", upper=False):
    """Return a text that has a width.

    >>> label("tea", width=5)
    'tea  '
    """
    if width is not None:
        text = text[:width].ljust(width, fill)
    return text.upper() if upper else text


def title(name, kind="plain"):
    """Return a title; the kind is "plain" or "loud"."""
    if kind == "loud":
        return name.upper() + "!"
    return name


def joiner(mark):
    return functools.partial(_join, mark)


def _join(mark, parts):
    return mark.join(parts)


def note(mark):
    def inner():
        return mark

    MARKS.append(inner)


MARKS = []


def numbers(is_big):
    if is_big:
        return BIG
    return re.compile("a+")
'''


@pytest.fixture(scope="module")
def made(workbench):
    workbench.write("shop.py", SOURCE)
    return workbench.generate("shop.py", budget=40)


def test_cases_with_an_option_are_named_for_it(made):
    assert re.search(r"def test_label_with_(?!options)\w+\(", made.text) and "with_options(" not in made.text


def test_a_word_from_the_docs_is_given_where_the_code_asks_for_one(made):
    assert re.search(r"""title\(.*"loud"|\("\w+", "loud", ".*!"\)""", made.text)


def test_an_object_that_compares_is_expected_as_the_call_that_makes_it(made):
    assert re.search(r"== Length\(|, Length\([^()]*\)\),$", made.text, re.MULTILINE)


def test_a_function_that_is_returned_is_used_and_a_pattern_searches(made):
    assert "joiner(" in made.text and ".findall(" in made.text


def test_no_test_says_that_nothing_is_returned_where_nothing_ever_is(made):
    assert "returns_none" not in made.text


def test_no_test_says_only_of_what_kind_something_is(made):
    bodies = made.text.split("\ndef ")[1:]
    assert not [each for each in bodies if "isinstance(" in each and each.count("assert ") == 1]


def test_generating_again_gives_the_same_bytes(workbench, made):
    assert workbench.generate("shop.py", budget=40).text == made.text


def test_a_row_that_differs_every_time_does_not_take_its_table_along(workbench):
    workbench.write(
        "mark.py",
        """
def mark(value):
    if isinstance(value, str):
        return hash(value) % 100000
    if value < 0:
        return value - 10
    return value + 10
""",
    )
    made = workbench.generate("mark.py", budget=30)
    assert made.dropped["does not pass every time"] > 0
    assert re.search(r"-1\d\b", made.text) and made.cases > 1


def test_plain_inputs_are_less_odd_than_what_was_mined_or_cut():
    assert oddness("f('hello world')") < oddness("f('hellod')")
    assert oddness("f('2024-10')") < oddness("f('0904-00')")
    assert oddness("f('word')") < oddness("f('[a-z\\\\d)')")
    assert oddness("f(100)") < oddness("f(86399)")
    assert oddness("Length(metres=1)") < oddness("Length()")


@pytest.mark.parametrize(
    ("plain", "odd"),
    [
        ("1.2.3-rc.1", "1.2.3-5.0.1+-m"),  # one mark at another
        ("1.2.3+build.1", "0.0.13-9.55+z.0z9.Z"),
        ("one_man hello", "one_man one1a hello"),  # digits in a word
        ("12", "٣٤"),  # digits that few can read
        ("a possible word", "a possible S"),
        ("second-word", "Second A- Word"),
        ("P1Y2M", "+P11Y9,10D"),
        ("100-50", "0-511.A.0+m"),
        ("1,000", "1,2024100"),
        ("unknown", "Unknown value %r"),  # what a message of the code is made of
    ],
)
def test_what_everybody_writes_is_less_odd_than_leftovers_of_a_search(plain, odd):
    assert oddness(repr(plain)) + 0.4 < oddness(repr(odd))


def test_a_negative_part_of_an_object_is_odd_where_it_is_not_refused():
    def is_odd(call: str, kind: str) -> bool:
        made = Try(Subject("Version", "class", [], None), (), "", Program(call), Outcome(kind, None))
        return made.oddness > 0.5

    assert is_odd("Version(1, prerelease=-5)", "value") and is_odd("Version(-1)", "value")
    assert not is_odd("Version(1, prerelease=5)", "value") and not is_odd("Version(-1)", "raised")
    assert not is_odd("datetime.timedelta(days=-1)", "value")


def test_a_comparison_for_equality_that_raises_is_odd():
    def oddness_of(short: str, kind: str) -> float:
        subject = Subject(f"Version.{short}", "method", [], None)
        return Try(subject, (), "instance", Program("instance == 'a'"), Outcome(kind, False)).oddness

    assert oddness_of("__eq__", "raised") == oddness_of("__eq__", "value") + 2
    assert oddness_of("__lt__", "raised") == oddness_of("__lt__", "value")


def test_a_path_to_nowhere_and_a_word_in_place_of_a_mark_are_odd():
    assert oddness("pathlib.Path('')") > oddness("pathlib.Path('data')") + 1
    sep = Parameter("sep", inspect.Parameter.KEYWORD_ONLY, False, ".", {"str": 1.0})
    assert unfitting(("b'first'",), (sep,)) == unfitting(("'one'",), (sep,)) > unfitting(("b'.'",), (sep,)) == 0.0


def test_of_flags_that_are_put_together_each_is_tried_alone():
    assert list(fewer_flags("ns.REAL | ns.PATH")) == ["ns.REAL", "ns.PATH"]
    three = list(fewer_flags("A | B | C"))
    assert three == ["A", "B", "C", "B | C", "A | C", "A | B"]
    assert not list(fewer_flags("ns.REAL")) and not list(fewer_flags("'a | b'"))


def _parameter(*hinted: object) -> Parameter:
    return Parameter("x", inspect.Parameter.POSITIONAL_OR_KEYWORD, True, None, {}, frozenset(hinted))


@pytest.mark.parametrize(
    ("argument", "hinted", "expected"),
    [
        ("[1]", ("str",), True),
        ("'a'", ("str",), False),
        ("1", ("float",), False),
        ("[{'a': 1}]", (("list", ("list", "str")),), True),
        ("[['a', 'b']]", (("list", ("list", "str")),), False),
        ("3600", (("one", ("Color.RED",)),), True),
        ("Color.RED", (("one", ("Color.RED",)),), False),
        ("datetime.date(2024, 1, 1)", ("timedelta",), True),
        ("[1]", ("any",), False),
        ("len", ("str",), True),
        ("len", ("callable",), False),
        ("(1, 2)", (("tuple", ("int", "int")),), False),
        ("[0.15, 2]", (("tuple", ("int", "int")),), True),
        ("(1, 2, 3)", (("tuple", ("int", "int")),), True),
        ("[0.15, 2]", (("tuple", ("int", "int")), "list"), False),
        ("int", ("type",), False),
    ],
)
def test_what_hints_do_not_allow_is_strange(argument, hinted, expected):
    assert is_strange(argument, _parameter(*hinted)) is expected


def test_literals_get_plainer():
    found = list(plainer_literals("f('0444-W94')"))
    assert "f('2024-W10')" in found and "f('444-W94')" in found
    assert "'1.0.0-rc.1'" in plainer_literals("'1.0.0-5.0.1+-m'")
    assert "'P1Y2M3D'" in plainer_literals("'+P11Y9,10D'") and "'PT1H'" in plainer_literals("'-PT044S'")


def test_what_only_one_test_does_is_its_duty():
    goals = [frozenset({1, 2}), frozenset({1}), frozenset({3})]
    kills = [frozenset({7}), frozenset({7}), frozenset({8})]
    assert duties(goals, kills, [1.0, 1.0, 1.0]) == {
        0: {("goal", 1), ("goal", 2), ("kill", 7)},
        2: {("goal", 3), ("kill", 8)},
    }


def _candidate(subject: str, label: str, **more: object) -> Candidate:
    given = {"number": 1, "kind": "method", "line": 1, "lines": (), "call": "", **more}
    return Candidate(subject=subject, label=label, **given)


def test_names_say_what_happens():
    namer = Namer()
    assert namer.single(_candidate("Length.__eq__", "not")) == "test_length_does_not_equal"
    assert namer.single(_candidate("Length.__lt__", "not")) == "test_length_is_not_less"
    refused = _candidate("Length.__add__", "raises_type_error", arguments=(("other", "3", True),))
    assert namer.single(refused) == "test_length_plus_raises_type_error_for_number"
    lines = ('with pytest.raises(ValueError, match=r"^no codec is named$"):', "    codec('a')")
    why = _candidate("codec", "raises_value_error", lines=lines, more="no_codec_is_named")
    assert namer.single(why) == "test_codec_raises_value_error_because_no_codec_is_named"
    lines = ("with pytest.raises(ValueError, match=r\"^'x1' is no codec$\"):", "    codec('x1')")
    value = _candidate("codec", "raises_value_error", lines=lines, more=slug_of_error("'x1' is no codec"))
    assert namer.single(value) == "test_codec_raises_value_error_because_it_is_no_codec"
    lines = ("with pytest.raises(ValueError, match=r\"^No b'\\.' found in value$\"):", "    unsign(b'a')")
    sign = _candidate("unsign", "raises_value_error", lines=lines, more=slug_of_error("No b'.' found in value"))
    assert namer.single(sign) == "test_unsign_raises_value_error_because_no_dot_found_in_value"
    given = _candidate("codec", "raises_value_error", lines=lines, more="foo_bar")  # what was given is no reason
    assert namer.single(given) == "test_codec_raises_value_error"


STORE = """
class Store:
    def __init__(self):
        self._kept = {}

    def __missing__(self, key: str) -> int:
        raise KeyError(key)

    def __getitem__(self, key: str) -> int:
        return self._kept[key] if key in self._kept else self.__missing__(key)

    def take(self, key: str) -> int:
        if key not in self._kept:
            raise KeyError(f"nothing is kept under {key}")
        return self._kept.pop(key)

    def __setitem__(self, key: str, value: int) -> None:
        self._kept[key] = value

    def take_any(self) -> int:
        if not self._kept:
            raise KeyError
        return self._kept.popitem()[1]
"""


def test_an_error_that_only_repeats_the_key_is_told_by_the_missing_key_and_its_words_are_not_pinned(workbench):
    workbench.write("store.py", STORE)
    text = workbench.generate("store.py", budget=20).text
    assert "_raises_key_error_for_missing_key" in text
    assert "pytest.raises(KeyError):" in text
    assert "nothing is kept under" in text  # words of the project's own
    assert "take_any_raises_key_error" in text and "take_any_raises_key_error_for" not in text  # no key was asked for


def test_a_name_that_is_taken_tells_what_is_claimed_besides_and_not_that_a_text_is_given():
    namer, text = Namer(), (("text", "'1.2.3'", True),)
    lines = ("result = parse('1.2.3')", "assert result == Version(1, 2, 3)", "assert result.build is None")
    times = ("result = parse('12:30')", "assert isinstance(result, Time)", "assert str(result) == '12:30'")
    made = [_candidate("parse", "", arguments=text, lines=each) for each in (lines, lines, times)]
    assert [*map(namer.single, made)] == ["test_parse", "test_parse_and_its_build", "test_parse_as_text"]
    assert namer.table(made) == "test_parse_in_further_cases"


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (("cache = Cache(1)", "cache[4] = 1", "del cache[4]", "assert list(cache) == []"), "after_deleting_item"),
        (("cache = Cache(1)", "cache[4] = 1", "assert list(cache) == [4]"), "after_setting_item"),
        (("cache = Cache(1)", "cache[4]", "assert list(cache) == [4]"), "after_getting_item"),
        (("cache = Cache(1)", "async for each in cache:", "    cache.clear()", "assert list(cache) == []"), "2"),
        (("cache = Cache(1)", "cache.clear()", "assert list(cache) == []"), "after_clear"),
        (("cache = cached(Cache(1), info=True)(len)", "assert list(cache) == []"), "with_info"),
    ],
)
def test_a_name_that_is_taken_tells_what_was_done_with_the_object(lines, name):
    namer = Namer()
    names = [namer.single(_candidate("Cache.__iter__", "", lines=each)) for each in (lines[:1], lines)]
    assert names == ["test_cache_iterates", f"test_cache_iterates_{name}"]


def test_a_name_tells_twice_with_what_only_where_it_says_of_which():
    namer, given = Namer(), (("start", "date", False),)
    lines = ("time = Time(months=1)", "assert time.total(start=date) == 3")
    names = [namer.single(_candidate("Time.total", "", arguments=given, lines=lines)) for _ in range(2)]
    assert names == ["test_time_total_with_start", "test_time_total_with_start_made_with_months"]


def test_the_state_that_pickling_is_given_stands_in_no_name():
    made = _candidate("Cache.__setstate__", "", arguments=(("state", "()", True),))
    assert Namer().single(made) == "test_cache_survives_pickling"


def test_a_name_does_not_end_with_a_little_word():
    assert slug("attribute 'major' is readonly") == "attribute_major_is_readonly"
    assert slug("the given separator cannot be used") == "the_given_separator"


@pytest.mark.parametrize(
    ("message", "clause"),
    [
        ("Argument needs to be an iterable, got <class 'list'>", "argument_needs_to_be_an_iterable"),
        ("The given separator cannot be used because it may be in it.", "the_given_separator_cannot_be_used"),
        ("'major' is negative. A version can only be positive.", "major_is_negative"),
        ('"0099cc" is not a valid colour', "it_is_not_a_valid_colour"),
        ("match_expr parameter should be in format <op><ver>, where op", ""),
        ("unsupported operand type(s) for *: 'Duration' and 'int'", ""),
        ("No b'.' found in value", "no_dot_found_in_value"),
        ("a ':' is missing", "a_colon_is_missing"),
    ],
)
def test_a_name_tells_the_whole_clause_of_a_message_or_none(message, clause):
    assert slug_of_error(message) == clause


def test_a_claim_about_the_kind_alone_says_little():
    assert Body(("result = f()", "assert isinstance(result, str)")).says_little
    assert not Body(("result = f()", "assert isinstance(result, str)", "assert str(result) == 'a'")).says_little
