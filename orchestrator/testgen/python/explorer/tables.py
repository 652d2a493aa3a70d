"""Rows of tables: a test that is one assertion about one call can stand beside others of its kind."""

import ast
import dataclasses
import inspect
import keyword
import re
from collections.abc import Sequence
from typing import Any

from .body import Body, slug
from .corpus import INSTANCE, Try
from .names import Names
from .settled_calls import wrapped_call
from .wording import followed, in_brackets, renamed

_LONGEST_ROW = 80
_REST = inspect.Parameter.VAR_POSITIONAL
_BY_NAME = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
_RESERVED = frozenset({"request", "expected", "result", "monkeypatch", "capsys", "client", INSTANCE})


_MADE_ONCE = re.compile(r"^(iter|io\.StringIO|io\.BytesIO)\((.+)\)$", re.DOTALL)
_ONCE = re.compile(r"\biter\(|\bio\.(String|Bytes)IO\(|^\(.+ for .+ in .+\)$|__next__")
_PART = re.compile(r"assert (result\.(\w+)|str\(result\)) (==|is) (.+)", re.DOTALL)
_NOW = re.compile(r"\.(now|today|utcnow)\(|\btime\.time\(")  # the rows of a table are made when the clock runs


def _lasting(argument: str) -> tuple[str, str]:
    """Part what can be used once only: how the test makes it of a value, and the value that the table holds."""
    found = _MADE_ONCE.match(argument)
    if found is None or _ONCE.search(found[2]):
        return "{}", argument
    call = ast.parse(argument, mode="eval").body
    is_one = isinstance(call, ast.Call) and len(call.args) == 1 and not call.keywords
    return (f"{found[1]}({{}})", found[2]) if is_one else ("{}", argument)


