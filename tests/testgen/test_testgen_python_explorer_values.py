"""How inputs are made and changed, and how they are written for a reader."""

import ast
import io
import random
import re
import types
from typing import Protocol

import pytest

from orchestrator.testgen.python.explorer.checks import Checks
from orchestrator.testgen.python.explorer.contents import content
from orchestrator.testgen.python.explorer.evolve import Evolver, splice
from orchestrator.testgen.python.explorer.facts import read_facts
from orchestrator.testgen.python.explorer.instances import Instances
from orchestrator.testgen.python.explorer.keywords import forwarded_to, looked_up
from orchestrator.testgen.python.explorer.literals import Literals
from orchestrator.testgen.python.explorer.matching import match_text
from orchestrator.testgen.python.explorer.names import Names
from orchestrator.testgen.python.explorer.openness import Openness, Sides
from orchestrator.testgen.python.explorer.operands import given_to_operators
from orchestrator.testgen.python.explorer.regexes import matching_texts
from orchestrator.testgen.python.explorer.shapes import doubles, functions_for
from orchestrator.testgen.python.explorer.wording import as_statement, oddness, renamed, truth
from orchestrator.testgen.python.naming import _joined


def _function(source: str) -> ast.FunctionDef:
    node = ast.parse(source).body[0]
    assert isinstance(node, ast.FunctionDef)
    return node


def _spliced(argument: str, left: object, right: object) -> list[str]:
    return [text for _, text in splice([argument], [(1, left, right)], random.Random(1))]


class TestSplicing:
    def test_puts_the_other_side_of_a_comparison_in_place(self) -> None:
        assert "'magic'" in _spliced("'plain'", "plain", "magic")

    def test_reaches_texts_inside_containers_and_calls(self) -> None:
        assert _spliced("Thing(['a', {'k': 'old'}])", "old", "new")[0] == "Thing(['a', {'k': 'new'}])"

    def test_replaces_a_part_of_a_text(self) -> None:
        assert "'{:ti}'" in _spliced("'{:d}'", "d", "ti")

    def test_takes_items_of_a_container(self) -> None:
        assert {"'md5'", "'sha1'"} <= set(_spliced("'x'", "x", ["md5", "sha1"]))

    def test_makes_a_text_that_a_pattern_matches(self) -> None:
        made = _spliced("'x'", re.compile(r"v\d+"), "x")
        assert made and all(re.fullmatch(r"'v\d+'", each) for each in made)

    def test_puts_bytes_into_the_text_that_they_are_made_of(self) -> None:
        assert _spliced("'abc'", b"abc", b"#!") == ["'#!'", "'#!abc'", "'abc#!'"]
        assert _spliced("'abc'", b"abc", b"\xff") == []

    def test_does_not_mix_kinds(self) -> None:
        assert _spliced("'7'", 8.5, [1, 2]) == []

    def test_leaves_powers_as_they_are_written(self) -> None:
        evolver = Evolver(random.Random(1), lambda _: ())
        made = {evolver.change("[10**9, 'x']") for _ in range(200)} - {None}
        assert len(made) > 10
        assert not [each for each in made if re.search(r"(?<!10) \*\* | \*\* (?!9\b)", str(each))]


class TestOperands:
    SOURCE = """
class Money:
    def __add__(self, other):
        return other.year

    __radd__ = __add__

    def __rsub__(self, left):
        return left.strip()

    def until(self, start, end, step):
        return (start + self) - step, end - self, self * step
"""

    def _given(self, name: str) -> list[tuple[str, str]]:
        owner = ast.parse(self.SOURCE).body[0]
        assert isinstance(owner, ast.ClassDef)
        node = next(each for each in owner.body if isinstance(each, ast.FunctionDef) and each.name == "until")
        return [(method.name, word) for method, word in given_to_operators(node, owner, name)]

    def test_a_parameter_beside_self_is_taken_by_a_method_of_the_class(self) -> None:
        assert self._given("start") == [("__add__", "other")]  # through its second name
        assert self._given("end") == [("__rsub__", "left")]

    def test_operators_that_the_class_does_not_have_say_nothing(self) -> None:
        assert self._given("step") == []


class TestInstances:
    class Point:
        def __init__(self, x: int, label: str | None = None) -> None:
            self.x, self.label = x, label

    def test_one_of_each_look_comes_before_more_of_the_same(self) -> None:
        known = Instances()
        for text in ("Point(1)", "Point(2)", "Point(1, label='a')"):
            known.note(text, eval(text, {"Point": self.Point}))
        assert known.of(self.Point) == ["Point(1)", "Point(1, label='a')", "Point(2)"]

    def test_a_base_class_without_its_own_takes_those_below_it(self) -> None:
        class Line(self.Point):
            """A class below."""

        known = Instances()
        known.note("Line(1)", Line(1))
        assert known.of(self.Point) == ["Line(1)"]


def test_keywords_that_are_passed_on_name_their_receiver() -> None:
    node = _function("def f(x, **more):\n    return Handler(x, **more)")
    assert list(forwarded_to(node, "more")) == ["Handler"]


