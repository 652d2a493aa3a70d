"""What lets a test tell a function that works from one that does not, and a reader what it is about."""

import random
import re
from dataclasses import replace
from inspect import Parameter as Place
from typing import Any

import pytest

from orchestrator.testgen.python.both_answers import with_other_answers
from orchestrator.testgen.python.candidates import Candidate, Exploration
from orchestrator.testgen.python.emission import emit
from orchestrator.testgen.python.explorer.calling import Outcome, Program
from orchestrator.testgen.python.explorer.corpus import INSTANCE, Try
from orchestrator.testgen.python.explorer.facts import read_facts
from orchestrator.testgen.python.explorer.fitting import unfitting
from orchestrator.testgen.python.explorer.kinds import of_hint_and_name
from orchestrator.testgen.python.explorer.mutants import Mutable, find_echoes
from orchestrator.testgen.python.explorer.names import Names
from orchestrator.testgen.python.explorer.subjects import Parameter, Subject
from orchestrator.testgen.python.explorer.wording import oddness
from orchestrator.testgen.selection import Settled

SOURCE = """
class Label:
    def __init__(self, text, mark=None, color="red"):
        self.text = text
        self.mark = mark
        self._color = color

    @property
    def color(self):
        return self._color

    @color.setter
    def color(self, color):
        self._color = color

    def plain(self):
        if self.mark is None:
            return self
        return Label(self.text)

    def __eq__(self, other):
        return isinstance(other, Label) and (self.text, self.mark) == (other.text, other.mark)

    __hash__ = None

    def __iter__(self):
        yield self.text
        yield self.mark


class Slots:
    def __getitem__(self, key, /):
        return {"a": 1}[key]


def is_long(text):
    return len(text) > 3


class Crate:
    def __init__(self, label, mark=None):
        self.label = label
        self.mark = mark

    def __hash__(self):
        return hash(self.label)

    def __eq__(self, other):
        return isinstance(other, Crate) and self.label == other.label

"""


@pytest.fixture(scope="module")
def text(workbench) -> str:
    workbench.write("telling.py", SOURCE)
    return workbench.generate("telling.py", budget=60).text


def test_a_method_that_returned_its_own_object_would_not_pass(text):
    assert re.search(r"\(Label\((.+), mark=.+\), Label\(\1\)\)", text)


def test_what_is_only_ever_compared_with_none_may_be_something(text):
    assert "mark=" in text


def test_a_text_is_given_for_what_is_called_so_though_its_length_is_asked_for(text):
    assert not re.search(r"is_long\(\[|^ +\(\[", text, re.MULTILINE)


def test_all_items_are_claimed_without_a_limit_that_nothing_reaches(text):
    assert "islice" not in text
    assert "list(label)" in text


def test_a_module_with_a_method_of_positional_parameters_alone_is_explored(text):
    assert "Slots" in text


def test_a_question_is_answered_both_ways(text):
    table = text.split("def test_is_long", 1)[0].rpartition("@pytest.mark.parametrize")[2]
    rows = dict(re.findall(r"""\(["'](.*)["'], (True|False)\)""", table))
    assert {len(label) > 3: answer for label, answer in rows.items()} == {True: "True", False: "False"}


@pytest.mark.parametrize("odd", ["'a\\nb'", "'\\x00'", "[1, 'word']", "['a', None]", "[b'abc', 'abc']"])
def test_what_nobody_types_is_odd(odd):
    assert oddness(odd) > 0.7


@pytest.mark.parametrize("plain", ["'line1\\nline2'", "[1, 2.5]", "['hello', 'word']"])
def test_lines_and_lists_of_one_kind_are_not(plain):
    assert oddness(plain) < 1


def names_of(source: str, tmp_path: Any, monkeypatch: Any, name: str) -> Names:
    (tmp_path / f"{name}.py").write_text(source)
    monkeypatch.syspath_prepend(str(tmp_path))
    return Names(__import__(name), read_facts(source))


def test_for_a_way_to_digest_that_may_be_anything_there_are_digests(tmp_path, monkeypatch):
    names = names_of("x = 1\n", tmp_path, monkeypatch, "digesting")
    assert of_hint_and_name(Any, "digest_method", names) == [("one", ("hashlib.sha256", "hashlib.md5"))]
    assert of_hint_and_name(str, "digest_method", names) == ["str"]
    assert of_hint_and_name(Any, "value", names) == ["any"]


