"""`orchestrate completion`: a script for a shell. Commands and flags stand in it; ids and runs are asked for at TAB."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from orchestrator.cli.commands import COMMANDS
from orchestrator.cli.options import Planning, argument, option
from orchestrator.cli.options import command as as_command
from orchestrator.cli.words import KINDS, OF_ARGUMENTS, OF_OPTIONS, words
from orchestrator.errors import ExitCode, UsageError

# `@k` is the kind of words of an option's value, `@n` the names of commands; the rest is the shell's own.
_BASH = """\
_orchestrate_words() {
  local at places=()
  for ((at = 1; at + 1 < ${#COMP_WORDS[@]}; at++)); do
    case "${COMP_WORDS[at]}" in
      -c|--config|-C|--directory|--project) places+=("${COMP_WORDS[at]}" "${COMP_WORDS[at + 1]}") ;;
    esac
  done
  COMPREPLY=($(compgen -W "$(command orchestrate completion --words "$1" "${places[@]}" 2>/dev/null)" -- "$word"))
}
_orchestrate() {
  local word=${COMP_WORDS[COMP_CWORD]}
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "@n" -- "$word"))
    return
  fi
  case "${COMP_WORDS[1]}:${COMP_WORDS[COMP_CWORD - 1]}" in
@v
  esac
  case "${COMP_WORDS[1]}:$word:$COMP_CWORD" in
@c
  esac
}
complete -o default -F _orchestrate orchestrate
"""
_ZSH = """\
#compdef orchestrate
_orchestrate_words() {
  local -a places found
  local at
  for ((at = 2; at < CURRENT; at++)); do
    case "$words[at]" in
      -c|--config|-C|--directory|--project) places+=("$words[at]" "$words[at+1]") ;;
    esac
  done
  found=(${(f)"$(command orchestrate completion --words $1 $places 2>/dev/null)"})
  compadd -a found
}
_orchestrate() {
  if (( CURRENT == 2 )); then
    local -a commands=(@n)
    _describe 'command' commands
    return
  fi
  case "$words[2]:$words[CURRENT-1]" in
@v
  esac
  case "$words[2]:$words[CURRENT]:$((CURRENT - 1))" in
@c
  esac
  _files
}
compdef _orchestrate orchestrate
"""
_FISH = """\
function __orchestrate_words
  set -l line (commandline -opc)
  set -l places
  for at in (seq 2 (math (count $line) - 1))
    if contains -- $line[$at] -c --config -C --directory --project
      set -a places $line[$at] $line[(math $at + 1)]
    end
  end
  command orchestrate completion --words $argv[1] $places 2>/dev/null
