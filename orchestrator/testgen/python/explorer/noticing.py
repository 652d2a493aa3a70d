"""Which calls show that something was changed in the code: how each went, compared with how it went before."""

from collections.abc import Callable, Sequence

from .calling import Caller, Outcome
from .corpus import Try


class Noticing:
    """Calls of an exploration, to be repeated on mutants."""

    def __init__(self, tries: Sequence[Try], told: Callable[[Outcome], str], caller: Caller) -> None:
        self._tries = tries
        self._told = told
        self._caller = caller
        self._before = [told(each.outcome) for each in tries]

    def differs(self, number: int) -> bool:
        """Run a call again and say whether it went otherwise."""
        before = self._before[number]
        return bool(before) and self._told(self._caller.repeat(self._tries[number].program)) != before
