"""Option groups that several commands share, and the decorator that unfolds them into one command line.

A command is a function whose parameters are plain options or option groups (dataclasses); it returns its exit
code. Groups are neither compared nor printed: to generate methods for that costs each command some milliseconds.
A command takes the smallest group that it needs: an option without effect is refused like any unknown one.
"""

import inspect
import os
import types
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, get_args

from msgspec import Struct

from orchestrator.cli.contradictions import Pair, refuse_contradictions
from orchestrator.cli.streams import forget_output
from orchestrator.errors import ExitCode


class Section:
    """The headings under which `--help` shows options, in this order."""

    OWN = "Options"
    CHOICE = "Choose what runs"
    WAY = "How it runs"
    SHOW = "What it shows"
    PLACE = "Where things are"
    ALL = (OWN, CHOICE, WAY, SHOW, PLACE)


class Spec(Struct, frozen=True, kw_only=True):
    """What an option is, or an argument, which has no names; `value` is its word in help, `more` goes to typer."""

    names: tuple[str, ...] = ()
    help: str
    section: str = Section.OWN
    value: str | None = None
    envvar: str | None = None
    more: dict[str, Any]


def option(*names: str, help: str, section: str = Section.OWN, value: str | None = None, **more: Any) -> Any:
    """Make an option that can also be set by its environment twin."""
    long = next(name for name in names if name.startswith("--")).split("/")[0]
    twin = more.pop("envvar", "ORCHESTRATE_" + long[2:].upper().replace("-", "_"))
    return Spec(names=names, help=help, section=section, value=value, envvar=twin, more=more)


def argument(*, help: str, value: str | None = None, **more: Any) -> Any:
    """Make what is told by its place."""
    return Spec(help=help, value=value, more=more)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Look:
    """Which document, and whether answers and errors are in colour: what every command about a document takes."""

    config: Annotated[
        Path | None,
        option(
            "--config",
            "-c",
            section=Section.PLACE,
            help="the document (default: phases.yaml, config/phases.yaml, here or above)",
        ),
    ] = None
    directory: Annotated[
        Path | None,
        option("--directory", "-C", value="DIR", section=Section.PLACE, help="work as if started in this folder"),
    ] = None
    color: Annotated[
        Literal["auto", "always", "never"], option("--color", value="WHEN", section=Section.SHOW, help="colours")
    ] = "auto"


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Colours:
    """Of commands that need no document."""

    color: Annotated[
        Literal["auto", "always", "never"], option("--color", value="WHEN", section=Section.SHOW, help="colours")
    ] = "auto"


