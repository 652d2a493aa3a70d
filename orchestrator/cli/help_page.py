"""The page of `orchestrate COMMAND --help`: options under headings, in one column, as wide as the terminal.

Our own and not typer's, whose pages are one flat list, or one of boxes that takes Rich and three times the start.
"""

import inspect
from collections.abc import Iterator, Sequence
from enum import Enum
from inspect import Parameter
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from orchestrator.cli.options import Command, Section, Spec, kind_of
from orchestrator.reporters.style import Look
from orchestrator.reporters.wrapping import wrap

_PIPED, _WIDEST, _WIDEST_LABEL = 80, 110, 30
_HELP = ("-h, --help", "show this page")
Row = tuple[str, str]


def render_help(name: str, command: Command, look: Look) -> str:
    """Return the page of one command; a pipe gets it for 80 columns."""
    width = page_width(look)
    parameters = [(p, *kind_of(p)) for p in command.parameters]
    shown = [each for each in parameters if not each[2].more.get("hidden")]
    arguments = [each for each in shown if not each[2].names]
    options = [each for each in shown if each[2].names]
    usage = " ".join([f"orchestrate {name}", *(place(*each) for each in arguments), "[OPTIONS]"])
    lines = [f"{_title('Usage', look)} {usage}", "", *_about(command, width)]
    sections = {"Arguments": [(place(*each).strip("[]"), _meaning(*each)) for each in arguments]}
    for section in Section.ALL:
        sections[section] = [
            (_label(kind, spec), _meaning(p, kind, spec)) for p, kind, spec in options if spec.section == section
        ]
    labels = [label for rows in sections.values() for label, _ in rows]
    column = min(max(map(len, [_HELP[0], *labels])), _WIDEST_LABEL) + 4
    for section, rows in sections.items():
        if rows:
            lines += ["", _title(section, look), *_rows(rows, column, width)]
    lines += ["", *_rows([_HELP], column, width)]
    return "\n".join(lines) + "\n"


def page_width(look: Look) -> int:
    """Return how many columns a page of help has; a pipe gets it for 80."""
    return min(look.width or _PIPED, _WIDEST)


def _title(text: str, look: Look) -> str:
    return look.paint("bold", f"{text}:")


def _about(command: Command, width: int) -> Iterator[str]:
    """Yield the paragraphs of a command's docstring; one of commands is a list of examples."""
    for number, paragraph in enumerate(inspect.cleandoc(command.__doc__ or "").split("\n\n")):
        if number:
            yield ""
        if paragraph.startswith("orchestrate "):
            yield from (f"  {line}" for line in paragraph.split("\n"))
        else:
            yield from wrap(" ".join(paragraph.split()), width, first="", then="")


def _rows(rows: Sequence[Row], column: int, width: int) -> Iterator[str]:
    margin = " " * column
    for label, meaning in rows:
        start = f"  {label}"
        if len(start) + 2 > column:
            yield start
            start = ""
        yield from wrap(meaning, width, first=f"{start:<{column}}", then=margin)


def place(parameter: Parameter, kind: Any, spec: Spec) -> str:
    """Return an argument as the usage line has it."""
    word = spec.value or ("|".join(get_args(kind)) if get_origin(kind) is Literal else parameter.name.upper())
    word += "..." if get_origin(kind) is list else ""
    return word if parameter.default is Parameter.empty else f"[{word}]"


def _label(kind: Any, spec: Spec) -> str:
    """Return `-t, --task ID`; long names stand beneath one another."""
    short = sorted(name for name in spec.names if not name.startswith("--"))
    names = ", ".join([*short, *(name for name in spec.names if name.startswith("--"))])
    return ("" if short else "    ") + names + _value(kind, spec)


def _value(kind: Any, spec: Spec) -> str:
    """Return the word for an option's value, behind a space."""
    if kind is bool:
        return ""
    inner = get_args(kind)[0] if get_origin(kind) is list else kind
    by_kind = {Path: "FILE", int: "N", float: "N", str: "TEXT"}
    return f" {spec.value or by_kind.get(inner, 'WORD')}"


def _meaning(parameter: Parameter, kind: Any, spec: Spec) -> str:
    """Return what an option is for, with the words that it takes and what it is without being said."""
    words = _words(kind)
    default = parameter.default
    if words and spec.names:
        listed = ", ".join(f"{word} (default)" if word == str(default) else word for word in words)
        return f"{spec.help}: {listed}"
    if isinstance(default, int | float) and not isinstance(default, bool):
        return f"{spec.help} (default: {default:g})"
    return spec.help


def _words(kind: Any) -> list[str]:
    if get_origin(kind) is Literal:
        return [str(word) for word in get_args(kind)]
    return [str(each.value) for each in kind] if isinstance(kind, type) and issubclass(kind, Enum) else []
