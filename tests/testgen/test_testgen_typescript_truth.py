"""Titles of generated tests claim nothing false, and tell the effect rather than what went in."""

import json
import shutil
from dataclasses import replace

import pytest
from by_hand import answer_of
from test_testgen_typescript_readable import NODE
from test_testgen_typescript_sharing import PLAIN
from test_testgen_typescript_wording import spoken, words_for

from orchestrator.testgen.typescript.naming import Namer

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")


def test_a_title_says_before_only_of_other_calls() -> None:
    hit = replace(PLAIN, subject="Limiter.hit", kind="method", call="limiter.hit('a')", deciding=())
    often = [replace(hit, steps=("hit",), expected="false", deciding=()) for _ in range(2)]
    assert Namer(others=[hit, *often]).single(hit) == "returns true the first time"
    check = replace(hit, subject="Limiter.check", deciding=None)
    after = [replace(each, subject="Limiter.check", deciding=None) for each in often]
    assert Namer(others=[check, *after]).single(check) == "returns true before hit"


def test_a_title_says_without_only_of_what_the_call_does_not_hold() -> None:
    refused = replace(
        PLAIN, kind="route", subject="GET /notes/:id", title="answers 404", call="inject({ cookie: '…' })"
    )
    others = [replace(refused, title=f"answers 200 with {each}") for each in ("id 'a'", "cookie 'b'", "limit 2")]
    assert Namer(others=[refused, *others]).single(refused) == "answers 404 without limit"
    signed_in = (("context.user.role", "role", "'learner'"),)
    usual = [replace(PLAIN, features=signed_in, args=(("context", "{ user: { role: 'learner' } }"),)) for _ in range(2)]
    made = replace(PLAIN, args=(("context", "{ user: aUser() }"),), call="join({ user: aUser() })")
    assert "without" not in Namer(others=[*usual, made]).single(made)


def test_an_argument_that_is_called_like_its_parameter_is_not_told() -> None:
    one = replace(PLAIN, args=(("action", "'action'"), ("limit", "2")), deciding=())
    assert Namer(others=[one, replace(one, expected="false")]).single(one) == "returns true for limit 2"


def test_a_title_prefers_what_did_not_go_in_to_an_echo() -> None:
    given = (("name", "name", "'Grace Hopper'"), ("ownerId", "ownerId", "'owner-1'"))
    made = replace(PLAIN, features=given, expected="{ owner_id: 'owner-1', name: 'Grace Hopper', slug: 'grace-2' }")
    other = replace(made, expected="{ owner_id: 'owner-1', name: 'Ada', slug: 'grace-2' }")
    assert Namer(others=[made, other]).single(made).startswith("returns an object with slug 'grace-2'")


def test_a_field_that_is_another_one_than_in_the_row_is_no_echo() -> None:
    given = (("role", "role", "'admin'"), ("answer 0.role", "role", "'member'"), ("answer 0.id", "id", "'id-1'"))
    one = replace(PLAIN, features=given, expected="{ id: 'id-1', role: 'admin', since: expect.any(String) }")
    assert Namer(others=[one]).single(one).startswith("returns an object with role 'admin'")


def test_an_unchanged_field_of_what_is_given_is_not_told() -> None:
    given = (("job.state", "state", "'queued'"), ("job.not_before", "not_before", "1"))
    one = replace(PLAIN, features=given, expected="{ state: 'cancelled', not_before: 1 }")
    other = replace(one, expected="{ state: 'running', not_before: 2 }")
    assert Namer(others=[one, other]).single(one).startswith("returns an object with state 'cancelled'")
    assert "not_before" not in Namer(others=[one, other]).single(one)


def test_a_title_tells_what_stands_directly_in_an_object_before_what_lies_deep_in_it() -> None:
    one = replace(PLAIN, expected="{ record: { times: { key: '2024-01-31T12:30:00.000Z' } }, version: 2 }")
    assert Namer(others=[one, PLAIN]).single(one).startswith("returns an object with version 2")


