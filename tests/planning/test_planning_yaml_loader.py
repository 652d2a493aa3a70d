from collections.abc import Callable

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.planning import yaml_loader
from orchestrator.planning.nodes import Mapping, Scalar, locate
from orchestrator.planning.yaml_loader import YamlFile, load_yaml

Load = Callable[[bytes], YamlFile]


@pytest.fixture(params=["libyaml", "pure"])
def load(request: pytest.FixtureRequest) -> Load:
    return lambda data: load_yaml(data, "file.yaml", pure=request.param == "pure")


def codes(file: YamlFile) -> list[str]:
    return [problem.code for problem in file.problems]


def value(file: YamlFile) -> object:
    assert file.problems == ()
    assert file.root is not None
    return file.root.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no", "no"),
        ("on", "on"),
        ("true", True),
        ("TRUE", True),
        ("~", None),
        ("", None),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("2026-01-01", "2026-01-01"),
        ("1.10", 1.1),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1e999", "1e999"),
        (".inf", ".inf"),
        ("-7", -7),
        ("1234567890123456789", "1234567890123456789"),
        ('"1"', "1"),
        ("'true'", "true"),
        ("|\n  text\n", "text\n"),
    ],
)
def test_scalars_are_read_by_the_core_schema_of_yaml_1_2(load: Load, text: str, expected: object) -> None:
    assert value(load(f"key: {text}\n".encode())) == {"key": expected}


def test_a_scalar_keeps_its_text_and_its_place(load: Load) -> None:
    file = load(b"ids:\n  - 1.10\n  - 'two'\n")
    assert isinstance(file.root, Mapping)
    node = file.root.entries["ids"][1].items[0]  # type: ignore[union-attr]
    assert isinstance(node, Scalar)
    assert (node.text, node.plain, node.value) == ("1.10", True, 1.1)
    place = locate(file.root, ("ids", 1))
    assert (str(place), place.end_column, place.text) == ("file.yaml:3:5", 10, "  - 'two'")


def test_the_place_of_a_key_is_not_that_of_its_value(load: Load) -> None:
    root = load("ä: {key: value}\r\n".encode()).root
    assert root is not None
    assert str(locate(root, ("ä", "key"), key=True)) == "file.yaml:1:5"
    assert str(locate(root, ("ä", "key"))) == "file.yaml:1:10"


def test_the_place_of_what_is_missing_is_that_of_what_is_around_it(load: Load) -> None:
    root = load(b"a:\n  b: 1\n").root
    assert root is not None
    assert str(locate(root, ("a", "c", 0))) == "file.yaml:2:3"


def test_a_value_over_several_lines_is_underlined_to_the_end_of_its_first_line(load: Load) -> None:
    root = load(b"a:\n  bc: 1\n  d: 2\n").root
    assert root is not None
    place = locate(root, ("a",))
    assert (place.line, place.column, place.end_column, place.text) == (2, 3, 8, "  bc: 1")


def test_a_byte_order_mark_is_no_part_of_the_text(load: Load) -> None:
    file = load(b"\xef\xbb\xbfkey: 1\n")
    assert value(file) == {"key": 1}
    assert file.root is not None
    assert str(locate(file.root, ("key",), key=True)) == "file.yaml:1:1"


def test_what_is_not_utf8_is_told_at_its_byte(load: Load) -> None:
    (problem,) = load("a: 1\nb: ü\n".encode("latin-1")).problems
    assert (problem.code, str(problem.place)) == ("E001", "file.yaml:2:4")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_other_encodings_are_refused(load: Load, encoding: str) -> None:
    file = load("a: 1\n".encode(encoding))
    assert file.root is None
    assert set(codes(file)) <= {"E001", "E003"}


@pytest.mark.parametrize(
    "character", ["\x00", "\x1b", "\x7f", "\x85", "\u2028", "\u202e", "\u2066", "\ufeff", "\uffff"]
)
def test_control_characters_are_refused_wherever_they_stand(load: Load, character: str) -> None:
    assert codes(load(f"# {character}\na: 1\n".encode())) == ["E003"]


def test_control_characters_are_refused_when_they_are_escaped(load: Load) -> None:
    assert codes(load(b'a: "\\u202e"\n')) == ["E003"]
    assert codes(load(b'a: "\\x00"\n')) == ["E003"]
    assert value(load(b'a: "\\t\\u00e9"\n')) == {"a": "\té"}