class Tables:
    """Add to a body what makes it a row."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def with_row(self, made: Try, body: Body, value: Any, use: str = "") -> Body:
        """Add what makes the test a row of a table, when it is one assertion about one call."""
        setup = made.program.setup
        is_simple = not setup or (
            len(setup) == 1 and setup[0].startswith(f"{INSTANCE} = ") and len(setup[0]) < _LONGEST_ROW
        )
        checks = body.lines[len(setup) :]
        positions = [i for i, argument in enumerate(made.arguments) if argument is not None]
        if not is_simple or len(checks) != 1 or made.subject.template or not (positions or setup):
            return body
        if any(made.subject.parameters[i].is_variadic or INSTANCE in str(made.arguments[i]) for i in positions):
            return body
        if made.instance and not setup:
            return body
        columns = {i: self.column(made.subject.parameters[i].name) for i in positions}
        given = {i: _lasting(str(made.arguments[i]))[0].format(name) for i, name in columns.items()}
        call = made.subject.write(tuple(given.get(i) for i in range(len(made.arguments))), self._names, made.instance)
        if call is None:
            return body
        wrapped = followed(wrapped_call(made.program.call, made.outcome.how, value), use)
        sign = next((each for each in (" == ", " is ") if checks[0].startswith(f"assert {wrapped}{each}")), "")
        expected = checks[0].removeprefix(f"assert {wrapped}{sign}") if sign else ""
        if isinstance(value, bool):
            sign, expected, call = " is ", str(value), in_brackets(call)
        if not expected:
            return body
        row = tuple(_lasting(str(made.arguments[i]))[1] for i in positions)
        if any(_ONCE.search(each) or _NOW.search(each) for each in (*row, *setup)):
            return body
        names = tuple(columns.values())
        outer = self._outer(made, names)
        if outer is not None:
            call, row, names = renamed(call, INSTANCE, outer[0]), (*outer[2], *row), (*outer[1], *names)
        elif setup:
            row, names = (setup[0].partition(" = ")[2], *row), (INSTANCE, *names)
        table = followed(wrapped_call(call, made.outcome.how, value), use)
        claim = f"{table}{sign}expected"
        more = slug(expected) if isinstance(value, str | bytes | int | float) and not isinstance(value, bool) else ""
        found = dataclasses.replace(body, table=claim, columns=names, row=row, expected=expected, more=more)
        return self._with_options(made, found, columns, sign) if columns and not use and outer is None else found

    def with_parts(self, made: Try, body: Body, call: str) -> Body:
        """Add what makes a test a row that says of several attributes of a result what they are."""
        given = [i for i, argument in enumerate(made.arguments) if argument is not None]
        parameters = made.subject.parameters
        checks = body.lines[1:]
        found = [_PART.fullmatch(each) for each in checks if not each.startswith("assert isinstance(result, ")]
        parts = [each for each in found if each is not None]
        if made.program.setup or made.instance or len(parts) < len(found) or not parts or not given:
            return body
        columns = [self.column(parameters[i].name) for i in given]
        names = [each[2] or "text" for each in parts]
        of_parts = [f"expected_{name}" if name in columns else self.column(name) for name in names]
        columns += of_parts
        row = (*(str(made.arguments[i]) for i in given), *(each[4] for each in parts))
        is_odd = any(_ONCE.search(each) or _NOW.search(each) for each in row)
        if is_odd or len(set(columns)) < len(columns) or any(parameters[i].is_variadic for i in given):
            return body
        arguments = (self.column(each.name) if i in given else None for i, each in enumerate(parameters))
        written = made.subject.write(tuple(arguments), self._names, made.instance)
        if written is None or call != made.program.call:
            return body
        pairs = zip(parts, of_parts, strict=True)
        claims = [f"assert {each[1]} {each[3]} {column}" for each, column in pairs]
        kinds = [each for each in checks if each.startswith("assert isinstance(result, ")]
        table = "\n".join([f"result = {written}", *kinds, *claims])
        return dataclasses.replace(body, table=table, columns=tuple(columns), row=row)

    def _outer(self, made: Try, taken: Sequence[str]) -> tuple[str, tuple[str, ...], tuple[str, ...]] | None:
        """Return for a function that a function returned the call that makes it, with names for what it is given.

        The names and the values come with it; None where that is no plain call, or where a name is `taken`.
        """
        maker, _, short = made.subject.name.rpartition(".")
        call = ast.parse(made.program.setup[0].partition(" = ")[2], mode="eval").body if made.program.setup else None
        if short != "__call__" or not isinstance(call, ast.Call) or ast.unparse(call.func) != maker:
            return None
        function = self._names.namespace().get(maker)
        if not inspect.isfunction(function) or not (call.args or call.keywords):
            return None
        parameters = list(inspect.signature(function).parameters.values())
        is_plain = all(each.kind in _BY_NAME for each in parameters) and all(each.arg for each in call.keywords)
        if not is_plain or any(isinstance(each, ast.Starred) for each in call.args):
            return None
        names = [self.column(each.name) for each in parameters[: len(call.args)]]
        named = [(str(each.arg), self.column(str(each.arg))) for each in call.keywords]
        all_names = (*names, *(name for _, name in named))
        if len({*all_names, *taken}) < len(all_names) + len(taken):
            return None
        values = tuple(ast.unparse(each) for each in (*call.args, *(each.value for each in call.keywords)))
        return f"{maker}({', '.join([*names, *(f'{key}={name}' for key, name in named)])})", all_names, values

    def _with_options(self, made: Try, body: Body, columns: dict[int, str], sign: str) -> Body:
        """Add the form of the claim that rows with other options can share."""
        parameters = made.subject.parameters
        optional = [i for i in columns if not parameters[i].is_required]
        is_fitting = all(parameters[i].kind in _BY_NAME for i in optional) and "options" not in columns.values()
        if not optional or not is_fitting or any(each.kind is _REST for each in parameters):
            return body
        given = {i: _lasting(str(made.arguments[i]))[0].format(name) for i, name in columns.items()}
        if any(_ONCE.search(str(made.arguments[i])) for i in optional):
            return body
        needed = tuple(given.get(i) if i not in optional else None for i in range(len(parameters)))
        call = made.subject.write(needed, self._names, made.instance)
        if call is None or not call.endswith(")"):
            return body
        call = f"{call[:-1]}{'' if call.endswith('()') or call[-2] == '(' else ', '}**options)"
        options = ", ".join(f"{parameters[i].name!r}: {made.arguments[i]}" for i in optional)
        wide = f"{wrapped_call(call, made.outcome.how, made.outcome.value)}{sign}expected"
        return dataclasses.replace(body, wide=wide, options=f"{{{options}}}")

    def column(self, name: str) -> str:
        """Return the name of a parameter as a test may use it."""
        taken = name in _RESERVED or keyword.iskeyword(name) or name in self._names.values
        return f"{name}_" if taken else name
