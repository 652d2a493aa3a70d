"""JSON with and without comments, package.json: what the actions do and what they refuse."""

from collections.abc import Mapping
from typing import Any

import pytest

from orchestrator.edits.action import Scene, TextTree
from orchestrator.edits.jsonc.model import load_model
from orchestrator.edits.propose import propose, read_params
from orchestrator.edits.registry import find_action
from orchestrator.edits.result import EditResult, Refusal

TSCONFIG = """{
  // how we compile
  "compilerOptions": {
    "target": "es2020", /* old */
    "paths": {"@/*": ["src/*"]},
  },
  "include": ["src"], // all
}
"""
PACKAGE = """{
  "name": "x",
  "scripts": {
    "test": "jest"
  },
  "devDependencies": {
    "jest": "^29.0.0",
    "typescript": "^5.0.0"
  }
}
"""


def act(action: str, text: str, target: str = "x.json", files: Mapping[str, str] = {}, **params: Any) -> EditResult:
    found = find_action(action)
    return propose(found, Scene(target, TextTree({target: text, **files})), read_params(found, params))


def after(action: str, text: str, target: str = "x.json", **params: Any) -> str:
    result = act(action, text, target, **params)
    assert result.status == "changed", result.reason
    return result.edits[0].after


def test_comments_trailing_commas_and_layout_stay() -> None:
    text = after("json_set", TSCONFIG, "tsconfig.json", path="compilerOptions.strict", value=True)

    assert text == TSCONFIG.replace('["src/*"]},\n', '["src/*"]},\n    "strict": true,\n')


def test_a_key_with_special_characters_is_named_in_brackets() -> None:
    text = after("json_append", TSCONFIG, "tsconfig.json", path='compilerOptions.paths["@/*"]', value="lib/*")

    assert text == TSCONFIG.replace('["src/*"]', '["src/*", "lib/*"]')


def test_an_entry_goes_with_its_comment_and_its_comma() -> None:
    text = after("json_delete", TSCONFIG, "tsconfig.json", path="compilerOptions.target")

    assert text == TSCONFIG.replace('    "target": "es2020", /* old */\n', "")


def test_the_last_entry_takes_the_comma_before_it_away() -> None:
    assert after("json_delete", '{\n  "a": 1,\n  "b": 2\n}\n', path="b") == '{\n  "a": 1\n}\n'
    assert after("json_delete", '{"a": 1, "b": 2}', path="b") == '{"a": 1}'
    assert after("json_delete", '{"a": 1}', path="a") == "{}"


def test_a_guard_is_a_conflict_when_something_else_is_there() -> None:
    assert act("json_set", '{"a": 1}', path="a", value=3, if_equals=2).code == "E_CONFLICT"
    assert act("json_set", '{"a": 1}', path="a", value=3, if_equals=True).code == "E_CONFLICT"
    assert act("json_set", '{"a": null}', path="a", value=3, if_equals=None).status == "changed"
    assert act("json_set", "{}", path="a", value=3, if_equals=None).code == "E_CONFLICT"
    assert act("json_delete", '{"a": 1}', path="a", if_equals=2).code == "E_CONFLICT"


def test_a_second_run_of_each_is_already() -> None:
    for action, given in (
        ("json_set", {"path": "a", "value": 1}),
        ("json_merge", {"path": "b", "value": {"c": {"d": 2}}}),
        ("json_append", {"path": "e", "value": 5}),
        ("json_delete", {"path": "nothing"}),
    ):
        assert act(action, '{"a": 1, "b": {"c": {"d": 2, "x": 3}}, "e": [5]}', **given).status == "already"


def test_merging_keeps_what_is_not_named() -> None:
    text = after("json_merge", TSCONFIG, "tsconfig.json", path="compilerOptions", value={"target": "es2022", "lib": []})

    wanted = TSCONFIG.replace("es2020", "es2022").replace('["src/*"]},\n', '["src/*"]},\n    "lib": [],\n')
    assert text == wanted


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"a": 1, "a": 2}', "E_DUP_KEY"),
        ('{"a": 1', "E_PARSE"),
        ("{'a': 1}", "E_PARSE"),
        ('{"a": 01}', "E_PARSE"),
        ('{"a": "\n"}', "E_PARSE"),
        ("{} {}", "E_PARSE"),
        ("", "E_PARSE"),
        ("[" * 200 + "]" * 200, "E_PARSE"),
    ],
)
def test_what_is_no_json_is_refused_with_its_place(text: str, code: str) -> None:
    result = act("json_set", text, path="b", value=1)

    assert result.code == code
    assert result.reason.startswith("line ")


def test_a_way_through_a_single_value_is_a_conflict() -> None:
    assert act("json_set", '{"a": 1}', path="a.b", value=2).code == "E_CONFLICT"
    assert act("json_append", '{"a": 1}', path="a", value=2).code == "E_CONFLICT"
    assert act("json_set", '{"a": []}', path="a[3]", value=2).code == "E_NOT_FOUND"


def test_params_are_checked() -> None:
    with pytest.raises(Refusal, match="`valeu` is no parameter, did you mean `value`"):
        act("json_set", "{}", path="a", valeu=1)
    with pytest.raises(Refusal, match="cannot be read from character 2 on"):
        act("json_set", "{}", path="a]", value=1)


def test_the_model_is_that_of_the_standard_library() -> None:
    assert load_model('{"a": [1, 2.5, -3e2, "\\u00e4\\n", null, true]}') == {"a": [1, 2.5, -300.0, "ä\n", None, True]}


# ---------------------------------------------------------------- package.json


def test_a_script_is_added_and_another_one_never_replaced_silently() -> None:
    text = after("add_script", PACKAGE, "package.json", script="lint", command="eslint .")

    assert text == PACKAGE.replace('"jest"\n  }', '"jest",\n    "lint": "eslint ."\n  }')
    assert act("add_script", PACKAGE, "package.json", script="test", command="jest").status == "already"
    assert act("add_script", PACKAGE, "package.json", script="test", command="vitest").code == "E_CONFLICT"
    assert '"vitest"' in after("add_script", PACKAGE, "package.json", script="test", command="vitest", replace=True)


def test_a_dependency_stands_where_npm_would_put_it_and_the_lock_file_is_a_duty() -> None:
    given = {"package": "prettier", "version": "3.1.0"}

    result = act("add_dev_dependency", PACKAGE, "package.json", {"yarn.lock": ""}, **given)

    wanted = PACKAGE.replace('    "typescript"', '    "prettier": "3.1.0",\n    "typescript"')
    assert result.edits[0].after == wanted
    assert [duty.command for duty in result.duties] == ["yarn install --mode=update-lockfile"]
    assert act("add_dev_dependency", PACKAGE, "package.json", package="jest", version="1.0.0").code == "E_CONFLICT"


def test_engines_are_made_where_there_are_none() -> None:
    text = after("set_engines", PACKAGE, "package.json", engines={"node": ">=22"})

    assert text.endswith('  },\n  "engines": {\n    "node": ">=22"\n  }\n}\n')
    assert act("set_engines", text, "package.json", engines={"node": ">=20"}, replace=False).code == "E_CONFLICT"


def test_only_package_json_has_scripts() -> None:
    assert act("add_script", "{}", "other.json", script="a", command="b").code == "E_PARAM"
