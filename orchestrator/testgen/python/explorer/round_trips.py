"""Questions about what the module itself makes: what `sign` gave is what `verify` accepts, and nothing else is.

By chance a search finds only one of the two answers: a signature that holds cannot be guessed.
"""

from collections.abc import Iterator, Sequence

from .corpus import Try, is_own
from .search import Search
from .subjects import Argument, Arguments, Subject
from .words import PLAINLY_WRONG

_KINDS = ("method", "function")
_MADE = (str, bytes, list, dict, tuple)
_MOST_ODD = 1.0
_GIFTS, _VALUES = 6, 2  # subjects whose results are given, and how many of each

Question = tuple[Arguments, str, tuple[str, ...]]  # with the object and the steps before


class RoundTrips:
    """Look for the other answer to questions that were answered one way only."""

    def __init__(self, search: Search) -> None:
        self._search = search

    def explore(self, subjects: Sequence[Subject], until: float) -> None:
        """Ask each of those about what the module makes, and then about what is wrong, until the answer is another."""
        tries = sorted(self._search.corpus.tries.values(), key=lambda each: (each.cost, each.program.call))
        for subject in subjects:
            asked = [made for made in tries if made.subject is subject and made.outcome.kind == "value"]
            is_question = bool(asked) and all(type(made.outcome.value) is bool for made in asked)
            answers = {made.outcome.value for made in asked if is_question and _is_plain(made)}
            if subject.is_private or subject.kind not in _KINDS or not is_question or len(answers) > 1:
                continue
            for arguments, instance, setup in _questions(asked[0], tries):
                if self._search.caller.stopwatch.now() > until:
                    self._search.cut_short = True
                    return
                made = self._search.attempt(subject, arguments, instance, setup)
                answers |= {made.outcome.value} if made is not None and type(made.outcome.value) is bool else set()
                if len(answers) > 1:
                    break


def _is_plain(made: Try) -> bool:
    """Say whether a reader would take it for an answer: little is odd, and nothing comes from elsewhere."""
    return made.oddness <= _MOST_ODD and len(made.program.setup) <= 1 and not made.passed_on


def _questions(asked: Try, tries: Sequence[Try]) -> Iterator[Question]:
    """Yield what to ask: first about what was made of one value, then about what is wrong."""
    needed = [n for n, each in enumerate(asked.subject.parameters) if each.is_required and not each.is_variadic]
    bare = tuple(each if n in needed else None for n, each in enumerate(asked.arguments))
    for gift in _gifts(asked.subject, tries):
        for place in needed:
            yield _asking(bare, needed, place, gift), gift.instance, gift.program.setup
    for place in needed:
        for wrong in PLAINLY_WRONG:
            yield _put(bare, place, wrong), asked.instance, asked.program.setup


def _gifts(subject: Subject, tries: Sequence[Try]) -> Iterator[Try]:
    """Yield the plainest calls that make something of one value, on an object of the same class where it has one."""
    counts: dict[str, int] = {}
    for made in tries:
        name = made.subject.name
        if made.subject.kind != subject.kind or made.subject.owner is not subject.owner or name == subject.name:
            continue
        given = [each for each in made.arguments if each is not None]
        is_plain = len(given) == 1 and isinstance(given[0], str) and not is_own(given[0]) and "(" not in given[0]
        is_first = len(made.program.setup) == (subject.kind == "method") and not made.outcome.how
        is_made = made.outcome.kind == "value" and type(made.outcome.value) in _MADE and bool(made.outcome.value)
        if not (is_plain and is_first and is_made) or made.subject.is_private or given[0] in ("''", "b''"):
            continue
        counts[name] = counts.get(name, 0) + 1
        if counts[name] <= _VALUES and len(counts) <= _GIFTS:
            yield made


def _asking(bare: Arguments, needed: Sequence[int], place: int, gift: Try) -> Arguments:
    """Return arguments with what was made in one place, and what it was made of in the others."""
    value = next(each for each in gift.arguments if each is not None)
    arguments = bare
    for each in needed:
        arguments = _put(arguments, each, gift.program.call if each == place else value)
    return arguments


def _put(arguments: Arguments, place: int, value: Argument) -> Arguments:
    return (*arguments[:place], value, *arguments[place + 1 :])
