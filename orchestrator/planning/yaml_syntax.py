"""What a YAML parser's complaint means, in plain words.

Told from the characters at the place and not from the parser's text, which differs between the C and the pure parser.
"""

import yaml

from orchestrator.errors import Problem
from orchestrator.planning.nodes import Source

_CLOSING = {"[": "]", "{": "}", '"': '"', "'": "'"}
_NEEDS_QUOTES = "@`%"


def syntax_problem(error: yaml.YAMLError, source: Source) -> Problem:
    """Return the problem for an error of the parser."""
    mark = getattr(error, "problem_mark", None)
    context = getattr(error, "context_mark", None)
    line, column = (mark.line, mark.column) if mark is not None else (0, 0)
    opened = _character(source, context.line, context.column) if context is not None else ""
    if context is not None and opened in _CLOSING and not _rest(source, line, column):
        message = f"this `{opened}` is never closed"
        hint = f"add `{_CLOSING[opened]}`"
        line, column = context.line, context.column
    elif context is not None and opened in "[{" and opened:
        message = f"`,` or `{_CLOSING[opened]}` expected here"
        hint = f"the `{opened}` of line {context.line + 1}, column {context.column + 1} is still open"
    else:
        message, hint = _at(source, line, column, getattr(error, "problem", None) or "unreadable")
    return Problem(code="E002", message=message, place=source.place(line, column, line, column + 1), hint=hint)


def _at(source: Source, line: int, column: int, problem: str) -> tuple[str, str]:
    here = _character(source, line, column)
    if here == "\t":
        return "a tab cannot indent a line in YAML", "use spaces"
    if here and here in _NEEDS_QUOTES:
        return f"a text that starts with `{here}` needs quotes", "put the text in quotes"
    if here == ":":
        return (
            "a `:` is not allowed here",
            "put the text in quotes if it holds a `:`, or indent the line like its neighbours",
        )
    return f"YAML syntax: {problem}", "check the indentation here and whether a `:` or a quote is missing above"


def _character(source: Source, line: int, column: int) -> str:
    return source.line(line)[column : column + 1]


def _rest(source: Source, line: int, column: int) -> str:
    """Return what follows, except white space; only the end of the file has nothing."""
    return source.line(line)[column:].strip() or source.line(line + 1).strip()
