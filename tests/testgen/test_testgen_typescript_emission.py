"""Chosen cases as a test file."""

from dataclasses import replace

from orchestrator.testgen.typescript.candidates import Candidate
from orchestrator.testgen.typescript.emission import emit
from orchestrator.testgen.typescript.place import Place
from orchestrator.testgen.typescript.toolchain import Toolchain

TOOLS = Toolchain(
    folder=".", node="node", runner="jest", version=(29, 7), binary="jest", is_module=False, has_global_types=True
)
PLACE = Place(
    module="src/plugin.ts",
    test_file="src/__tests__/plugin.test.ts",
    helper="src/test/doubles.ts",
    tools=TOOLS,
    has_state=False,
    packages=(),
    files=("src/plugin.ts",),
    endings=False,
)
SERVER = ("let app: FastifyInstance;", "beforeEach(() => {\n  app = build();\n});", "afterEach(() => app.close());")


def candidate(number: int, subject: str, setup: tuple[str, ...] = ()) -> Candidate:
    return Candidate(
        number=number, subject=subject, kind="function", line=number, arrange=(), call=f"{subject}()", is_async=False,
        expected="1", error=None, assertions=(), args=(), is_simple=True, answers=(), is_fault=False, steps=(),
        imports=(), uses=frozenset(), reads_clock=False, shared=(), title="", goals=frozenset({number}),
        kills=frozenset({number}), cost=1, setup=setup,
    )  # fmt: skip


def test_a_server_is_made_and_closed_only_around_the_tests_that_use_it() -> None:
    file = emit(PLACE, [candidate(1, "count"), candidate(2, "GET /", SERVER)])
    above, _, served = file.text.partition("describe('GET /'")
    assert "let app: FastifyInstance;\n\ndescribe('count'" in above
    assert "Each(" not in above
    assert "() => {\n  beforeEach(() => {\n    app = build();\n  });\n\n  afterEach(() => app.close());\n\n" in served


def test_a_server_is_closed_only_around_its_own_tests_where_all_tests_open_a_connection() -> None:
    opening = "beforeEach(async () => {\n  await connect();\n});"
    file = emit(PLACE, [candidate(1, "count", (opening,)), candidate(2, "GET /", (opening, *SERVER))])
    above, _, served = file.text.partition("describe('GET /'")
    assert above.count(opening) == 1
    assert "app.close" not in above
    assert "  afterEach(() => app.close());\n\n" in served


def test_a_server_that_all_tests_use_stands_above_them_once() -> None:
    file = emit(PLACE, [candidate(1, "GET /all", SERVER), candidate(2, "GET /", SERVER)])
    above, _, served = file.text.partition("describe(")
    assert "\n\n".join(SERVER) in above
    assert "Each(" not in served


def test_a_message_that_is_no_text_is_asserted_as_it_is() -> None:
    error = {"name": "Refusal", "message": "", "props": [["message", "{ name: ['is empty'] }"], ["code", "422"]]}
    file = emit(PLACE, [replace(candidate(1, "save"), error=error, is_async=True)])
    assert "rejects.toMatchObject({ message: { name: ['is empty'] }, code: 422 });" in file.text