# Where commands work that need no document; those that need one take `Look`.
Folder: TypeAlias = Annotated[
    Path | None,
    option(
        "--directory",
        "-C",
        value="DIR",
        section=Section.PLACE,
        help="work as if started in this folder",
        envvar=None,
    ),
]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Drawing:
    """Of commands whose answers have glyphs; kept in its environment twin (see `cli.present`)."""

    ascii: Annotated[bool, option("--ascii", section=Section.SHOW, help="ASCII characters only")] = False


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Common(Look):
    """Also which repository: what every command about a repository takes."""

    project: Annotated[
        Path | None,
        option(
            "--project",
            value="DIR",
            section=Section.PLACE,
            help="the repository (default: the document's project.root)",
        ),
    ] = None


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Asking(Common):
    """Of commands that may ask."""

    no_input: Annotated[
        bool, option("--no-input", section=Section.WAY, help="never ask; end with exit code 6 instead")
    ] = False


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Checking(Common):
    """Of commands that read the document."""

    profile: Annotated[
        str | None,
        option("--profile", value="NAME", section=Section.PLACE, help="use a profile of the document"),
    ] = None


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Planning(Checking):
    """Of commands that make a plan."""

    param: Annotated[
        list[str] | None,
        option(
            "--param",
            "-D",
            value="NAME=VALUE",
            section=Section.PLACE,
            help="set a param of the document (repeatable)",
            envvar=None,
        ),
    ] = None


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Working(Asking):
    """Of commands that carry something out."""

    quiet: Annotated[bool, option("--quiet", "-q", section=Section.SHOW, help="print only what went wrong")] = False
    verbose: Annotated[
        bool, option("--verbose", "-v", section=Section.SHOW, help="show the output of tasks as it comes")
    ] = False

    @property
    def contradictions(self) -> Iterable[Pair]:
        """Return the options that do not go together."""
        yield self.quiet and self.verbose, "--quiet", "--verbose"


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Running(Working, Planning):
    """Of commands that carry a document out."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Choice:
    """Which tasks are meant. Selectors of one kind add up; different kinds narrow each other."""

    phase: Annotated[
        list[str] | None,
        option("--phase", "-p", value="ID", section=Section.CHOICE, help="a phase: 2, name, 1..3 (repeatable)"),
    ] = None
    group: Annotated[
        list[str] | None,
        option("--group", "-g", value="ID", section=Section.CHOICE, help="a group: c, 2.c (repeatable)"),
    ] = None
    task: Annotated[
        list[str] | None,
        option(
            "--task",
            "-t",
            value="ID",
            section=Section.CHOICE,
            help="a task: 2.1, 2.*, +2.7 with what it needs, 2.7+ with dependents",
        ),
    ] = None
    tag: Annotated[
        list[str] | None, option("--tag", value="TAG", section=Section.CHOICE, help="tasks with this tag (repeatable)")
    ] = None
    from_: Annotated[
        str | None, option("--from", value="ID", section=Section.CHOICE, help="this task and all that come after it")
    ] = None
    until: Annotated[
        str | None, option("--until", value="ID", section=Section.CHOICE, help="all tasks up to this one")
    ] = None
    only: Annotated[
        list[str] | None,
        option("--only", value="ID", section=Section.CHOICE, help="these alone; what they depend on is taken as done"),
    ] = None
    skip: Annotated[
        list[str] | None, option("--skip", value="ID", section=Section.CHOICE, help="leave these out (repeatable)")
    ] = None
    failed: Annotated[
        bool, option("--failed", section=Section.CHOICE, help="what failed or was blocked in the last run")
    ] = False
    with_deps: Annotated[
        bool, option("--with-deps", section=Section.CHOICE, help="and what the selection depends on")
    ] = False

    @property
    def contradictions(self) -> Iterable[Pair]:
        """Return the options that do not go together."""
        yield bool(self.only) and self.with_deps, "--only", "--with-deps"

    @property
    def narrows(self) -> bool:
        """Say whether any selector was given."""
        lists = (self.phase, self.group, self.task, self.tag, self.only, self.skip)
        return any(lists) or self.failed or self.from_ is not None or self.until is not None


def _remember_look(group: object) -> None:
    """Put the flags about looks where error messages read them too: into their environment twins."""
    if isinstance(group, Look | Colours):
        os.environ["ORCHESTRATE_COLOR"] = group.color
    elif isinstance(group, Drawing) and group.ascii:
        os.environ["ORCHESTRATE_ASCII"] = "1"


class Command:
    """A function of option groups as one of single options, which ends the process with the code that it returns."""

    def __init__(self, function: Callable[..., int]) -> None:
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__
        self._function = function
        signature = inspect.signature(function)
        self._groups: dict[str, Any] = {
            name: p.annotation for name, p in signature.parameters.items() if is_dataclass(p.annotation)
        }
        plain = [p for name, p in signature.parameters.items() if name not in self._groups]
        unfolded = [
            inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=field.type)
            for group in self._groups.values()
            for field in fields(group)
        ]
        self.parameters = [*(p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in plain), *unfolded]

    def __call__(self, **values: Any) -> None:
        """Run with a value for every parameter."""
        arguments = {
            name: group(**{field.name: values.pop(field.name) for field in fields(group)})
            for name, group in self._groups.items()
        }
        for group in arguments.values():
            _remember_look(group)
            refuse_contradictions(group)
        try:
            code = self._function(**arguments, **values)
        except BrokenPipeError:  # typer would take it for a failure and end with 1
            forget_output()
            code = ExitCode.OK
        raise SystemExit(code)


def kind_of(parameter: inspect.Parameter) -> tuple[Any, Spec]:
    """Return the type of a command's parameter, without `| None` (None where several are left), and what it is."""
    kind, spec = get_args(parameter.annotation)
    if isinstance(kind, types.UnionType):
        some = [each for each in get_args(kind) if each is not types.NoneType]
        kind = some[0] if len(some) == 1 else None
    return kind, spec


def command(function: Callable[..., int]) -> Command:
    """Unfold option groups into single options."""
    return Command(function)
