"""Edits of exported configs that are not Jest's: removal, comments, quotes, what is refused."""

import builtins
from collections.abc import Iterator
from typing import Any

import pytest

from orchestrator.edits.action import Scene, TextTree
from orchestrator.edits.javascript import grammar
from orchestrator.edits.javascript.editor import JsEditor
from orchestrator.edits.javascript.strings import string_value
from orchestrator.edits.propose import propose, read_params
from orchestrator.edits.registry import find_action
from orchestrator.edits.result import EditResult, Refusal
from orchestrator.errors import MissingTool

CONFIG = """import { defineConfig } from 'vite'

export default defineConfig({
  // the root
  root: 'src', // here
  test: { globals: true, include: ['**/*.test.ts'] },
  plugins: [react()],
})
"""


def act(action: str, text: str, target: str = "vite.config.ts", **params: Any) -> EditResult:
    found = find_action(action)
    return propose(found, Scene(target, TextTree({target: text})), read_params(found, params))


def after(action: str, text: str, **params: Any) -> str:
    result = act(action, text, **params)
    assert result.status == "changed", result.reason
    return result.edits[0].after


def test_a_value_is_set_in_place() -> None:
    assert after("js_config_set", CONFIG, path="root", value="lib") == CONFIG.replace("'src'", "'lib'")


def test_a_new_key_follows_the_style() -> None:
    text = after("js_config_set", CONFIG, path="server", value={"port": 3000})

    assert text == CONFIG.replace("[react()],\n", "[react()],\n  server: { port: 3000 },\n")


def test_merging_reaches_into_objects_beside_computed_ones() -> None:
    text = after("js_config_merge", CONFIG, path=[], value={"test": {"globals": False, "bail": 1}})

    assert text == CONFIG.replace(
        "globals: true, include: ['**/*.test.ts']", "globals: false, include: ['**/*.test.ts'], bail: 1"
    )


def test_a_removed_entry_takes_its_line_and_the_comment_behind_it() -> None:
    assert after("js_config_delete", CONFIG, path="root") == CONFIG.replace("  root: 'src', // here\n", "")


def test_a_computed_value_is_neither_read_nor_replaced() -> None:
    for action, value in (("js_config_append", 1), ("js_config_set", [])):
        result = act(action, CONFIG, path="plugins", value=value)
        assert result.code == "E_DYNAMIC"
        assert "`react()` is computed" in result.reason


def test_an_exported_list_is_edited_by_position() -> None:
    text = 'export default [\n  { rules: { semi: "error" } },\n];\n'

    made = after("js_config_set", text, path="[0].rules.quotes", value="off")
    added = after("js_config_append", text, path=[], value={"ignores": ["dist"]})

    assert made == text.replace('"error" }', '"error", quotes: "off" }')
    assert added == text.replace("} },\n", '} },\n  { ignores: ["dist"] },\n')


def test_texts_are_written_with_the_fewest_escapes() -> None:
    text = "module.exports = { a: 'x' };"

    assert after("js_config_set", text, path="a", value="it's") == 'module.exports = { a: "it\'s" };'
    assert after("js_config_set", text, path="a", value="'\"\u2028") == "module.exports = { a: '\\'\"\\u2028' };"


def test_a_repeated_key_means_its_last_value() -> None:
    text = "module.exports = { a: 1, b: 2, a: 3 };"

    assert after("js_config_set", text, path="a", value=4) == "module.exports = { a: 1, b: 2, a: 4 };"
    assert after("js_config_delete", text, path="a") == "module.exports = { b: 2 };"


def test_proto_is_no_key() -> None:
    assert act("js_config_set", "module.exports = { a: 1 };", path=["__proto__"], value=1).code == "E_PARAM"


@pytest.mark.parametrize(
    ("source", "value"),
    [
        (r"'a\'b'", "a'b"),
        (r'"\x41\u0042\u{1F4E6}\0\v"', "AB📦\0\v"),
        (r'"📦"', "📦"),
        ("'a\\\nb'", "ab"),
        ("`a\r\nb`", "a\nb"),
        ("`a${b}`", None),
        (r"'\07'", None),
        (r"'\u{110000}'", None),
    ],
)
def test_a_string_literal_stands_for_its_text(source: str, value: str | None) -> None:
    assert string_value(source) == value


@pytest.fixture
def no_grammar(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    real = builtins.__import__

    def refuse(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("tree_sitter"):
            raise ImportError(name=name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    grammar._parsers.cache_clear()
    yield
    grammar._parsers.cache_clear()


@pytest.mark.usefixtures("no_grammar")
def test_without_the_grammar_the_extra_is_named() -> None:
    with pytest.raises(MissingTool, match="editing JavaScript needs tree_sitter, which is not installed") as caught:
        JsEditor("x.js", "module.exports = { unique: 'to this test' };")
    assert caught.value.hint == "pip install 'orchestrate[edits]'"


def test_a_mistake_in_the_text_is_refused_with_its_place() -> None:
    with pytest.raises(Refusal, match="line 2, column"):
        JsEditor("x.js", "module.exports = {\n  a: : 1\n};")
