"""`orchestrate actions`: what `config_edit` and `orchestrate edit` can do, and the params of each action."""

import json
import sys
from types import NoneType
from typing import Annotated, Any, Literal

import typer

from orchestrator.cli.options import command as as_command
from orchestrator.cli.options import option
from orchestrator.edits.action import Action
from orchestrator.edits.registry import action_names, find_action
from orchestrator.edits.result import Refusal
from orchestrator.errors import ExitCode, UsageError


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
        width = max(len(action.name) for action in found)
        for action in found:
            sys.stdout.write(f"  {action.name:<{width}}  {action.summary}  ({_kinds(action)})\n")
    return ExitCode.OK


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
    text = f"{action.name} ({_kinds(action)}): {action.summary}\n"
    for name, field in action.params_model.model_fields.items():
        needed = "needed" if field.is_required() else f"default {field.get_default(call_default_factory=True)!r}"
        text += f"  {field.alias or name}: {_type_name(field.annotation)}, {needed}"
        text += (f" - {field.description}" if field.description else "") + "\n"
    return text


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
        return annotation.__name__ if isinstance(annotation, type) else repr(annotation)
    origin = getattr(annotation, "__origin__", None)
    words = [repr(each) if origin is Literal else _type_name(each) for each in arguments]
    return f"{origin.__name__}[{', '.join(words)}]" if isinstance(origin, type) else " | ".join(words)
