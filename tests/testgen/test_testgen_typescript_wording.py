"""Titles and answers say what is so: what was written, what passes, which rows a query can give."""

import json
import shutil
from dataclasses import replace

import pytest
from by_hand import answer_of
from test_testgen_typescript_readable import NODE
from test_testgen_typescript_sharing import PLAIN

from orchestrator.testgen.typescript.naming import Namer

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")


def words_for(path: str, spot: str, subject: str = "{ params: [{ name: 'id' }] }") -> list[str]:
    """Return the conditions of a case with one spot that decides."""
    return answer_of(f"""
        const {{ conditionsOf }} = require({str(NODE / "explorer/conditions.cjs")!r});
        const {{ Writer }} = require({str(NODE / "explorer/writer.cjs")!r});
        const writer = new Writer({{ subjects: [] }}, {{}}, {{}}, false);
        const item = {{ subject: {subject}, args: [{{}}], why: [{{ path: {path}, decides: true, ...{spot} }}] }};
        const plan = {{ facts: {{ strings: ['admin'] }} }};
        console.log(JSON.stringify(conditionsOf(item, plan, (each) => writer.shown(each)).deciding));
    """)


def test_a_value_that_an_earlier_call_gave_is_no_condition() -> None:
    assert words_for("['args', 0]", "{ to: { t: 'result', step: 0, path: ['id'] } }") == []


@pytest.mark.parametrize(
    ("passed", "words"),
    [(3_600_000, ["when 1 hour passes"]), (120_000, ["when 2 minutes pass"]), (0, [])],
)
def test_a_clock_that_is_given_says_how_much_time_passes(passed, words) -> None:
    value = "{{ t: 'value', v: {} }}"
    clock = f"{{ t: 'fn', returns: {value.format(1706704200000)}, later: {value.format(1706704200000 + passed)} }}"
    assert words_for("['ctor', 0]", f"{{ to: {clock} }}", "{ ctor: [{ name: 'now' }] }") == words


def pair(value: object, other: object) -> list[str]:
    """Return the words for an argument that is compared with another one."""
    node = "{{ t: 'value', v: {} }}"
    partner = f"{{ path: ['args', 1], node: {node.format(json.dumps(other))} }}"
    spot = f"{{ to: {node.format(json.dumps(value))}, partner: {partner} }}"
    return words_for("['args', 0]", spot, "{ params: [{ name: 'id' }, { name: 'owner' }] }")


def test_of_two_inputs_that_are_compared_both_are_told() -> None:
    assert pair("user-1", "user-1") == ["for id equal to owner"]
    assert pair("user-1", "owner-1") == ["for id other than owner"]
    assert pair("admin", "owner-1") == ["for id 'admin'"]  # of which the module knows: the value says more
    assert pair(2, 1) == ["for id 2", "for owner 1"]


def spoken(item: str, answered: str = "[]") -> dict[str, list[str]]:
    """Return the conditions of a case."""
    return answer_of(f"""
        const {{ conditionsOf }} = require({str(NODE / "explorer/conditions.cjs")!r});
        const {{ Writer }} = require({str(NODE / "explorer/writer.cjs")!r});
        const writer = new Writer({{ subjects: [] }}, {{}}, {{}}, false);
        const node = (v) => ({{ t: 'value', v }});
        const subject = {{ params: [{{ name: 'id' }}, {{ name: 'actorId' }}] }};
        const item = {{ subject, args: [], answers: new Map(), ...{item} }};
        const plan = {{ facts: {{ strings: [] }} }};
        const told = conditionsOf(item, plan, (each) => writer.shown(each), [], {answered});
        console.log(JSON.stringify(told));
    """)


ROW = "{ t: 'object', called: 'Membership', props: [['status', node('pending')]] }"
STATUS = "{ path: ['answers', '3:0', 'status'], from: undefined, to: node('pending'), isTold: true }"
FOUND = f"{{ path: ['answers', '3:0'], from: node(undefined), to: {ROW}, decides: true }}"


def test_a_row_that_decides_is_told_by_the_field_that_decides() -> None:
    told = spoken(f"{{ answers: new Map([['3:0', {ROW}]]), why: [{FOUND}], fields: [{STATUS}] }}")
    assert told["deciding"] == ["when the membership's status is 'pending'"]


