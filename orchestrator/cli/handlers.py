"""`orchestrate handlers`: the task, checkpoint and guard types that are installed, and their params."""

import json
import sys
from typing import Annotated, Any

from orchestrator.cli.options import argument, option
from orchestrator.cli.options import command as as_command
from orchestrator.cli.param_words import hanging, said
from orchestrator.errors import ExitCode, MissingTool, UsageError
from orchestrator.plugins import Catalogue, Plugin


@as_command
def command(
    name: Annotated[str | None, argument(help="show the params of this type")] = None,
    as_json: Annotated[bool, option("--json", help="as JSON", envvar=None)] = False,
) -> int:
    """List the installed types with where they come from; with a name, its params."""
    catalogue = Catalogue()
    found = {
        "handlers": catalogue.handlers(),
        "checkpoints": catalogue.checkpoints(),
        "guards": catalogue.guards(),
    }
    if as_json:
        content = {kind: [_as_json(catalogue, kind, plugin) for plugin in plugins] for kind, plugins in found.items()}
        sys.stdout.write(json.dumps({"schema_version": 1, "command": "handlers", **content}, indent=2) + "\n")
        return ExitCode.OK
    if name is not None:
        _show_one(catalogue, found, name)
        return ExitCode.OK
    for kind, plugins in found.items():
        if not plugins:
            continue
        sys.stdout.write(f"{kind}:\n")
        width = max((len(plugin.name) for plugin in plugins), default=0)
        for plugin in plugins:
            text = f"{_summary(catalogue, kind, plugin)}  ({plugin.package})"
            sys.stdout.write(hanging(f"  {plugin.name:<{width}}  ", text))
    return ExitCode.OK


def _model(catalogue: Catalogue, kind: str, plugin: Plugin) -> type[Any]:
    find = {"handlers": catalogue.handler, "checkpoints": catalogue.checkpoint, "guards": catalogue.guard}[kind]
    made: object = find(plugin.name)
    return type(made)


def _params_model(catalogue: Catalogue, kind: str, plugin: Plugin) -> type[Any] | None:
    """Return the params model; a guard takes what it takes."""
    found: type[Any] | None = getattr(_model(catalogue, kind, plugin), "params_model", None)
    return found


def _summary(catalogue: Catalogue, kind: str, plugin: Plugin) -> str:
    try:
        return (_model(catalogue, kind, plugin).__doc__ or "").strip().split("\n")[0]
    except MissingTool as error:
        return f"broken: {error.message}"


def _as_json(catalogue: Catalogue, kind: str, plugin: Plugin) -> dict[str, Any]:
    described: dict[str, Any] = {"name": plugin.name, "package": plugin.package}
    try:
        params = _params_model(catalogue, kind, plugin)
        described["params"] = params.model_json_schema() if params is not None else {}
    except MissingTool as error:
        described["error"] = error.message
    return described


def _show_one(catalogue: Catalogue, found: dict[str, tuple[Plugin, ...]], name: str) -> None:
    matches = [(kind, plugin) for kind, plugins in found.items() for plugin in plugins if plugin.name == name]
    if not matches:
        message = f"no handler, checkpoint or guard {name!r} is installed"
        raise UsageError(message, hint="`orchestrate handlers` lists them")
    for kind, plugin in matches:
        sys.stdout.write(hanging(f"{kind[:-1]} {name} ({plugin.package}): ", _summary(catalogue, kind, plugin)))
        params = _params_model(catalogue, kind, plugin)
        fields = {field.alias or key: field for key, field in params.model_fields.items()} if params is not None else {}
        indent = max(map(len, fields), default=0) + 4
        for key, field in fields.items():
            sys.stdout.write(hanging(f"  {key}".ljust(indent), said(field)))
