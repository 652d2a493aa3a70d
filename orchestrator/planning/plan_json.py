"""A plan as JSON and back, without loss: for the ledger, for saved plans, for the cache that `plan` and `status` read.

Values that are the default are left out, so that a plan of ten thousand tasks stays small. Needs no pydantic.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any

from msgspec import NODEFAULT, MsgspecError, Struct, convert
from msgspec.structs import fields

from orchestrator.errors import Unusable
from orchestrator.models.json import Json, JsonObject
from orchestrator.models.plan import Plan

FORMAT = 1


def plan_to_json(plan: Plan) -> dict[str, Json]:
    """Return a plan as JSON values."""
    return {"format": FORMAT, **_encoded(plan)}


def plan_from_json(data: JsonObject) -> Plan:
    """Return the plan that `plan_to_json` was given; Unusable when it was written by a version that we cannot read."""
    if not isinstance(data, Mapping) or data.get("format") != FORMAT:
        message = "this plan was written by another version of orchestrate"
        raise Unusable(message, hint="use the version that wrote it, or plan again")
    try:
        return convert({name: value for name, value in data.items() if name != "format"}, Plan)
    except MsgspecError as error:
        message = f"this plan cannot be read: {error}"
        raise Unusable(message, hint="plan again") from error


def _encoded(record: Struct) -> dict[str, Json]:
    return {
        name: _plain(given)
        for name, default in _defaults(type(record))
        if (given := getattr(record, name)) is not default and given != default
    }


def _plain(value: Any) -> Json:
    """Return a value of the plan as JSON; what JSON has already is not looked into."""
    if isinstance(value, Struct):
        return _encoded(value)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, StrEnum):
        return value.value
    return dict(value) if isinstance(value, Mapping) else value


@cache
def _defaults(kind: type[Struct]) -> tuple[tuple[str, Any], ...]:
    """Return the names of a record's fields and what they are by default."""
    return tuple(
        (each.name, each.default if each.default_factory is NODEFAULT else each.default_factory())
        for each in fields(kind)
    )
