"""From the command line to one command, and from an error to a message and an exit code."""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from orchestrator.cli.commands import COMMANDS, render_overview
from orchestrator.cli.streams import finish, forget_output, is_lost_output, prepare, tell, tell_lost_output
from orchestrator.collector import look_at_what_is_new, look_rarely
from orchestrator.errors import DocumentInvalid, ExitCode, OrchestrateError

if TYPE_CHECKING:
    from orchestrator.cli.options import Command

_ONLY_PRINT = frozenset({"Start", "Look", "Extend"})
_CLOSE = 0.75  # of 1, or one slip: `bogus` is no slip of `logs`
# Options before the command are moved behind it; these take a value.
_WITH_VALUE = frozenset({"-c", "--config", "-C", "--directory", "--project", "--profile", "--param", "-D", "--color"})


def start(arguments: Sequence[str]) -> int:
    """Make this process the program, then run its command line; the return value is the exit code."""
    look_rarely()
    prepare()
    if _only_prints(arguments):
        # end silently when nobody reads the output any more (`status | head`), like any tool
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    return enter(arguments)


def enter(arguments: Sequence[str]) -> int:
    """Run one command line in this process, whose own settings stay as they are."""
    leading, rest = _split(arguments)
    if not rest and any(word not in ("-h", "--help") for word in leading):
        return _unknown(leading[0])
    if not rest:
        return guarded(lambda: _show_overview(with_last_run=not leading))
    name = rest[0]
    if name not in COMMANDS:
        return _unknown(name)

    def call() -> int:
        return guarded(lambda: _invoke(name, [*rest[1:], *leading]))

    if COMMANDS[name].supervised and not _asks_for_help(rest):
        from orchestrator.processes.supervisor import supervise

        return guarded(lambda: _look_for_another(name, [*rest[1:], *leading])) or supervise(call)
    return call()


def _only_prints(arguments: Sequence[str]) -> bool:
    _, rest = _split(arguments)
    return not rest or _asks_for_help(rest) or (rest[0] in COMMANDS and COMMANDS[rest[0]].section in _ONLY_PRINT)


def _asks_for_help(rest: Sequence[str]) -> bool:
    return not {"-h", "--help"}.isdisjoint(rest)


def _show_overview(*, with_last_run: bool) -> int:
    sys.stdout.write(render_overview())
    if with_last_run:
        from orchestrator.cli.last_run import last_run

        sys.stdout.write(last_run())
    return ExitCode.OK


def _look_for_another(name: str, arguments: list[str]) -> int:
    """Raise LockHeld when another run works here: said before the large imports."""
    from orchestrator.cli.occupied import refuse_if_occupied

    refuse_if_occupied(name, arguments)
    return ExitCode.OK


def _split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Part the options before the command from the command and what follows."""
    position = 0
    while position < len(arguments) and arguments[position].startswith("-"):
        position += 2 if arguments[position] in _WITH_VALUE else 1
    return list(arguments[:position]), list(arguments[position:])


def _unknown(name: str) -> int:
    from difflib import get_close_matches

    from orchestrator.planning.suggest import distance

    close = get_close_matches(name, COMMANDS, n=1, cutoff=_CLOSE) or [
        command for command in COMMANDS if distance(name, command, 1) <= 1
    ]
    hint = f"did you mean `orchestrate {close[0]}`?" if close else "`orchestrate --help` lists the commands"
    tell(f"error: no command or option {name!r}\n  hint: {hint}\n")
    return ExitCode.USAGE


def _invoke(name: str, arguments: list[str]) -> int:
    import importlib

    from orchestrator.cli.quick import read_plainly

    command = importlib.import_module(f"orchestrator.cli.{COMMANDS[name].module}").command
    if _asks_for_help(arguments):
        return _show_help(name, command, arguments)
    if COMMANDS[name].supervised:
        look_at_what_is_new()
    values = read_plainly(command, arguments)
    if values is not None:
        command(**values)
    else:
        from orchestrator.cli.typed import call

        call(name, arguments)
    return ExitCode.OK


def _show_help(name: str, command: "Command", arguments: list[str]) -> int:
    """Show the page of a command, in the colours that the rest of the line asks for."""
    from orchestrator.cli.help_page import render_help
    from orchestrator.cli.present import look_of

    for word, following in zip(arguments, [*arguments[1:], ""], strict=True):
        if word.startswith("--color"):
            os.environ["ORCHESTRATE_COLOR"] = word.partition("=")[2] or following
    sys.stdout.write(render_help(name, command, look_of(sys.stdout)))
    return ExitCode.OK


def guarded(call: Callable[[], int]) -> int:
    """Turn expected errors into one clear message, and unexpected ones into a crash file."""
    return finish(_with_errors_told(call))


def _with_errors_told(call: Callable[[], int]) -> int:
    try:
        return call()
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else ExitCode.OK if ending.code is None else ExitCode.USAGE
    except DocumentInvalid as error:
        from orchestrator.cli.present import show_problems

        with suppress(OSError, ValueError):  # nobody is there to be told
            show_problems(error.problems, sys.stderr)
        return error.exit_code
    except OrchestrateError as error:
        from orchestrator.cli.present import show_error

        show_error(error)
        return error.exit_code
    except KeyboardInterrupt:
        return ExitCode.SIGINT
    except EOFError:  # the terminal went away while somebody was asked
        tell("Aborted.\n")
        return ExitCode.FAILED
    except Exception as error:
        if isinstance(error, BrokenPipeError):
            forget_output()
            return ExitCode.OK
        if isinstance(error, OSError) and is_lost_output(error):
            return tell_lost_output(error)
        from orchestrator.cli.crash import write_crash_file

        path = write_crash_file()
        tell(
            "internal error: this is a bug in orchestrate\n"
            f"  details: {path}\n"
            "  hint: report it with that file; `orchestrate resume` goes on where the run stopped\n"
        )
        return ExitCode.INTERNAL
