"""Titles of generated tests tell one test from another: each says under which condition it comes out as it does."""

import shutil
from dataclasses import replace

import pytest
from by_hand import answer_of
from test_testgen_typescript_readable import NODE
from test_testgen_typescript_sharing import PLAIN

from orchestrator.testgen.typescript.naming import Namer

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")

ONE = replace(PLAIN, expected="1", deciding=())


def titles_of(*tests) -> list[str]:
    namer = Namer(others=tests)
    return [namer.single(each) for each in tests]


def test_an_ordinary_call_is_told_by_the_little_that_goes_in() -> None:
    args = (("actor", "'moderator'"), ("id", "'id-1'"), ("name", "''"))
    assert titles_of(replace(ONE, args=args[:2])) == ["returns 1 for actor 'moderator'"]
    assert titles_of(replace(ONE, args=args[2:])) == ["returns 1 with an empty name"]


def test_an_ordinary_call_is_told_by_the_fields_that_decide() -> None:
    quiet = replace(ONE, args=(("hour", "12"), ("quiet", "someHours()")), more=("with quiet_from 12",))
    assert titles_of(quiet) == ["returns 1 for hour 12 with quiet_from 12"]


def test_what_comes_out_again_is_not_told_twice() -> None:
    limited = replace(ONE, expected="{ name: 'Grace Hopper', limit: 10000 }", args=(("limits", "{ limit: 10000 }"),))
    again = "returns an object with name 'Grace Hopper' and limit 10000"
    assert titles_of(replace(limited, more=("with limit 10000",))) == [again]
    assert titles_of(replace(limited, deciding=("with limit 10000",))) == [again]


def test_what_others_come_after_is_told_of_the_call_that_nothing_goes_before() -> None:
    assert titles_of(ONE, replace(ONE, steps=("open",))) == ["returns 1 before open", "returns 1 after open"]


def test_a_clock_that_goes_on_is_told_of_an_ordinary_call() -> None:
    features = (("made of 0 #", "", "a clock that goes on by 2 minutes"),)
    touched = replace(ONE, steps=("open",), features=features)
    assert titles_of(touched) == ["returns 1 after open when 2 minutes pass"]


def test_two_outcomes_are_never_told_under_the_same_condition() -> None:
    first = replace(ONE, steps=("open",))
    other = replace(first, expected="0", more=("for the id that open gave",))
    assert titles_of(first, other) == ["returns 1 after open", "returns 0 after open for the id that open gave"]


def test_what_tells_a_test_apart_goes_before_what_others_tell_as_well() -> None:
    told = (f"with locked {'x' * 30}", f"when the user's role is '{'y' * 22}'")
    first = replace(ONE, deciding=told)
    other = replace(first, more=("when the membership's role is 'member'",))
    titles = titles_of(first, other)
    assert "membership" in titles[1]
    assert not any("(2)" in each for each in titles)


def test_a_second_table_has_a_verb_of_its_own() -> None:
    rows = [replace(ONE, args=(("value", "1"),))]
    refused = [replace(each, error={"message": "no", "name": "Error", "props": []}) for each in rows]
    namer = Namer()
    assert [namer.table(rows), namer.table(rows)] == ["maps value %j to %j", "turns value %j into %j"]
    assert [namer.table(refused), namer.table(refused)] == ["refuses value %j", "does not take value %j"]
    assert namer.table(rows) == "maps value (3) %j to %j"


def test_the_only_object_is_told_by_what_did_not_go_in_under_its_name() -> None:
    given = (("row.id", "id", "'id-1'"), ("row.owner_id", "owner_id", "'owner-1'"), ("heirId", "heirId", "'heir-1'"))
    handed = replace(PLAIN, expected="{ id: 'id-1', name: 'Grace Hopper', owner_id: 'heir-1' }", features=given)
    handed = replace(handed, features=(*given, ("row.name", "name", "'Grace Hopper'")))
    assert titles_of(handed) == ["returns an object with owner_id 'heir-1'"]