@pytest.mark.parametrize(
    ("expected", "title"),
    [
        ("[{ id: 'b', points: 20, at: 1 }, { id: 'a', points: 10, at: 1 }]", "a list with points 20 and 10"),
        (
            "[\"the criterion 'c' is there twice\", 'the weights are not 100']",
            "\"the criterion 'c' is there twice\" and one more",
        ),
        ("[{ id: 'a', kind: 'badge' }, { id: 'b', kind: 'security' }]", "the 2 notices as given"),
        ("[{ id: 'b', kind: 'security' }, { id: 'a', kind: 'badge' }]", "the 2 notices in another order"),
        ("[{ id: 'b', kind: 'security' }]", "one of the 2 notices"),
    ],
)
def test_a_title_tells_how_a_list_begins_and_what_became_of_the_one_that_was_given(expected, title) -> None:
    notices = "[{ id: 'a', kind: 'badge' }, { id: 'b', kind: 'security' }]"
    features = tuple((f"notices {at}.id", "id", f"'{each}'") for at, each in enumerate("ab"))
    one = replace(PLAIN, expected=expected, args=(("notices", notices),), features=features)
    assert Namer(others=[one]).single(one) == f"returns {title}"
    counted = replace(one, deciding=("with 2 notices",))
    assert Namer(others=[counted]).single(counted).count("2 notices") == 1


def test_a_title_of_a_change_tells_what_was_written() -> None:
    effect = "sets read_at of the notifications"
    count = replace(PLAIN, is_async=True, expected="3", effect=effect)
    assert Namer(others=[count]).single(count) == f"{effect} and resolves to 3"
    given = (("actorId", "actorId", "'actor-1'"),)
    event = "{ actor_id: 'actor-1', details: {}, at: '2024-01-31T12:30:00.000Z' }"
    row = replace(count, effect="adds an audit event", features=given, expected=event)
    assert Namer(others=[row]).single(row) == "adds an audit event"
    told = replace(row, expected="{ actor_id: 'actor-1', slug: 'grace-2' }")
    assert Namer(others=[told]).single(told) == "resolves to an object with slug 'grace-2'"


def test_what_was_found_and_stands_under_another_name_is_told() -> None:
    hashed = f"'{'ab' * 32}'"
    given = (("actorId", "actorId", "'actor-1'"), ("answer 0.hash", "hash", hashed))
    event = f"{{ actor_id: 'actor-1', details: {{}}, previous_hash: {hashed} }}"
    one = replace(PLAIN, features=given, expected=event)
    wanted = "returns an object with the hash that was found as previous_hash"
    assert Namer(others=[one]).single(one) == wanted


@needs_node
def test_what_is_sent_in_no_case_is_not_missing() -> None:
    request = "{ form: {}, settings: { credential: undefined } }"
    spot = "{ from: { t: 'object', props: [] }, to: undefined }"
    assert words_for("['args', 0, 'headers']", spot, request) == []


@needs_node
def test_a_parameter_of_a_path_is_never_left_out() -> None:
    script = f"""
        const {{ Values }} = require({str(NODE / "explorer/values.cjs")!r});
        const {{ RequestForm }} = require({str(NODE / "explorer/server/requests.cjs")!r});
        const facts = {{ strings: [], numbers: [], reads: [], env: [], regexes: [], patterns: [] }};
        const values = new Values({{}}, facts, () => 0.5, []);
        const form = new RequestForm({{ method: 'GET', url: '/notes/:id', types: {{}} }}, {{ facts }}, {{ env: {{}} }});
        const told = values.of(form.shape(), 'request').map((each) => each.props.find(([key]) => key === 'params'));
        console.log(JSON.stringify(told.map((each) => each?.[1].props.map(([key]) => key) ?? [])));
    """
    found = answer_of(script)
    assert len(found) > 1
    assert all(each == ["id"] for each in found), found


@needs_node
def test_what_is_missing_is_told_with_its_place_where_something_else_has_its_name() -> None:
    key = "['key', node('a')]"
    record = f"{{ t: 'object', props: [{key}, ['fields', {{ t: 'object', props: [] }}]] }}"
    spot = "{ path: ['args', 0, 'fields', 'key'], from: node('a'), to: undefined, decides: true }"
    assert spoken(f"{{ args: [{record}], why: [{spot}] }}")["deciding"] == ["without fields.key"]
    other = record.replace(key, "['name', node('a')]")
    assert spoken(f"{{ args: [{other}], why: [{spot}] }}")["deciding"] == ["without key"]


