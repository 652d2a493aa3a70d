"""Commands as typer has them: for what is wrong in a command line, and for whoever asks for all options."""

import importlib
import inspect
import sys
from collections.abc import Callable
from typing import Annotated, Any, get_args

import typer
from typer.core import TyperCommand

from orchestrator.cli.commands import COMMANDS
from orchestrator.cli.help_page import render_help
from orchestrator.cli.options import Command, Spec
from orchestrator.cli.present import look_of


def app_of(name: str) -> typer.Typer:
    """Return the application that is one command."""
    return app_around(name, importlib.import_module(f"orchestrator.cli.{COMMANDS[name].module}").command)


def app_around(name: str, command: Command) -> typer.Typer:
    """Return an application that calls this command."""
    app = typer.Typer(
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    class WithOurPage(TyperCommand):
        """Shows the same page for `-qh` as for `--help`, which is answered without typer."""

        def get_help(self, _: object) -> str:
            return render_help(name, command, look_of(sys.stdout)).rstrip()

    app.command(name=name, cls=WithOurPage)(_function_of(command))
    return app


def _function_of(command: Command) -> Callable[..., None]:
    """Return the command as a function whose signature typer reads."""

    def call(**values: Any) -> None:
        command(**values)

    parameters = [p.replace(annotation=_annotation(p)) for p in command.parameters]
    call.__doc__ = command.__doc__
    call.__name__ = command.__name__
    call.__annotations__ = {p.name: p.annotation for p in parameters}
    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # read by typer
    return call


def _annotation(parameter: inspect.Parameter) -> Any:
    kind, spec = get_args(parameter.annotation)
    return Annotated[kind, _info(spec)]


def _info(spec: Spec) -> Any:
    if not spec.names:
        return typer.Argument(help=spec.help, **spec.more)
    names, more = spec.names, {"metavar": spec.value, **spec.more}
    return typer.Option(*names, help=spec.help, envvar=spec.envvar, show_envvar=False, **more)
