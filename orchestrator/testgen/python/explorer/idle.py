"""Options that make no difference: a test of such a call would show nothing but the call without them."""

import inspect

from .checks import Checks
from .corpus import INSTANCE, Try
from .search import Search

_PLAIN = ("function", "method", "static", "classmethod", "class")


class Idle:
    """Leave options out of calls."""

    def __init__(self, search: Search, checks: Checks) -> None:
        self._search = search
        self._checks = checks

    def without(self, made: Try) -> Try:
        """Return the call without the options whose absence a test could not notice."""
        if made.subject.kind not in _PLAIN or made.origin == "example":
            return made
        best = made
        for position, parameter in reversed(list(enumerate(made.subject.parameters))):
            is_option = not parameter.is_required and parameter.kind is not inspect.Parameter.VAR_POSITIONAL
            if not is_option or best.arguments[position] is None:
                continue
            fewer = (*best.arguments[:position], None, *best.arguments[position + 1 :])
            found = self._search.attempt(best.subject, fewer, best.instance, best.program.setup)
            if found is not None and found.outcome.is_usable and self._are_alike(best, found):
                best = found
        return best

    def _are_alike(self, made: Try, other: Try) -> bool:
        """Say whether two calls print, return, change and leave the same, as far as a test could say it."""
        said = self._search.told(made.outcome)
        if not said or said != self._search.told(other.outcome) or made.outcome.changed or other.outcome.changed:
            return False
        if self._checks.changes_arguments(made):
            return False
        if made.outcome.value is None and made.instance == INSTANCE:
            return self._checks.state_after(made) == self._checks.state_after(other)
        return True
