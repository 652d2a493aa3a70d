"""Params with evaluated expressions, checked by their model.

`"{{ params.port }}"` gives the number 8080. A field that takes numbers gets it as it is; a field that takes text (an
argument of a command) gets "8080", because its author wrote a text. What was written as a number stays an error there.
"""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from orchestrator.models.json import Json, JsonObject
from orchestrator.templating.values import to_text

M = TypeVar("M", bound=BaseModel)


def fit(model: type[M], params: JsonObject, written: JsonObject) -> tuple[M, JsonObject]:
    """Return the model of some params, and the params as they fit it; `written` is what stands in the document.

    ValidationError is pydantic's own, about the params as they were evaluated.
    """
    try:
        return model.model_validate(params), params
    except ValidationError as error:
        paths = [found["loc"] for found in error.errors(include_url=False) if found["type"] == "string_type"]
        fitted = _copied(params)
        changed = [path for path in paths if _to_text(fitted, written, path)]
        if not changed:
            raise
        return model.model_validate(fitted), fitted


def _to_text(params: Json, written: Json, path: tuple[str | int, ...]) -> bool:
    """Make text of the value at a path when an expression gave it; a path may hold names of union members too."""
    holder: Json = None
    key: str | int = ""
    for step in path:
        if not _has(params, step) or not _has(written, step):
            continue
        holder, key = params, step
        params, written = params[step], written[step]
    is_given = isinstance(written, str) and "{{" in written and not isinstance(params, str | dict | list | None)
    if is_given and holder is not None:
        holder[key] = to_text(params)
        return True
    return False


def _copied(value: Json) -> Json:
    if isinstance(value, Mapping):
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value


def _has(value: Json, step: str | int) -> bool:
    if isinstance(value, dict):
        return step in value
    return isinstance(value, list) and isinstance(step, int) and step < len(value)