def test_where_a_class_is_asked_for_it_and_its_heirs_are_given(tmp_path, monkeypatch):
    shapes = "class Shape:\n    pass\n\n\nclass Square(Shape):\n    pass\n"
    names = names_of(shapes, tmp_path, monkeypatch, "shapes_asked")
    assert of_hint_and_name(type[names.module.Shape], "shape", names) == [("one", ("Shape", "Square"))]
    assert of_hint_and_name(type[Exception], "error", names) == [("one", ("ValueError", "KeyError"))]
    assert of_hint_and_name(type[Any], "kind", names) == ["type"]


def tried(subject: Subject, arguments: tuple[str, ...], setup: str, value: object = 1) -> Try:
    outcome = Outcome("value", value=value)
    call = f"{INSTANCE}.m({', '.join(arguments)})"
    return Try(subject, arguments, INSTANCE, Program(call, (f"{INSTANCE} = {setup}",)), outcome)


def of_kind(kind: str) -> Subject:
    place = Parameter("value", Place.POSITIONAL_OR_KEYWORD, is_required=True, default=Place.empty, weights={})
    return Subject("Label.m", kind, [place], None, Label)


class Label:
    """An owner."""


def test_setting_what_is_there_shows_nothing():
    other = tried(of_kind("setter"), ("2",), "Label(1)")
    assert tried(of_kind("setter"), ("1",), "Label(1)").oddness > other.oddness + 0.5


def test_what_the_object_itself_gives_is_hard_to_see_but_for_a_round_trip():
    method = of_kind("method")
    there_and_back = tried(method, (f"{INSTANCE}.dumps('hello')",), "Label(1)").oddness
    assert tried(method, (f"{INSTANCE}[0]",), "Label(1)").oddness > there_and_back + 0.5
    assert tried(method, (f"{INSTANCE}.load(io.StringIO(''), 1)",), "Label(1)").oddness > there_and_back + 2


def test_an_echo_gives_back_what_a_function_is_given():
    source = "def add(one, two):\n    return one + two\n\n\ndef same(one):\n    return one\n"
    echoes = find_echoes(source)
    assert [each.function for each in echoes] == ["add", "add"]
    said = []
    for each in echoes:
        namespace: dict[str, Any] = {}
        exec(compile(Mutable(source).mutated(each), "<mutant>", "exec"), namespace)
        said.append(namespace["add"](1, 5))
    assert said == [1, 5]


def candidate(number: int, expected: str, cost: float = 1.0, **more: Any) -> Candidate:
    given = {"subject": "f", "kind": "function", "line": 1, "lines": (f"assert f({number})",), "call": f"f({number})"}
    return Candidate(number=number, expected=expected, cost=cost, **{"kills": frozenset({number}), **given, **more})


NOTHING_SETTLED = Settled()


def test_the_plainest_other_answer_is_added_where_there_is_but_one():
    yes, no, odd, dear = (
        candidate(1, "True"),
        candidate(2, "False", 2.0),
        candidate(3, "False", oddness=3.0),
        candidate(4, "False", 3.0),
    )
    assert with_other_answers([yes], [odd, yes, dear, no], settled=NOTHING_SETTLED) == [yes, no]
    assert with_other_answers([yes, dear], [odd, yes, dear, no], settled=NOTHING_SETTLED) == [yes, dear]
    assert with_other_answers([candidate(5, "'a'")], [yes, no], settled=NOTHING_SETTLED) == [candidate(5, "'a'")]


def test_an_answer_about_nothing_is_none_by_itself():
    empty, full = (candidate(n, "True", arguments=(("other", text, True),)) for n, text in enumerate(("[]", "[1]")))
    no = candidate(2, "False", arguments=(("other", "[2]", True),))
    assert with_other_answers([empty, no], [empty, full, no], settled=NOTHING_SETTLED) == [empty, no, full]
    assert with_other_answers([full, no], [empty, full, no], settled=NOTHING_SETTLED) == [full, no]


