"""Expressions and texts of a document, evaluated in the sandbox.

Untrusted input: it may fail in any way, and every way ends as TaskFailed with a plain sentence. Nothing is rendered
twice: what comes out is a value, never again a template.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from orchestrator.errors import OrchestrateError, TaskFailed
from orchestrator.models.json import Json, JsonObject
from orchestrator.templating.dynamic import Piece, split
from orchestrator.templating.meter import EXPRESSION_SOURCE, TooMuch
from orchestrator.templating.names import Names, follow, names_of_chains, simple_path
from orchestrator.templating.values import plain, to_text

if TYPE_CHECKING:
    from jinja2 import Template

    from orchestrator.templating.environment import MeteredEnvironment

MOST_KEPT = 2_000  # compiled expressions, and texts cut into pieces
V = TypeVar("V")


class _Compiled(NamedTuple):
    """An expression that was understood: a mere path is followed by us, everything else by Jinja2."""

    names: Names
    path: tuple[str, ...] | None = None
    template: "Template | None" = None


class Sandbox:
    """Evaluates expressions; keeps what it compiled. Jinja2 is imported by the first that is more than a path."""

    def __init__(self) -> None:
        self._environment: MeteredEnvironment | None = None
        self._kept: dict[str, _Compiled] = {}
        self._pieces: dict[str, tuple[Piece, ...]] = {}

    def render_text(self, source: str, values: JsonObject, where: str = "") -> str:
        """Return a text with its expressions replaced; lists and maps are written as JSON.

        `where` names the place for messages. TaskFailed when an expression cannot be evaluated.
        """
        return "".join(
            piece.text if piece.expression is None else to_text(self.evaluate(piece.expression, values, where))
            for piece in self._cut(source)
        )

    def interpolate(self, source: str, values: JsonObject, where: str = "") -> Json:
        """Return a text with its expressions replaced; a text that is one expression gives its value with its type."""
        pieces = self._cut(source)
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
        names, path, template = self._compiled(expression, where)
        if path is not None:
            found, value = follow(path, values)
            if found:
                return plain(value)
        if template is None:  # a path that leads nowhere: Jinja2 says how far it came
            with _plain_failures(where, expression):
                template = self._template(expression).template
            assert template is not None
        given = {name: plain(values[name]) for name in names.free if name in values}
        environment = self._ready()
        with _plain_failures(where, expression), environment.metered():
            context = template.new_context(given)
            for _ in template.root_render_func(context):
                pass
            return environment.value(context.vars["result"])

    def check(self, text: str) -> str | None:
        """Return what is wrong with the syntax of the expressions in a text, or None."""
        try:
            self.names_in(text)
        except TaskFailed as error:
            return error.message
        return None

    def names(self, expression: str, where: str = "") -> Names:
        """Return what an expression reads; TaskFailed when it is no expression."""
        return self._compiled(expression, where).names

    def names_in(self, value: Json, where: str = "") -> tuple[Names, ...]:
        """Return what each of the expressions in a text, list or map reads."""
        return tuple(self.names(expression, where) for expression in self._expressions(value))

    def names_used(self, value: Json) -> frozenset[str]:
        """Return the free names of all expressions in a value: whether it can be decided before the run."""
        return frozenset().union(*(names.free for names in self.names_in(value)))

    def _compiled(self, expression: str, where: str) -> _Compiled:
        kept = self._kept.get(expression)
        if kept is None:
            path = simple_path(expression)
            if path is not None:
                kept = _Compiled(names_of_chains([path]), path)
            else:
                with _plain_failures(where, expression):
                    kept = self._template(expression)
            _keep(self._kept, expression, kept)
        return kept

    def _template(self, expression: str) -> _Compiled:
        from orchestrator.templating.syntax import names_of

        if len(expression) > EXPRESSION_SOURCE:
            message = f"it is longer than {EXPRESSION_SOURCE:,} characters"
            raise TooMuch(message)
        environment = self._ready()
        with environment.metered():
            tree = environment.expression(expression)
            return _Compiled(names_of(tree), None, environment.from_string(tree))

    def _cut(self, text: str) -> tuple[Piece, ...]:
        pieces = self._pieces.get(text)
        if pieces is None:
            pieces = split(text)
            _keep(self._pieces, text, pieces)
        return pieces

    def _expressions(self, value: Json) -> Iterator[str]:
        if isinstance(value, str):
            if "{{" in value:
                yield from (piece.expression for piece in self._cut(value) if piece.expression is not None)
        elif isinstance(value, dict):
            for item in value.values():
                yield from self._expressions(item)
        elif isinstance(value, list | tuple):
            for item in value:
                yield from self._expressions(item)

    def _ready(self) -> "MeteredEnvironment":
        if self._environment is None:
            from orchestrator.templating.environment import MeteredEnvironment

            self._environment = MeteredEnvironment()
        return self._environment


def _keep(kept: dict[str, V], key: str, value: V) -> None:
    if len(kept) >= MOST_KEPT:
        kept.clear()
    kept[key] = value


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
