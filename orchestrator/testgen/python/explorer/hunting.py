"""Look for calls that tell a surviving mutant from the original, or go where none goes: variants of calls that pass by.

What a comparison on that line sees says which neighbours of a limit to try; texts of the module and other
spellings of what was given reach entries of tables and expressions that importing the module made.
"""

import ast
import random
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from .arguments import is_strange
from .corpus import INSTANCE, Try
from .evolve import splice
from .search import Search
from .subjects import Argument, Arguments, Subject

_BASES = 10  # calls that are varied for one mutant
_SPLICES = 16
_CHANGES = 6  # variants of each of them
_LONGEST = 400  # characters of an argument that is varied
_TEXTS = 80
_MOST_NEAR = 100  # calls for one statement

Place = tuple[int, int]  # the first and last line of a statement


class Hunter:
    """Vary the calls of an exploration."""

    def __init__(
        self,
        search: Search,
        comparisons: dict[int, int],
        rng: random.Random,
    ) -> None:
        """`comparisons` are the lines of comparing probes."""
        self._search = search
        self._comparisons = comparisons
        self._rng = rng

    def near(
        self, places: Collection[Place], tries: Sequence[tuple[Try, frozenset[int]]], calls: int, until: float
    ) -> list[Try]:
        """Return variants, at most about `calls`, of calls that pass these places; `tries` come with their lines."""
        found: dict[int, Try] = {}
        share = min(max(calls // max(len(places), 1), 12), _MOST_NEAR)
        for first, last in sorted(places):
            lines = range(first, last + 1)
            passing = [made for made, where in tries if where.intersection(lines)]
            begin = self._search.caller.count
            for made in self._varied(self._bases(passing), lines):
                if made.outcome.is_usable:
                    found.setdefault(id(made), made)
                if self._search.caller.count - begin > share or self._search.caller.stopwatch.now() > until:
                    break
        return list(found.values())

    def with_texts(self, subjects: Sequence[Subject], texts: Sequence[str]) -> list[Try]:
        """Return calls of public functions with these texts and other spellings of them."""
        found: dict[int, Try] = {}
        spelt = dict.fromkeys(each for text in texts[:_TEXTS] for each in (text, *_spellings(text)))
        for subject in subjects:
            takes = [n for n, each in enumerate(subject.parameters) if each.is_required]
            is_fitting = subject.kind in ("function", "static", "classmethod") and not subject.is_private
            if not is_fitting or len(takes) != 1 or "str" not in subject.parameters[takes[0]].weights:
                continue
            for text in spelt:
                arguments: list[Argument] = [None] * len(subject.parameters)
                arguments[takes[0]] = repr(text)
                made = self._search.attempt(subject, tuple(arguments))
                if made is not None and made.outcome.is_usable:
                    found.setdefault(id(made), made)
        return list(found.values())

    def _bases(self, passing: Sequence[Try]) -> list[Try]:
        """Return some of the plainest calls, of every subject at least one, and some others."""
        firsts: dict[str, Try] = {}
        for made in passing:
            firsts.setdefault(made.subject.name, made)
        rest = [made for made in passing if made is not firsts[made.subject.name]]
        chosen = [*list(firsts.values())[: _BASES // 2], *rest[: _BASES // 4]]
        more = rest[_BASES // 4 :]
        return chosen + self._rng.sample(more, min(len(more), _BASES - len(chosen)))

    def _varied(self, bases: Sequence[Try], lines: range) -> Iterator[Try]:
        variants = [self._variants(made, lines) for made in bases]
        while variants:  # in turn, so that each gets its part
            for each in [*variants]:
                made = next(each, None)
                if made is None:
                    variants.remove(each)
                elif made.outcome.kind in ("value", "raised"):
                    yield made

    def _variants(self, made: Try, lines: range) -> Iterator[Try]:
        outcome = self._search.caller.observe(made.program)
        compared = [each for each in outcome.compared if self._comparisons.get(each[0], 0) in lines]
        setup = made.program.setup
        start = setup[0] if made.instance == INSTANCE and setup else ""
        owner = start.partition(" = ")[2]
        parts = (*made.arguments, owner) if owner else made.arguments
        for position, text in [*splice(parts, compared, self._rng), *_lengths(parts, compared)][:_SPLICES]:
            is_owner = position == len(made.arguments)
            arguments = made.arguments if is_owner else _put(made.arguments, position, text)
            yield from self._again(made, arguments, f"{INSTANCE} = {text}" if is_owner else start)
        for position, argument in enumerate(made.arguments):
            for spelt in _spelt(argument):
                yield from self._again(made, _put(made.arguments, position, spelt), start)
        for _ in range(_CHANGES if made.arguments else 0):
            arguments = self._search.vary(made.subject, made.arguments)
            if self._rng.random() < 0.4:
                arguments = self._search.vary(made.subject, arguments)
            yield from self._again(made, arguments, start)
        for _ in range(_CHANGES if owner else 0):
            yield from self._again(made, made.arguments, f"{INSTANCE} = {self._search.vary_text(owner)}")

    def _again(self, made: Try, arguments: Arguments, start: str) -> Iterator[Try]:
        if any(
            isinstance(a, str) and is_strange(a, p) for a, p in zip(arguments, made.subject.parameters, strict=True)
        ):
            return
        setup = (start, *made.program.setup[1:]) if start else made.program.setup
        found = self._search.attempt(made.subject, arguments, made.instance, setup)
        if found is not None and found is not made:
            yield found


def _put(arguments: Arguments, position: int, value: Argument) -> Arguments:
    return (*arguments[:position], value, *arguments[position + 1 :])


def _spellings(text: str) -> list[str]:
    return list(dict.fromkeys(each for each in (text.capitalize(), text.upper(), text.lower()) if each != text))


def _spelt(argument: Argument) -> list[str]:
    """Return a text in other letters and with blanks around it; nothing for what is no text."""
    if not isinstance(argument, str) or argument[:1] not in "'\"" or len(argument) > _LONGEST:
        return []
    try:
        value = ast.literal_eval(argument)
    except (SyntaxError, ValueError):
        return []
    if not isinstance(value, str) or not value:
        return []
    return [repr(each) for each in (*_spellings(value), f" {value}", f"{value} ", f"{value} {value}")]


def _lengths(parts: Sequence[Argument], compared: Sequence[tuple[int, object, object]]) -> list[tuple[int, str]]:
    """Return (position, expression): texts and lists as long as a number with which their length was compared."""
    found: dict[tuple[int, str], None] = {}
    for _, first, second in compared:
        if type(first) is not int or type(second) is not int:
            continue
        for is_long, wanted in ((first, second), (second, first)):
            for position, part in enumerate(parts):
                value = _literal(part)
                if isinstance(value, str | list | bytes) and len(value) == is_long and 0 <= wanted <= _LONGEST:
                    texts = (repr(_of_length(value, length)) for length in (wanted, wanted + 1, max(wanted - 1, 0)))
                    found.update(((position, text), None) for text in texts)
    return list(found)


def _of_length(value: str | bytes | list[object], length: int) -> object:
    filled: Any = value or ("a" if isinstance(value, str) else b"a" if isinstance(value, bytes) else [1])
    return (filled * (length // len(filled) + 1))[:length]


def _literal(part: Argument) -> object:
    try:
        return ast.literal_eval(part) if isinstance(part, str) and len(part) <= _LONGEST else None
    except (SyntaxError, ValueError, TypeError):
        return None
