"""Objects on which a method is shown: where it gives another of its class, each number set, and unlike the others.

On `Version(1)` nobody sees what `bump_minor()` keeps, changes and resets; on `Version(1, 2, 3)` everybody does.
"""

import itertools

from .calling import Outcome
from .subjects import Argument, Arguments, Parameter, Subject
from .words import numbers_for

_MOST = 4  # numbers that a reader takes in
_OF_ALIKE = 0.4  # of oddness: a number that is the default, or one that is given twice


def gives_its_like(subject: Subject, outcome: Outcome) -> bool:
    """Say whether a method gives an object of its own class."""
    owner = subject.owner
    return subject.kind == "method" and owner is not None and isinstance(outcome.value, owner)


def shows_parts(subject: Subject, outcome: Outcome) -> bool:
    """Say whether a method tells what its object is made of: in another one, in a text, in a list."""
    is_told = subject.kind == "method" and type(outcome.value) in (str, tuple, list, dict)
    return outcome.kind == "value" and (is_told or gives_its_like(subject, outcome))


def of_alike_numbers(maker: Subject | None, arguments: Arguments) -> float:
    """Say how odd an object looks for numbers that are left at their defaults, nothing or given twice."""
    numbers = _numbers(maker, arguments)
    given = [argument for argument, parameter in numbers if argument not in (None, "0", repr(parameter.default))]
    return _OF_ALIKE * (len(numbers) - len(set(given)))


def with_numbers_apart(maker: Subject | None, arguments: Arguments) -> Arguments | None:
    """Return what makes the object with each number set and unlike the others; None where there are less than two."""
    taken: list[str] = []
    numbers = [parameter.name for _, parameter in _numbers(maker, arguments)]
    for name in numbers:
        usual = map(repr, itertools.chain(numbers_for(name), itertools.count(1)))
        taken.append(next(each for each in usual if each not in (*taken, "0")))
    if maker is None or not numbers:
        return None
    values = dict(zip(numbers, taken, strict=True))
    pairs = zip(arguments, maker.parameters, strict=True)
    return tuple(values.get(parameter.name, argument) for argument, parameter in pairs)


def is_number_field(argument: Argument, parameter: Parameter) -> bool:
    """Say whether a parameter holds a whole number: one is given, or is its default."""
    return argument.isdecimal() if isinstance(argument, str) else argument is None and type(parameter.default) is int


def _numbers(maker: Subject | None, arguments: Arguments) -> list[tuple[Argument, Parameter]]:
    pairs = zip(arguments, maker.parameters, strict=True) if maker is not None else iter(())
    found = [(argument, parameter) for argument, parameter in pairs if is_number_field(argument, parameter)]
    return found if 1 < len(found) <= _MOST else []