def test_an_ordinary_case_is_told_by_the_fields_that_decide_it() -> None:
    told = spoken(f"{{ answers: new Map([['3:0', {ROW}]]), why: [], fields: [{STATUS}] }}")
    assert told["deciding"] == ["when the membership's status is 'pending'"]


def test_what_changes_only_the_way_is_told_where_nothing_changes_what_comes_out() -> None:
    way = "{ path: ['args', 0], from: node('a'), to: node('b'), decides: true, isWay: true }"
    status = "{ path: ['args', 1], from: node('a'), to: node('b'), decides: true }"
    assert spoken(f"{{ why: [{way}] }}")["deciding"] == ["for id 'b'"]
    assert spoken(f"{{ why: [{way}, {status}] }}") == {"deciding": ["for actorId 'b'"], "others": ["for id 'b'"]}


def test_a_state_of_a_row_is_told_in_words() -> None:
    archived = "{ path: ['answers', '3:0', 'archived'], from: node(true), to: node(false), decides: true }"
    assert spoken(f"{{ why: [{archived}] }}")["deciding"] == ["when the row is not archived"]


def test_of_two_answers_to_the_same_query_it_is_told_for_whom_each_is() -> None:
    query = "[['community_members'], ['where', { community_id: 'id-1', user_id: 'actor-1' }], ['first']]"
    other = "[['community_members'], ['where', { community_id: 'id-1', user_id: 'user-1' }], ['first']]"
    answered = f"[{{ key: '3:0', query: {query} }}, {{ key: '3:1', query: {other} }}]"
    nothing = "{ path: ['answers', '3:0'], from: node('a'), to: node(undefined), decides: true }"
    told = spoken(f"{{ args: [node('id-1'), node('actor-1')], why: [{nothing}] }}", answered)
    assert told["deciding"] == ["when the actor's community member is not found"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Basic YTpi", "with another scheme than Bearer"),
        ("Bearer a.b.c", "with a broken token"),
        ("session=a.b.c", "with a broken token"),
        ("wrong", "with a wrong token"),
    ],
)
def test_what_is_wrong_with_a_token_is_told_as_it_is(text, words) -> None:
    words_of = str(NODE / "explorer/server/request-words.cjs")
    script = f"console.log(JSON.stringify(require({words_of!r}).worthlessWords({text!r})))"
    assert answer_of(script) == words


def effect(steps: str) -> str:
    return answer_of(f"""
        const {{ effectOf }} = require({str(NODE / "explorer/effects.cjs")!r});
        const {{ pictureOf }} = require({str(NODE / "explorer/pictures.cjs")!r});
        const calls = pictureOf({steps}, () => false);
        const seen = {{ kind: 'value', value: {{ t: 'value', v: undefined }}, clients: [{{ calls }}] }};
        console.log(JSON.stringify(effectOf(seen)));
    """)


def test_a_call_that_gives_nothing_back_is_told_by_what_it_wrote() -> None:
    where = "['where', { id: 'id-1' }]"
    update = f"[[['notifications'], {where}, ['update', {{ read_at: 'now' }}]]]"
    assert effect(update) == "sets read_at of the notification"
    assert effect(f"[[['users'], {where}, ['del']]]") == "deletes the user"
    assert effect("[[['audits'], ['insert', { id: 'id-1' }]]]") == "adds an audit"
    assert effect("[[['query', 'delete from tickets where id = $1', ['id-1']]]]") == "deletes the ticket"
    assert effect(f"[[['users'], {where}, ['first']]]") == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("insert into tickets (id) values ($1)", "adds a ticket"),
        ('UPDATE "shop"."tickets" SET "open" = $1', "changes the ticket"),
        ("update `tickets`\n  set open = ?", "changes the ticket"),
        ("delete from tickets", "deletes the ticket"),
        ("Update profile", ""),
        ("Update profile set by Ada", ""),
        ("Delete from cart pressed", ""),
    ],
)
def test_a_text_is_told_as_a_change_only_where_it_is_a_query(text, words) -> None:
    assert effect(f"[[['query', {json.dumps(text)}]]]") == words


