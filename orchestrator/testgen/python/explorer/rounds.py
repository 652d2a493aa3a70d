"""The order of a search: classes, everything, what calls return, sequences; each gets its part of the time."""

import random
from collections.abc import Sequence

from .corpus import Try
from .job import Job
from .makers import collect_instances
from .numbers_apart import call_on_numbers_apart
from .outsiders import Outsiders
from .pools import Pools
from .returned import Returned
from .round_trips import RoundTrips
from .search import Search
from .sequences import Sequences
from .stopwatch import Stopwatch
from .subjects import Subject

_LEVELS = 2  # a function that returns a decorator: what that returns is called as well
_CALLS_OF_INHERITED = 40
_CALLS_OF_RETURNED, _PART_OF_RETURNED = 150, 0.2
_FOR_SEQUENCES = 0.2  # of the time, where routes have a database
_FAIR = 3  # times the part of the time that is due to a subject, at most


class Rounds:
    """Lead a search through the subjects of one module."""

    def __init__(
        self, search: Search, pools: Pools, outsiders: Outsiders, returned: Returned, job: Job, stopwatch: Stopwatch
    ) -> None:
        self._search = search
        self._pools = pools
        self._outsiders = outsiders
        self._returned = returned
        self._job = job
        self._stopwatch = stopwatch

    def explore(self, subjects: list[Subject], rng: random.Random, started: float, *, keeps_rows: bool) -> None:
        """Explore classes first, twice, as one may need another; then everything, larger subjects longer.

        What the calls return and can be called joins the subjects. With `keeps_rows` routes have a database.
        """
        until = started + self._job.seconds * 0.45
        owners = self._explore_classes(subjects, until)
        whole, self._search.keeps_rows = until, keeps_rows
        if keeps_rows:  # requests take long there, and only those that follow others reach everything
            until -= self._job.seconds * _FOR_SEQUENCES
        weights = [max(1, _size(each)) for each in subjects]
        for position, (subject, weight) in enumerate(zip([*subjects], weights, strict=True)):
            share = self._job.calls * weight / max(sum(weights), 1)
            # Where the clock has to end it, those that come last get their part as well.
            part = _FAIR * weight / max(sum(weights[position:]), 1)
            self._search.explore(
                subject,
                _CALLS_OF_INHERITED if subject.is_inherited else max(80, int(share)),
                max(self._left(until) * min(part, 1.0), 0.05),
            )
            if subject.kind in ("classmethod", "static", "function"):
                collect_instances(self._search.corpus, self._pools, subject, owners)
            self._call_returned(subject, subjects, until)
        call_on_numbers_apart(self._search, subjects, max(whole, self._stopwatch.now() + 0.1))
        steps = max(self._job.calls // 6, 50)
        Sequences(self._search, rng).explore(subjects, steps, max(self._left(whole), 0.1))
        RoundTrips(self._search).explore(subjects, max(whole, self._stopwatch.now() + 0.1))

    def _left(self, until: float) -> float:
        return until - self._stopwatch.now()

    def _explore_classes(self, subjects: list[Subject], until: float) -> set[type]:
        """Make objects of the classes; return those that have methods to call."""
        search = self._search
        own = [each for each in subjects if each.kind == "class"]
        search.makers.classes = {each.name: each for each in (*self._outsiders.makers, *own)}
        search.makers.others = {each.name: each for each in subjects if each.kind == "classmethod"}
        owners = {each.owner for each in search.makers.classes.values() if each.owner is not None}
        for _ in range(2):
            self._outsiders.explore(self._pools, search.makers, self._left(until))
            for subject in own:
                search.explore(subject, 60, max(self._left(until), 0.1))
                collect_instances(search.corpus, self._pools, subject, owners)
        return owners

    def _call_returned(self, outer: Subject, subjects: list[Subject], until: float) -> None:
        """Explore the functions that a subject returns, and those that they return."""
        level = [outer]
        for _ in range(_LEVELS):
            tries = [made for made in self._search.corpus.tries.values() if made.subject in level]
            level = [each for subject in level for each in self._returned.subjects(subject, _of(tries, subject))]
            for each in level:
                self._search.explore(each, _CALLS_OF_RETURNED, max(self._left(until) * _PART_OF_RETURNED, 0.05))
            subjects += level


def _of(tries: Sequence[Try], subject: Subject) -> list[Try]:
    return [made for made in tries if made.subject is subject]


def _size(subject: Subject) -> int:
    if subject.node is None or subject.is_inherited:
        return 1
    lines = (subject.node.end_lineno or subject.node.lineno) - subject.node.lineno
    return max(2, lines // (3 if subject.is_private else 1)) if subject.parameters else 1
