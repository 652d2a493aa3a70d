"""The things of a module that can be called, with their parameters, and how a call of each is written."""

import ast
import builtins
import contextlib
import functools
import inspect
import re
import sys
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from . import kinds
from .facts import Definition, Literals
from .keywords import written_keywords
from .names import Names
from .operators import OPERATORS
from .typing_names import names_for_types

Argument = str | tuple[str, ...] | None  # an expression, those of *args, or left out
Arguments = tuple[Argument, ...]
_QUOTED = re.compile(r"""(?<!\w)["'`]{1,2}([A-Za-z][\w+-]{1,19})["'`]{1,2}(?!\w)""")
_AT_THE_END = 10**9
VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


@dataclass(slots=True)
class Parameter:
    """One parameter with the kinds of values that it seems to take, by weight."""

    name: str
    kind: Any
    is_required: bool
    default: object
    weights: kinds.Weights
    hinted: frozenset[Any] = frozenset()  # kinds that the hint allows
    keys: tuple[str, ...] = ()  # texts that the code looks up in it
    choices: tuple[str, ...] = ()  # texts of which it is one, where the code takes no other

    @property
    def is_variadic(self) -> bool:
        """Say whether it is `*args` or `**kwargs`."""
        return self.kind in VARIADIC


@dataclass
class Subject:
    """Something to call. `kind` is function, class, method, property, static, classmethod or a word of an extension."""

    name: str
    kind: str
    parameters: list[Parameter]
    node: Definition | None
    owner: type | None = None
    literals: Literals = field(default_factory=Literals)
    environment: tuple[str, ...] = ()
    template: str = ""  # of a route: the call up to its keyword arguments; {0}, {1} … are parts of the path
    is_inherited: bool = False  # from a class of another module
    function: Any = None  # the function behind it, when there is one

    @property
    def short(self) -> str:
        """The name without the class."""
        return self.name.rpartition(".")[2]

    @property
    def line(self) -> int:
        """Where it is defined; 0 when that is not in the module."""
        if self.is_inherited:
            return _AT_THE_END
        return self.node.lineno if self.node else 0

    @functools.cached_property
    def documented(self) -> tuple[str, ...]:
        """Return the words that stand in quotes in its docstring, as expressions: such as a parameter accepts."""
        text = ast.get_docstring(self.node) or "" if self.node is not None else ""
        words = [each for each in _QUOTED.findall(text) if not hasattr(builtins, each)]  # those are kinds
        return tuple(dict.fromkeys(repr(each) for each in words))

    def tells_of(self, word: str) -> bool:
        """Say whether its docstring names something, such as an error that it raises."""
        text = ast.get_docstring(self.node) or "" if self.node is not None else ""
        return re.search(rf"\b{re.escape(word)}\b", text) is not None

    @property
    def is_private(self) -> bool:
        """Say whether the name is marked as internal."""
        return any(part.startswith("_") and not part.endswith("__") for part in self.name.split("."))

    @property
    def gives_something(self) -> bool:
        """Say whether the code returns a value somewhere."""
        return self.node is not None and any(_returns(each) for each in self.node.body)

    @property
    def gives_nothing(self) -> bool:
        """Say whether the code is known and returns a value nowhere."""
        is_known = self.node is not None and self.kind in ("function", "method", "static", "classmethod")
        return is_known and not self.gives_something

    @property
    def needs_object(self) -> bool:
        """Say whether a call needs an instance."""
        return self.kind in ("method", "property", "setter")

    def write(self, arguments: Arguments, names: Names, instance: str = "") -> str | None:
        """Return the call as source; None when an operator lacks its argument."""
        if self.template:
            return self._filled(arguments)
        written = self._written(arguments)
        if self.kind in ("function", "class"):
            return f"{names.own(self.name)}({', '.join(written)})"
        if self.kind == "property":
            return f"{instance}.{self.short}"
        if self.kind in ("static", "classmethod"):
            return f"{names.own(self.name.partition('.')[0])}.{self.short}({', '.join(written)})"
        if self.kind == "setter":
            return f"setattr({instance}, {self.short!r}, {written[0]})"
        if self.short in OPERATORS:
            is_within = "[{0}]" in OPERATORS[self.short]
            written = [f"({each})" if each.startswith(("lambda", "-")) and not is_within else each for each in written]
            try:
                return OPERATORS[self.short].format(*written, o=instance)
            except IndexError:
                return None
        if self.short == "__call__":
            return f"{instance}({', '.join(written)})"
        return f"{instance}.{self.short}({', '.join(written)})"

    def _filled(self, arguments: Arguments) -> str:
        pairs = list(zip(self.parameters, arguments, strict=True))
        path = [argument for each, argument in pairs if each.kind is inspect.Parameter.POSITIONAL_ONLY]
        more = [f"{each.name}={argument}" for each, argument in pairs[len(path) :] if argument is not None]
        return ", ".join([self.template.format(*path), *more]) + ")"

    def _written(self, arguments: Arguments) -> list[str]:
        written: list[str] = []
        by_keyword = False
        has_rest = any(each.kind is inspect.Parameter.VAR_POSITIONAL for each in self.parameters)
        for parameter, argument in zip(self.parameters, arguments, strict=True):
            if argument is None:
                by_keyword = by_keyword or parameter.kind is not inspect.Parameter.VAR_POSITIONAL
            elif isinstance(argument, tuple):
                written += () if by_keyword else argument
            elif parameter.kind is inspect.Parameter.VAR_KEYWORD:
                written.append(written_keywords(argument))
            elif parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
                written.append(argument)
            elif (
                by_keyword
                or parameter.kind is inspect.Parameter.KEYWORD_ONLY
                or not (parameter.is_required or has_rest)
            ):
                written.append(f"{parameter.name}={argument}")
                by_keyword = True
            else:
                written.append(argument)
        return written


def hints_of(value: Any) -> dict[str, Any]:
    """Return the hints of a function, or of what makes an instance of a class; none where they cannot be resolved."""
    target = value.__init__ if inspect.isclass(value) and "__init__" in vars(value) else value
    known: dict[str, Any] = {}
    try:
        target = inspect.unwrap(target)
        module = sys.modules.get(getattr(target, "__module__", None) or "")
        known = names_for_types(module) if module is not None else {}
        return typing.get_type_hints(target, localns=known or None, include_extras=True)
    except Exception:  # a hint may name what exists for type checkers only
        return _hints_that_resolve(target, known) if inspect.isfunction(target) else {}


def _hints_that_resolve(function: FunctionType, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of a function's hints that are written as texts and can be resolved each by itself."""
    found: dict[str, Any] = {}
    for name, hint in function.__annotations__.items():
        with contextlib.suppress(Exception):  # as above
            found[name] = eval(hint, function.__globals__, dict(known)) if isinstance(hint, str) else hint  # noqa: S307 - as `typing` does
    return found


def _returns(node: ast.AST) -> bool:
    """Say whether a statement returns a value, functions inside left out."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        return False
    if isinstance(node, ast.Return):
        return node.value is not None
    return any(_returns(each) for each in ast.iter_child_nodes(node))
