"""The calls that make objects, and how an object looks to a reader by what it is made of."""

import ast
import functools
from collections.abc import Collection

from .arguments import is_strange, match_call
from .corpus import Corpus
from .fitting import unfitting
from .names import Names
from .pools import Pools
from .subjects import Arguments, Parameter, Subject

_MOST_OPTIONS, _OF_OPTION = 3, 0.6  # of what an object is made with: more of them nobody takes in


class Makers:
    """The classes of one module and their class methods by name, and the calls that make instances of them."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self.classes: dict[str, Subject] = {}
        self.others: dict[str, Subject] = {}  # class methods

    def parameters_of(self, name: str) -> list[Parameter]:
        """Return the parameters of a class by the name with which it is called; none when it is not known."""
        return self.classes[name].parameters if name in self.classes else []

    def strange_in(self, instance: str) -> int:
        """Count what is strange in the call that makes an object."""
        subject, arguments = self.made_by(instance)
        return count_strange(subject, arguments) if subject is not None else 0

    def unfit_in(self, instance: str) -> float:
        """Say how badly suits what an object is made of."""
        subject, arguments = self.made_by(instance)
        if subject is None:
            return 0.0
        pairs = zip(arguments, subject.parameters, strict=True)
        options = sum(argument is not None and not each.is_required for argument, each in pairs)
        too_many = _OF_OPTION * max(0, options - _MOST_OPTIONS)
        return too_many + unfitting(arguments, subject.parameters, makes_object=True)

    @functools.cache  # noqa: B019 - one search per process
    def made_by(self, instance: str) -> tuple[Subject | None, Arguments]:
        """Return the class that is called to make an object, and what it is given."""
        call = ast.parse(instance, mode="eval").body if "(" in instance else None
        name = ast.unparse(call.func) if isinstance(call, ast.Call) else ""
        subject = self.classes.get(name) or self.others.get(name)
        if not isinstance(call, ast.Call) or subject is None:
            return None, ()
        arguments = match_call(subject, call, self._names)
        return (subject, arguments) if arguments is not None else (None, ())


def count_strange(subject: Subject, arguments: Arguments) -> int:
    """Count the arguments of kinds that the hints do not allow."""
    pairs = zip(subject.parameters, arguments, strict=True)
    return sum(is_strange(argument, each) for each, argument in pairs if isinstance(argument, str))


def collect_instances(corpus: Corpus, pools: Pools, subject: Subject, owners: Collection[type]) -> None:
    """Remember calls that made an instance of a class that something needs."""
    for made in corpus.tries.values():
        is_made = made.subject is subject and made.outcome.kind == "value" and not made.program.setup
        if is_made and type(made.outcome.value) in owners:
            pools.instances.note(made.program.call, made.outcome.value, made.oddness)