@needs_node
@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("value", "{ t: 'list', items: [] }", "with an empty list as value"),
        ("value", "{ t: 'list', items: [{ t: 'value', v: 'a' }] }", "for value ['a']"),
        ("questions", "{ t: 'list', items: [] }", "with no questions"),
        ("criteria", "{ t: 'list', items: [{ t: 'value', v: 1 }, { t: 'value', v: 2 }] }", "with 2 criteria"),
        ("criteria", "{ t: 'list', items: [{ t: 'value', v: 1 }] }", "with one criterion"),
        ("hash", f"{{ t: 'value', v: '{'a' * 64}' }}", "with another hash"),
        ("at", "{ t: 'value', v: '2024-01-31T12:30:00.000Z' }", "for at '2024-01-31T12:30:00.000Z'"),
        ("body", f"{{ t: 'value', v: '{'Hello ' * 8}' }}", "with a body of 48 characters"),
    ],
)
def test_a_list_is_told_by_how_many_and_a_long_text_by_what_it_is(name, value, words) -> None:
    spot = f"{{ from: {{ t: 'value', v: 1 }}, to: {value} }}"
    assert words_for("['args', 0]", spot, json.dumps({"params": [{"name": name}]})) == [words]


@needs_node
def test_a_list_under_the_name_of_one_thing_is_no_number_of_such_things() -> None:
    script = f"""
        const {{ featuresOf }} = require({str(NODE / "explorer/features.cjs")!r});
        const list = (...items) => ({{ t: 'list', items }});
        const text = {{ t: 'value', v: 'a' }};
        const props = [['value', list()], ['lines', list()], ['path', list(text, text)]];
        const item = {{ subject: {{}}, args: [{{ t: 'object', props }}], ctor: [], steps: [] }};
        const told = featuresOf(item, [], () => 'given').filter(([where]) => where.endsWith('#'));
        console.log(JSON.stringify(told.map(([, , text]) => text)));
    """
    assert answer_of(script) == ["an empty list as value", "no lines", "a list of 2 as path"]


@needs_node
def test_what_is_the_same_as_the_id_of_who_asks_is_told_so() -> None:
    row = "{ t: 'object', called: 'Note', props: [['author_id', node('user-1')]] }"
    partner = "{ path: ['args', 0, 'headers', 'authorization', 0, 'sub'], node: node('user-1'), isAsker: true }"
    path = "path: ['answers', '3:0', 'author_id']"
    spot = f"{{ {path}, from: node('author-1'), to: node('user-1'), decides: true, partner: {partner} }}"
    subject = "subject: { form: {}, settings: { credential: { header: 'authorization' } } }"
    told = spoken(f"{{ {subject}, answers: new Map([['3:0', {row}]]), why: [{spot}] }}")
    assert told["deciding"] == ["when the note's author id is that of the user who asks"]
    other = spot.replace("node('user-1'), isAsker", "node('user-2'), isAsker")
    told = spoken(f"{{ {subject}, answers: new Map([['3:0', {row}]]), why: [{other}] }}")
    assert told["deciding"] == ["when the note's author id is not that of the user who asks"]


def partner(outcome: str) -> dict[str, object] | None:
    """Return the place with which a value that decides goes, of a case that comes out as a function of its nodes."""
    return answer_of(f"""
        const {{ findPartners }} = require({str(NODE / "explorer/partners.cjs")!r});
        const cell = ([key, v]) => [key, {{ t: 'value', v }}];
        const row = (props) => ({{ t: 'object', props: Object.entries(props).map(cell) }});
        const read = (node) => Object.fromEntries(node.props.map(([key, each]) => [key, each.v]));
        const args = [row({{ author: 'user-1' }}), row({{ id: 'user-1', name: 'user-1' }})];
        const outcome = {outcome};
        const call = async ({{ args: [note, user] }}) => ({{ seen: [], came: outcome(read(note), read(user)) }});
        const item = {{ subject: {{}}, ctor: [], args, answers: new Map() }};
        const why = [{{ path: ['args', 0, 'author'], to: args[0].props[0][1], decides: true }}];
        const isAlike = (a, b) => a.came === b.came;
        call(item).then(async (seen) => {{
          await findPartners({{ caller: {{ call }} }}, {{ item, seen }}, why, isAlike);
          console.log(JSON.stringify(why[0].partner?.path ?? null));
        }});
    """)


