"""The schema for editors and the loader agree on what is well-formed."""

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from planning_scene import catalogue, scene

from orchestrator.planning.checks import check_document
from orchestrator.planning.document_loader import load_bytes
from orchestrator.planning.schema import json_schema
from orchestrator.planning.yaml_loader import load_yaml
from orchestrator.plugins import Catalogue

SHIPPED = Path(__file__).parents[2] / "config/phases.yaml"
# What a schema cannot know: whether ids are unique, dependencies exist, defaults fit, files may be written.
BEYOND = {"E108", "E110", "E201", "E202", "E203", "E204", "E205", "E206", "E207", "E309"}
GOOD: dict[str, Any] = {
    "version": 1,
    "project": {"name": "demo", "root": ".."},
    "settings": {
        "max_parallel_tasks": "auto",
        "timeout": "30m",
        "retry": {"attempts": 3, "delay": 5, "backoff": 2, "on": ["transient"]},
        "fail_fast": False,
        "durability": "normal",
        "env": {"NODE_ENV": "test"},
        "notifications": {"on": ["failure"], "to": ["https://x"]},
    },
    "params": {"cover": {"type": "integer", "default": 80, "minimum": 1}},
    "profiles": {"ci": {"settings": {"timeout": "1h"}, "lock": ["timeout"]}},
    "phases": [
        {
            "id": 1,
            "estimate": "1 week",
            "groups": [
                {
                    "id": "a",
                    "execution": "parallel",
                    "max_parallel": 2,
                    "tasks": [
                        {"id": "1.1", "name": "one", "type": "write", "target": "a", "times": 3, "priority": "high"},
                        {"id": "1.2", "name": "two", "type": "write", "with": {"target": "b", "mode": "b"}},
                        {
                            "id": 1.3,
                            "name": "three",
                            "type": "write",
                            "target": "{{ item }}",
                            "times": "{{ params.cover }}",
                        },
                        {"id": "1.4", "name": "four", "type": "manual", "depends_on": "1.1", "foreach": {"items": [1]}},
                        {"id": "1.5", "name": "five", "type": "agent", "prompt": "x", "retry": {"attempts": 1}},
                    ],
                    "checkpoint": [{"type": "level", "min": 3, "name": "half"}, {"type": "level", "min": 1}],
                }
            ],
        }
    ],
}
VALUES: list[Any] = [
    *(None, True, "", "x", "a", "1.1", "{{ x }}", -1, 0, 1, 5, 1_000_000, 2.5, [], ["a"], {}, {"a": 1}),
    *("1h30m", "5 minutes", "parallel", "high", "write", "level", "../x", "x" * 401),
]
KEYS = [
    "id",
    "name",
    "type",
    "with",
    "target",
    "tasks",
    "groups",
    "min",
    "retry",
    "unknown",
    "foreach",
    "verify",
    "timeout",
]


def spots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        found += spots(inner, (*path, key))
    return found


def changed(document: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Change a document in one place: another value, one key less, one key more."""
    document = copy.deepcopy(document)
    *way, last = chance.choice([path for path in spots(document) if path])
    parent: Any = document
    for step in way:
        parent = parent[step]
    match chance.randrange(3):
        case 0:
            parent[last] = chance.choice(VALUES)
        case 1:
            del parent[last]
        case 2:
            if isinstance(parent, dict):
                parent[chance.choice(KEYS)] = chance.choice(VALUES)
    return document


@pytest.fixture(scope="module")
def validator() -> Draft7Validator:
    schema = json_schema(catalogue())
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema)


def is_well_formed(document: dict[str, Any]) -> tuple[bool, list[str]]:
    loaded = load_bytes(json.dumps(document).encode(), Path("phases.yaml"))
    problems = [
        p for p in check_document(loaded, catalogue(), scene()) if p.severity == "error" and p.code not in BEYOND
    ]
    return not problems, [f"{p.code} {p.place} {p.message}" for p in problems]


def test_the_good_document_is_good_for_both(validator: Draft7Validator) -> None:
    assert [error.message for error in validator.iter_errors(GOOD)] == []
    assert is_well_formed(GOOD) == (True, [])


def test_schema_and_loader_agree_on_a_thousand_documents(validator: Draft7Validator) -> None:
    chance = random.Random(7)
    refused = 0
    for _ in range(1_000):
        document = changed(GOOD, chance)
        well_formed, reasons = is_well_formed(document)
        errors = [f"{list(error.absolute_path)} {error.message[:200]}" for error in validator.iter_errors(document)]
        assert well_formed == (not errors), (document, reasons, errors)
        refused += not well_formed
    assert 200 < refused < 900


def test_the_shipped_roadmap_fits_the_schema_of_this_installation() -> None:
    schema = json_schema(Catalogue())
    Draft7Validator.check_schema(schema)
    root = load_yaml(SHIPPED.read_bytes(), "phases.yaml").root
    assert root is not None
    assert [error.message for error in Draft7Validator(schema).iter_errors(root.value)] == []


def test_the_schema_keeps_to_draft_07() -> None:
    text = json.dumps(json_schema(Catalogue()))
    assert '"$schema": "http://json-schema.org/draft-07/schema#"' in text
    for newer in ("$defs", "prefixItems", "unevaluatedProperties", "dependentRequired", "$dynamicRef"):
        assert f'"{newer}"' not in text


def test_what_editors_show_on_hover_is_there() -> None:
    schema = json_schema(catalogue())
    task = schema["definitions"]["Task"]
    assert task["markdownDescription"] == task["description"]
    assert schema["definitions"]["Settings"]["additionalProperties"] is False


def test_a_broken_plug_in_does_not_take_the_schema_away() -> None:
    from orchestrator.plugins import Catalogue as Plugins

    schema = json_schema(Plugins({"handlers": {"broken": "no_such_module:X"}}, scan=False))
    assert "broken" in schema["definitions"]["Task"]["properties"]["type"]["enum"]
