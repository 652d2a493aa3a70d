"""What a reader would find strange is known as such, and gives way to what a person would write."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from by_hand import answer_of
from test_testgen_typescript_sharing import PLAIN

import orchestrator.testgen.typescript as package
from orchestrator.testgen.typescript.naming import Namer
from orchestrator.testgen.typescript.settling import plain_enough

NODE = Path(package.__file__).parent / "node"

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")


def oddness(node: str, *, seen: str = "{ kind: 'value' }", knows: str = "[]", steps: str = "[]") -> float:
    return answer_of(f"""
        const {{ oddnessOf }} = require({str(NODE / "explorer/oddness.cjs")!r});
        const item = {{ subject: {{ export: 'Store' }}, args: [{node}], ctor: [], steps: {steps}, answers: new Map() }};
        console.log(JSON.stringify(oddnessOf(item, {seen}, {{ knows: {knows} }})));
    """)


@pytest.mark.parametrize(
    ("strange", "usual"),
    [
        ("{ t: 'value', v: 0.5, name: 'limit' }", "{ t: 'value', v: 2, name: 'limit' }"),
        ("{ t: 'value', v: -1, name: 'idleMinutes' }", "{ t: 'value', v: -1, name: 'points' }"),
        ("{ t: 'value', v: 24, name: 'hour' }", "{ t: 'value', v: 23, name: 'hour' }"),
        ("{ t: 'value', v: 'text', name: 'at' }", "{ t: 'value', v: '2024-02-29', name: 'at' }"),
        ("{ t: 'value', v: ' a  b ', name: 'user_id' }", "{ t: 'value', v: ' a  b ', name: 'text' }"),
        (
            "{ t: 'fn', returns: { t: 'value', v: 9000 }, later: { t: 'value', v: 1 } }",
            "{ t: 'fn', returns: { t: 'value', v: 1000 }, later: { t: 'value', v: 9000 } }",
        ),
    ],
)
def test_a_number_a_time_a_name_and_a_clock_are_strange_where_nobody_would_give_them(strange, usual) -> None:
    assert oddness(strange) > 1
    assert oddness(usual) == 0


def test_a_fault_of_what_is_outside_is_strange_where_nobody_catches_it() -> None:
    fault = "{ t: 'code', isFault: true }"
    assert oddness(fault) > 1 > oddness(fault, knows="['catch']")


def test_the_id_of_one_thing_is_strange_in_the_place_of_that_of_another() -> None:
    result = "{ t: 'result', step: 0, path: ['id'], name: 'NAME' }"
    assert oddness(result.replace("NAME", "userId"), steps="[{ member: 'open', args: [] }]") > 1
    assert oddness(result.replace("NAME", "userId"), steps="[{ member: 'addUser', args: [] }]") == 0
    assert oddness(result.replace("NAME", "id"), steps="[{ member: 'open', args: [] }]") == 0


def test_what_another_function_makes_is_strange_where_their_names_have_nothing_in_common() -> None:
    made = "{ t: 'made', subject: { export: 'NAME' }, args: [] }"
    assert oddness(made.replace("NAME", "render")) > 1
    assert oddness(made.replace("NAME", "openStore")) == 0


def test_a_number_that_nobody_works_out_by_hand_is_strange() -> None:
    seen = "{ kind: 'value', value: { t: 'value', v: -0.9980764435756287 } }"
    assert oddness("{ t: 'value', v: 1 }", seen=seen) > 1


def test_a_clock_goes_on_and_what_is_counted_is_whole_and_not_less_than_none() -> None:
    clock, limits = answer_of(f"""
        const {{ clockTimes, numbersFor }} = require({str(NODE / "explorer/numbers.cjs")!r});
        console.log(JSON.stringify([clockTimes(), numbersFor('page_limit', [40, 2.5])]));
    """)
    assert clock == sorted(clock)
    assert limits[: limits.index(40) + 1] == [1, 0, 2, 10, 100, 1000, 40]
    assert set(limits[limits.index(40) + 1 :]) == {-1, 0.5, 2.5, None}


def test_strange_tests_stay_only_where_plain_ones_do_not_do_the_same() -> None:
    plain = replace(PLAIN, goals=frozenset({1}), kills=frozenset({1, 2}))
    strange = replace(plain, number=2, oddness=2.5)
    needed = replace(strange, number=3, kills=frozenset({2, 3}))
    assert plain_enough([plain, strange, needed]) == [plain, needed]
    assert plain_enough([strange]) == [strange]


def test_a_title_tells_an_argument_before_anything_else() -> None:
    day = ("at", "at", "'2024-02-29'")
    night = ("at", "at", "'2023-12-31T23:59:59.000Z'")
    kind = ("event.kind", "kind", "'warning'")
    tests = [replace(PLAIN, features=(each,)) for each in (day, day)]
    other = replace(PLAIN, features=(kind, night))
    assert Namer(others=[*tests, other]).single(other) == "returns true for at '2023-12-31T23:59:59.000Z'"
    limited = replace(PLAIN, args=(("limit", "0"),), features=(("limit", "limit", "0"),))
    assert Namer(others=[PLAIN, PLAIN, limited]).single(limited) == "returns true for limit 0"
    given = replace(PLAIN, args=(("preferences", "somePreferences()"),))
    assert Namer(others=[PLAIN, PLAIN, given]).single(given) == "returns true with preferences"


def test_a_title_tells_what_stands_directly_in_an_object() -> None:
    first = replace(PLAIN, expected="{ record: { key: 'a', note: 'x, y: 1' }, conflicts: [], applied: ['key'] }")
    second = replace(PLAIN, expected="{ record: { key: 'a', note: 'x, y: 1' }, conflicts: ['key'], applied: [] }")
    namer = Namer(others=[first, second])
    assert namer.single(first) == "returns an object with conflicts []"
    assert namer.single(second) == "returns an object with applied []"


def test_titles_name_another_thing_that_is_missing_rather_than_a_number() -> None:
    whole = (("record.fields.key", "key", "'a'"), ("change.fields.key", "key", "'b'"), ("change.at", "at", "1"))
    tests = [replace(PLAIN, features=whole, args=(("record", "{}"), ("change", "{}"))) for _ in range(4)]
    bare = replace(tests[0], features=whole[1:])
    barer = replace(tests[0], features=whole[1:2])
    namer = Namer(others=[*tests, bare, barer])
    assert namer.single(bare) == "returns true without record.fields"
    assert namer.single(barer) == "returns true without at"


def test_a_title_tells_how_many_rows_were_found_and_nothing_of_one_name_twice() -> None:
    script = f"""
        const {{ featuresOf }} = require({str(NODE / "explorer/features.cjs")!r});
        const row = (v) => ({{ t: 'object', props: [['user_id', {{ t: 'value', v }}]] }});
        const node = {{ t: 'list', items: [row('other-2'), row('user-1')] }};
        const item = {{ subject: {{}}, args: [], ctor: [], steps: [] }};
        console.log(JSON.stringify(featuresOf(item, [{{ node }}], () => '')));
    """
    found = tuple(map(tuple, answer_of(script)))
    assert found[0] == ("answer 0 #", "", "2 rows")
    two = replace(PLAIN, features=found)
    one = replace(PLAIN, features=(("answer 0 #", "", "1 row"), ("answer 0 0.user_id", "user_id", "'user-1'")))
    same = replace(one, features=(*one.features, ("answer 0 1.user_id", "user_id", "'user-9'")))
    assert Namer(others=[one, two, same]).single(two) == "returns true with 2 rows and user_id 'other-2'"


def test_a_title_tells_how_often_something_went_before_and_that_nothing_was_changed() -> None:
    often = replace(PLAIN, steps=("open", "open", "open", "close", "close"))
    assert Namer(others=[PLAIN, often]).single(often) == "returns true after open 3 times and close twice"
    unchanged = replace(PLAIN, answers=("0",))
    assert Namer(others=[PLAIN, unchanged]).single(unchanged) == "returns true when nothing is found"
    error = {"name": "Error", "message": 'there is no "a"', "props": []}
    refused = replace(PLAIN, error=error)
    assert Namer(others=[refused]).single(refused) == "throws \"there is no 'a'\""


def test_a_title_of_a_refusal_tells_what_others_are_given_otherwise() -> None:
    given = (("given sub", "sub", "'user-1'"), ("given role", "role", "'learner'"), ("given page", "page", "1"))
    refused = replace(PLAIN, kind="route", title="answers 403", features=given)
    others = [
        replace(refused, title=f"answers 200 with {each}") for each in ("sub 'id-1'", "role 'admin'", "role 'owner'")
    ]
    anew = Namer(others=[refused, *others])
    assert anew.single(refused) == "answers 403 with role 'learner' and sub 'user-1'"
    assert anew.single(others[0]) == "answers 200 with sub 'id-1'"
    missing = replace(refused, title="answers 404", features=())
    shown = replace(missing, title="answers 200 with cookie 'theme=dark'")
    assert Namer(others=[missing, shown]).single(missing) == "answers 404 without cookie"
    nobody = replace(missing, title="answers 401 without a token")
    assert Namer(others=[missing, nobody]).single(missing) == "answers 404"
