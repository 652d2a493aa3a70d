"""Arguments that a reader sees the value of: no expression over the object under test, one wrong value for errors."""

import ast
from collections.abc import Iterable, Iterator

from .corpus import Try, is_own
from .literals import Literals
from .rebuilding import rebuilt
from .search import Search
from .subjects import Argument, Subject

_WRONG = ("None", "1")  # what is given first where the code refuses a class of values
_CALLED = ("function", "method", "static", "classmethod", "class")


class PlainValues:
    """Put plain values in place of arguments."""

    def __init__(self, search: Search, literals: Literals) -> None:
        self._search = search
        self._literals = literals

    def of(self, made: Try) -> Try:
        """Return the call with values that are written out, the same one where that ends in another way."""
        if made.subject.kind not in _CALLED or made.origin == "example":
            return made
        for position, argument in enumerate(made.arguments):
            for text in self._others(made, argument):
                arguments = (*made.arguments[:position], text, *made.arguments[position + 1 :])
                found = self._search.attempt(made.subject, arguments, made.instance, made.program.setup)
                if found is not None and self._ends_alike(made, found):
                    made = found
                    break
        return made

    def try_wrong(self, tries: Iterable[Try]) -> None:
        """Where code stumbles over what is inside of a value, or refuses values, give it what is wrong as it stands."""
        asked: dict[str, Try] = {}
        refusing: dict[str, bool] = {}
        for each in tries:
            name = each.subject.name
            if each.subject.kind not in _CALLED or name in asked:
                continue
            if name not in refusing:
                refusing[name] = _refuses(each.subject)
            if each.outcome.stumbles or (refusing[name] and each.outcome.kind == "value"):
                asked[name] = each
        for made in asked.values():
            for position, argument in enumerate(made.arguments):
                if isinstance(argument, str):
                    arguments = (*made.arguments[:position], _WRONG[-1], *made.arguments[position + 1 :])
                    self._search.attempt(made.subject, arguments, made.instance, made.program.setup)

    def _others(self, made: Try, argument: Argument) -> Iterator[str]:
        if is_own(argument):
            namespace = self._search.caller.run((*made.program.setup, f"held = {argument}"))
            value = namespace["held"] if namespace is not None else None
            text = self._literals.write(value) or rebuilt(value, self._search.names, self._literals)
            yield from [text] if text is not None and namespace is not None else []
        elif made.outcome.is_explicit and isinstance(made.outcome.error, TypeError) and isinstance(argument, str):
            yield from _WRONG[: _WRONG.index(argument)] if argument in _WRONG else _WRONG

    def _ends_alike(self, made: Try, found: Try) -> bool:
        first, second = made.outcome, found.outcome
        if first.error is None:
            return second.is_usable and self._search.told(first) == self._search.told(second)
        is_same = type(first.error) is type(second.error) and first.is_explicit == second.is_explicit
        return is_same and second.is_usable and first.goals <= second.goals


def _refuses(subject: Subject) -> bool:
    """Say whether the code of what is called raises TypeErrors."""
    raised = (each.exc for each in (ast.walk(subject.node) if subject.node else ()) if isinstance(each, ast.Raise))
    return any(each is not None and "TypeError" in ast.unparse(each) for each in raised)
