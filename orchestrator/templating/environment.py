"""The Jinja2 environment of the sandbox: the second wall behind "JSON values only".

Imported lazily: a document without `{{ … }}` never loads Jinja2.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from jinja2 import BaseLoader, FunctionLoader, StrictUndefined, Template, Undefined, nodes, pass_context
from jinja2.environment import TemplateModule
from jinja2.exceptions import SecurityError
from jinja2.meta import find_referenced_templates
from jinja2.parser import Parser
from jinja2.runtime import BlockReference, Context, LoopContext, Macro, TemplateReference
from jinja2.sandbox import ImmutableSandboxedEnvironment

from orchestrator.models.json import Json
from orchestrator.templating import rewrite
from orchestrator.templating.filters import FILTERS, TESTS
from orchestrator.templating.meter import RANGE, Meter, TooMuch, counted, numbered, sized
from orchestrator.templating.values import listed, plain, to_text

_TEXT_METHODS = frozenset({"endswith", "lower", "split", "splitlines", "startswith", "strip", "title", "upper"})
_DICT_METHODS = frozenset({"get", "items", "keys", "values"})
_ENGINE_PARTS = (BlockReference, LoopContext, Macro, TemplateModule, TemplateReference)
_HTML = (".html", ".html.j2", ".htm", ".htm.j2")


class MeteredEnvironment(ImmutableSandboxedEnvironment):
    """Strict undefined, no globals but a short `range`, filters and attributes from allow lists, all work metered."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def __init__(self, loader: BaseLoader | None = None) -> None:
        super().__init__(
            undefined=StrictUndefined,
            loader=loader,
            autoescape=lambda name: name is not None and name.endswith(_HTML),
            keep_trailing_newline=True,
            trim_blocks=True,
            lstrip_blocks=True,
            optimized=False,  # nothing is computed while a template is only being read
            auto_reload=False,
        )
        self._here = threading.local()
        self.globals = {"range": self._range}
        self.filters = {name: self._metered(function) for name, function in FILTERS.items()} | self._meters()
        self.tests = {name: self._metered(function) for name, function in TESTS.items()}

    @contextmanager
    def metered(self) -> Iterator[Meter]:
        """Give all work in this thread a fresh meter."""
        before = getattr(self._here, "meter", None)
        self._here.meter = meter = Meter()
        try:
            yield meter
        finally:
            self._here.meter = before

    @property
    def meter(self) -> Meter:
        """Return the meter of the rendering that is under way."""
        meter: Meter = self._here.meter
        return meter

    def expression(self, source: str) -> nodes.Template:
        """Parse an expression into a template that assigns its value to `result`."""
        parser = Parser(self, source, state="variable")
        expression = parser.parse_expression()
        if not parser.stream.eos:
            parser.fail(f"unexpected '{parser.stream.current.value}'", parser.stream.current.lineno)
        body: list[nodes.Node] = [nodes.Assign(nodes.Name("result", "store", lineno=1), expression, lineno=1)]
        return self._rewritten(nodes.Template(body, lineno=1))

    def referenced(self, source: str, name: str) -> list[str]:
        """Return the names of the templates that a source includes, imports or extends."""
        with self.metered():
            return [one for one in find_referenced_templates(self.parse(source, name)) if one is not None]

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        return self._rewritten(super()._parse(source, name, filename))

    def _rewritten(self, tree: nodes.Template) -> nodes.Template:
        rewritten = rewrite.Metering(frozenset(FILTERS), frozenset(TESTS)).visit(tree)
        assert isinstance(rewritten, nodes.Template)
        rewritten.set_environment(self)
        return rewritten

    def get_template(self, *args: Any, **kwargs: Any) -> Template:
        """Count includes and imports: a template that includes itself twice would double its work at each level."""
        if getattr(self._here, "meter", None) is not None:
            self.meter.charge(10)
        return super().get_template(*args, **kwargs)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805 - as in the base class
        """Count calls; what can be called at all was decided when the name was looked up."""
        __self.meter.charge()
        __self.meter.touch(*args, *kwargs.values())
        result = super().call(__context, __obj, *args, **kwargs)
        if isinstance(result, list):
            counted(len(result))
        return result

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Refuse results that would be too large, before they are made."""
        self.meter.charge()
        _bounded(operator, left, right)
        if isinstance(left, list | str):
            self.meter.charge(len(left) // 100)
        return super().call_binop(context, operator, left, right)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return a key of a map first, then a harmless method; nothing else of a value can be reached."""
        if isinstance(obj, Undefined):
            str(obj)  # raises, with the name
        if isinstance(obj, dict):
            if attribute in obj:
                return obj[attribute]
            if attribute in _DICT_METHODS:
                return getattr(obj, attribute)
            return self._missing(obj, attribute)
        if isinstance(obj, str) and attribute in _TEXT_METHODS:
            return getattr(obj, attribute)
        if isinstance(obj, _ENGINE_PARTS):
            return super().getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return an item of a map, list or text."""
        if isinstance(obj, dict | list | str | tuple):
            try:
                return obj[argument]
            except (TypeError, LookupError):
                return self._missing(obj, argument) if isinstance(obj, dict) else self.undefined(obj=obj, name=argument)
        return self.getattr(obj, argument) if isinstance(argument, str) else self.undefined(obj=obj, name=argument)

    def _missing(self, obj: dict[str, Any], name: Any) -> Any:
        known = ", ".join(map(str, list(obj)[:8])) or "nothing"
        return self.undefined(f"there is no {name!r} (there is: {known})", name=str(name))

    def value(self, result: Any) -> Json:
        """Return what an expression gave, in JSON types; UndefinedError names what does not exist."""
        if isinstance(result, Undefined):
            str(result)  # raises
        given = listed(result) if isinstance(result, Iterator) else result
        self.meter.touch(given)
        return plain(given)

    def _range(self, *bounds: int) -> range:
        numbers = range(*bounds)
        if len(numbers) > RANGE:
            message = f"it counts over more than {RANGE:,} numbers"
            raise TooMuch(message)
        return numbers

    def _metered(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def counting(*args: Any, **kwargs: Any) -> Any:
            self.meter.touch(*args, *kwargs.values())
            return function(*args, **kwargs)

        return counting

    def _written(self, value: Any) -> str:
        """Return how a value is written; a function is none, and what does not exist raises."""
        if isinstance(value, Undefined):
            str(value)  # raises, with the name
        if callable(value) and not isinstance(value, str):
            message = f"{value!r} is not a value"
            raise SecurityError(message)
        given = listed(value) if isinstance(value, Iterator) else value
        if not isinstance(given, str):
            self.meter.touch(given)
        return to_text(given)

    def _meters(self) -> dict[str, Callable[..., Any]]:
        @pass_context
        def loop(_: Context, items: Any) -> Iterator[object]:
            return self.meter.passes(items)

        @pass_context
        def look(_: Context, value: Any) -> Any:
            self.meter.touch(value)
            return value

        @pass_context
        def text(_: Context, value: Any) -> str:
            return self._written(value)

        @pass_context
        def output(_: Context, value: Any) -> str:
            written = self._written(value)
            self.meter.write(len(written))
            return written

        return {rewrite.LOOP: loop, rewrite.LOOK: look, rewrite.TEXT: text, rewrite.OUTPUT: output}


def loader_of(read: Callable[[str], tuple[str, str]]) -> BaseLoader:
    """Return a loader for a function that gives source and file name of a template."""
    return FunctionLoader(lambda name: (*read(name), None))


def _bounded(sign: str, left: Any, right: Any) -> None:
    if isinstance(left, str) and sign == "%":
        message = "`text % values` is not available; use `~`"
        raise SecurityError(message)
    if sign == "+" and isinstance(left, str) and isinstance(right, str):
        sized(len(left) + len(right))
    elif sign == "+" and isinstance(left, list) and isinstance(right, list):
        counted(len(left) + len(right))
    elif sign == "*":
        _bounded_product(left, right)
    elif sign == "**" and isinstance(left, int) and isinstance(right, int) and right > 0:
        numbered(left.bit_length() * right)


def _bounded_product(left: Any, right: Any) -> None:
    if isinstance(left, int) and isinstance(right, int):
        numbered(left.bit_length() + right.bit_length())
        return
    for sequence, times in ((left, right), (right, left)):
        if isinstance(times, int) and isinstance(sequence, str):
            sized(len(sequence) * times)
        elif isinstance(times, int) and isinstance(sequence, list):
            counted(len(sequence) * times)