def test_of_a_list_it_is_told_how_much_is_in_it() -> None:
    several = replace(ONE, expected="[{ id: 'id-1', tags: ['a, b', 'c'] }, { id: 'id-2', tags: [] }]")
    assert titles_of(several) == ["returns a list of 2"]
    one = replace(several, expected="[{ id: 'id-1', title: 'Grace Hopper' }]")
    assert titles_of(one) == ["returns a list of one with title 'Grace Hopper'"]
    assert titles_of(replace(one, features=(("title", "title", "'Grace Hopper'"),))) == ["returns a list of one"]


def test_of_an_object_that_was_given_it_is_told_what_was_chosen_from() -> None:
    given = (("actor.role", "role", "'chief'"), ("answer 0.role", "role", "'reader'"), ("role", "role", "'writer'"))
    given = (*given, ("actor.name", "name", "'Ada'"), ("answer 0.name", "name", "'Grace Hopper'"))
    changed = replace(ONE, expected="{ name: 'Grace Hopper', role: 'writer' }", features=given)
    assert titles_of(changed) == ["returns an object with role 'writer'"]


def test_of_an_object_of_which_a_part_is_known_it_is_told_in_what_it_differs() -> None:
    text = "expect.objectContaining({{ protocol: '{}', host: 'example.com', pathname: '/a/' }})"
    tests = [replace(ONE, expected=text.format(each), deciding=(f"for input '{each}'",)) for each in ("https:", "")]
    assert titles_of(*tests)[0] == "returns an object with protocol 'https:' for input 'https:'"
    assert titles_of(replace(ONE, expected="new URLSearchParams('x=1&x=2')")) == [
        "returns new URLSearchParams('x=1&x=2')"
    ]


def words_for(spot: str, subject: str = "{}") -> list[str]:
    return answer_of(f"""
        const {{ conditionsOf }} = require({str(NODE / "explorer/conditions.cjs")!r});
        const {{ Writer }} = require({str(NODE / "explorer/writer.cjs")!r});
        const writer = new Writer({{ subjects: [] }}, {{}}, {{}}, false);
        const word = (v) => ({{ t: 'value', v, union: {{ k: 'union', of: [{{ k: 'literal', v }}] }} }});
        const text = (v) => ({{ t: 'value', v }});
        const why = [{{ decides: true, ...{spot} }}];
        const item = {{ subject: {subject}, args: [], answers: new Map(), steps: [{{ member: 'open' }}], why }};
        const plan = {{ facts: {{ strings: ['admin'] }} }};
        console.log(JSON.stringify(conditionsOf(item, plan, (each) => writer.shown(each)).deciding));
    """)


def test_of_two_words_of_a_type_that_are_compared_both_are_told() -> None:
    params = "{ params: [{ name: 'roles' }, { name: 'user' }] }"
    partner = "{ path: ['args', 1, 'role'], node: word('learner') }"
    spot = f"{{ path: ['args', 0], to: word('admin'), partner: {partner} }}"
    assert words_for(spot, params) == ["for roles 'admin'", "with role 'learner'"]


def test_what_an_earlier_call_gave_is_told_where_something_else_stands_in_the_ordinary_case() -> None:
    spot = "{ path: ['args', 0], from: text('id-1'), to: { t: 'result', step: 0, path: ['id'] } }"
    assert words_for(spot, "{ params: [{ name: 'id' }] }") == ["for the id that open gave"]
    assert words_for(spot, "{ params: [{ name: 'keep' }] }") == ["for keep equal to the id that open gave"]


def test_of_a_row_with_an_id_that_was_asked_for_it_is_told_that_it_is_found() -> None:
    column = "{ path: ['answers', '3:0', 'community_id'], from: undefined, to: text('id-1') }"
    assert words_for(column) == ["when the row is found"]
    assert words_for(column.replace("from: undefined", "from: text('id-2')")) == [
        "when the row's community id is 'id-1'"
    ]
