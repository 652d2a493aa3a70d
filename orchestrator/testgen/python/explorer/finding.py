"""Find the subjects of a module, and which kinds of values their parameters seem to take."""

import ast
import enum
import inspect
import types
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import Any

from . import keywords, kinds
from .choices import choices_of
from .facts import Definition, Literals, ModuleFacts, environment_names, literals_of
from .kind_tables import Kind
from .names import Names
from .operands import given_to_operators
from .operators import NOT_TRIED, OPERATORS
from .shapes import attributes_read, classes_with, doubles, functions_for, kept_as
from .sources import class_of, definition_of
from .subjects import VARIADIC, Parameter, Subject, hints_of

_MOST_INHERITED = 8
_TOLD_BY_NONE = (str, int, dict, set, frozenset, bytes)  # builtin classes without a signature
_OF_LENGTH = 3  # what speaks for a list where a length or the items are asked for
_LEVELS = 2  # functions behind a function into which a parameter is followed
_OF_ITEMS = frozenset({"__getitem__", "__setitem__", "__delitem__", "__contains__", "__missing__"})


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

    def make(self, name: str, value: Any, node: Definition | None, kind: str, owner: type) -> Subject | None:
        """Return a subject for something that a call gave; None when it has no signature."""
        return self._make(name, value, node, kind, skip=0, owner=owner)

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

        yield from self._inherited(owner)

    def _inherited(self, owner: type) -> Iterator[Subject]:
        """Yield public methods of the project's classes in other modules: they call what the class puts in place."""
        top = self._module.__name__.partition(".")[0]
        found = 0
        seen = set(vars(owner))
        for base in owner.__mro__[1:]:
            is_near = base.__module__.partition(".")[0] == top and base.__module__ != self._module.__name__
            for member, value in vars(base).items() if is_near else ():
                if member.startswith("_") or member in seen or found >= _MOST_INHERITED:
                    continue
                seen.add(member)
                function = value.__func__ if isinstance(value, classmethod | staticmethod) else value
                node = definition_of(function) if inspect.isfunction(function) else None
                subject = self._of_member(owner, f"{owner.__name__}.{member}", value, node) if node else None
                if subject is not None:
                    found += 1
                    subject.is_inherited = True
                    yield subject

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
        signature = _signature(value)
        if signature is None:
            return None
        hints = hints_of(value)
        parameters = [
            self._parameter(each, hints.get(each.name, each.annotation), node)
            for each in list(signature.parameters.values())[skip:]
        ]
        parameters = [replace(each, choices=self._choices(value, node, each.name)) for each in parameters]
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

    def _choices(self, value: Any, node: Definition | None, name: str) -> tuple[str, ...]:
        """Return the texts among which a parameter chooses, also where a class has inherited what makes its objects."""
        if node is not None:
            return choices_of(node, self._class_of(node), name)
        above = value.__mro__ if inspect.isclass(value) else ()
        maker = next((each for each in above if "__init__" in vars(each)), object)
        node, owner = definition_of(vars(maker)["__init__"]), class_of(maker)
        return choices_of(node, owner, name) if node is not None and owner is not None else ()

    def _used_in(self, node: Definition, name: str) -> Counter[Kind]:
        """Weigh kinds by how a definition uses a parameter, and the methods of its class that get it."""
        owner = self._class_of(node)
        found = kinds.of_usage(node, name, self._names)
        for attribute in kept_as(node, name):
            found.update(kinds.of_usage(owner, f"self.{attribute}", self._names))
        for method, word in given_to_operators(node, owner, name):
            found.update(kinds.of_usage(method, word, self._names))
        return found

    def _used_behind(self, node: Definition, name: str, levels: int) -> Counter[Kind]:
        """Weigh kinds by how the project's functions that are handed a parameter use it."""
        found: Counter[Kind] = Counter()
        for called, place in keywords.handed_to(node, name) if levels else ():
            function = self._function_called(called)
            inner = self._facts.definitions.get(ast.unparse(called)) or (definition_of(function) if function else None)
            word = keywords.parameter_at(inner, place) if inner is not None and inner is not node else None
            if inner is not None and word is not None:
                found.update(kinds.of_usage(inner, word, self._names))
                found.update(self._used_behind(inner, word, levels - 1))
        return found

    def _function_called(self, called: ast.expr) -> Any:
        """Return the function of this project that an expression names; None when it is another's."""
        value: Any = self._module
        for part in ast.unparse(called).split("."):
            value = vars(value).get(part) if isinstance(value, types.ModuleType) else None
        top = self._module.__name__.partition(".")[0]
        is_near = inspect.isfunction(value) and value.__module__.partition(".")[0] == top
        return value if is_near else None

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

    def _class_of(self, node: Definition) -> ast.AST:
        """Return the class in which a definition stands, itself when it stands in none."""
        return next((each for each in self._facts.classes.values() if node in each.body), node)

    def _with_keywords(self, parameters: list[Parameter], node: Definition | None) -> list[Parameter]:
        """Put the keywords that the code is seen to take in place of `**more`."""
        rest = parameters[-1] if parameters and parameters[-1].kind is inspect.Parameter.VAR_KEYWORD else None
        if rest is None or node is None:
            return parameters
        found: dict[str, Parameter] = {}
        for function in keywords.forwarded_to(node, rest.name):
            target = vars(self._module).get(function)
            definition = self._facts.definitions.get(function) or self._facts.definitions.get(f"{function}.__init__")
            for word in keywords.keywords_of(target):
                found.setdefault(word.name, self._parameter(word, word.annotation, definition))
        for key in rest.keys:
            bare = inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=None)
            found.setdefault(key, self._parameter(bare, inspect.Parameter.empty, node))
        for each in parameters:
            found.pop(each.name, None)
        words = [replace(each, kind=inspect.Parameter.KEYWORD_ONLY, is_required=False) for each in found.values()]
        return [*parameters[:-1], *words] if words else parameters

    def _parameter(self, parameter: inspect.Parameter, hint: Any, node: Definition | None) -> Parameter:
        if _is_filled_in(parameter.default):
            parameter = parameter.replace(default=inspect.Parameter.empty)
        if hint is inspect.Parameter.empty:
            hint = kinds.said_by_members(parameter, node, self._names)
        hinted = kinds.of_hint_and_name(hint, parameter.name, self._names)
        return Parameter(
            name=parameter.name,
            kind=parameter.kind,
            is_required=parameter.default is inspect.Parameter.empty and parameter.kind not in VARIADIC,
            default=parameter.default,
            weights=self._weights(parameter, hinted, node),
            hinted=frozenset(hinted),
            keys=tuple(keywords.looked_up(node, parameter.name)) if node else (),
        )

    def _weights(
        self, parameter: inspect.Parameter, hinted: Collection[Kind], node: Definition | None
    ) -> kinds.Weights:
        """Return which kinds of values a parameter seems to take, and how much speaks for each."""
        weights: kinds.Weights = {}
        is_item = node is not None and node.name in _OF_ITEMS and keywords.parameter_at(node, 1) == parameter.name

        def add(kind: Kind | None, weight: float) -> None:
            if kind is not None:
                weights[kind] = weights.get(kind, 0) + weight

        for kind in hinted:
            add(kind, 6)
        add(kinds.of_default(parameter.default), 5)
        if node is not None:
            for kind, count in self._used_in(node, parameter.name).items():
                add(kind, count if not hinted else count / 4)
            for kind, count in self._used_behind(node, parameter.name, _LEVELS).items():
                add(kind, count if not hinted else count / 4)
            for kind in kinds.of_docs(ast.get_docstring(node) or "", parameter.name):
                add(kind, 4)
        if not hinted or "any" in hinted:
            says_nothing = is_item or parameter.kind is inspect.Parameter.VAR_POSITIONAL
            add(kinds.of_name(parameter.name) if not says_nothing else None, 2)
            if kinds.of_name(parameter.name) == "str" and weights.get("list", 0) <= _OF_LENGTH:
                weights.pop("list", None)  # a text has a length as well
            if node is not None:
                self._add_shapes(node, parameter.name, add)
        words = [parameter.name, *(kept_as(node, parameter.name) if node is not None else ())]
        functions = [text for word in words for text in functions_for(self._facts.tree, word)]
        if functions and ("callable" in weights or not hinted or "any" in hinted):
            add(("one", tuple(dict.fromkeys(functions))), 4 + weights.pop("callable", 0))
        if is_item and not hinted:
            add("str", 2)
            add("int", 1)
        if set(weights) <= ({"any"} if hinted else {"any", "none"}):
            for word in ("str", "int", "list", "dict", "none", "float"):
                add(word, 1)
        return weights


def _signature(value: Any) -> inspect.Signature | None:
    """Return the signature; of a class that is made as a text or a number is, one of that; None when there is none."""
    try:
        return inspect.signature(value)
    except (ValueError, TypeError):
        base = next((each for each in _TOLD_BY_NONE if inspect.isclass(value) and issubclass(value, each)), None)
    if base is None:
        return None
    return inspect.Signature([inspect.Parameter("value", inspect.Parameter.POSITIONAL_ONLY, annotation=base)])


def _is_filled_in(default: object) -> bool:
    """Say whether a framework puts something else in a default's place: `Depends(…)` and `Query(…)` are no values."""
    return any(kind.__module__ == "fastapi.params" for kind in type(default).__mro__)
