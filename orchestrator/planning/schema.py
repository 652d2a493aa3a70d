"""The JSON Schema (draft-07) of phases.yaml, for editors: made from the models that the loader validates with.

Draft-07, because the language servers do not know later ones well. The params of installed handlers and checkpoints
appear where their `type` is named.
"""

from collections.abc import Callable, Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import CoreSchema

from orchestrator.errors import MissingTool
from orchestrator.models.document import Check, Document
from orchestrator.models.json import Json
from orchestrator.planning.checks_types import COMING_HANDLERS
from orchestrator.plugins import Catalogue

DIALECT = "http://json-schema.org/draft-07/schema#"
_REFERENCE = "#/definitions/{model}"
# A param may be an expression that gives its value later.
_EXPRESSION = {"type": "string", "pattern": "\\{\\{"}


def json_schema(catalogue: Catalogue) -> dict[str, Json]:
    """Return the schema of a document with the plug-ins of this installation."""
    raw = Document.model_json_schema(ref_template=_REFERENCE, schema_generator=_Generator)
    definitions: dict[str, Json] = raw.pop("$defs")
    types = [plugin.name for plugin in catalogue.handlers()]
    checks = [plugin.name for plugin in catalogue.checkpoints()]
    _name_types(definitions["Task"], {*types, *COMING_HANDLERS})
    models = _models(types, lambda name: catalogue.handler(name).params_model)
    definitions["Task"]["allOf"] = [True, *(_task_rule(name, model, definitions) for name, model in models.items())]
    models = _models(checks, lambda name: catalogue.checkpoint(name).params_model)
    for kind, default in (("Check", None), ("Verify", "command")):
        _name_types(definitions[kind], checks)
        definitions[kind]["allOf"] = [
            True,
            *(_check_rule(name, model, definitions, required=name != default) for name, model in models.items()),
        ]
    _add_rules(raw, definitions)
    schema = {"$schema": DIALECT, **raw, "title": "phases.yaml of orchestrate", "definitions": definitions}
    _walk(schema)
    return schema


def _models(names: Iterable[str], find: Callable[[str], type[BaseModel]]) -> dict[str, type[BaseModel]]:
    """Return the params model of each plug-in; a broken one has none, and must not take the others away."""
    models = {}
    for name in names:
        try:
            models[name] = find(name)
        except MissingTool:
            continue
    return models


def _add_rules(raw: dict[str, Json], definitions: dict[str, Json]) -> None:
    """Say what the loader does beyond the models: numbers as ids, phases from includes, keys that need each other."""
    for owner in ("Phase", "Group", "Task"):
        properties = definitions[owner]["properties"]
        for key in ("id", "depends_on", "parallel_with", "tags"):
            if key in properties:
                properties[key] = _or_number(properties[key])
    raw["required"] = [key for key in raw["required"] if key != "phases"]
    raw["anyOf"] = [{"required": ["phases"]}, {"required": ["include"]}]
    definitions["Profile"]["properties"]["settings"] = {"$ref": "#/definitions/Settings"}
    definitions["Foreach"]["oneOf"] = [{"required": ["glob"]}, {"required": ["items"]}]
    numbers = {"required": ["type"], "properties": {"type": {"enum": ["integer", "number"]}}}
    definitions["Param"] |= {"if": {"not": numbers}, "then": {"properties": {"minimum": False, "maximum": False}}}


def _or_number(schema: dict[str, Json]) -> dict[str, Json]:
    """Let every text of a schema be a number too: the loader takes an id as it is written."""
    if schema.get("type") == "string":
        about: dict[str, Json] = {key: schema[key] for key in ("description", "default") if key in schema}
        text = {key: inner for key, inner in schema.items() if key not in about}
        return {**about, "anyOf": [text, {"type": "number", "minimum": 0}]}
    loosened = dict(schema)
    if "items" in schema:
        loosened["items"] = _or_number(schema["items"])
    if "anyOf" in schema:
        loosened["anyOf"] = [_or_number(branch) for branch in schema["anyOf"]]
    return loosened


