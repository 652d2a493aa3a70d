"""Turn an observed call into the lines of a test: one observation, the assertion that a person would write."""

import dataclasses
import enum
import inspect
import re
from typing import Any

from .applying import Applying, is_applied
from .attributes import attribute, public_attributes
from .body import Body, slug, snake
from .calling import Caller
from .calls_in_words import outcome_in_words, telling_word, told_by_result, words_given
from .contents import content, equals, held, is_opaque, plain_form
from .corpus import INSTANCE, Try
from .floats import float_check, is_long_series
from .literals import Literals, is_stable_text
from .names import Names
from .power import Power, is_made
from .raising import error_body
from .rebuilding import items_that_make, kept_beside, rebuilt
from .replies import reply_body
from .runs import run_body
from .settled_calls import wrapped_call
from .subjects import Argument, hints_of
from .tables import Tables
from .wording import as_statement, followed, renamed, truth

_MOST_ATTRIBUTES, _ALL = 6, 100
_MOST_PLACES = 4  # of a tuple or list with something in it that cannot be written
_LIMITED, _MOST_ITEMS = re.compile(r"list\(itertools\.islice\((\w+), 20\)\)"), 20
_MUTABLE = re.compile(r"^([\[{].+[\]}]|io\.(String|Bytes)IO\(.*\))$", re.DOTALL)


