"""GitHub's expression language: `${{ … }}` to a syntax tree.

Grammar of https://docs.github.com/actions/reference/workflows-and-actions/expressions: literals, contexts with `.name`,
`.*` and `[index]`, functions, `!`, comparisons, `&&`, `||`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

STATUS_FUNCTIONS = frozenset(("success", "always", "cancelled", "failure"))
FUNCTIONS = STATUS_FUNCTIONS.union(
    ("contains", "startswith", "endswith", "format", "join", "tojson", "fromjson", "hashfiles", "case")
)
_TOKEN = re.compile(
    r"\s*(?:(?P<number>[-+]?(?:0x[0-9a-fA-F]+|0o[0-7]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|Infinity|NaN)(?![\w.]))"
    r"|(?P<text>'(?:[^']|'')*')|(?P<name>[A-Za-z_][\w-]*)|(?P<sign>==|!=|<=|>=|&&|\|\||[<>!()\[\],.*]))"
)
_SPAN = re.compile(r"\$\{\{(?P<inner>(?:'(?:[^']|'')*'|[^'}]|\}(?!\}))*)\}\}")
_LEVELS = (("||",), ("&&",), ("==", "!="), ("<", "<=", ">", ">="))


class ExpressionError(ValueError):
    """The expression cannot be read."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant."""

    value: str | float | bool | None


@dataclass(frozen=True, slots=True)
class Context:
    """A context and the properties behind it; a step is a name, `*`, or an expression in brackets."""

    name: str
    steps: "tuple[str | Expression, ...]" = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return the leading steps that are known names, in small letters."""
        found = []
        for step in self.steps:
            if isinstance(step, Literal) and isinstance(step.value, str):
                found.append(step.value.lower())
            elif isinstance(step, str) and step != "*":
                found.append(step.lower())
            else:
                break
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Call:
    """A function call; `steps` are the properties behind it."""

    name: str
    arguments: "tuple[Expression, ...]"
    steps: "tuple[str | Expression, ...]" = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator with one operand (`!`) or two."""

    sign: str
    operands: "tuple[Expression, ...]"


Expression = Literal | Context | Call | Operation


def parse(source: str) -> Expression:
    """Return the tree of what stands between `${{` and `}}`; ExpressionError when it cannot be read."""
    parser = _Parser(source)
    found = parser.level(0)
    if parser.peek() is not None:
        message = f"unexpected {parser.peek()!r}"
        raise ExpressionError(message)
    return found


def spans(text: str) -> Iterator[str]:
    """Yield the source of every `${{ … }}` of a text; ExpressionError when one is never closed."""
    at = 0
    while (start := text.find("${{", at)) >= 0:
        found = _SPAN.match(text, start)
        if found is None:
            message = "`${{` is never closed"
            raise ExpressionError(message)
        yield found["inner"]
        at = found.end()


def condition_source(value: object) -> str | None:
    """Return the expression of an `if:`, with or without `${{ }}`; None when the text only holds some."""
    text = str(value).strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    found = _SPAN.fullmatch(text)
    if found is not None:
        return found["inner"]
    return None if "${{" in text else text


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield an expression and all below it."""
    yield expression
    below: tuple[object, ...] = ()
    if isinstance(expression, Context):
        below = expression.steps
    elif isinstance(expression, Call):
        below = (*expression.arguments, *expression.steps)
    elif isinstance(expression, Operation):
        below = expression.operands
    for item in below:
        if isinstance(item, Literal | Context | Call | Operation):
            yield from walk(item)


def _tokens(source: str) -> list[tuple[str, str]]:
    found, at = [], 0
    source = source.rstrip()
    while at < len(source):
        match = _TOKEN.match(source, at)
        if match is None or match.lastgroup is None:
            message = f"unexpected {source[at:].strip()[:20]!r}"
            raise ExpressionError(message)
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


class _Parser:
    def __init__(self, source: str) -> None:
        self._tokens = _tokens(source)
        self._at = 0
        self._depth = 0

    def peek(self) -> str | None:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else None

    def _take(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            message = "the expression ends too early"
            raise ExpressionError(message)
        self._at += 1
        return self._tokens[self._at - 1]

    def _expect(self, sign: str) -> None:
        taken = self._take()
        if taken != ("sign", sign):
            message = f"`{sign}` expected, {taken[1]!r} found"
            raise ExpressionError(message)

    def _is_sign(self, *signs: str) -> bool:
        return self._at < len(self._tokens) and self._tokens[self._at][0] == "sign" and self.peek() in signs

    def level(self, number: int) -> Expression:
        if number == len(_LEVELS):
            return self._unary()
        left = self.level(number + 1)
        while self._is_sign(*_LEVELS[number]):
            sign = self._take()[1]
            left = Operation(sign, (left, self.level(number + 1)))
        return left

    def _unary(self) -> Expression:
        self._depth += 1
        if self._depth > 50:
            message = "the expression is nested too deeply"
            raise ExpressionError(message)
        try:
            if self._is_sign("!"):
                self._take()
                return Operation("!", (self._unary(),))
            return self._primary()
        finally:
            self._depth -= 1

    def _primary(self) -> Expression:
        kind, text = self._take()
        if kind == "number":
            return Literal(_number(text))
        if kind == "text":
            return Literal(text[1:-1].replace("''", "'"))
        if kind == "name":
            return self._named(text)
        if text != "(":
            message = f"unexpected {text!r}"
            raise ExpressionError(message)
        inner = self.level(0)
        self._expect(")")
        if self._is_sign(".", "["):  # (a || b).c: nothing is known of it
            return Call("case", (inner,), self._steps())
        return inner

    def _named(self, name: str) -> Expression:
        constants: dict[str, bool | None] = {"true": True, "false": False, "null": None}
        if name in constants:
            return Literal(constants[name])
        if not self._is_sign("("):
            return Context(name.lower(), self._steps())
        self._take()
        arguments: list[Expression] = []
        while not self._is_sign(")"):
            if arguments:
                self._expect(",")
            arguments.append(self.level(0))
        self._take()
        return Call(name.lower(), tuple(arguments), self._steps())

    def _steps(self) -> tuple[str | Expression, ...]:
        found: list[str | Expression] = []
        while self._is_sign(".", "["):
            if self._take()[1] == ".":
                kind, text = self._take()
                if kind != "name" and text != "*":
                    message = f"a name expected behind `.`, {text!r} found"
                    raise ExpressionError(message)
                found.append(text)
            elif self._is_sign("*"):
                self._take()
                self._expect("]")
                found.append("*")
            else:
                found.append(self.level(0))
                self._expect("]")
        return tuple(found)


def _number(text: str) -> float:
    return (
        float(int(text, 0)) if text.lstrip("+-")[:2].lower() in ("0x", "0o") else float(text.replace("Infinity", "inf"))
    )
