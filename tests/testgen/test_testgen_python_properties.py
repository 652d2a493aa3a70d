"""Laws for Hypothesis that observations suggest."""

import re

from orchestrator.testgen.python.candidates import Candidate, Exploration
from orchestrator.testgen.python.properties import property_tests


def exploration(**functions):
    """Return what exploring functions gave: pairs of argument and result by name."""
    candidates = [
        Candidate(
            number=number,
            subject=name,
            kind="function",
            line=1,
            lines=(f"assert {name}({argument!r}) == {result!r}",),
            call=f"{name}({argument!r})",
            expected=repr(result),
            arguments=(("value", repr(argument), True),),
        )
        for number, (name, argument, result) in enumerate((n, a, r) for n, pairs in functions.items() for a, r in pairs)
    ]
    nothing = {"statements": {}, "branches": {}, "names": {}, "helpers": {}, "fixtures": {}}
    return Exploration(
        candidates=tuple(candidates),
        imported=frozenset(),
        mutants=(),
        project_fixtures=frozenset(),
        defects=(),
        subjects=1,
        calls=1,
        **nothing,
    )


def claims(**functions):
    return re.findall(r"assert (.*)", property_tests("m", exploration(**functions)))


def test_what_one_function_does_another_takes_back():
    found = claims(encode=[("a", b"a"), ("bc", b"bc")], decode=[(b"a", "a"), (b"x", "x")])
    assert found[0] == "decode(encode(value)) == value"


def test_names_with_to_are_a_pair():
    found = claims(text_to_code=[("a", b"a"), ("bc", b"b")], code_to_text=[(b"a", "a"), (b"x", "xx")])
    assert "code_to_text(text_to_code(value)) == value" in found


def test_a_second_time_changes_nothing():
    assert claims(clean=[(" a ", "a"), ("b", "b")]) == ["clean(clean(value)) == clean(value)"]


def test_a_reversal_is_its_own_reverse_and_keeps_length_and_elements():
    assert claims(turn=[([1, 2], [2, 1]), ([2, 1], [1, 2])]) == [
        "turn(turn(value)) == value",
        "len(turn(value)) == len(value)",
        "sorted(turn(value)) == sorted(value)",
    ]


def test_a_law_that_an_observation_contradicts_is_not_proposed():
    assert claims(more=[("a", "ab"), ("ab", "abb")]) == []


def test_functions_that_always_agreed_are_held_to_be_the_same():
    assert "first(value) == second(value)" in claims(
        first=[("a", 1), ("bb", 2), ("c", -1)], second=[("a", 1), ("bb", 2), ("d", -2)]
    )


def test_one_observation_is_not_enough():
    assert claims(clean=[(" a ", "a")]) == []


def test_the_file_is_deterministic_and_needs_no_deadline():
    text = property_tests("m", exploration(clean=[(" a ", "a"), ("b", "b")]))
    assert text == (
        "from hypothesis import given, settings\nfrom hypothesis import strategies as st\n\nfrom m import clean\n\n\n"
        "@settings(derandomize=True, deadline=None)\n@given(st.text())\ndef test_clean_twice_is_clean_once(value):\n"
        "    assert clean(clean(value)) == clean(value)\n"
    )
