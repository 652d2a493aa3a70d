"""A large object stands as a whole in one test of a function; the others assert in what theirs differs."""

from dataclasses import replace

from test_testgen_typescript_sharing import PLAIN

from orchestrator.testgen.typescript.naming import Namer
from orchestrator.testgen.typescript.parts import in_parts

KEYS = [f"key{number}: 'a value'" for number in range(7)]


def large(port: int, kills: set[int], paths: dict[int, list[str]] | None = None):
    expected = f"{{ {', '.join(KEYS)}, server: {{ host: 'here', port: {port} }} }}"
    told = tuple((kill, tuple(each)) for kill, each in (paths or {}).items())
    return replace(PLAIN, expected=expected, kills=frozenset(kills), kill_paths=told)


def test_further_tests_assert_the_part_that_differs() -> None:
    first, other = in_parts([large(1, {1, 2}), large(2, {2, 3}, {2: ["key1"], 3: ["server.port"]})])
    assert first.part == ""
    assert other.part == "{ server: { port: 2 } }"
    assert other.kills == {3}


def test_nothing_is_left_out_that_alone_notices_a_change() -> None:
    alone = large(2, {2, 3}, {2: ["key1"], 3: ["server.port"]})
    assert in_parts([large(1, {1}), alone])[1].part == "{ key1: 'a value', server: { port: 2 } }"
    many = large(2, {*range(2, 7)}, {number: [f"key{number}"] for number in range(2, 7)})
    assert in_parts([large(1, {1}), many])[1].part == ""
    extra = large(2, {2}, {2: ["+more"]})
    assert in_parts([large(1, {1}), extra])[1].part == ""
    unknown = replace(large(2, {2}), kill_paths=None)
    assert in_parts([large(1, {1, 2}), unknown])[1].part == ""


def test_a_change_that_each_leaves_to_the_other_is_left_to_nobody() -> None:
    tests = [
        large(1, {1}),
        *(large(port, {2, port + 10}, {2: ["key1"], port + 10: ["server.port"]}) for port in (2, 3)),
    ]
    parts = [each.part for each in in_parts(tests)]
    assert parts == ["", "{ server: { port: 2 } }", "{ key1: 'a value', server: { port: 3 } }"]


def test_a_part_is_what_differs_from_the_most_similar_test_before() -> None:
    first, second = large(1, {1}), large(2, {1, 2}, {2: ["server.port"]})
    second = replace(second, expected=second.expected.replace("key0: 'a value'", "key0: 'b'"))
    third = replace(second, expected=second.expected.replace("port: 2", "port: 3"), kills=frozenset({2}))
    assert [each.part for each in in_parts([first, second, third])][2] == "{ server: { port: 3 } }"


def test_what_is_missing_can_only_be_asserted_of_the_whole() -> None:
    whole = large(1, {1})
    less = replace(large(2, {1}, {1: ["key1"]}), expected=large(2, {1}).expected.replace(f"{KEYS[0]}, ", ""))
    more = [KEYS[0], "key9: 9", "key8: 8"]
    assert in_parts([replace(whole, expected=whole.expected.replace(KEYS[0], ", ".join(more))), less])[1].part == ""


def test_a_title_tells_of_a_part_only_what_stands_in_it() -> None:
    first, other = in_parts([large(1, {1}), large(2, {1, 3}, {1: ["key1"], 3: ["server.port"]})])
    namer = Namer(others=[first, other])
    assert namer.single(other).startswith("returns an object with server.port 2")
