"""`orchestrate actions`: what `config_edit` and `orchestrate edit` can do, and the params of each action."""

import json
import sys
from types import NoneType
from typing import Annotated, Any, Literal

import typer
from pydantic.fields import FieldInfo

from orchestrator.cli.options import command as as_command
from orchestrator.cli.options import option
from orchestrator.cli.present import look_of
from orchestrator.edits.action import Action, WorkflowParams
from orchestrator.edits.registry import action_names, find_action
from orchestrator.edits.result import Refusal
from orchestrator.errors import ExitCode, UsageError
from orchestrator.reporters.wrapping import wrap


@as_command
def command(
    name: Annotated[str | None, typer.Argument(help="show the params of this action")] = None,
    as_json: Annotated[bool, option("--json", help="as JSON", envvar=None)] = False,
) -> int:
    """List the actions and the kinds of file that they edit; with a name, its params."""
    try:
        found = [find_action(each) for each in ([name] if name is not None else action_names())]
    except Refusal as refusal:
        raise UsageError(refusal.reason, hint=refusal.hint) from refusal
    if as_json:
        content = {"schema_version": 1, "command": "actions", "actions": [_as_json(action) for action in found]}
        sys.stdout.write(json.dumps(content, indent=2) + "\n")
    elif name is not None:
        sys.stdout.write(_described(found[0]))
    else:
        indent = max(len(action.name) for action in found) + 4
        for action in found:
            text = f"{action.summary} ({_kinds(action)})"
            sys.stdout.write(_hanging(f"  {action.name}".ljust(indent), text))
        if sys.stdout.isatty():
            sys.stdout.write("\nThe params of one: orchestrate actions NAME\n")
    return ExitCode.OK


_WORDS = {"str": "text", "int": "whole number", "float": "number", "bool": "true | false"}


def _hanging(head: str, text: str) -> str:
    """Return a line that begins with `head`; what does not fit a terminal goes below the beginning of the text."""
    return "\n".join(wrap(text, look_of(sys.stdout).width, first=head, then=" " * len(head))) + "\n"


def _kinds(action: Action[Any]) -> str:
    return ", ".join(sorted(action.kinds))


def _as_json(action: Action[Any]) -> dict[str, Any]:
    return {
        "name": action.name,
        "summary": action.summary,
        "kinds": sorted(action.kinds),
        "creates": action.creates,
        "params": action.params_model.model_json_schema(),
    }


def _described(action: Action[Any]) -> str:
    """Return the params, those that every action has at the end, and a line to try it."""
    fields = action.params_model.model_fields
    common = set(WorkflowParams.model_fields)
    order = sorted(fields.items(), key=lambda item: item[0] in common)
    names = [field.alias or name for name, field in order]
    indent = max(map(len, names)) + 4
    text = _hanging(f"{action.name} ({_kinds(action)}): ", action.summary)
    for name, (_, field) in zip(names, order, strict=True):
        text += _hanging(f"  {name}".ljust(indent), _said(field))
    needed = [name for name, (_, field) in zip(names, order, strict=True) if field.is_required()]
    given = "".join(f" --with {name}={name.upper()}" for name in needed)
    return text + _hanging("  try it: ", f"orchestrate edit {action.name} FILE{given}")


def _said(field: FieldInfo) -> str:
    default = "needed" if field.is_required() else f"default {_as_written(field)}"
    note = f" - {field.description}" if field.description else ""
    return f"{_type_name(field.annotation)}, {default}{note}"


def _as_written(field: FieldInfo) -> str:
    """Return a default as a person writes it in YAML."""
    value = field.get_default(call_default_factory=True)
    return value if isinstance(value, str) else "none" if value is None else json.dumps(value)


def _type_name(annotation: Any) -> str:
    """Return a type as a person reads it: without modules and without the checks around it."""
    if hasattr(annotation, "__metadata__"):
        return _type_name(annotation.__origin__)
    if annotation is Any:
        return "any"
    if annotation in (None, NoneType):
        return "none"
    arguments = getattr(annotation, "__args__", ())
    if not arguments:
        name = annotation.__name__ if isinstance(annotation, type) else repr(annotation)
        return _WORDS.get(name, name)
    origin = getattr(annotation, "__origin__", None)
    if origin is dict:
        return "mapping" if arguments[1] is Any else f"mapping to {_type_name(arguments[1])}"
    left_out = (NoneType, Ellipsis)  # what it is when it is left out, and how often
    words = [str(each) if origin is Literal else _type_name(each) for each in arguments if each not in left_out]
    return f"list of {words[0].replace(' | ', ' or ')}" if origin in (list, tuple) else " | ".join(words)
