"""What many tests of a file repeat gets a name, and titles say in what a test differs from the others."""

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

import orchestrator.testgen.typescript as package
from orchestrator.testgen.typescript.candidates import Candidate
from orchestrator.testgen.typescript.naming import Namer

NODE = Path(package.__file__).parent / "node"
HEAD = "// Tests.\nimport type { Knex } from 'knex';\nimport { join } from '../shop';\n\n"
PLAIN = Candidate(
    number=1, subject="join", kind="function", line=1, arrange=(), call="join()", is_async=False, expected="true",
    error=None, assertions=(), args=(), is_simple=False, answers=(), is_fault=False, steps=(), imports=(),
    uses=frozenset(), reads_clock=False, shared=(), title="", goals=frozenset(), kills=frozenset(), cost=1,
)  # fmt: skip


@pytest.fixture(scope="module")
def compiler(packages_once):
    if shutil.which("npm") is None:
        pytest.skip("needs npm")
    return packages_once("compiler", "{}", "typescript@5.6")


@pytest.fixture
def share(compiler, tmp_path):
    def shared(text, types=None, *, has_types=True, fields=None):
        order, result = tmp_path / "order.json", tmp_path / "result.json"
        file = {"text": text, "types": types or {}, "fields": fields or {}, "hasTypes": has_types, "isNested": True}
        order.write_text(json.dumps({"folder": str(compiler), "files": {"a.test.ts": file}}))
        script = f"require({str(NODE / 'share.cjs')!r}).main({str(order)!r}, {str(result)!r})"
        subprocess.run(["node", "-e", script], check=True)
        return json.loads(result.read_text())["a.test.ts"]

    return shared


def row(state: str, number: int = 1) -> str:
    return f"{{ id: 'id-{number}', title: 'A title of some length', body: 'Hello, wide world', state: '{state}' }}"


def suite(*calls: str) -> str:
    tests = "".join(f"  it('test {number}', () => {{\n    {each}\n  }});\n" for number, each in enumerate(calls))
    return f"describe('join', () => {{\n{tests}}});\n"


def test_what_tests_repeat_is_made_by_a_function_and_a_test_says_in_what_its_own_differs(share) -> None:
    calls = [f"const db = double<Knex>([{row(state)}]);" for state in ("draft", "draft", "published", "draft", "draft")]
    text = share(HEAD + suite(*calls))
    made = "{ id: 'id-1', title: 'A title of some length', body: 'Hello, wide world', state: 'draft', ...given }"
    assert f"function aRow(given: object = {{}}) {{\n  return {made};\n}}\n\ndescribe(" in text
    assert text.count("double<Knex>([aRow()]);") == 4
    assert "double<Knex>([aRow({ state: 'published' })]);" in text


def test_what_decides_stands_in_its_test_also_where_it_is_usual(share) -> None:
    calls = [f"const db = double<Knex>([{row('draft')}]);"] * 4
    text = share(HEAD + suite(*calls), fields={"join > test 1": {row("draft"): ["state"]}})
    assert "state: 'draft', ...given" in text
    assert re.findall(r"aRow\((.*?)\)\]", text) == ["", "{ state: 'draft' }", "", ""]


def test_an_object_of_a_type_that_tests_can_import_is_made_as_one(share) -> None:
    types = {row(state): {"name": "Content", "spec": "../types"} for state in ("draft", "review")}
    calls = [f"expect(join({row(state)})).toBe(1);" for state in ("draft", "draft", "review", "draft", "draft")]
    text = share(HEAD + suite(*calls), types)
    assert "from 'knex';\nimport type { Content } from '../types';\nimport { join }" in text
    assert "function aContent(given: Partial<Content> = {}): Content {" in text
    assert text.count("join(aContent())") == 4
    assert "join(aContent({ state: 'review' }))" in text


def test_the_compiler_is_not_given_an_object_of_which_nothing_is_known(share) -> None:
    text = HEAD + suite(*[f"expect(join({row('draft')})).toBe(1);"] * 5)
    assert share(text) == text
    assert "join(anObject" not in share(text, has_types=False)


def test_what_a_test_claims_stays_in_it_while_it_is_short(share) -> None:
    refusal = "expect(answer.body).toEqual({ error: { code: 'token_missing', message: 'sign in first, please' } });"
    text = HEAD + suite(*[refusal] * 8)
    assert share(text) == text


def test_a_long_claim_that_tests_repeat_is_named_for_the_function_that_gives_it(share) -> None:
    def config(level: str) -> str:
        server = "{ host: 'localhost', port: 3000, isTrusted: true, origins: ['https://example.com'] }"
        return f"{{ server: {server}, database: 'postgresql://localhost:5432/app', level: '{level}' }}"

    claims = [f"expect(buildConfig('{each}')).toEqual({config(each)});" for each in ("info", "debug", "info", "info")]
    text = share(HEAD + suite(*claims))
    assert "function expectedConfig(given: object = {}) {" in text
    assert "expect(buildConfig('info')).toEqual(expectedConfig());" in text
    assert "expect(buildConfig('debug')).toEqual(expectedConfig({ level: 'debug' }));" in text


def test_rows_that_a_call_gives_are_named_for_one_of_them(share) -> None:
    row = "{ id: 'id-1', name: 'Grace Hopper', slug: 'a-slug', visibility: 'public', memberCount: 1, isFull: true }"
    claim = (
        f"await expect(resolvers.communities({{}})).resolves.toEqual([{row.replace('true', 'true, isOpen: false')}]);"
    )
    text = share(HEAD + suite(*[claim] * 3))
    assert text.count("resolves.toEqual([expectedCommunity()]);") == 3