def test_a_value_that_is_compared_with_is_no_query() -> None:
    assert effect("[[['pages'], ['where', 'title', 'delete from pages'], ['first']]]") == ""
    told = effect("[[['pages'], ['where', 'title', 'Update profile'], ['update', { seen: true }]]]")
    assert told == "sets seen of the page"


def test_a_title_tells_no_change_that_the_test_does_not_assert() -> None:
    assert proposals_of_a_change() == ["", "deletes the user"]


def proposals_of_a_change() -> list[str]:
    """Return the effects of the two tests of a case, the one without and the one with its calls asserted."""
    return answer_of(f"""
        const {{ candidatesOf }} = require({str(NODE / "explorer/candidates.cjs")!r});
        const {{ pictureOf }} = require({str(NODE / "explorer/pictures.cjs")!r});
        const calls = pictureOf([[['users'], ['where', {{ id: 'id-1' }}], ['del']]], () => false);
        const node = {{ t: 'client', name: 'db', answers: [] }};
        const subject = {{ kind: 'function', export: 'remove', params: [{{ name: 'db' }}], isAsync: true, line: 1 }};
        const item = {{ subject, args: [node], ctor: [], steps: [], answers: new Map() }};
        const value = {{ t: 'value', v: undefined }};
        const seen = {{
          kind: 'value', value, args: [node], answered: [], spies: [], broken: {{}}, goals: [], calls: [], changes: [],
          clients: [{{ node, calls }}],
        }};
        const facts = {{ knows: [], strings: [], numbers: [], patterns: [], env: [], reads: [] }};
        const plan = {{ path: 'src/remove.js', subjects: [subject], facts, api: 'jest' }};
        const environment = {{ atCall: new Set() }};
        const given = {{
          kept: [{{ item, seen }}], matrix: [{{ value: [1], calls: [1, 2] }}],
          world: {{ openers: [], environment }}, dropped: {{}},
        }};
        const made = candidatesOf(plan, {{ sizeOf: () => 1 }}, given);
        console.log(JSON.stringify(made.map((each) => each.effect)));
    """)


def test_titles_of_calls_that_give_nothing_back_say_what_they_did() -> None:
    void = replace(PLAIN, expected="undefined", is_async=True)
    assert Namer(others=[void]).single(void).startswith("resolves")
    assert "nothing" not in Namer(others=[void]).single(void)
    other = replace(PLAIN, expected="{ id: 1 }", is_async=True)
    assert Namer(others=[void, other]).single(void).startswith("resolves to nothing")
    told = replace(void, effect="sets read_at of the notification")
    assert Namer(others=[told]).single(told).startswith("sets read_at of the notification")


def test_a_title_tells_what_differs_from_the_most_similar_object() -> None:
    text = "{{ name: 'Grace Hopper', kind: 'a kind', cache: {{ seconds: {}, enabled: {} }} }}"
    long, none = (replace(PLAIN, expected=text.format(*each)) for each in (("60", "true"), ("0", "false")))
    quick = replace(PLAIN, expected=text.format("1", "true"))
    namer = Namer(others=[long, none, quick])
    assert "cache.seconds 0 and cache.enabled false" in namer.single(none)
    assert namer.single(quick).startswith("returns an object with cache.seconds 1")


def test_a_title_of_the_only_object_tells_what_did_not_go_in() -> None:
    given = (("config.name", "name", "'Grace Hopper'"), ("config.secret", "secret", "'JBSWY3DPEHPK3PXP'"))
    one = replace(PLAIN, expected="{ name: 'Grace Hopper', jwt: { secret: '***' } }", features=given)
    assert Namer(others=[one]).single(one).startswith("returns an object with jwt.secret '***'")