def test_of_answers_about_nothing_one_is_enough_beside_one_about_something():
    def asked(number: int, text: str, kills: frozenset[int]) -> Candidate:
        return candidate(number, "False", arguments=(("other", text, True), ("key", str(number), True)), kills=kills)

    first, second, full = (asked(n, text, frozenset({n})) for n, text in enumerate(("b''", "b''", "b'a'")))
    much, yes = asked(3, "b''", frozenset({3, 4, 5})), candidate(6, "True")
    among = [first, second, full, much, yes]
    assert with_other_answers([first, second, yes], among, settled=NOTHING_SETTLED) == [first, yes, full]
    assert with_other_answers([first, much, yes], among, settled=NOTHING_SETTLED) == [first, much, yes, full]


def test_an_answer_is_added_only_if_it_does_more_than_tests_that_exist_and_as_much_as_is_asked():
    yes, no = candidate(1, "True"), candidate(2, "False", kills=frozenset({1, 2}))
    assert with_other_answers([yes], [yes, no], settled=Settled(kills=frozenset({1, 2, 3}))) == [yes]
    assert with_other_answers([yes], [yes, no], settled=Settled(kills=frozenset({1}))) == [yes, no]
    assert with_other_answers([yes], [yes, no], settled=NOTHING_SETTLED, min_gain=2) == [yes, no]
    assert with_other_answers([yes], [yes, no], settled=NOTHING_SETTLED, min_gain=3) == [yes]


def test_an_answer_is_read_from_the_claim_as_well():
    assert candidate(1, "").verdict == "True"
    assert candidate(1, "", lines=("assert not f(1)",), label="not").verdict == "False"
    assert candidate(1, "", lines=("assert f(1) == 5",)).verdict == ""


NOTHING = Exploration(
    candidates=(), statements={}, branches={}, imported=frozenset(), mutants=(), names={}, helpers={}, fixtures={},
    project_fixtures=frozenset(), defects=(), subjects=0, calls=0,
)  # fmt: skip


def test_rows_of_one_number_each_stand_by_size():
    rows = ["103", "7", "'some'", "-1"]
    shuffled = random.Random(1).sample(rows, 4)
    made = [
        candidate(n, repr(f"{row}th"), table="f(value) == expected", columns=("value",), row=(row,))
        for n, row in enumerate(shuffled)
    ]
    text = emit("m", made, NOTHING, lambda name: False).text
    places = [text.index(f"({row.replace(chr(39), chr(34))}, ") for row in ("-1", "7", "103", "'some'")]
    assert places == sorted(places)


def test_a_hash_is_that_of_an_equal_object(text):
    assert "assert hash(crate) == hash(copy.copy(crate))" in text


def test_what_one_function_makes_is_natural_for_another():
    method, made = of_kind("method"), "b'aGVsbG8gd29ybGQ='"
    strange = tried(method, (made,), "Label(1)")
    assert replace(strange, passed_on=frozenset({made})).oddness < strange.oddness


@pytest.mark.parametrize(("text", "sees"), [("{1}", "one item"), ("datetime.date(2000, 2, 29)", "a leap day")])
def test_what_hides_the_point_is_a_little_odd(text, sees):
    assert 0 < oddness(text) < 1


@pytest.mark.parametrize(("argument", "name"), [("13", "month"), ("0", "day"), ("24", "hour"), ("-1", "start_minute")])
def test_what_no_calendar_has_suits_none_of_its_parts(argument, name):
    place = Parameter(name, Place.POSITIONAL_OR_KEYWORD, is_required=True, default=Place.empty, weights={})
    assert unfitting((argument,), (place,)) > 1 > unfitting(("12",), (place,))
    assert unfitting((argument,), (replace(place, name=f"{name}s"),)) == 0


def test_what_is_compared_with_its_like_is_plainer_than_what_is_not():
    equal = replace(of_kind("method"), name="Label.__eq__")
    assert tried(equal, ("[1, 7]",), "Label(1)").oddness > tried(equal, ("Label(2)",), "Label(1)").oddness + 0.5


def test_bytes_that_say_nothing_come_of_what_nobody_means():
    method = of_kind("method")
    plain, garbage = (tried(method, ("'hello'",), "Label(1)", value) for value in (b"hello", b"\xd7\xff"))
    assert garbage.oddness > plain.oddness + 0.5