def test_signed_tokens_stand_above_the_tests_under_a_name(share) -> None:
    tokens = [f"eyJ{each * 60}.eyJ{each * 60}.{each * 40}" for each in "abc"]
    claims = [
        f"expect(issue()).toEqual({{ access_token: '{tokens[0]}', refresh_token: '{tokens[1]}' }});",
        f"expect(() => check('{tokens[0]}')).toThrow('{tokens[2]}');",
    ]
    text = share(HEAD + suite(*claims))
    assert f"const accessToken = '{tokens[0]}';\nconst refreshToken = '{tokens[1]}';\n" in text
    assert f"const token = '{tokens[2]}';\n\ndescribe(" in text
    assert "expect(issue()).toEqual({ access_token: accessToken, refresh_token: refreshToken });" in text
    assert "expect(() => check(accessToken)).toThrow(token);" in text


def test_what_names_something_of_its_own_test_stays_there(share) -> None:
    text = HEAD + suite(*[f"const state = 'a';\n    ask({{ payload: {row('x').replace(chr(39) + 'x' + chr(39), 'state')} }});"] * 6)  # fmt: skip  # noqa: E501 - one statement
    assert share(text) == text


def test_headers_that_say_who_asks_are_named_for_that(share) -> None:
    headers = "headers: { authorization: `Bearer ${sign({ sub: 'user-1', role: 'learner' })}` }"
    text = share(HEAD + suite(*[f"const answer = app.inject({{ method: 'GET', url: '/', {headers} }});"] * 5))
    assert text.count("{ method: 'GET', url: '/', headers: asLearner() }") == 5


def test_titles_say_what_is_given_otherwise_than_usual() -> None:
    usual = (("context.role", "role", "'learner'"), ("answer 0.id", "id", "'id-1'"))
    admin = (("context.role", "role", "'admin'"), ("answer 0.id", "id", "'id-1'"))
    tests = [replace(PLAIN, features=each) for each in (usual, usual, admin)]
    namer = Namer(others=tests)
    assert [namer.single(each) for each in tests[1:]] == ["returns true", "returns true with role 'admin'"]


def test_a_title_names_what_only_this_test_is_not_given() -> None:
    signed_in = (("context.user.id", "id", "'user-1'"), ("context.user.role", "role", "'learner'"))
    tests = [replace(PLAIN, args=(("context", "{ db, user }"),), features=signed_in) for _ in range(2)]
    nobody = replace(PLAIN, args=(("context", "{ db }"),))
    assert Namer(others=[*tests, nobody]).single(nobody) == "returns true without user"
    nothing = replace(PLAIN, args=())
    assert Namer(others=[*tests, nothing]).single(nothing) == "returns true without context"


def test_a_title_tells_a_reason_in_words_rather_than_a_flag() -> None:
    def decided(reason: str, is_allowed: str) -> Candidate:
        expected = f"{{ allowed: {is_allowed}, reason: '{reason}' }}"
        conditions = ("for resource 'content' and action 'create'",)
        return replace(PLAIN, expected=expected, deciding=conditions)

    refused = decided("nobody reads their own", "false")
    told = Namer(others=[refused, decided("granted to the owner", "true")]).single(refused)
    reason = "returns an object with reason 'nobody reads their own'"
    assert told == f"{reason} for resource 'content' and action 'create'"


def test_a_title_says_what_usually_goes_before() -> None:
    tests = [replace(PLAIN, steps=("open",)), replace(PLAIN, steps=("open", "close")), PLAIN]
    assert Namer(others=tests).single(PLAIN) == "returns true before open"


def test_a_title_without_a_difference_says_that_something_was_found() -> None:
    found = replace(PLAIN, answers=("{ id: 'id-1' }",))
    assert Namer(others=[PLAIN, found]).single(found) == "returns true when something is found"
    assert Namer(others=[found]).single(found) == "returns true"


def test_a_title_is_not_cut_off_in_the_middle_of_a_claim() -> None:
    error = {"name": "Refusal", "message": "a community has room for 2 to 10,000 members, no", "props": []}
    features = (("owner", "owner", "'owner-with-a-name'"), ("limit", "limit", "1"))
    tests = [replace(PLAIN, error=error, features=features), PLAIN]
    title = Namer(others=tests).single(tests[0])
    assert title == "throws \"a community has room for 2 to 10,000 members, no\" for owner 'owner-with-a-name'"
    others = [tests[0], replace(PLAIN, features=(("owner", "owner", "'o'"), ("limit", "limit", "2")))]
    title = Namer(others=others).single(tests[0])
    assert title == "throws \"a community has room for 2 to 10,000 members, no\" for owner 'owner-with-a-name'"


def test_a_part_of_what_is_shared_is_made_by_a_function_of_its_own_where_it_differs(share) -> None:
    def config(port: int) -> str:
        server = f"{{ host: 'localhost', port: {port}, isTrusted: true, origins: ['https://example.com'] }}"
        rest = "database: { url: 'postgresql://localhost/app', poolMax: 10, isEncrypted: true }, level: 'information'"
        return f"{{ server: {server}, {rest} }}"

    types = {config(port): {"name": "Config", "spec": "../config"} for port in (1, 2, 3, 4)}
    calls = [f"start({config(port)});" for port in (1, 1, 1, 1, 2, 3, 4)]
    text = share(HEAD + suite(*calls), types)
    assert text.count("start(aConfig());") == 4
    assert "start(aConfig({ server: aServer({ port: 3 }) }));" in text