def test_a_request_is_told_from_the_natural_one_however_little_time_there_was() -> None:
    script = f"""
        const {{ Cases }} = require({str(NODE / "explorer/cases.cjs")!r});
        const {{ RouteSubject }} = require({str(NODE / "explorer/server/route-subject.cjs")!r});
        const {{ Values }} = require({str(NODE / "explorer/values.cjs")!r});
        const facts = {{ strings: [], numbers: [], reads: [], env: [], regexes: [], patterns: [] }};
        const cases = new Cases(new Values({{}}, facts, () => 0.5, []), [], () => 0.5);
        const assembly = {{ plan: {{ imports: [], facts }}, server: {{ facts, cookies: [] }} }};
        const route = {{ method: 'GET', url: '/notes/:id' }};
        const subject = new RouteSubject({{ export: 'routes', params: [], line: 1 }}, route, assembly, {{ way: {{}} }});
        const first = subject.beginnings(cases).next().value;
        console.log(JSON.stringify(subject.baseArgs === first.args));
    """
    assert answer_of(script) is True


def fitted(node: str, query: str):
    return answer_of(f"""
        const {{ fitted }} = require({str(NODE / "explorer/fitting.cjs")!r});
        const {{ make }} = require({str(NODE / "explorer/nodes.cjs")!r});
        const cell = ([key, v]) => [key, {{ t: 'value', v }}];
        const row = (props) => ({{ t: 'object', props: Object.entries(props).map(cell) }});
        const list = (...items) => ({{ t: 'list', items }});
        const text = (v) => ({{ t: 'value', v }});
        console.log(JSON.stringify(make(fitted({node}, {query}), {{}})));
    """)


def test_rows_are_those_that_a_query_asks_for() -> None:
    row = "row({ id: 'id-1', read_at: '2024', name: 'Ada' })"
    where = "['where', { id: 'user-1', read_at: null }]"
    wanted = {"id": "user-1", "read_at": None, "name": "Ada"}
    assert fitted(row, f"[['users'], {where}, ['first']]") == wanted
    assert fitted(f"list({row})", f"[['users'], {where}]") == [wanted]
    assert fitted(row, "[['users'], ['where', 'name', 'Grace'], ['first']]")["name"] == "Grace"
    assert fitted(row, "undefined") == {"id": "id-1", "read_at": "2024", "name": "Ada"}


def test_rows_of_named_columns_are_objects() -> None:
    query = "[['users'], ['where', { role: 'admin' }], ['select', 'id']]"
    assert fitted("list(text('text'), text('Hello World'))", query) == [{"id": "id-1"}, {"id": "id-2"}]
    assert fitted("list(text('text'))", "[['users'], ['select', '*']]") == ["text"]


def test_what_is_given_is_no_name_of_its_place() -> None:
    script = f"""
        const {{ stringsFor }} = require({str(NODE / "explorer/strings.cjs")!r});
        console.log(JSON.stringify(['actor', 'place', 'device'].map((each) => stringsFor(each)[0])));
    """
    assert answer_of(script) == ["Ada Lovelace", "London", "a laptop"]


def test_resolvers_are_given_no_arguments_where_nothing_is_known_of_them() -> None:
    script = f"""
        const {{ Values }} = require({str(NODE / "explorer/values.cjs")!r});
        const facts = {{ strings: [], numbers: [], reads: [], env: [], regexes: [], patterns: [] }};
        const values = new Values({{}}, facts, () => 0.5, []);
        console.log(JSON.stringify(['_args', 'label'].map((each) => values.anyValues({{ k: 'any' }}, each, 0)[0].t)));
    """
    assert answer_of(script) == ["object", "value"]


def test_a_title_has_room_for_what_decides_rather_than_for_more_of_an_object() -> None:
    text = "{{ allowed: {}, reason: {} }}"
    reason = "'it is their own'"
    tests = [replace(PLAIN, expected=text.format("false", reason), deciding=("for action 'review'",))]
    tests.append(replace(tests[0], deciding=("for action 'review'", "when the membership is not found")))
    tests.append(replace(PLAIN, expected=text.format("true", "'granted'"), deciding=()))
    namer = Namer(others=tests)
    assert "reason" in namer.single(tests[0])
    wanted = "returns an object with allowed false for action 'review' when the membership is not found"
    assert namer.single(tests[1]) == wanted


def test_a_title_tells_no_time_in_milliseconds() -> None:
    one = replace(PLAIN, expected="{ user: 'user-1', createdAt: 1706704200000 }", features=(("user", "", "'user-1'"),))
    assert Namer(others=[one]).single(one).startswith("returns an object with createdAt")
    assert "17067" not in Namer(others=[one]).single(one)
