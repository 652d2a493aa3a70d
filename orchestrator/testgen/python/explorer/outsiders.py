"""Classes of the project's other modules that parameters name: what makes them is looked for, no test is about them."""

import inspect
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from .arguments import is_strange
from .finding import SubjectFinder
from .kind_tables import Kind
from .makers import Makers
from .names import Names
from .pools import Pools
from .search import Search
from .sources import definition_of
from .state import is_of_project
from .subjects import Parameter, Subject

_MOST = 24  # classes
_CALLS, _PART = 60, 0.1  # of each, and of the time that is left
_CALLED = ("function", "method", "static", "classmethod", "class")
_MOST_BELOW = 3  # classes that stand for an abstract one


class Outsiders:
    """What makes the objects that subjects take from other modules; `search` is one of which no test is written."""

    def __init__(self, search: Search, makers: Sequence[Subject]) -> None:
        self.makers = makers
        self.owners = frozenset(each.owner for each in makers if each.owner is not None)
        self._search = search

    def explore(self, pools: Pools, known: Makers, seconds: float) -> None:
        """Make objects with values such as the hints name, and remember how; `known` are all that make objects."""
        self._search.makers = known
        for maker in self.makers:
            self._search.explore(maker, _CALLS, seconds * _PART)
            for made in self._search.corpus.tries.values():
                is_made = made.subject is maker and made.outcome.kind == "value" and not made.strange
                if is_made and type(made.outcome.value) is maker.owner:
                    pools.instances.note(made.program.call, made.outcome.value, made.oddness)


def find_makers(finder: SubjectFinder, names: Names, project: str, subjects: Iterable[Subject]) -> list[Subject]:
    """Return what makes the objects that subjects take from other modules, each before those that are made of it."""
    found: dict[type, Subject | None] = {}

    def add(owner: type) -> None:
        is_foreign = owner.__module__ != names.module.__name__ and is_of_project(owner.__module__, project)
        if owner in found or not is_foreign or len(found) >= _MOST:
            return
        found[owner] = None  # it may be made of itself
        if inspect.isabstract(owner):
            subclasses: list[type] = owner.__subclasses__()
            for below in subclasses[:_MOST_BELOW]:
                add(below)
            return
        written = names.of(owner)
        node = definition_of(_beginning(owner))
        maker = finder.make(written, owner, node, "class", owner) if written is not None else None
        for needed in classes_taken_by(maker) if maker is not None else ():
            add(needed)
        del found[owner]
        found[owner] = maker  # behind what it is made of

    for subject in subjects:
        for needed in classes_taken_by(subject):
            add(needed)
    return [each for each in found.values() if each is not None]


def classes_taken_by(subject: Subject) -> Iterator[type]:
    """Yield the classes of which a subject takes objects, alone or in a collection."""
    for parameter in subject.parameters:
        for kind in (*sorted(parameter.hinted, key=repr), *parameter.weights):
            yield from _classes_in(kind)


def tell_unmade(subjects: Iterable[Subject], pools: Pools) -> list[str]:
    """Say of which parameters no value could be made, as nothing was found that makes an object of their class."""
    told: dict[str, None] = {}
    for subject in subjects:
        is_called = subject.kind in _CALLED and not subject.is_private and not subject.is_inherited
        for each in subject.parameters if is_called else ():
            if each.is_required and (unmade := _unmade(each, pools)) and not _is_met(subject, each, pools):
                owners = " or ".join(f"{owner.__module__}.{owner.__qualname__}" for owner in unmade)
                told[f"{subject.name} takes {owners} as {each.name}: no call was found that makes one"] = None
    return list(told)


def _is_met(subject: Subject, parameter: Parameter, pools: Pools) -> bool:
    """Say whether there is a value that fits a parameter all the same, such as a fixture or a number."""
    texts = [text for text, _ in pools.expressions(subject, parameter)]
    return any(text != "None" and not is_strange(text, parameter) for text in texts)


def _beginning(owner: type) -> Any:
    return vars(owner).get("__init__") or vars(owner).get("__new__")


def _unmade(parameter: Parameter, pools: Pools) -> list[type]:
    """Return the classes that a parameter needs and that nothing makes; none where another kind of value will do."""
    kinds = sorted((each for each in parameter.hinted if each != "none"), key=repr)
    classes = [list(dict.fromkeys(_classes_in(kind))) for kind in kinds]
    lacking = [[owner for owner in owners if not pools.instances.of(owner)] for owners in classes]
    return list(dict.fromkeys(owner for owners in lacking for owner in owners)) if all(lacking) else []


def _classes_in(kind: Kind | Collection[Any]) -> Iterator[type]:
    if not isinstance(kind, tuple) or kind[:1] == ("one",):
        return
    if kind[:1] == ("class",):
        yield kind[1]
    else:
        for part in kind:
            yield from _classes_in(part)
