"""Whether a call is one that somebody could mean: only of such a call a test is written.

What a function makes of values that its hints rule out, or of a parameter that is marked as internal, is nobody's
business; an error that the source raises itself is.
"""

import ast
import functools
import inspect
import typing
from collections import abc
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .arguments import is_strange, match_call
from .corpus import INSTANCE, Try
from .kinds import of_hint
from .names import Names
from .subjects import Argument, Arguments, Parameter, Subject, hints_of

_PLAIN = ("function", "method", "static", "classmethod", "class", "property", "setter")


class Meaning:
    """Judge the calls of one module; `makers` are the subjects whose calls make objects and functions, by name."""

    def __init__(self, names: Names, makers: Mapping[str, Subject]) -> None:
        self._names = names
        self._makers = makers

    def allows(self, made: Try) -> bool:
        """Say whether the arguments, and those of the call that makes the instance, are such as a caller gives."""
        if made.subject.kind not in _PLAIN or made.origin == "example":
            return True
        if _uses_private(made.subject, made.arguments):
            return False
        if made.outcome.kind == "raised" and made.outcome.is_explicit:
            return True
        start = made.program.setup[0].partition(" = ")[2] if made.instance == INSTANCE and made.program.setup else ""
        maker, given = self._made_by(start or made.instance)
        if maker is not None and (_uses_private(maker, given) or not self._fits(maker, given)):
            return False
        is_promised = maker is None or made.subject.short != "__call__" or self._is_promised(made, maker)
        return is_promised and self._fits(made.subject, made.arguments)

    @functools.cache  # noqa: B019 - one per exploration
    def _made_by(self, instance: str) -> tuple[Subject | None, Arguments]:
        """Return what is called to make an instance, and with what."""
        call = ast.parse(instance, mode="eval").body if "(" in instance else None
        maker = self._makers.get(ast.unparse(call.func)) if isinstance(call, ast.Call) else None
        arguments = match_call(maker, call, self._names) if maker and isinstance(call, ast.Call) else None
        return (None, ()) if arguments is None else (maker, arguments)

    def _is_promised(self, made: Try, maker: Subject) -> bool:
        """Say whether a function that was returned gets what the hint of what returns it says that it takes."""
        takes = taken_by(hints_of(maker.function).get("return"))
        for argument, hint in zip(made.arguments, takes, strict=False):
            kinds = frozenset(of_hint(hint, self._names))
            if isinstance(argument, str) and kinds and is_strange(argument, plain_parameter(kinds)):
                return False
        return not any(INSTANCE in str(each) for each in made.arguments)

    def _fits(self, subject: Subject, arguments: tuple[Argument, ...]) -> bool:
        hints = hints_of(subject.function)
        for parameter, argument in zip(subject.parameters, arguments, strict=True):
            for text in (argument,) if isinstance(argument, str) else argument or ():
                if parameter.kind is inspect.Parameter.VAR_KEYWORD:
                    continue
                if is_strange(text, parameter, least=0) or not self._can_be_called(text, hints.get(parameter.name)):
                    return False
        return True

    def _can_be_called(self, text: str, hint: Any) -> bool:
        """Say whether the functions in an argument take as many arguments as the hint says that they get."""
        counts = set(_counts(hint))
        if len(counts) != 1:
            return True
        (count,) = counts
        node = ast.parse(text, mode="eval").body
        parts = node.elts if isinstance(node, ast.List | ast.Tuple | ast.Set) else [node]
        return all(
            self._takes(each, count) for each in parts if isinstance(each, ast.Lambda | ast.Name | ast.Attribute)
        )

    def _takes(self, node: ast.expr, count: int) -> bool:
        try:
            value = eval(ast.unparse(node), self._names.namespace())  # noqa: S307 - a name, or a lambda of ours
            inspect.signature(value).bind(*range(count))
        except TypeError:
            return False
        except Exception:  # a class without a signature, a name that is not there: nothing is claimed
            return True
        return True


def _uses_private(subject: Subject, arguments: tuple[Argument, ...]) -> bool:
    pairs: Iterator[tuple[Parameter, Argument]] = zip(subject.parameters, arguments, strict=True)
    return any(
        each.name.startswith("_") and not each.is_required and argument is not None
        for each, argument in pairs
        if not each.is_variadic
    )


def taken_by(hint: Any) -> Sequence[Any]:
    """Return the hints of the arguments that a hint of a function names; none when it names none."""
    arguments = typing.get_args(hint)
    is_named = typing.get_origin(hint) is abc.Callable and arguments and isinstance(arguments[0], list)
    return arguments[0] if is_named else ()


def plain_parameter(kinds: frozenset[Any]) -> Parameter:
    """Return a parameter of which nothing is known but the kinds that its hint allows."""
    place = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return Parameter("", place, is_required=True, default=inspect.Parameter.empty, weights={}, hinted=kinds)


def _counts(hint: Any) -> Iterator[int]:
    """Yield how many arguments the functions take that a hint speaks of."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is abc.Callable:
        if arguments and isinstance(arguments[0], list):
            yield len(arguments[0])
        return
    for each in arguments:
        yield from _counts(each)
