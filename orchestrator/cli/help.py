"""`orchestrate help`: the commands, how a document begins, the exit codes, the environment."""

import sys
from typing import Annotated

from orchestrator.cli.commands import COMMANDS, render_overview
from orchestrator.cli.options import argument
from orchestrator.cli.options import command as as_command
from orchestrator.errors import ExitCode, UsageError
from orchestrator.planning.suggest import did_you_mean

MEANINGS = {
    ExitCode.OK: "everything selected is done or up to date",
    ExitCode.FAILED: "at least one task failed or is blocked",
    ExitCode.USAGE: "usage: unknown flag or id, unreadable file",
    ExitCode.INVALID: "the document is invalid (`validate` says where)",
    ExitCode.INTERNAL: "internal error: a bug of ours, with the crash file's path",
    ExitCode.NOTHING_SELECTED: "nothing selected (`--allow-empty` makes it 0)",
    ExitCode.INPUT_NEEDED: "input needed but no terminal, or `--no-input`",
    ExitCode.WAITING: "stopped waiting for approval; `resume` continues",
    ExitCode.REFUSED: "a checkpoint or guard said no",
    ExitCode.LOCKED: "another run holds the lock (the holder is named)",
    ExitCode.UNUSABLE: "workspace or ledger unusable: disk full, read-only, corrupt, newer schema",
    ExitCode.DRIFT: "drift or undo conflict: a file is not as we left it",
    ExitCode.MISSING_TOOL: "a plug-in or a needed tool is missing or broken",
    ExitCode.SIGHUP: "SIGHUP, after an orderly stop",
    ExitCode.SIGINT: "SIGINT (Ctrl-C), after an orderly stop",
    ExitCode.SIGTERM: "SIGTERM, after an orderly stop",
}


FIRST_DOCUMENT = """\
# phases.yaml, at the top of the repository.
#   orchestrate validate              check it
#   orchestrate plan                  see what would run, in which order
#   orchestrate run --all --dry-run   see the diff that it would make
#   orchestrate schema                print its JSON Schema for editors
version: 1
project:
  name: hello
phases:                  # one after the other
  - id: "1"
    name: First steps
    groups:              # start together, unless `depends_on: [a]` orders them
      - id: a
        execution: parallel
        tasks:           # `orchestrate handlers` lists their types
          - id: "1.1"
            name: say hello
            type: command
            command: ["echo", "hello"]
          - id: "1.2"
            name: write a note
            type: command
            command: ["sh", "-c", "echo measured > NOTE.md"]
            creates: [NOTE.md]
        checkpoint:      # measured when the group's tasks are done
          - {type: file_exists, path: NOTE.md}
"""


_ENVIRONMENT = (
    "Environment variables, the option that each sets, and the commands that have it.",
    "An option on the command line wins. 1 and 0 turn a switch on and off; the words",
    "of a list are separated by spaces.",
    "",
)


def render_exit_codes() -> str:
    """Return the table of exit codes and which of several is reported."""
    from orchestrator.errors import PRECEDENCE

    lines = [f"{code:>4}  {meaning}" for code, meaning in sorted(MEANINGS.items())]
    order = ", ".join(str(int(code)) for code in PRECEDENCE)
    last = "With several causes the first of these is reported:"
    return "Exit codes\n" + "\n".join(lines) + f"\n\n{last}\n{order}\n"


def render_environment() -> str:
    """Return the table of environment variables: what each sets, and for which commands."""
    from orchestrator.cli.completion import parameters_of
    from orchestrator.cli.help_page import page_width
    from orchestrator.cli.present import look_of
    from orchestrator.reporters.wrapping import wrap

    found: dict[tuple[str, str], list[str]] = {}
    for name in COMMANDS:
        for parameter in parameters_of(name):
            if parameter.envvar:
                option = next(text for text in parameter.opts if text.startswith("--"))
                found.setdefault((str(parameter.envvar), option), []).append(name)
    width = page_width(look_of(sys.stdout))
    lines = [
        line
        for (variable, option), names in sorted(found.items())
        for line in wrap(", ".join(names), width, first=f"  {variable:<28}{option:<18}", then=" " * 48)
    ]
    return "\n".join([*_ENVIRONMENT, *lines]) + "\n"


@as_command
def command(
    topic: Annotated[str | None, argument(help="a command, document, exit-codes, or environment")] = None,
) -> int:
    """Explain a command or a topic."""
    if topic is None:
        sys.stdout.write(render_overview())
    elif topic == "exit-codes":
        sys.stdout.write(render_exit_codes())
    elif topic == "environment":
        sys.stdout.write(render_environment())
    elif topic == "document":
        sys.stdout.write(FIRST_DOCUMENT)
    elif topic in COMMANDS:
        from orchestrator.cli.entry import enter

        return enter([topic, "--help"])
    else:
        message = f"no help about {topic!r}"
        close = did_you_mean(topic, [*COMMANDS, "document", "exit-codes", "environment"])
        raise UsageError(message, hint=close or "topics: document, exit-codes, environment, and every command")
    return ExitCode.OK