class Checks:
    """Write bodies with the names that a module's tests may use."""

    def __init__(self, names: Names, literals: Literals, caller: Caller) -> None:
        self._names = names
        self._literals = literals
        self._caller = caller
        self._tables = Tables(names)
        self._tells_inner = False
        self._applying = Applying(literals, caller, names)
        self._power = Power(names, caller, self._tables, self.of)

    def body(self, made: Try, *, with_inner: bool = False) -> Body | None:
        """Return a test that pins the observed behaviour, None when nothing stable can be said about it.

        `with_inner` has it tell of a container also what that keeps beside its items.
        """
        self._tells_inner = with_inner
        if made.subject.kind == "route" and made.outcome.kind != "raised":
            return reply_body(made, self._literals)
        if made.subject.kind == "program" and made.outcome.kind != "raised":
            return run_body(made, self._literals)
        body = error_body(made, self._names) if made.outcome.kind == "raised" else self._value(made)
        return self._polished(made, body) if body is not None else None

    def _polished(self, made: Try, body: Body) -> Body:
        """Write assignments as statements, and name the instance after its class."""
        lines = tuple(_statement(_without_limit(each, made.outcome.value)) for each in body.lines)
        more = body.more or telling_word(made) or slug(told_by_result(body, lines[-1])) or words_given(made)
        owner = made.subject.owner
        if made.instance != INSTANCE or owner is None:
            return dataclasses.replace(body, lines=lines, more=more)
        name = self._tables.column(snake(owner.__name__))
        if name in body.columns or name == INSTANCE or not name.isidentifier():
            return dataclasses.replace(body, lines=lines, more=more)
        return dataclasses.replace(
            body,
            lines=tuple(renamed(each, INSTANCE, name) for each in lines),
            table=renamed(body.table, INSTANCE, name),
            wide=renamed(body.wide, INSTANCE, name),
            columns=tuple(name if each == INSTANCE else each for each in body.columns),
            more=more,
        )

    # ------------------------------------------------------------ values

    def _value(self, made: Try) -> Body | None:
        value, outcome, setup = made.outcome.value, made.outcome, made.program.setup
        call = wrapped_call(made.program.call, outcome.how, value)
        if outcome.how == "with":
            checks = self.of("result", value)
            return Body((*setup, f"with {call} as result:", *(f"    {each}" for each in checks))) if checks else None
        changed = self._changed_arguments(made)
        if changed is not None:
            return changed
        if outcome.printed and is_stable_text(outcome.printed) and value is None:
            lines = (*setup, call, f"assert capsys.readouterr().out == {outcome.printed!r}")
            return Body(lines, label="prints")
        if value is None and (changes := self._changed_data(made)) is not None:
            return changes
        if value is None and made.instance == INSTANCE and made.subject.kind in ("method", "setter"):
            state = self.state_after(made)
            if state == self._state((*setup,)) and made.subject.gives_something:
                return Body((*setup, f"assert {call} is None"), label="returns_none")
            label = "changes_nothing" if state == self._state((*setup,)) else ""
            return Body((*setup, call, *state), label=label) if state else None
        if value is None and made.subject.gives_nothing:
            return None  # every call of it gives that
        checks = [] if is_applied(value) and _says_little(value) else self.of(call, value)
        if not checks and is_applied(value):
            return self._applied(made, call, value)
        made_anew = rebuilt(value, self._names, self._literals) if not checks and made.subject.kind != "class" else None
        if made_anew is not None:
            checks = [f"assert {call} == {made_anew}"]
        if checks and is_made(value):
            return self._power.with_unseen(made, call, checks[0])
        if not checks:
            checks = self._told_by_options(made, self.of("result", value, with_class=True))
            body = Body((*setup, f"result = {call}", *checks))
            return self._tables.with_parts(made, body, call) if checks else None
        return self._tables.with_row(made, Body((*setup, *checks), label=outcome_in_words(made, value)), value)

    def _told_by_options(self, made: Try, checks: list[str]) -> list[str]:
        """Return the checks of an object that one made without its options does not pass."""
        pairs = zip(made.arguments, made.subject.parameters, strict=True)
        needed = tuple(argument if parameter.is_required else None for argument, parameter in pairs)
        is_more = made.subject.kind == "class" and needed != made.arguments
        call = made.subject.write(needed, self._names) if is_more else None
        namespace = self._caller.run((f"result = {call}",)) if call is not None else None
        plain = self._parts("result", namespace["result"], _ALL) if namespace is not None else []
        return [each for each in checks if each not in plain]

    def _applied(self, made: Try, call: str, value: Any) -> Body | None:
        """Say what comes of using the function or pattern that the call returns."""
        used = self._applying.use(call, made.program.setup, value, hints_of(made.subject.function).get("return"))
        if used is None:
            return None
        use, given = used
        label = "finds" if isinstance(value, re.Pattern) else "makes_function"
        body = Body((*made.program.setup, *self.of(followed(call, use), given)), label=label)
        return self._tables.with_row(made, body, given, use)

    def told_by_use(self, made: Try) -> str:
        """Return in words what comes of using the function or pattern that a call returns; empty where nothing does."""
        value = made.outcome.value
        promised = hints_of(made.subject.function).get("return")
        call = wrapped_call(made.program.call, made.outcome.how, value)
        return self._applying.told(call, made.program.setup, value, promised)

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
        if is_opaque(value):
            return []  # nobody can tell whether it is right
        text = self._literals.write(value)
        if text is not None and equals(value, value):
            is_named = callable(value) or isinstance(value, enum.Enum)
            operator = "is" if is_named and text.replace(".", "_").isidentifier() else "=="
            return [f"assert {name} {operator} {text}"]
        plain = plain_form(value)
        text = self._literals.write(plain) if plain is not None else None
        if text is not None:
            return [f"assert {name} == {text}"]
        return self._parts(name, value) if with_class else []

    def _parts(self, name: str, value: Any, most: int = _MOST_ATTRIBUTES) -> list[str]:
        """Return assertions about the class, the attributes and the text of a value."""
        if type(value) in (tuple, list) and len(value) <= _MOST_PLACES:
            found = [check for at, each in enumerate(value) for check in self.of(f"{name}[{at}]", each)]
            if found:
                return [f"assert len({name}) == {len(value)}", *found]
        owner = self._names.of(type(value))
        checks = [f"assert isinstance({name}, {owner})"] if owner else []
        items = items_that_make(value)
        if items is not None and (text := self._literals.write(items)) is not None:
            more = kept_beside(items, value) if self._tells_inner else ()
            inner = [check for each, part in more for check in self.of(f"{name}.{each}", part)]
            return [*checks, f"assert list({name}) == {text}", *inner]
        attributes = 0
        for each in public_attributes(value):
            try:
                present = inspect.getattr_static(value, each, None)
                text = None if callable(present) and not isinstance(present, property) else getattr(value, each)
            except Exception:  # noqa: S112 - a property may raise anything
                continue
            if text is None or callable(text) or attributes >= most:
                continue
            found = self.of(f"{name}.{each}", text)
            attributes += bool(found)
            checks += found
        with self._caller.clock.stands():
            inside = held(name, value)
        if inside is not None and (text := self._literals.write(inside[1])) is not None:
            checks.append(f"assert {inside[0]} == {text}")
        if vars(type(value)).get("__str__") is not None and attributes < 2:
            try:
                text = str(value)
            except Exception:  # as above
                return checks
            if is_stable_text(text) and len(text) < 100:
                checks.append(f"assert str({name}) == {text!r}")
        return checks

    def state_after(self, made: Try) -> list[str]:
        """Run the call once more and return assertions about the instance."""
        return self._state((*made.program.setup, made.program.call))

    def _state(self, lines: tuple[str, ...]) -> list[str]:
        namespace = self._caller.run(lines)
        if namespace is None:
            return []
        checks = self.of(INSTANCE, namespace[INSTANCE], with_class=True)
        return [each for each in checks if "isinstance" not in each]

    def _changed_data(self, made: Try) -> Body | None:
        """Return a test that shows what a function put into the module's data, None when it cannot be said."""
        if made.subject.kind not in ("function", "static", "classmethod"):
            return None
        lines = (*made.program.setup, made.program.call)
        for module, name in self._caller.copyable(made.outcome):
            if module != self._names.module.__name__ or name.startswith("_"):
                continue
            place = self._names.through(name)
            namespace = self._caller.run((*lines, f"held = copy.deepcopy({place})"))
            checks = self.of(place, namespace["held"]) if namespace is not None else []
            if checks:
                return Body((*lines, *checks), label=f"changes_{name.lower()}")
        return None

    def changes_arguments(self, made: Try) -> bool:
        """Say whether what the call was given is something else after it."""
        return self._changed_arguments(made) is not None

    def _changed_arguments(self, made: Try) -> Body | None:
        """Return a test that shows which arguments the call changes, None when it changes none."""
        subject = made.subject
        if subject.kind not in ("function", "method", "static", "classmethod"):
            return None
        arguments: list[Argument] = list(made.arguments)
        bound: dict[str, str] = {}
        for position, (parameter, argument) in enumerate(zip(subject.parameters, made.arguments, strict=True)):
            if isinstance(argument, str) and _MUTABLE.match(argument):
                variable = self._tables.column(parameter.name)
                bound[variable], arguments[position] = argument, variable
        call = subject.write(tuple(arguments), self._names, made.instance) if bound else None
        if call is None:
            return None
        call = wrapped_call(call, made.outcome.how, made.outcome.value)
        setup = (*made.program.setup, *(f"{name} = {text}" for name, text in bound.items()))
        namespace = self._caller.run((*setup, f"result = {call}"))
        before = self._caller.run(setup)
        if namespace is None or before is None:
            return None
        changed = [name for name in bound if not equals(content(name, namespace[name]), content(name, before[name]))]
        checks = [check for name in changed for check in self.of(*content(name, namespace[name]))]
        if not checks:
            return None
        result = self.of("result", namespace["result"])
        first = call if namespace["result"] is None or not result else f"result = {call}"
        more = [] if first == call else result
        does = "writes_to" if bound[changed[0]].startswith("io.") else "changes"
        return Body((*setup, first, *more, *checks), label=f"{does}_{changed[0]}")


def _says_little(value: object) -> bool:
    """Say whether naming a function or pattern tells nothing: what is internal may be called anything tomorrow."""
    return isinstance(value, re.Pattern) or str(attribute(value, "__name__", "")).startswith("_")


def _without_limit(line: str, value: object) -> str:
    """Return a claim about all items without the limit of an endless series, where there are fewer."""
    return _LIMITED.sub(r"list(\1)", line) if type(value) is list and len(value) < _MOST_ITEMS else line


def _statement(line: str) -> str:
    text = line.lstrip()
    return line[: len(line) - len(text)] + as_statement(text)