end
"""


def parameters_of(name: str) -> list[Any]:
    """Return the options and arguments of a command, as click has them."""
    from typer.main import get_command

    from orchestrator.cli.typed import app_of

    return list(get_command(app_of(name)).params)


def options_of(name: str) -> list[str]:
    """Return the long and short options of a command, without hidden ones."""
    found = [
        text
        for parameter in parameters_of(name)
        for text in parameter.opts
        if text.startswith("-") and not getattr(parameter, "hidden", False)
    ]
    return sorted({*found, "--help"})


def render_script(shell: str) -> str:
    """Return the completion script for bash, zsh or fish."""
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell]()


def choices_of(name: str) -> Iterator[tuple[list[str], list[str]]]:
    """Yield the options of a command that take one word of a few, with these words."""
    for parameter in parameters_of(name):
        words_of_it = getattr(parameter.type, "choices", None)
        if words_of_it and parameter.opts[0].startswith("-"):
            yield list(parameter.opts), [str(word) for word in words_of_it]


def _bash() -> str:
    values = [f"    {_alternatives('*', names)}) _orchestrate_words {kind}; return ;;" for kind, names in _by_kind()]
    values += [
        f"""    {_alternatives(name, options)}) COMPREPLY=($(compgen -W "{" ".join(some)}" -- "$word")); return ;;"""
        for name in COMMANDS
        for options, some in choices_of(name)
    ]
    cases = [
        f"""    {name}:-*) COMPREPLY=($(compgen -W "{" ".join(options_of(name))}" -- "$word")) ;;"""
        for name in COMMANDS
    ]
    cases += [f"    {_first(name)}) _orchestrate_words {kind} ;;" for name, kind in OF_ARGUMENTS.items()]
    return _filled(_BASH, " ".join(COMMANDS), values, cases)


def _zsh() -> str:
    values = [f"    {_alternatives('*', names)}) _orchestrate_words {kind}; return ;;" for kind, names in _by_kind()]
    values += [
        f"    {_alternatives(name, options)}) compadd -- {' '.join(some)}; return ;;"
        for name in COMMANDS
        for options, some in choices_of(name)
    ]
    cases = [f"    {name}:-*) compadd -- {' '.join(options_of(name))}; return ;;" for name in COMMANDS]
    cases += [f"    {_first(name)}) _orchestrate_words {kind}; return ;;" for name, kind in OF_ARGUMENTS.items()]
    described = " ".join(f"'{name}:{_plain(entry.summary)}'" for name, entry in COMMANDS.items())
    return _filled(_ZSH, described, values, cases)


def _fish() -> str:
    rows = [
        f"complete -c orchestrate -n __fish_use_subcommand -f -a {name} -d '{_plain(entry.summary)}'"
        for name, entry in COMMANDS.items()
    ]
    for name in COMMANDS:
        some = {option: " ".join(of_it) for options, of_it in choices_of(name) for option in options}
        seen = f"complete -c orchestrate -n '__fish_seen_subcommand_from {name}'"
        for text in options_of(name):
            kind = OF_OPTIONS.get(text)
            offered = f"(__orchestrate_words {kind})" if kind else some.get(text)
            values = f" -x -a '{offered}'" if offered else ""
            rows.append(f"{seen} {'-l ' + text[2:] if text.startswith('--') else '-s ' + text[1:]}{values}")
        if name in OF_ARGUMENTS:
            rows.append(f"{seen} -a '(__orchestrate_words {OF_ARGUMENTS[name]})'")
    return _FISH + "\n".join(rows) + "\n"


def _alternatives(command: str, options: list[str]) -> str:
    return "|".join(f"{command}:{option}" for option in options)


def _first(name: str) -> str:
    """Return the pattern of a command's argument; what follows the action of `edit` is a file."""
    return "edit:*:2" if name == "edit" else f"{name}:*"


def _by_kind() -> list[tuple[str, list[str]]]:
    kinds = dict.fromkeys(OF_OPTIONS.values())
    return [(kind, [text for text, of in OF_OPTIONS.items() if of == kind]) for kind in kinds]


def _filled(script: str, names: str, values: list[str], cases: list[str]) -> str:
    return script.replace("@n", names).replace("@v", "\n".join(values)).replace("@c", "\n".join(cases))


def _plain(text: str) -> str:
    return text.replace("'", "").replace(":", " ")


def _hidden(*names: str, help: str) -> Any:
    return option(*names, help=help, envvar=None, hidden=True)


@as_command
def command(
    shell: Annotated[Literal["bash", "zsh", "fish"] | None, argument(help="your shell: bash, zsh, fish")] = None,
    kind: Annotated[str | None, _hidden("--words", help="print the words of a kind, as the scripts ask for")] = None,
    config: Annotated[Path | None, _hidden("--config", "-c", help="the document of the words")] = None,
    directory: Annotated[Path | None, _hidden("--directory", "-C", help="work as if started here")] = None,
    project: Annotated[Path | None, _hidden("--project", help="the repository of the words")] = None,
) -> int:
    """Print a completion script: `source <(orchestrate completion bash)`."""
    if kind is not None:
        if kind not in KINDS:
            raise UsageError(f"no kind of words {kind!r}", hint=f"one of {', '.join(KINDS)}")
        found = words(kind, Planning(config=config, directory=directory, project=project))
        sys.stdout.write("".join(f"{word}\n" for word in found))
        return ExitCode.OK
    if shell is None:
        raise UsageError("which shell?", hint="`orchestrate completion bash`, `zsh` or `fish`")
    sys.stdout.write(render_script(shell))
    return ExitCode.OK