def test_mistakes_that_leave_the_rest_clear_are_all_told(load: Load) -> None:
    file = load(b"a: 1\na: 2\n<<: {}\n1: x\n[b]: 4\nc: !!int 3\nd: *e\n")
    assert codes(file) == ["E004", "E007", "E006", "E006", "E005", "E010"]
    assert file.root is not None
    assert file.root.value == {"a": 1, "1": "x", "c": 3, "d": None}


def test_an_alias_is_the_value_it_stands_for(load: Load) -> None:
    assert value(load(b"a: &x [1, 2]\nb: *x\n")) == {"a": [1, 2], "b": [1, 2]}


def test_a_value_cannot_hold_itself(load: Load) -> None:
    assert codes(load(b"a: &x [*x]\n")) == ["E010"]


def test_a_second_document_is_refused(load: Load) -> None:
    assert codes(load(b"---\na: 1\n---\nb: 1\n")) == ["E008"]


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n"])
def test_nothing_is_no_error_of_syntax(load: Load, text: str) -> None:
    file = load(text.encode())
    assert file.problems == ()
    assert file.root is None or file.root.value is None


HOSTILE = {
    "open brackets": b"[" * 100_000,
    "open braces": b"{" * 100_000,
    "nested keys": b"? " * 50_000,
    "nested dashes": b"- " * 50_000,
    "nested maps": b"".join(b"%sa:\n" % (b" " * depth) for depth in range(60)),
    "deep aliases": b"a: &a " + b"[" * 20 + b"]" * 20 + b"\nb: " + b"[" * 20 + b"*a" + b"]" * 20,
    "billion laughs": b"a: &a [1,1,1,1,1,1,1,1,1,1]\n"
    + b"".join(
        b"%c: &%c [%s]\n" % (letter, letter, b",".join([b"*%c" % (letter - 1)] * 10))
        for letter in range(ord("b"), ord("k"))
    ),
    "merge bomb": b"a: &a {x: 1}\n" + b"".join(b"m%d: {<<: *a, <<: *a}\n" % number for number in range(60)),
    "too large": b"a: 1\n" + b"#" * (17 * 1024 * 1024),
    "long text": b"a: " + b"x" * 300_000,
    "many aliases": b"a: &a 1\nb: [" + b"*a," * 200 + b"]\n",
    "a bad escape": b'a: "\\UFFFFFFFF"\n',
    "an odd directive": b"%YAML 9.9\n---\na: 1\n",
    "many problems": b"".join(b"a: 1\n" for _ in range(20_000)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_ends_as_problems(load: Load, name: str) -> None:
    file = load(HOSTILE[name])
    assert file.problems
    assert len(file.problems) <= yaml_loader.MAX_PROBLEMS + 1
    for problem in file.problems:
        assert problem.place is not None
        assert problem.place.line >= 1


def test_more_values_than_allowed_are_refused(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_loader, "MAX_NODES", 100)
    assert value(load(b"[" + b"1," * 99 + b"]")) == [1] * 99
    assert codes(load(b"[" + b"1," * 100 + b"]")) == ["E009"]


@given(
    st.recursive(
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(-(10**17), 10**17),
            st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"])),
        ),
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(st.text("abcö", min_size=1), inner, max_size=4)
        ),
        max_leaves=12,
    )
)
def test_what_json_can_say_is_read_back(data: object) -> None:
    import json

    file = load_yaml(json.dumps(data, ensure_ascii=False).encode(), "file.yaml")
    assert file.problems == ()
    assert file.root is not None
    assert file.root.value == data


def test_both_parsers_see_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    assert yaml.__with_libyaml__, "the C library is what most people have; test with it"
    text = b"a: &x\n  - {b: 1.10, 'c': [~, on]}\n  - |\n    text\n  - *x1\nd: >-\n  folded\n  text\n"
    fast, pure = load_yaml(text, "f"), load_yaml(text, "f", pure=True)
    assert [(p.code, str(p.place)) for p in fast.problems] == [(p.code, str(p.place)) for p in pure.problems]
    assert fast.root is not None
    assert pure.root is not None
    assert fast.root.value == pure.root.value
