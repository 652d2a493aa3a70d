"""Commands as typer has them: for what is wrong in a command line, and for whoever asks for all options."""

import importlib
import inspect
import sys
from collections.abc import Callable, Sequence
from typing import Annotated, Any, NoReturn, get_args

import typer
from typer.core import TyperCommand

from orchestrator.cli.commands import COMMANDS
from orchestrator.cli.help_page import place, render_help
from orchestrator.cli.options import Command, Spec, kind_of
from orchestrator.cli.present import look_of
from orchestrator.errors import UsageError
from orchestrator.planning.suggest import nearest

_MISTAKE: type[Exception] = typer.BadParameter.__bases__[0]  # UsageError, wherever this version of typer has it


def call(name: str, arguments: list[str]) -> NoReturn:
    """Run a command; UsageError tells what is wrong in its line, as all our errors are told."""
    try:
        code = app_of(name)(args=arguments, prog_name=f"orchestrate {name}", standalone_mode=False)
    except _MISTAKE as mistake:
        raise _told(name, mistake) from mistake
    except typer.Abort:  # the terminal went away while somebody was asked
        raise EOFError from None
    raise SystemExit(code or 0)


def _told(name: str, mistake: Any) -> UsageError:
    """Return our error for a mistake that typer found."""
    kind, others = type(mistake).__name__, f"`orchestrate {name} --help` shows what there is"
    if kind == "NoSuchOption":
        close = ", ".join(_near(mistake.option_name, mistake.possibilities or ()))
        return UsageError(f"no option {mistake.option_name}", hint=f"did you mean {close}?" if close else others)
    if kind == "MissingParameter" and mistake.param is not None:
        parameter = next(each for each in _command(name).parameters if each.name == mistake.param.name)
        return UsageError(f"{place(parameter, *kind_of(parameter))} is missing", hint=others)
    text = mistake.format_message().rstrip(".").replace("valid int range", "whole number")
    return UsageError(text[:1].lower() + text[1:].replace("valid float range", "number"), hint=others)


def _near(word: str, options: Sequence[str]) -> Sequence[str]:
    """Return the options that a word is the beginning of, else the one that it is a slip of."""
    near = nearest(word, options)
    return [option for option in options if option.startswith(word)] or ([near] if near else [])


def _command(name: str) -> Command:
    command: Command = importlib.import_module(f"orchestrator.cli.{COMMANDS[name].module}").command
    return command


def app_of(name: str) -> typer.Typer:
    """Return the application that is one command."""
    return app_around(name, _command(name))


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
