"""Turn an observed call into the lines of a test: one observation, the assertion that a person would write."""

import dataclasses
import enum
import inspect
import keyword
import re
from typing import Any

from .body import Body, slug
from .calling import Caller
from .calls_in_words import telling_word, words_given
from .contents import content
from .corpus import INSTANCE, Try
from .floats import float_check, is_long_series
from .literals import Literals, is_stable_text
from .matching import match_text
from .names import Names
from .replies import reply_body
from .runs import run_body
from .subjects import Argument
from .wording import as_statement, renamed, truth

_MOST_ATTRIBUTES = 6
_MOST_PLACES = 4  # of a tuple or list with something in it that cannot be written
_LONGEST_ROW = 60
_LASTING = ("invalid literal for int() with base", "could not convert string to float")
_MUTABLE = re.compile(r"^([\[{].+[\]}]|io\.(String|Bytes)IO\(.*\))$", re.DOTALL)
_RESERVED = frozenset({"request", "expected", "result", "monkeypatch", "capsys", "client", INSTANCE})


class Checks:
    """Write bodies with the names that a module's tests may use."""

    def __init__(self, names: Names, literals: Literals, caller: Caller) -> None:
        self._names = names
        self._literals = literals
        self._caller = caller

    def body(self, made: Try) -> Body | None:
        """Return a test that pins the observed behaviour, None when nothing stable can be said about it."""
        if made.subject.kind == "route" and made.outcome.kind != "raised":
            return reply_body(made, self._literals)
        if made.subject.kind == "program" and made.outcome.kind != "raised":
            return run_body(made, self._literals)
        body = self._raises(made) if made.outcome.kind == "raised" else self._value(made)
        return self._polished(made, body) if body is not None else None

    def _polished(self, made: Try, body: Body) -> Body:
        """Write assignments as statements, and name the instance after its class."""
        lines = tuple(_statement(each) for each in body.lines)
        more = (
            body.more
            or telling_word(made)
            or slug(body.expected or lines[-1].partition(" == ")[2])
            or words_given(made)
        )
        owner = made.subject.owner
        if made.instance != INSTANCE or owner is None:
            return dataclasses.replace(body, lines=lines, more=more)
        name = self._column(_snake(owner.__name__).strip("_"))
        if name in body.columns or name == INSTANCE or not name.isidentifier():
            return dataclasses.replace(body, lines=lines, more=more)
        return dataclasses.replace(
            body,
            lines=tuple(renamed(each, INSTANCE, name) for each in lines),
            table=renamed(body.table, INSTANCE, name),
            columns=tuple(name if each == INSTANCE else each for each in body.columns),
            more=more,
        )

    # ------------------------------------------------------------ errors

    def _raises(self, made: Try) -> Body | None:
        error = made.outcome.error
        assert error is not None
        name = self._names.of(type(error))
        if name is None:
            return None
        is_lasting = made.outcome.is_explicit or isinstance(error, KeyError) or str(error).startswith(_LASTING)
        match = match_text(str(error)) if is_lasting else ""  # the interpreter's own words differ by version
        condition = f"pytest.raises({name}, match={match})" if match else f"pytest.raises({name})"
        call = _settling(made, made.program.call)
        lines = (*made.program.setup, f"with {condition}:", f"    {call}")
        return Body(lines, label="raises_" + _snake(type(error).__name__), more=slug(str(error)))

    # ------------------------------------------------------------ values

    def _value(self, made: Try) -> Body | None:
        value, outcome, setup = made.outcome.value, made.outcome, made.program.setup
        call = _wrapped(made.program.call, outcome.how, value)
        if outcome.how == "with":
            checks = self.of("result", value)
            return Body((*setup, f"with {call} as result:", *(f"    {each}" for each in checks))) if checks else None
        changed = self._changed_arguments(made)
        if changed is not None:
            return changed
        if outcome.printed and is_stable_text(outcome.printed) and value is None:
            lines = (*setup, call, f"assert capsys.readouterr().out == {outcome.printed!r}")
            return Body(lines, label="prints")
        if value is None and made.instance == INSTANCE and made.subject.kind in ("method", "setter"):
            state = self._state_after(made)
            if state == self._state((*setup,)) and made.subject.gives_something:
                return Body((*setup, f"assert {call} is None"), label="is_none")
            label = "leaves_state" if state == self._state((*setup,)) else "changes_state"
            return Body((*setup, call, *state), label=label) if state else None
        checks = self.of(call, value)
        if not checks:
            checks = self.of("result", value, with_class=True)
            return Body((*setup, f"result = {call}", *checks)) if checks else None
        return self._with_table(made, Body((*setup, *checks), label=_label(value)), value)

    def of(self, name: str, value: Any, *, with_class: bool = False) -> list[str]:
        """Return assertions about an expression; with `with_class` about parts of a value that cannot be written."""
        if value is None:
            return [f"assert {name} is None"]
        if isinstance(value, bool):
            return [truth(name, value)]
        if isinstance(value, float):
            return [float_check(name, value)]
        if is_long_series(value):
            items = [float(f"{each:.10g}") if isinstance(each, float) else each for each in value]
            return [f"assert {name} == pytest.approx({type(value)(items)!r})"]
        text = self._literals.write(value)
        if text is not None and _equals(value, value):
            is_named = callable(value) or isinstance(value, enum.Enum)
            operator = "is" if is_named and text.replace(".", "_").isidentifier() else "=="
            return [f"assert {name} {operator} {text}"]
        return self._parts(name, value) if with_class else []

    def _parts(self, name: str, value: Any) -> list[str]:
        """Return assertions about the class, the attributes and the text of a value."""
        if type(value) in (tuple, list) and len(value) <= _MOST_PLACES:
            found = [check for at, each in enumerate(value) for check in self.of(f"{name}[{at}]", each)]
            if found:
                return [f"assert len({name}) == {len(value)}", *found]
        owner = self._names.of(type(value))
        checks = [f"assert isinstance({name}, {owner})"] if owner else []
        attributes = 0
        for each in _public_attributes(value):
            try:
                present = inspect.getattr_static(value, each, None)
                text = None if callable(present) and not isinstance(present, property) else getattr(value, each)
            except Exception:  # noqa: S112 - a property may raise anything
                continue
            if text is None or callable(text) or attributes >= _MOST_ATTRIBUTES:
                continue
            found = self.of(f"{name}.{each}", text)
            attributes += bool(found)
            checks += found
        if vars(type(value)).get("__str__") is not None and attributes < 2:
            try:
                text = str(value)
            except Exception:  # as above
                return checks
            if is_stable_text(text) and len(text) < 100:
                checks.append(f"assert str({name}) == {text!r}")
        return checks

    def _state_after(self, made: Try) -> list[str]:
        """Run the call once more and return assertions about the instance."""
        return self._state((*made.program.setup, made.program.call))

    def _state(self, lines: tuple[str, ...]) -> list[str]:
        namespace = self._caller.run(lines)
        if namespace is None:
            return []
        checks = self.of(INSTANCE, namespace[INSTANCE], with_class=True)
        return [each for each in checks if "isinstance" not in each]

    def _changed_arguments(self, made: Try) -> Body | None:
        """Return a test that shows which arguments the call changes, None when it changes none."""
        subject = made.subject
        if subject.kind not in ("function", "method", "static", "classmethod"):
            return None
        arguments: list[Argument] = list(made.arguments)
        bound: dict[str, str] = {}
        for position, (parameter, argument) in enumerate(zip(subject.parameters, made.arguments, strict=True)):
            if isinstance(argument, str) and _MUTABLE.match(argument):
                variable = self._column(parameter.name)
                bound[variable], arguments[position] = argument, variable
        call = subject.write(tuple(arguments), self._names, made.instance) if bound else None
        if call is None:
            return None
        call = _wrapped(call, made.outcome.how, made.outcome.value)
        setup = (*made.program.setup, *(f"{name} = {text}" for name, text in bound.items()))
        namespace = self._caller.run((*setup, f"result = {call}"))
        before = self._caller.run(setup)
        if namespace is None or before is None:
            return None
        changed = [name for name in bound if not _equals(content(name, namespace[name]), content(name, before[name]))]
        checks = [check for name in changed for check in self.of(*content(name, namespace[name]))]
        if not checks:
            return None
        result = self.of("result", namespace["result"])
        first = call if namespace["result"] is None or not result else f"result = {call}"
        more = [] if first == call else result
        return Body((*setup, first, *more, *checks), label="changes_" + changed[0])

    def _with_table(self, made: Try, body: Body, value: Any) -> Body:
        """Add what makes the test a row of a table, when it is one assertion about one call."""
        setup = made.program.setup
        is_simple = not setup or (
            len(setup) == 1 and setup[0].startswith(f"{INSTANCE} = ") and len(setup[0]) < _LONGEST_ROW
        )
        checks = body.lines[len(setup) :]
        positions = [i for i, argument in enumerate(made.arguments) if argument is not None]
        if not is_simple or len(checks) != 1 or made.subject.template or not (positions or setup):
            return body
        if any(isinstance(made.arguments[i], tuple) or INSTANCE in str(made.arguments[i]) for i in positions):
            return body
        if made.instance and not setup:
            return body
        columns = {i: self._column(made.subject.parameters[i].name) for i in positions}
        call = made.subject.write(tuple(columns.get(i) for i in range(len(made.arguments))), self._names, made.instance)
        if call is None:
            return body
        wrapped = _wrapped(made.program.call, made.outcome.how, value)
        sign = next((each for each in (" == ", " is ") if checks[0].startswith(f"assert {wrapped}{each}")), "")
        expected = checks[0].removeprefix(f"assert {wrapped}{sign}") if sign else ""
        if not expected or expected == "None":
            return body
        row = tuple(str(made.arguments[i]) for i in positions)
        names = tuple(columns.values())
        if setup:
            row, names = (setup[0].partition(" = ")[2], *row), (INSTANCE, *names)
        table = _wrapped(call, made.outcome.how, value)
        return dataclasses.replace(
            body, table=f"{table}{sign}expected", columns=names, row=row, expected=expected, more=slug(expected)
        )

    def _column(self, name: str) -> str:
        taken = name in _RESERVED or keyword.iskeyword(name) or name in self._names.values
        return f"{name}_" if taken else name


