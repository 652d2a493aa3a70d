"""TOML and pyproject.toml: what the actions do, and that nothing else changes."""

from collections.abc import Mapping
from typing import Any

import pytest

from orchestrator.edits.action import Scene, TextTree
from orchestrator.edits.propose import propose, read_params
from orchestrator.edits.registry import find_action
from orchestrator.edits.result import EditResult

PROJECT = """# the project
[project]
name = "x"   # short
dependencies = [
  "attrs>=23",
  'pydantic>=2',  # models
]

[project.optional-dependencies]
dev = ["pytest>=8"]

[tool.coverage.run]
branch = true

# how strict we are
[tool.coverage.report]
fail_under = 61.5

[[tool.mypy.overrides]]
module = "x.*"
[tool.ruff]
line-length = 100
"""


def act(
    action: str, text: str, target: str = "pyproject.toml", files: Mapping[str, str] = {}, **params: Any
) -> EditResult:
    found = find_action(action)
    return propose(found, Scene(target, TextTree({target: text, **files})), read_params(found, params))


def after(action: str, text: str = PROJECT, **params: Any) -> str:
    result = act(action, text, **params)
    assert result.status == "changed", result.reason
    return result.edits[0].after


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("action", "given", "old", "new"),
    [
        ("toml_set", {"path": "project.name", "value": "y"}, '"x"   #', '"y"   #'),
        ("toml_set", {"path": "tool.ruff.fix", "value": True}, "= 100\n", "= 100\nfix = true\n"),
        ("toml_set", {"path": "tool.mypy.overrides[0].strict", "value": 1}, '"x.*"\n', '"x.*"\nstrict = 1\n'),
        ("toml_delete", {"path": "tool.ruff.line-length"}, "line-length = 100\n", ""),
        ("toml_append", {"path": "project.dependencies", "value": "rich"}, "# models\n", '# models\n  "rich",\n'),
        ("toml_append", {"path": "project.optional-dependencies.dev", "value": "x"}, '>=8"]', '>=8", "x"]'),
        ("add_dependency", {"requirement": "Jinja2>=3"}, "  'pydantic", '  "Jinja2>=3",\n  \'pydantic'),
        ("add_dependency", {"requirement": "a", "extra": "dev"}, '["pytest', '["a", "pytest'),
        (
            "set_tool_option",
            {"tool": "coverage", "option": "run.source", "value": ["x"]},
            "= true\n",
            '= true\nsource = ["x"]\n',
        ),
        (
            "set_tool_option",
            {"tool": "coverage", "option": "paths.source", "value": ["a"]},
            "61.5\n",
            '61.5\n\n[tool.coverage.paths]\nsource = ["a"]\n',
        ),
    ],
)
def test_only_what_was_meant_changes(action: str, given: dict[str, Any], old: str, new: str, end: str) -> None:
    text = after(action, PROJECT.replace("\n", end), **given)

    assert text == PROJECT.replace(old, new).replace("\n", end)


def test_a_missing_table_goes_to_the_end() -> None:
    assert (
        after("toml_merge", path="tool.black", value={"preview": True}) == f"{PROJECT}\n[tool.black]\npreview = true\n"
    )
    assert after("toml_set", "", path="a.b", value=1) == "[a]\nb = 1\n"


def test_a_requirement_is_known_by_its_normalised_name() -> None:
    assert act("add_dependency", PROJECT, requirement="Pydantic >=2").status == "already"
    assert act("add_dependency", PROJECT, requirement="PyDantic>=3").code == "E_CONFLICT"
    assert "'pydantic>=3',  # models" in after("add_dependency", requirement="pydantic>=3", replace=True)


def test_dependencies_that_are_kept_elsewhere_are_refused() -> None:
    assert act("add_dependency", "[tool.poetry]\nname = 'x'\n", requirement="a").code == "E_PRECONDITION"
    assert act("add_dependency", "[project]\ndynamic = ['dependencies']\n", requirement="a").code == "E_DYNAMIC"
    assert act("add_dependency", PROJECT, requirement="a", extra="x", group="y").code == "E_PARAM"


def test_what_toml_cannot_say_is_refused() -> None:
    for value in (None, 2**63, [None], {"a": "\ud800"}):
        assert act("toml_set", PROJECT, path="tool.ruff.x", value=value).code == "E_PARAM"


def test_what_is_no_toml_is_refused_with_its_place() -> None:
    result = act("toml_set", "a = 1\na = 2\n", path="b", value=1)

    assert result.code == "E_PARSE"
    assert "line 2" in result.reason


def test_a_guard_is_a_conflict_when_something_else_is_there() -> None:
    given = {"path": "tool.ruff.line-length", "value": 120}

    assert act("toml_set", PROJECT, **given, if_equals=88).code == "E_CONFLICT"
    assert act("toml_set", PROJECT, **given, if_equals=100).status == "changed"
    assert act("toml_set", PROJECT, path="project", value=1).reason == "project is a table"


def test_the_ratchet_raises_fail_under_to_what_coverage_measured() -> None:
    totals = '{"totals": {"covered_lines": 80, "num_statements": 100, "covered_branches": 5, "num_branches": 20}}'

    result = act("coverage_ratchet", PROJECT, files={"coverage.json": totals})

    assert result.edits[0].after == PROJECT.replace("61.5", "70")
    assert act("coverage_ratchet", PROJECT.replace("61.5", "71"), files={"coverage.json": totals}).status == "already"
    assert act("coverage_ratchet", PROJECT).code == "E_PRECONDITION"
    assert act("coverage_ratchet", PROJECT, files={"coverage.json": "[]"}).code == "E_PRECONDITION"