def test_keys_that_a_function_looks_up_are_found() -> None:
    node = _function("def f(d):\n    return d['a'], d.get('b'), d.pop('c', 1)")
    assert sorted(looked_up(node, "d")) == ["a", "b", "c"]


def test_functions_are_made_with_as_many_arguments_as_the_code_passes() -> None:
    tree = ast.parse("def f(process):\n    return process(1, 2)")
    assert functions_for(tree, "process")[:2] == ["lambda a, b: a", "lambda a, b: b"]


class TestDoubles:
    def test_have_what_the_code_reads(self) -> None:
        node = _function("def f(args):\n    return args.colour, args.paint(1)")
        made = doubles(node, "args", "types.SimpleNamespace")
        assert made[0] == "types.SimpleNamespace(colour='#ff8800', paint=lambda *args: 1)"

    def test_are_not_made_for_what_a_text_has_too(self) -> None:
        assert doubles(_function("def f(x):\n    return x.lower()"), "x", "types.SimpleNamespace") == ()


@pytest.mark.parametrize(
    ("call", "statement"),
    [
        ("setattr(point, 'x', 1)", "point.x = 1"),
        ("operator.setitem(table, 'a', [1])", "table['a'] = [1]"),
        ("operator.delitem(table, 'a')", "del table['a']"),
        ("setattr(point, name, 1)", "setattr(point, name, 1)"),
        ("point.move(1)", "point.move(1)"),
    ],
)
def test_an_assignment_is_written_as_one(call: str, statement: str) -> None:
    assert as_statement(call) == statement


def test_a_name_is_changed_but_no_text_and_no_attribute() -> None:
    assert renamed("x.instance = instance.f('instance')", "instance", "it") == "x.instance = it.f('instance')"


def test_a_natural_text_is_less_odd_than_a_fuzzed_one() -> None:
    assert oddness("f('hello world')") < oddness("f('[')") < oddness("f('\\x00é')") + 5
    assert oddness("f('Ada')") < oddness("f('aDA*')")


@pytest.mark.parametrize(
    ("message", "pattern"),
    [
        ("price is negative", "r'^price is negative$'"),
        ("a.b is missing", r"r'^a\.b is missing$'"),
        (" is not a version", "r'^ is not a version$'"),
        ("it's late", """r"^it's late$\""""),
        ("at 0x7f0011223344", ""),
        ("one " * 30, "r'^" + ("one " * 14).strip() + "'"),
    ],
)
def test_a_message_is_matched_from_its_beginning_a_short_one_as_a_whole(message: str, pattern: str) -> None:
    assert match_text(message) == pattern


def test_what_can_be_written_of_a_tuple_is_pinned() -> None:
    names = Names(types.ModuleType("shop"), read_facts(""))
    checks = Checks(names, Literals(names), caller=None)  # type: ignore[arg-type]  # nothing is called
    assert checks.of("result", (4, iter([5])), with_class=True) == ["assert len(result) == 2", "assert result[0] == 4"]


def test_a_pattern_is_read_with_its_flags() -> None:
    pattern = re.compile("a  # first\n [0-9]", re.VERBOSE)
    made = matching_texts(pattern.pattern, random.Random(1), 2, pattern.flags)
    assert made and all(pattern.fullmatch(each) for each in made)


@pytest.mark.parametrize(
    ("expression", "value", "claim"),
    [
        ("is_even(2)", True, "assert is_even(2) is True"),
        ("a == b", True, "assert a == b"),
        ("a == b", False, "assert not a == b"),
        ("1 in box", True, "assert 1 in box"),
        ("1 in box", False, "assert 1 not in box"),
    ],
)
def test_a_comparison_is_a_claim_by_itself(expression, value, claim):
    assert truth(expression, value) == claim


def test_comparisons_that_went_one_way_only_are_solved_first():
    sides = Sides({1: 10, 2: 20}, {10: frozenset({5, 6}), 20: frozenset({9, 10})})
    openness = Openness(sides, {5, 6, 9})
    both, one, pattern = (1, "a", "b"), (2, "a", "c"), (1, re.compile("x"), "y")
    assert openness.parted([both, one, pattern]) == ([one, pattern], [both])
    assert openness.parted([pattern] * 3) == ([pattern] * 3, [])
    openness.parted([pattern])
    assert openness.parted([pattern]) == ([], [pattern])


def test_instances_of_a_protocol_are_none_of_what_only_looks_like_it() -> None:
    class Reads(Protocol):
        size: int

        def read(self) -> str: ...

    known = Instances()
    known.note("range(3)", range(3))
    assert known.of(Reads) == []


def test_of_a_file_in_memory_what_was_written_is_asserted() -> None:
    assert content("file", io.StringIO("ab")) == ("file.getvalue()", "ab")
    assert content("items", [1]) == ("items", [1])


def test_names_of_tests_are_cut_between_words() -> None:
    words = ["a" * 30, "b" * 30, "c" * 30]
    assert _joined(words) == f"test_{'a' * 30}_{'b' * 30}"


def test_no_text_is_made_for_a_pattern_that_repeats_without_end() -> None:
    assert matching_texts(r"[0-9]{1000000000}", random.Random(1)) == []
