"""Command lines as subjects: functions that read `sys.argv` or take its words, commands of click and of typer.

What is given comes from the declarations: each option alone, its choices, values of its type and wrong ones, what is
required left out.
"""

import argparse
import ast
import contextlib
import functools
import importlib
import inspect
import io
import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .facts import Definition, ModuleFacts, literals_of
from .names import Names
from .sandbox import Fence
from .subjects import Parameter, Subject
from .words import words_for

_MOST = 160  # lists of words for one program
_SECONDS = 2.0
_WORDS = 24  # of the module's texts that are tried as a value
_BY_TYPE = {"int": ("3", "0", "-1", "x"), "float": ("1.5", "0", "x"), "integer": ("3", "0", "-1", "x")}


@dataclass(slots=True)
class Option:
    """One declared argument: its flags (none: it goes by its place), the values to try, the plainest first."""

    flags: tuple[str, ...]
    values: tuple[str, ...] = ()  # none: the flag stands alone
    is_required: bool = False


@dataclass(slots=True)
class Program:
    """What is called with words: `template` is the call up to the list of words, `lead` the words before all others."""

    name: str
    template: str
    function: Any
    node: Definition | None
    options: list[Option] = field(default_factory=list)
    lead: tuple[str, ...] = ()


def find_programs(names: Names, facts: ModuleFacts, fence: Fence, rng: random.Random) -> list[Subject]:
    """Return the command lines of a module as subjects."""
    texts = [text for text in facts.module_literals.texts if text and len(text) < 30 and not text.startswith("-")]
    found = [*_with_argv(names, facts, fence), *_commands(names, facts)]
    return [_subject(each, texts[:_WORDS], rng) for each in found]


def _subject(program: Program, texts: Sequence[str], rng: random.Random) -> Subject:
    lists = dict.fromkeys(repr([*program.lead, *words]) for words in _lists(program.options, texts, rng))
    words = Parameter(
        name="words",
        kind=inspect.Parameter.POSITIONAL_ONLY,
        is_required=True,
        default=inspect.Parameter.empty,
        weights={("one", tuple(itertools.islice(lists, _MOST))): 6.0},
        hinted=frozenset(),
    )
    literals = literals_of(program.node.body if program.node else [])
    return Subject(
        program.name,
        "program",
        [words],
        program.node,
        None,
        literals,
        template=program.template,
        function=program.function,
    )


def _lists(options: Sequence[Option], texts: Sequence[str], rng: random.Random) -> Iterator[list[str]]:
    """Yield lists of words: the least, each option with each value, what is needed left out, some together."""
    needed = [each for each in options if each.is_required]
    plain = [(each, _given(each, each.values[0] if each.values else "")) for each in needed]
    least = [word for _, words in plain for word in words]
    yield least
    yield []
    for option in options:
        rest = [
            word
            for each in needed
            if each is not option
            for word in _given(each, each.values[0] if each.values else "")
        ]
        for value in (*option.values, *texts) if option.values else ("",):
            given = _given(option, value)
            yield [*rest, *given] if option.flags else [*given, *rest]
        yield rest
    for _ in range(_MOST):
        chosen = [each for each in options if each.is_required or rng.random() < 0.4]
        words = [_given(each, rng.choice((*each.values, *texts)) if each.values else "") for each in chosen]
        yield [word for part in words for word in part]
    yield [*least, "--unknown"]


def _given(option: Option, value: str) -> list[str]:
    words = [option.flags[-1]] if option.flags else []
    return [*words, value] if option.values else words


# ---------------------------------------------------------------- argparse and sys.argv


def _with_argv(names: Names, facts: ModuleFacts, fence: Fence) -> Iterator[Program]:
    readers = {name for name, node in facts.definitions.items() if _reads_argv(node, set())}
    for name, node in facts.definitions.items():
        value = vars(names.module).get(name)
        if "." in name or not inspect.isfunction(value):
            continue
        parameters = list(inspect.signature(value).parameters.values())
        is_given = bool(parameters) and parameters[0].name in ("argv", "args", "cmdline")
        needed = [each for each in parameters if each.default is each.empty and each.kind is not each.VAR_POSITIONAL]
        if is_given and len(needed) <= 1 and _parses(node, parameters[0].name, facts):
            program = Program(name, f"{names.own(name)}({{0}}", value, node)
            yield from _with_parser(program, _parser_of(functools.partial(value, []), fence))
        elif not needed and _reads_argv(node, readers):
            program = Program(name, f"run_with({names.own(name)}, {{0}}", value, node)
            yield from _with_parser(program, _parser_of(value, fence))


class _Found(BaseException):
    """The parser that a program uses."""


def _parser_of(run: Callable[[], object], fence: Fence) -> Any:
    """Run a program up to the place where it parses its words and return the parser; None when it does not."""

    def stop(parser: Any, *_: object, **__: object) -> None:
        raise _Found(parser)

    before = argparse.ArgumentParser.parse_known_args
    argparse.ArgumentParser.parse_known_args = stop  # type: ignore[assignment,method-assign]
    try:
        with contextlib.redirect_stdout(io.StringIO()), fence.raised(_SECONDS):
            run()
    except _Found as found:
        return found.args[0]
    except BaseException:  # whatever a foreign program raises
        return None
    finally:
        argparse.ArgumentParser.parse_known_args = before  # type: ignore[method-assign]
    return None


