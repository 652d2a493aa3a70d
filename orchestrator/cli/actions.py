"""`orchestrate actions`: what `config_edit` and `orchestrate edit` can do, and the params of each action."""

import json
import sys
from typing import Annotated, Any

from orchestrator.cli.options import argument, option
from orchestrator.cli.options import command as as_command
from orchestrator.cli.param_words import hanging, said
from orchestrator.edits.action import Action, WorkflowParams
from orchestrator.edits.registry import action_names, find_action
from orchestrator.edits.result import Refusal
from orchestrator.errors import ExitCode, UsageError


@as_command
def command(
    name: Annotated[str | None, argument(help="show the params of this action")] = None,
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
            sys.stdout.write(hanging(f"  {action.name}".ljust(indent), text))
        if sys.stdout.isatty():
            sys.stdout.write("\nThe params of one: orchestrate actions NAME\n")
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
    """Return the params, those that every action has at the end, and a line to try it."""
    fields = action.params_model.model_fields
    common = set(WorkflowParams.model_fields)
    order = sorted(fields.items(), key=lambda item: item[0] in common)
    names = [field.alias or name for name, field in order]
    indent = max(map(len, names)) + 4
    text = hanging(f"{action.name} ({_kinds(action)}): ", action.summary)
    for name, (_, field) in zip(names, order, strict=True):
        text += hanging(f"  {name}".ljust(indent), said(field))
    needed = [name for name, (_, field) in zip(names, order, strict=True) if field.is_required()]
    given = "".join(f" --with {name}={name.upper()}" for name in needed)
    return text + hanging("  try it: ", f"orchestrate edit {action.name} FILE{given}")
