"""The flags of a run that the next command needs too, so that what is said can be typed as it stands."""

import shlex
from collections.abc import Sequence

from msgspec import Struct

_PLACE = frozenset({"-c", "--config", "-C", "--directory", "--project"})  # where: of every command
_PLAN = frozenset({"--profile", "-D", "--param"})  # which plan: of commands that make one
_TASKS = frozenset(
    {"-p", "--phase", "-g", "--group", "-t", "--task", "--tag", "--from", "--until", "--only", "--skip", "--plan"}
)  # which tasks: of `run`
# Stands for the evidence in a command that is shown; nobody's evidence, so `approve` asks for it.
EVIDENCE = "a text, or the path of a file"
_SWITCHES = frozenset({"--all", "--with-deps"})


class Flags(Struct, frozen=True, kw_only=True):
    """Text to put behind a command, with a space in front, or empty.

    `place` belongs behind any command, `plan` behind `run`, and `tasks` behind a `run` of the same tasks. `merges`: an
    undo was asked for that keeps edits of other lines. `program` is the word that calls this program.
    """

    program: str = "orchestrate"
    run: str = ""  # that commands are about, where it is not the last one

    place: str = ""
    plan: str = ""
    tasks: str = ""
    merges: bool = False


NO_FLAGS = Flags()


def flags_of(command: Sequence[str], program: str = "orchestrate") -> Flags:
    """Return what a command line says about the place, the plan and the tasks."""
    place: list[str] = []
    plan: list[str] = []
    tasks: list[str] = []
    merges = "--merge" in command or "--on-conflict=merge" in command
    words = iter(command)
    for word in words:
        name, sign, _ = word.partition("=")
        if name == "--on-conflict" and not sign:
            merges = next(words, "") == "merge"
        found = place if name in _PLACE else plan if name in _PLAN else tasks
        if name not in _PLACE | _PLAN | _TASKS | _SWITCHES:
            continue
        found.append(word)
        if not sign and name not in _SWITCHES:
            found += [value for value in (next(words, None),) if value is not None]
    return Flags(program=program, place=_joined(place), plan=_joined(plan), tasks=_joined(tasks), merges=merges)


def names_any(place: str, *options: str) -> bool:
    """Say whether one of the options is among the flags."""
    return any(word.partition("=")[0] in options for word in place.split(" "))


def approval(task: str, *, needs_evidence: bool) -> str:
    """Return the command that approves a task."""
    return f"approve {task}" + (f" --evidence {shlex.quote(EVIDENCE)}" if needs_evidence else "")


def ways_of_undo(flags: Flags) -> tuple[str, ...]:
    """Return the commands that an undo could be repeated with that met edited files."""
    ways = ("undo --keep", "undo --force")
    return ways if flags.merges else ("undo --merge", *ways)


def _joined(words: Sequence[str]) -> str:
    return f" {shlex.join(words)}" if words else ""
