"""The things of a module that can be called, with their parameters, and how a call of each is written."""

import ast
import enum
import inspect
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from . import kinds
from .facts import Definition, Literals, ModuleFacts, environment_names, literals_of
from .keywords import forwarded_to, keywords_of, looked_up
from .kind_tables import Kind
from .names import Names
from .operators import NOT_TRIED, OPERATORS
from .shapes import attributes_read, classes_with, doubles, functions_for

Argument = str | tuple[str, ...] | None  # an expression, those of *args, or left out
Arguments = tuple[Argument, ...]
_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


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

    @property
    def is_variadic(self) -> bool:
        """Say whether it is `*args` or `**kwargs`."""
        return self.kind in _VARIADIC


@dataclass(slots=True)
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
    function: Any = None  # the function behind it, when there is one

    @property
    def short(self) -> str:
        """The name without the class."""
        return self.name.rpartition(".")[2]

    @property
    def line(self) -> int:
        """Where it is defined; 0 when that is not in the module."""
        return self.node.lineno if self.node else 0

    @property
    def is_private(self) -> bool:
        """Say whether the name is marked as internal."""
        return any(part.startswith("_") and not part.endswith("__") for part in self.name.split("."))

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
                written.append(f"**{argument}")
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


class SubjectFinder:
    """Find the subjects of one imported module."""

    def __init__(self, names: Names, facts: ModuleFacts) -> None:
        self._names = names
        self._facts = facts
        self._module = names.module

    def find(self) -> list[Subject]:
        """Return classes first, then what is public, then the rest, each in the order of the source."""
        found = [subject for name in self._own_names() for subject in self._subjects_of(name)]
        return sorted(found, key=lambda each: (each.kind != "class", each.is_private, each.line, each.name))

    def _own_names(self) -> list[str]:
        return [name for name in sorted(self._facts.own) if name in vars(self._module) and not name.startswith("__")]

    def _subjects_of(self, name: str) -> Iterator[Subject]:
        value = vars(self._module)[name]
        if inspect.isclass(value):
            if value.__module__ == self._module.__name__ and value.__name__ == name:
                yield from self._of_class(value)
        elif callable(value) and (node := self._facts.definitions.get(name)) is not None:
            subject = self._make(name, value, node, "function", skip=0)
            if subject is not None:
                yield subject

    def _of_class(self, owner: type) -> Iterator[Subject]:
        name = owner.__name__
        definitions = self._facts.definitions
        if not issubclass(owner, enum.Enum) and not getattr(owner, "_is_protocol", False):
            node = definitions.get(f"{name}.__init__") or definitions.get(f"{name}.__new__")
            made = self._make(name, owner, node, "class", skip=0, owner=owner)
            if made is not None:
                yield made
        for member, value in vars(owner).items():
            node = definitions.get(f"{name}.{member}")
            if (
                node is None
                or member in NOT_TRIED
                or (member.startswith("__") and not self._is_callable_operator(member))
            ):
                continue
            subject = self._of_member(owner, f"{name}.{member}", value, node)
            if subject is not None:
                yield subject
            setter = value.fset if isinstance(value, property) else None
            if setter is not None and getattr(setter, "__module__", "") == self._module.__name__:
                made = self._make(
                    f"{name}.{member}",
                    setter,
                    self._facts.setters.get(f"{name}.{member}"),
                    "setter",
                    skip=1,
                    owner=owner,
                )
                if made is not None and len(made.parameters) == 1:
                    yield made

    def _is_callable_operator(self, member: str) -> bool:
        return member in OPERATORS or member == "__call__"

    def _of_member(self, owner: type, name: str, value: object, node: Definition) -> Subject | None:
        if isinstance(value, property) or type(value).__name__ == "cached_property":
            return Subject(name, "property", [], node, owner, literals_of(node.body))
        if isinstance(value, staticmethod):
            return self._make(name, value.__func__, node, "static", skip=0, owner=owner)
        if isinstance(value, classmethod):
            return self._make(name, value.__func__, node, "classmethod", skip=1, owner=owner)
        return self._make(name, value, node, "method", skip=1, owner=owner) if callable(value) else None

    def _make(
        self, name: str, value: Any, node: Definition | None, kind: str, *, skip: int, owner: type | None = None
    ) -> Subject | None:
        try:
            signature = inspect.signature(value)
        except (ValueError, TypeError):
            return None
        hints = _hints(value)
        parameters = [
            self._parameter(each, hints.get(each.name, each.annotation), node)
            for each in list(signature.parameters.values())[skip:]
        ]
        parameters = self._with_keywords(parameters, node)
        return Subject(
            name,
            kind,
            parameters,
            node,
            owner,
            literals_of(node.body) if node else Literals(),
            environment_names(node) if node else (),
            function=inspect.unwrap(value),
        )

    def _add_shapes(self, node: Definition, name: str, add: Callable[[Kind, float], None]) -> None:
        """Add classes of the module, or plain objects, that have what the code takes from a parameter."""
        read, stored = attributes_read(node, name)
        if not read and not stored:
            return
        classes = list(classes_with(self._names, {*read, *stored}))
        for kind in classes[:3]:
            add(kind, 4)
        made = doubles(node, name, "types.SimpleNamespace") if not classes else ()
        if made:
            add(("one", made), 4)

    def _with_keywords(self, parameters: list[Parameter], node: Definition | None) -> list[Parameter]:
        """Put the keywords that the code is seen to take in place of `**more`."""
        rest = parameters[-1] if parameters and parameters[-1].kind is inspect.Parameter.VAR_KEYWORD else None
        if rest is None or node is None:
            return parameters
        found: dict[str, Parameter] = {}
        for function in forwarded_to(node, rest.name):
            target = vars(self._module).get(function)
            definition = self._facts.definitions.get(function) or self._facts.definitions.get(f"{function}.__init__")
            for word in keywords_of(target):
                found.setdefault(word.name, self._parameter(word, word.annotation, definition))
        for key in rest.keys:
            bare = inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=None)
            found.setdefault(key, self._parameter(bare, inspect.Parameter.empty, node))
        for each in parameters:
            found.pop(each.name, None)
        keywords = [replace(each, kind=inspect.Parameter.KEYWORD_ONLY, is_required=False) for each in found.values()]
        return [*parameters[:-1], *keywords] if keywords else parameters

    def _parameter(self, parameter: inspect.Parameter, hint: Any, node: Definition | None) -> Parameter:
        weights: kinds.Weights = {}

        def add(kind: Kind | None, weight: float) -> None:
            if kind is not None:
                weights[kind] = weights.get(kind, 0) + weight

        hinted = kinds.of_hint(hint, self._names)
        for kind in hinted:
            add(kind, 6)
        add(kinds.of_default(parameter.default), 5)
        if node is not None:
            for kind, count in kinds.of_usage(node, parameter.name, self._names).items():
                add(kind, count if not hinted else count / 4)
            for kind in kinds.of_docs(ast.get_docstring(node) or "", parameter.name):
                add(kind, 4)
        if not hinted or "any" in hinted:
            add(kinds.of_name(parameter.name), 2)
            if node is not None:
                self._add_shapes(node, parameter.name, add)
        functions = functions_for(self._facts.tree, parameter.name)
        if functions and ("callable" in weights or not hinted or "any" in hinted):
            add(("one", tuple(functions)), 4)
        if not weights or set(weights) == {"any"}:
            for word in ("str", "int", "list", "dict", "none", "float"):
                add(word, 1)
        variadic = parameter.kind in _VARIADIC
        return Parameter(
            name=parameter.name,
            kind=parameter.kind,
            is_required=parameter.default is inspect.Parameter.empty and not variadic,
            default=parameter.default,
            weights=weights,
            hinted=frozenset(hinted),
            keys=tuple(looked_up(node, parameter.name)) if node else (),
        )


def _hints(value: Any) -> dict[str, Any]:
    target = value.__init__ if inspect.isclass(value) and "__init__" in vars(value) else value
    try:
        return typing.get_type_hints(inspect.unwrap(target), include_extras=True)
    except Exception:  # a hint may name what exists for type checkers only
        return {}