class _Generator(GenerateJsonSchema):
    """Leaves out what draft-07 does not have and what only repeats the names of keys."""

    def generate(self, schema: CoreSchema, mode: JsonSchemaMode = "validation") -> JsonSchemaValue:
        made = super().generate(schema, mode)
        made.pop("$schema", None)
        return made

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - as in the base class
        return False


def _name_types(definition: dict[str, Json], names: Iterable[str]) -> None:
    definition["properties"]["type"] = {**definition["properties"]["type"], "enum": sorted(names)}


# ---------------------------------------------------------------- params by type


def _task_rule(name: str, model: type[BaseModel], definitions: dict[str, Json]) -> dict[str, Json]:
    """Return the rule for one task type: its params stand under `with` or on the task, each in one place only.

    The lists of rules begin with `True`, which everything keeps: draft-07 does not allow empty ones.
    """
    properties, required = _params(model, definitions)
    own = sorted(definitions["Task"]["properties"])
    # A type may take keys that only its `check` can judge, as the params of an action.
    is_open = model.model_config.get("extra") == "allow"
    given = {"type": "object", "additionalProperties": is_open, "properties": properties}
    needed = [
        {"anyOf": [{"required": [param]}, {"required": ["with"], "properties": {"with": {"required": [param]}}}]}
        for param in required
    ]
    once = [
        {"not": {"required": [param, "with"], "properties": {"with": {"required": [param]}}}}
        for param in properties
        if param not in own
    ]
    direct = {param: schema for param, schema in properties.items() if param not in own}
    return {
        "if": {"required": ["type"], "properties": {"type": {"const": name}}},
        "then": {
            "propertyNames": True if is_open else {"enum": sorted({*own, *direct})},
            "properties": {**direct, "with": given},
            "allOf": [True, *needed, *once],
        },
    }


def _check_rule(name: str, model: type[BaseModel], definitions: dict[str, Json], *, required: bool) -> dict[str, Json]:
    """Return the rule for one checkpoint type; `required` is false for the type that a missing `type` means."""
    properties, needed = _params(model, definitions)
    condition: dict[str, Json] = {"properties": {"type": {"const": name}}}
    if required:
        condition["required"] = ["type"]
    return {
        "if": condition,
        "then": {
            "propertyNames": {"enum": sorted({*Check.model_fields, *properties})},
            "properties": {param: schema for param, schema in properties.items() if param not in Check.model_fields},
            "required": [param for param in needed if param not in Check.model_fields],
        },
    }


def _params(model: type[BaseModel], definitions: dict[str, Json]) -> tuple[dict[str, Json], list[str]]:
    """Return the properties of a params model, and which of them are needed; nested models become definitions."""
    raw = model.model_json_schema(ref_template=f"#/definitions/{model.__name__}.{{model}}", schema_generator=_Generator)
    for name, nested in raw.pop("$defs", {}).items():
        definitions[f"{model.__name__}.{name}"] = nested
    properties = {name: _or_expression(schema) for name, schema in raw.get("properties", {}).items()}
    return properties, raw.get("required", [])


def _or_expression(schema: dict[str, Json]) -> dict[str, Json]:
    about: dict[str, Json] = {key: schema[key] for key in ("description", "default") if key in schema}
    value = {key: inner for key, inner in schema.items() if key not in about}
    return {**about, "anyOf": [value, _EXPRESSION]} if value else about


# ---------------------------------------------------------------- the whole


def _walk(schema: Json) -> None:
    """Bring every part into the form that draft-07 and the editors want."""
    if isinstance(schema, dict):
        if isinstance(schema.get("description"), str):
            schema["markdownDescription"] = schema["description"]
        if "patternProperties" in schema:
            schema.setdefault("additionalProperties", False)
        if "$ref" in schema and len(schema) > 1:  # beside `$ref` draft-07 ignores everything
            schema["allOf"] = [{"$ref": schema.pop("$ref")}]
        for inner in list(schema.values()):
            _walk(inner)
    elif isinstance(schema, list):
        for inner in schema:
            _walk(inner)