def _wrapped(call: str, how: str, value: Any) -> str:
    if how == "await":
        return f"asyncio.run({call})"
    if how == "collect":
        return f"asyncio.run(collect({call}))"
    if how in ("lists", "collects"):
        inner = "list(itertools.islice(each, 20))" if how == "lists" else "asyncio.run(collect(each))"
        return f"[{inner} for each in {call}]"
    if how == "list":
        is_cut = isinstance(value, list) and len(value) >= 20
        return f"list(itertools.islice({call}, 20))" if is_cut else f"list({call})"
    return call


def _settling(made: Try, call: str) -> str:
    """Return the call in the form in which it was carried out when it raised."""
    if made.subject.kind in ("route", "program"):
        return call
    function = getattr(made.subject.owner, made.subject.short, None) if made.subject.owner else None
    target = function or made.subject.function
    if inspect.iscoroutinefunction(target):
        return f"asyncio.run({call})"
    if inspect.isasyncgenfunction(target):
        return f"asyncio.run(collect({call}))"
    return f"list({call})" if inspect.isgeneratorfunction(target) else call


def _equals(first: object, second: object) -> bool:
    try:
        return bool(first == second)
    except Exception:  # a foreign `__eq__`
        return False


def _public_attributes(value: object) -> list[str]:
    own = [name for name in getattr(value, "__dict__", {}) if not name.startswith("_")]
    properties = [
        name
        for kind in type(value).__mro__
        for name, each in vars(kind).items()
        if isinstance(each, property) and not name.startswith("_")
    ]
    slots = [
        name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ()) if not str(name).startswith("_")
    ]
    return list(dict.fromkeys([*own, *slots, *properties]))


def _statement(line: str) -> str:
    text = line.lstrip()
    return line[: len(line) - len(text)] + as_statement(text)


def _label(value: object) -> str:
    if value is None or isinstance(value, bool):
        return f"is_{str(value).lower()}"
    is_empty = type(value) in (list, dict, tuple, set, str, bytes) and not value
    return "is_empty" if is_empty else ""


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
