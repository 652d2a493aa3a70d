"""Expressions and texts of a document, evaluated in the sandbox.

Untrusted input: it may fail in any way, and every way ends as TaskFailed with a plain sentence. Nothing is rendered
twice: what comes out is a value, never again a template.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from orchestrator.errors import OrchestrateError, TaskFailed
from orchestrator.models.json import Json, JsonObject
from orchestrator.templating.dynamic import split
from orchestrator.templating.meter import EXPRESSION_SOURCE, TooMuch
from orchestrator.templating.values import plain, to_text

if TYPE_CHECKING:
    from jinja2 import Template

    from orchestrator.templating.environment import MeteredEnvironment
    from orchestrator.templating.names import Names

MOST_KEPT = 2_000  # compiled expressions


class _Compiled(NamedTuple):
    template: "Template"
    names: "Names"


class Sandbox:
    """Evaluates expressions; keeps what it compiled. Jinja2 is imported by the first one."""

    def __init__(self) -> None:
        self._environment: MeteredEnvironment | None = None
        self._kept: dict[str, _Compiled] = {}

    def render_text(self, source: str, values: JsonObject, where: str = "") -> str:
        """Return a text with its expressions replaced; lists and maps are written as JSON.

        `where` names the place for messages. TaskFailed when an expression cannot be evaluated.
        """
        return "".join(
            piece.text if piece.expression is None else to_text(self.evaluate(piece.expression, values, where))
            for piece in split(source)
        )

    def interpolate(self, source: str, values: JsonObject, where: str = "") -> Json:
        """Return a text with its expressions replaced; a text that is one expression gives its value with its type."""
        pieces = split(source)
        if len(pieces) == 1 and pieces[0].expression is not None:
            return self.evaluate(pieces[0].expression, values, where)
        return self.render_text(source, values, where)

    def fill(self, value: Json, values: JsonObject, where: str = "") -> Json:
        """Return a JSON value with the expressions of all texts below it replaced."""
        if isinstance(value, str):
            return self.interpolate(value, values, where) if "{{" in value else value
        if isinstance(value, dict):
            return {key: self.fill(item, values, f"{where}.{key}") for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.fill(item, values, f"{where}[{number}]") for number, item in enumerate(value)]
        return value

    def evaluate(self, expression: str, values: JsonObject, where: str = "") -> Json:
        """Return the value of an expression such as `params.coverage > 50`; TaskFailed when it has none."""
        compiled = self._compiled(expression, where)
        given = {name: plain(values[name]) for name in compiled.names.free if name in values}
        environment = self._ready()
        with _plain_failures(where, expression), environment.metered():
            context = compiled.template.new_context(given)
            for _ in compiled.template.root_render_func(context):
                pass
            return environment.value(context.vars["result"])

    def check(self, text: str) -> str | None:
        """Return what is wrong with the syntax of the expressions in a text, or None."""
        try:
            self.names_in(text)
        except TaskFailed as error:
            return error.message
        return None

    def names(self, expression: str, where: str = "") -> "Names":
        """Return what an expression reads; TaskFailed when it is no expression."""
        return self._compiled(expression, where).names

    def names_in(self, value: Json, where: str = "") -> "tuple[Names, ...]":
        """Return what each of the expressions in a text, list or map reads."""
        return tuple(self.names(expression, where) for expression in _expressions(value))

    def names_used(self, value: Json) -> frozenset[str]:
        """Return the free names of all expressions in a value: whether it can be decided before the run."""
        return frozenset().union(*(names.free for names in self.names_in(value)))

    def _compiled(self, expression: str, where: str) -> _Compiled:
        kept = self._kept.get(expression)
        if kept is None:
            with _plain_failures(where, expression):
                kept = self._compile(expression)
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[expression] = kept
        return kept

    def _compile(self, expression: str) -> _Compiled:
        from orchestrator.templating.names import names_of

        if len(expression) > EXPRESSION_SOURCE:
            message = f"it is longer than {EXPRESSION_SOURCE:,} characters"
            raise TooMuch(message)
        environment = self._ready()
        with environment.metered():
            tree = environment.expression(expression)
            return _Compiled(environment.from_string(tree), names_of(tree))

    def _ready(self) -> "MeteredEnvironment":
        if self._environment is None:
            from orchestrator.templating.environment import MeteredEnvironment

            self._environment = MeteredEnvironment()
        return self._environment


def _expressions(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        if "{{" in value:
            yield from (piece.expression for piece in split(value) if piece.expression is not None)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _expressions(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _expressions(item)


@contextmanager
def _plain_failures(where: str, expression: str) -> Iterator[None]:
    """Turn whatever foreign code raises into TaskFailed: deep nesting, missing names, arithmetic, wrong types."""
    try:
        yield
    except OrchestrateError:
        raise
    except RecursionError as error:
        raise TaskFailed(_sentence(where, expression, "it is nested too deeply")) from error
    except Exception as error:
        raise TaskFailed(_sentence(where, expression, reason(error))) from error


def reason(error: Exception) -> str:
    """Return what an error says in one line."""
    text = getattr(error, "message", None) or str(error) or type(error).__name__
    return str(text).partition("\n")[0]


def _sentence(where: str, expression: str, reason: str) -> str:
    shown = expression if len(expression) <= 80 else f"{expression[:77]}..."
    return f"{where + ': ' if where else ''}`{shown}` cannot be evaluated: {reason}"
