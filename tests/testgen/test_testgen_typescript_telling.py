"""What goes into generated tests shows something: rows differ, and what is changed was something else before."""

import shutil

import pytest
from by_hand import answer_of
from test_testgen_typescript_readable import NODE, oddness

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")


LOADED = f"""
        const load = (name) => require({str(NODE / "explorer")!r} + '/' + name);
        const {{ Cases }} = load('cases.cjs');
        const {{ make }} = load('nodes.cjs');
        const {{ pictureOf }} = load('pictures.cjs');
        const {{ Values }} = load('values.cjs');
        const facts = {{ strings: [], numbers: [], reads: [], env: [], regexes: [], patterns: [], knows: [] }};
        const cases = new Cases(new Values({{}}, facts, () => 0.5, []), [], () => 0.5);
"""  # what the tests below begin with


def test_a_text_that_comes_out_as_it_went_in_is_of_another_sort_and_shows_less() -> None:
    seen = "{{ kind: 'value', value: {{ t: 'value', v: '{}' }}, args: [{{ t: 'value', v: 'a#b' }}] }}"
    node = "{ t: 'value', v: 'a#b' }"
    assert oddness(node, seen=seen.format("a#b")) > oddness(node, seen=seen.format("a"))
    keys = answer_of(f"""
        const {{ outcomeKey }} = require({str(NODE / "explorer/verdicts.cjs")!r});
        const subject = {{ kind: 'function', export: 'bare' }};
        const seen = [{seen.format("a#b")}, {seen.format("a")}];
        console.log(JSON.stringify(seen.map((each) => outcomeKey(subject, each))));
    """)
    assert keys[0] != keys[1]


def told(function: str, args: str = "[]", answers: str = "{}") -> dict[str, object]:
    """Return {args, answers} of a case of a function of both, after it was let show something."""
    return answer_of(f"""
        {LOADED}
        const {{ makeTelling }} = load('telling.cjs');
        const text = (name, v) => ({{ t: 'value', v, name, shape: {{ k: 'string' }} }});
        const literal = (v) => ({{ k: 'literal', v }});
        const union = (all) => ({{ k: 'union', of: all.map(literal) }});
        const word = (name, v, all) => ({{ ...text(name, v), shape: literal(v), union: union(all) }});
        const row = (...props) => ({{ t: 'object', props: props.map((each) => [each.name, each]) }});
        const picture = (value) => pictureOf(value, () => false);
        const function_ = {function};
        const call = async ({{ args, answers }}) => {{
          const given = args.map((each) => make(each, {{}}));
          const value = function_(given, [...answers.values()].map((each) => make(each, {{}})));
          const shown = {{ kind: 'value', value: picture(value), args: given.map(picture) }};
          return {{ ...shown, clients: [], spies: [], answered: [], goals: new Set(), broken: {{}} }};
        }};
        const subject = {{ kind: 'function', export: 'list', params: [{{ name: 'people' }}] }};
        const item = {{ subject, args: {args}, ctor: [], steps: [], answers: new Map(Object.entries({answers})) }};
        call(item).then(async (seen) => {{
          const kept = [{{ item, seen, goals: [], kills: [], outcome: 'a' }}];
          const judging = {{ unfit: () => '', steady: async (_, each) => each, outcomeOf: () => 'a' }};
          await makeTelling({{ kept, cases, caller: {{ call }}, completed: (each) => each, ...judging }}, () => false);
          const {{ args, answers }} = kept[0].item;
          const made = (each) => make(each, {{}});
          console.log(JSON.stringify({{ args: args.map(made), answers: [...answers.values()].map(made) }}));
        }});
    """)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("word('role', 'admin', ['admin', 'member'])", "word('role', 'member', ['admin', 'member'])"),
        ("word('role', 'admin', ['admin', 'member'])", "word('role', 'admin', ['admin', 'member'])"),
        ("text('since_at', '2024-01-31')", "text('since_at', '2024-01-31')"),
    ],
)
def test_a_list_that_is_put_in_order_comes_in_another_one(first, second) -> None:
    people = f"{{ t: 'list', items: [row(text('id', 'id-1'), {first}), row(text('id', 'id-2'), {second})] }}"
    key = "role" if "role" in first else "since_at"
    ordered = f"([people]) => [...people].sort((a, b) => (a.{key} < b.{key} ? -1 : a.{key} > b.{key} ? 1 : 0))"
    [given] = told(ordered, f"[{people}]")["args"]
    assert given[0][key] > given[1][key], given
    assert len({each["id"] for each in given}) == 2


def test_what_is_found_is_another_thing_than_what_stands_for_nothing() -> None:
    row = "{ '1:0': { ...row(text('hash', 'none')), answer: true } }"
    [found] = told("(_, [row]) => ({ after: row?.hash ?? 'none' })", answers=row)["answers"]
    assert found["hash"] != "none"
    [kept] = told("(_, [row]) => ({ after: row?.hash ?? 'other' })", answers=row)["answers"]
    assert kept["hash"] == "none"


def test_a_row_keeps_what_is_natural_where_an_ordinary_one_was_made_to_show_something() -> None:
    notes = answer_of(f"""
        {LOADED}
        const {{ findDeciding }} = load('deciding.cjs');
        const text = (v) => ({{ t: 'value', v, shape: {{ k: 'string' }} }});
        const props = (note, owner) => [["note", text(note)], ["owner", text(owner)]];
        const row = (...given) => ({{ t: "object", answer: true, props: props(...given) }});
        const subject = {{ kind: 'function', export: 'edit', params: [{{ name: 'user' }}] }};
        const entry = (note, owner) => {{
          const answers = new Map([['1:0', row(note, owner)]]);
          return {{ subject, args: [text('user-1')], ctor: [], steps: [], answers }};
        }};
        const call = async ({{ args, answers }}) => {{
          const [user] = args.map((each) => make(each, {{}}));
          const [found] = [...answers.values()].map((each) => make(each, {{}}));
          const value = pictureOf(found.owner === user, () => false);
          const rest = {{ clients: [], spies: [], answered: [], goals: new Set(), seen: [] }};
          return {{ kind: 'value', value, args: [], ...rest }};
        }};
        const world = {{ answerFor: () => row('note', 'owner-1') }};
        const judging = {{ unfit: () => '', steady: async (_, each) => each, outcomeOf: (_, seen) => seen.value.v }};
        const kept = async (item) => {{
          const seen = await call(item);
          return {{ item, seen, goals: [], kills: [], outcome: seen.value.v }};
        }};
        const all = [kept(entry('Hello World', 'user-1')), kept(entry('note', 'owner-1'))];
        Promise.all(all).then(async (entries) => {{
          const caller = {{ call, world }};
          const search = {{ kept: entries, cases, caller, subjects: [subject], completed: (each) => each, ...judging }};
          await findDeciding(search, () => false);
          console.log(JSON.stringify(entries.map(({{ item }}) => make(item.answers.get('1:0'), {{}}).note)));
        }});
    """)
    assert notes == ["Hello World", "note"]
