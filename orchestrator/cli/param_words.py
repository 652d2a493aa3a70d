"""Params of handlers, checkpoints and actions as a person reads them in a terminal."""

import json
import sys
from enum import Enum
from types import NoneType
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from orchestrator.cli.present import look_of
from orchestrator.reporters.wrapping import wrap

_WORDS = {"str": "text", "int": "whole number", "float": "number", "bool": "true | false"}


def hanging(head: str, text: str) -> str:
    """Return a line that begins with `head`; what does not fit a terminal goes below the beginning of the text."""
    return "\n".join(wrap(text, look_of(sys.stdout).width, first=head, then=" " * len(head))) + "\n"


def said(field: FieldInfo) -> str:
    """Return the type of a param, its default and what it means."""
    default = "needed" if field.is_required() else f"default {_as_written(field)}"
    note = f" - {field.description}" if field.description else ""
    return f"{_type_name(field.annotation)}, {default}{note}"


def _as_written(field: FieldInfo) -> str:
    """Return a default as a person writes it in YAML."""
    value = field.get_default(call_default_factory=True)
    return value if isinstance(value, str) else "none" if value is None else json.dumps(to_jsonable_python(value))


def _type_name(annotation: Any) -> str:
    """Return a type as a person reads it: without modules and without the checks around it."""
    if hasattr(annotation, "__metadata__"):
        return _type_name(annotation.__origin__)
    if annotation is Any:
        return "any"
    if annotation in (None, NoneType):
        return "none"
    arguments = getattr(annotation, "__args__", ())
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " | ".join(str(member.value) for member in annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"mapping of {', '.join(field.alias or name for name, field in annotation.model_fields.items())}"
    if not arguments:
        name = annotation.__name__ if isinstance(annotation, type) else repr(annotation)
        return _WORDS.get(name, name)
    origin = getattr(annotation, "__origin__", None)
    if origin is dict:
        return "mapping" if arguments[1] is Any else f"mapping to {_type_name(arguments[1])}"
    left_out = (NoneType, Ellipsis)  # what it is when it is left out, and how often
    words = [str(each) if origin is Literal else _type_name(each) for each in arguments if each not in left_out]
    return f"list of {words[0].replace(' | ', ' or ')}" if origin in (list, tuple) else " | ".join(words)
