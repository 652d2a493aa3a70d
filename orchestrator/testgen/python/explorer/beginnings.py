"""Where a search starts: the examples of docstrings, then each kind of argument against another."""

import ast
import inspect
import itertools
from collections.abc import Callable, Iterator

from .arguments import match_call
from .facts import ModuleFacts
from .names import Names
from .pools import Pools
from .subjects import Argument, Arguments, Parameter, Subject

_MOST_EXAMPLES = 40


class Beginnings:
    """The first arguments for a subject; `chosen` gives one by chance."""

    def __init__(
        self, names: Names, facts: ModuleFacts, pools: Pools, chosen: Callable[[Subject, Parameter], Argument]
    ) -> None:
        self.names = names
        self._facts = facts
        self._pools = pools
        self._random = chosen

    def systematic(self, subject: Subject) -> Iterator[Arguments]:
        """Yield the systematic part: least, one kind against another, then each parameter alone, then pairs."""
        parameters = subject.parameters
        pools = [[text for text, _ in self._pools.expressions(subject, each)] for each in parameters]
        base: Arguments = tuple(
            (pool[0] if pool else "None") if p.is_required else None for p, pool in zip(parameters, pools, strict=True)
        )
        yield base
        needed = [i for i, each in enumerate(parameters) if each.is_required]
        choices = [self._one_of_each_kind(subject, parameters[i]) for i in needed]
        for combination in itertools.islice(itertools.product(*choices), 40 if needed else 0):
            arguments = base
            for position, expression in zip(needed, combination, strict=True):
                arguments = replaced(arguments, position, expression)
            yield arguments
        turns = [_alone(base, position, each, pools[position][:60]) for position, each in enumerate(parameters)]
        for found in itertools.zip_longest(*turns):  # in turns: few calls are left for those that come last
            yield from itertools.chain.from_iterable(each for each in found if each is not None)
        for _ in range(40 if len(parameters) > 1 else 0):
            yield tuple(self._random(subject, each) for each in parameters)

    def _one_of_each_kind(self, subject: Subject, parameter: Parameter) -> list[str]:
        by_kind: dict[object, list[str]] = {}
        for text, kind in self._pools.expressions(subject, parameter):
            by_kind.setdefault(kind, []).append(text)
        return [texts[min(1, len(texts) - 1)] for texts in list(by_kind.values())[:6]]

    def examples(self, subject: Subject) -> Iterator[Arguments]:
        """Yield the arguments of calls in docstrings."""
        for text in self._facts.examples.get(subject.short, ())[:_MOST_EXAMPLES]:
            call = ast.parse(text, mode="eval").body
            assert isinstance(call, ast.Call)
            arguments = match_call(subject, call, self.names)
            if arguments is not None:
                yield tuple(map(_unless_default, subject.parameters, arguments))


def _alone(base: Arguments, position: int, parameter: Parameter, pool: list[str]) -> Iterator[list[Arguments]]:
    """Yield arguments with another one in one place, for one that has to be given two at a time."""
    is_rest = parameter.kind is inspect.Parameter.VAR_POSITIONAL
    found = [replaced(base, position, (text,) if is_rest else text) for text in pool]
    step = 2 if parameter.is_required else 1
    yield from (found[at : at + step] for at in range(0, len(found), step))


def _unless_default(parameter: Parameter, argument: Argument) -> Argument:
    """Return None for an argument that is the default: it says nothing."""
    return None if not parameter.is_required and argument == repr(parameter.default) else argument


def replaced(arguments: Arguments, position: int, value: Argument) -> Arguments:
    """Return arguments of which one is another."""
    return (*arguments[:position], value, *arguments[position + 1 :])
