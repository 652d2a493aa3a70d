"""What makes no difference in a call: a test of it would show nothing but the call without it."""

import inspect
from collections.abc import Iterator

from .applying import is_applied
from .checks import Checks
from .contents import equals
from .corpus import INSTANCE, Try
from .members import fewer_members, with_fewer_members
from .receivers import gives_its_like, is_number_field
from .search import Search
from .subjects import Argument

_PLAIN = ("function", "method", "static", "classmethod", "class", "property")


class Idle:
    """Leave options and flags out of calls."""

    def __init__(self, search: Search, checks: Checks) -> None:
        self._search = search
        self._checks = checks

    def without(self, made: Try) -> Try:
        """Return the call without the options and flags whose absence a test could not notice."""
        if made.subject.kind not in _PLAIN or made.origin == "example":
            return made
        best = made
        for position, parameter in reversed(list(enumerate(made.subject.parameters))):
            is_option = not parameter.is_required and parameter.kind is not inspect.Parameter.VAR_POSITIONAL
            if is_option and best.arguments[position] is not None:
                best = self._alike(best, position, None) or best
        for position, argument in enumerate(best.arguments):
            found = (self._alike(best, position, each) for each in self._fewer(argument))
            best = next((each for each in found if each is not None), best)
        return self._made_by_less(best)

    def _fewer(self, argument: Argument) -> Iterator[str]:
        return fewer_members(argument, self._search.names) if isinstance(argument, str) else iter(())

    def _alike(self, made: Try, position: int, argument: Argument) -> Try | None:
        """Return the call with another argument, None when a test could tell it from this one."""
        arguments = (*made.arguments[:position], argument, *made.arguments[position + 1 :])
        return self._unless_told(made, self._search.attempt(made.subject, arguments, made.instance, made.program.setup))

    def _made_by_less(self, made: Try) -> Try:
        """Return the call on an object that is made with as few members of an enumeration."""
        setup = made.program.setup
        if made.instance != INSTANCE or not setup:
            return made
        made = self._made_without_options(made)
        setup = made.program.setup
        for owner in with_fewer_members(setup[0].partition(" = ")[2], self._search.names):
            steps = (f"{INSTANCE} = {owner}", *setup[1:])
            found = self._unless_told(made, self._search.attempt(made.subject, made.arguments, INSTANCE, steps))
            if found is not None:
                return found
        return made

    def _made_without_options(self, made: Try) -> Try:
        """Return the call on an object that is made with none of the options whose absence a test could not notice."""
        start, *rest = made.program.setup
        maker, arguments = self._search.makers.made_by(start.partition(" = ")[2])
        for position, parameter in reversed(list(enumerate(maker.parameters if maker is not None else ()))):
            if maker is None or arguments[position] is None or parameter.is_required or parameter.is_variadic:
                continue
            if gives_its_like(made.subject, made.outcome) and is_number_field(arguments[position], parameter):
                continue  # what becomes of it is a part of what the method does
            fewer = (*arguments[:position], None, *arguments[position + 1 :])
            steps = (f"{INSTANCE} = {maker.write(fewer, self._search.names)}", *rest)
            found = self._unless_told(made, self._search.attempt(made.subject, made.arguments, INSTANCE, steps))
            if found is not None:
                made, arguments = found, fewer
        return made

    def _unless_told(self, made: Try, other: Try | None) -> Try | None:
        """Return the other call where a test could not tell the two apart."""
        is_usable = other is not None and other.outcome.is_usable
        return other if is_usable and other is not None and self._are_alike(made, other) else None

    def _are_alike(self, made: Try, other: Try) -> bool:
        """Say whether two calls print, return, change and leave the same, as far as a test could say it."""
        said = self._told(made)
        if not said or said != self._told(other) or made.outcome.changed or other.outcome.changed:
            return False
        if self._checks.changes_arguments(made) or self._gives_itself(other) > self._gives_itself(made):
            return False
        if made.outcome.value is None and made.instance == INSTANCE:
            return self._checks.state_after(made) == self._checks.state_after(other)
        return True

    def _gives_itself(self, made: Try) -> bool:
        """Say whether a method gives an object as the one that it is called on: what it takes away is not there."""
        owner = made.subject.owner
        if made.instance != INSTANCE or owner is None or not isinstance(made.outcome.value, owner):
            return False
        namespace = self._search.caller.run((*made.program.setup, f"held = {made.program.call}"))
        return namespace is not None and equals(namespace["held"], namespace[INSTANCE])

    def _told(self, made: Try) -> str:
        is_object = made.subject.kind == "class"  # it has more to it than what calling it gives
        is_used = made.outcome.kind == "value" and is_applied(made.outcome.value) and not is_object
        return self._checks.told_by_use(made) if is_used else self._search.told(made.outcome)