@needs_node
def test_a_value_goes_with_another_place_where_the_same_comes_out_of_any_other_value_in_both() -> None:
    assert partner("(note, user) => note.author === user.id") == ["args", 1, "id"]
    assert partner("(note, user) => note.author === 'user-1'") is None


@needs_node
def test_what_is_compared_with_the_token_of_a_request_goes_with_who_asks() -> None:
    found = answer_of(f"""
        const {{ findPartners }} = require({str(NODE / "explorer/partners.cjs")!r});
        const object = (key, each) => ({{ t: 'object', props: [[key, each]] }});
        const text = (v) => ({{ t: 'value', v }});
        const claims = object('sub', text('user-1'));
        const request = object('headers', object('authorization', claims));
        const row = object('author_id', text('user-1'));
        const subject = {{ form: {{}}, settings: {{ credential: {{ header: 'authorization' }} }} }};
        const item = {{ subject, ctor: [], args: [request], answers: new Map([['1:0', row]]) }};
        const below = (node) => (node.t === 'value' ? node.v : below(node.props[0][1]));
        const call = async ({{ args: [asked], answers }}) => {{
          const sides = [below(answers.get('1:0')), below(asked)];
          return {{ seen: [['===', ...sides]] }};
        }};
        const why = [{{ path: ['answers', '1:0', 'author_id'], to: row.props[0][1], decides: true }}];
        findPartners({{ caller: {{ call }} }}, {{ item, seen: {{}} }}, why).then(() => {{
          console.log(JSON.stringify(why[0].partner));
        }});
    """)
    assert found["isAsker"], found
    assert found["path"][-1] == "sub"


@needs_node
def test_a_test_that_asks_without_an_answer_begins_with_none_left() -> None:
    lines = answer_of(f"""
        const {{ Writer }} = require({str(NODE / "explorer/writer.cjs")!r});
        const lines = (answered) => {{
          const node = {{ t: 'package', spec: 'knex' }};
          const nothing = {{ owner: node, node: {{ t: 'value', v: undefined }} }};
          const seen = {{ answered: answered ? [nothing] : [], clients: [{{ node, calls: {{ items: [] }} }}] }};
          const writer = new Writer({{ subjects: [] }}, {{}}, seen, false);
          writer.packages();
          return writer.lines;
        }};
        console.log(JSON.stringify([lines(true), lines(false)]));
    """)
    assert lines == [["clientOf('knex');"], []]


@needs_node
def test_a_refusal_that_repeats_what_was_sent_is_the_same_refusal_of_anything_else() -> None:
    script = f"""
        const {{ RouteSubject }} = require({str(NODE / "explorer/server/route-subject.cjs")!r});
        const {{ pictureOf }} = require({str(NODE / "explorer/pictures.cjs")!r});
        const facts = {{ strings: [], numbers: [], reads: [], env: [], regexes: [], patterns: [] }};
        const assembly = {{ plan: {{ imports: [], facts }}, server: {{ facts, cookies: [] }} }};
        const route = {{ method: 'GET', url: '/notes/:id' }};
        const subject = new RouteSubject({{ export: 'routes', params: [], line: 1 }}, route, assembly, {{ way: {{}} }});
        const sort = (id, message) => {{
          const params = {{ t: 'object', props: [['id', {{ t: 'value', v: id }}]] }};
          const item = {{ args: [{{ t: 'object', props: [['params', params]] }}] }};
          return subject.sort(item, {{ value: pictureOf({{ status: 404, body: {{ message }} }}, () => false) }});
        }};
        const told = [['a', 'no "a"'], ['b', 'no "b"'], ['b', "no 'b'"], ['a', "no 'a'"], ['a', 'gone']];
        console.log(JSON.stringify(told.map((each) => sort(...each))));
    """
    first, second, third, fourth, other = answer_of(script)
    assert first == second != other
    assert third == fourth
