"""`orchestrate completion`: a static script, so that TAB starts no Python for commands."""

import sys
from typing import Annotated, Any, Literal

import typer

from orchestrator.cli.commands import COMMANDS
from orchestrator.cli.options import command as as_command
from orchestrator.errors import ExitCode

_BASH = """\
_orchestrate() {{
  local word=${{COMP_WORDS[COMP_CWORD]}}
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "{names}" -- "$word"))
    return
  fi
  case "${{COMP_WORDS[1]}}" in
{cases}
  esac
}}
complete -o default -F _orchestrate orchestrate
"""
_ZSH = """\
#compdef orchestrate
_orchestrate() {{
  if (( CURRENT == 2 )); then
    local -a commands=({described})
    _describe 'command' commands
    return
  fi
  case "$words[2]" in
{cases}
  esac
  _files
}}
compdef _orchestrate orchestrate
"""


def parameters_of(name: str) -> list[Any]:
    """Return the options and arguments of a command, as click has them."""
    import importlib

    from typer.main import get_command

    app = typer.Typer(add_completion=False, context_settings={"help_option_names": ["-h", "--help"]})
    app.command(name=name)(importlib.import_module(f"orchestrator.cli.{COMMANDS[name].module}").command)
    return list(get_command(app).params)


def options_of(name: str) -> list[str]:
    """Return the long and short options of a command."""
    found = [text for parameter in parameters_of(name) for text in parameter.opts if text.startswith("-")]
    return sorted({*found, "--help"})


def render_script(shell: str) -> str:
    """Return the completion script for bash, zsh or fish."""
    if shell == "fish":
        lines = [
            f"complete -c orchestrate -n __fish_use_subcommand -f -a {name} -d '{entry.summary.replace(chr(39), '')}'"
            for name, entry in COMMANDS.items()
        ]
        lines += [
            f"complete -c orchestrate -n '__fish_seen_subcommand_from {name}' -l {text[2:]}"
            for name in COMMANDS
            for text in options_of(name)
            if text.startswith("--")
        ]
        return "\n".join(lines) + "\n"
    if shell == "bash":
        cases = "\n".join(
            f"""    {name}) COMPREPLY=($(compgen -W "{" ".join(options_of(name))}" -- "$word")) ;;"""
            for name in COMMANDS
        )
        return _BASH.format(names=" ".join(COMMANDS), cases=cases)
    cases = "\n".join(f"    {name}) compadd -- {' '.join(options_of(name))} ;;" for name in COMMANDS)
    described = " ".join(
        f"'{name}:{entry.summary.replace(chr(39), '').replace(':', ' ')}'" for name, entry in COMMANDS.items()
    )
    return _ZSH.format(described=described, cases=cases)


@as_command
def command(shell: Annotated[Literal["bash", "zsh", "fish"], typer.Argument(help="your shell")]) -> int:
    """Print a completion script: `source <(orchestrate completion bash)`."""
    sys.stdout.write(render_script(shell))
    return ExitCode.OK
