"""Which calls show that something was changed in the code: how each went, compared with how it went before."""

from collections.abc import Sequence

from .calling import Caller, Outcome
from .literals import Literals, is_stable_text
from .search import Try


class Noticing:
    """Calls of an exploration, to be repeated on mutants."""

    def __init__(self, tries: Sequence[Try], literals: Literals, caller: Caller) -> None:
        self._tries = tries
        self._literals = literals
        self._caller = caller
        # Of what is collected from a lazy result, or printed, the first observation has all that is needed.
        self._before = [self._told(each.outcome) for each in tries]

    def differs(self, number: int) -> bool:
        """Run a call again and say whether it went otherwise."""
        before = self._before[number]
        return bool(before) and self._told(self._caller.repeat(self._tries[number].program)) != before

    def _told(self, outcome: Outcome) -> str:
        """Return what a test could say about an outcome; empty when nothing."""
        if outcome.kind != "value":
            return f"{outcome.kind} {type(outcome.error).__name__} {_stable(outcome.error)}"
        text = self._literals.write(outcome.value) or self._parts(outcome.value)
        return f"{type(outcome.value).__name__} {text} {_stable(outcome.printed)}" if text else ""

    def _parts(self, value: object) -> str:
        try:
            parts = {name: self._literals.write(each) for name, each in vars(value).items()}
        except TypeError:  # it has no attributes of its own
            return _stable(value)
        return f"{parts} {_stable(value)}"


def _stable(value: object) -> str:
    try:
        text = str(value)
    except Exception:  # a foreign `__str__` may raise anything
        return ""
    return text if is_stable_text(text) else ""