def _with_parser(program: Program, parser: Any) -> Iterator[Program]:
    """Yield a program with the options of its parser, and one for each of its sub-commands."""
    actions = list(parser._actions) if parser is not None else []
    inner = next((each for each in actions if isinstance(each, argparse._SubParsersAction)), None)
    program.options = [_of_action(each) for each in actions if each is not inner]
    if not program.lead or inner is None or program.options:
        yield program
    for word, each in (inner.choices if inner is not None else {}).items():
        lead = (*program.lead, word)
        yield from _with_parser(replace(program, name=f"{program.name}_{word}", lead=lead), each)


def words_to_try(name: str, *more: str) -> tuple[str, ...]:
    """Return what to try for an argument of this name: such as it is for, one that says that it is wrong, nothing."""
    words = words_for(name)[:2]
    return (*words, "invalid", "") if words else (*more, "10", "a", "")


def _of_action(action: Any) -> Option:
    flags, wanted = tuple(action.option_strings), action.nargs
    if flags and wanted == 0:
        return Option(flags)
    values = (*map(str, action.choices), "other") if action.choices else ()
    kind = getattr(action.type, "__name__", "")
    values = values or _BY_TYPE.get(kind) or words_to_try(action.dest, "1")
    return Option(flags, values, is_required=bool(action.required) or (not flags and wanted not in ("?", "*")))


def _reads_argv(node: ast.AST, readers: set[str]) -> bool:
    """Say whether code reads the command line itself, or calls one of the functions that do."""
    for each in ast.walk(node):
        if isinstance(each, ast.Attribute) and ast.unparse(each) == "sys.argv":
            return True
        if isinstance(each, ast.Call):
            function = ast.unparse(each.func)
            is_parsing = function.endswith((".parse_args", ".parse_known_args")) and not each.args
            if is_parsing or (function in readers and not each.args):
                return True
    return False


def _parses(node: Definition, name: str, facts: ModuleFacts) -> bool:
    for each in ast.walk(node):
        if isinstance(each, ast.Call) and any(isinstance(part, ast.Name) and part.id == name for part in each.args):
            function = ast.unparse(each.func)
            inner = facts.definitions.get(function)
            if function.endswith(("parse_args", "parse_known_args")):
                return True
            if inner is not None and inner is not node and inner.args.args:
                return _parses(inner, inner.args.args[0].arg, facts)
    return False


# ---------------------------------------------------------------- click and typer


def _commands(names: Names, facts: ModuleFacts) -> Iterator[Program]:
    """Yield a program for each command, those of groups with their names as first words."""
    for name, value in list(vars(names.module).items()):
        if name.startswith("_") or name not in facts.own:
            continue
        is_typer = _is_a(value, "typer.main.Typer")
        if not is_typer and not is_command(value):
            continue
        try:
            command = importlib.import_module("typer.main").get_command(value) if is_typer else value
            framework = "typer" if is_typer else "click"
            names.values["CliRunner"] = importlib.import_module(f"{framework}.testing").CliRunner
        except Exception:  # noqa: S112 - a typer application without commands
            continue
        names.imports["CliRunner"] = f"from {framework}.testing import CliRunner"
        template = f"CliRunner().invoke({names.own(name)}, {{0}}"
        yield from _of_command(command, name, template, (), facts, names)


def _of_command(
    command: Any, name: str, template: str, lead: tuple[str, ...], facts: ModuleFacts, names: Names
) -> Iterator[Program]:
    inner = getattr(command, "commands", None)
    if isinstance(inner, dict):
        yield Program(name, template, command, None, [], lead)
        for word, each in inner.items():
            yield from _of_command(each, f"{name}_{word}", template, (*lead, word), facts, names)
        return
    function = inspect.unwrap(command.callback) if command.callback is not None else None
    if function is None or getattr(function, "__module__", "") != names.module.__name__:
        return
    node = facts.definitions.get(function.__name__)
    yield Program(name, template, function, node, [_of_parameter(each) for each in command.params], lead)


def _of_parameter(parameter: Any) -> Option:
    flags = tuple(parameter.opts) if parameter.param_type_name == "option" else ()
    if flags and (getattr(parameter, "is_flag", False) or getattr(parameter, "count", False)):
        return Option(flags)
    choices = getattr(parameter.type, "choices", None)
    if choices:
        values: tuple[str, ...] = (*(str(getattr(each, "value", each)) for each in choices), "other")
    else:
        values = _BY_TYPE.get(parameter.type.name) or words_to_try(parameter.name or "")
    return Option(flags, values, is_required=bool(parameter.required))


def is_command(value: object) -> bool:
    """Say whether something is called by words, though it looks like a function."""
    return _is_a(value, "click.core.Command", "click.core.BaseCommand")


def _is_a(value: object, *wanted: str) -> bool:
    return any(f"{kind.__module__}.{kind.__qualname__}" in wanted for kind in type(value).__mro__)
