"""Turn calls that were carried out into tests that pass: with as few steps and as short arguments as will do."""

import dataclasses
import functools
import random
from collections.abc import Mapping

from .body import Body
from .checks import Checks
from .configuring import config_body
from .corpus import INSTANCE, Corpus, Try, is_own
from .idle import Idle
from .literals import Literals
from .loading import ProbedModule
from .meant import Meaning
from .plain_values import PlainValues
from .replies import only_status
from .search import Search
from .shrinking import shrink
from .standing_clock import FIXTURE
from .subjects import Subject

_MUCH = 0.2  # of a module
_LITTLE = 0.3  # of oddness
_EXTRA = 60  # tests per subject that are tried on mutants beside those that reach something new


class Writer:
    """Write the tests of one exploration."""

    def __init__(self, search: Search, rng: random.Random, probed: ProbedModule) -> None:
        self._search = search
        self._probed = probed
        makers = {each.subject.name: each.subject for each in search.corpus.tries.values()}
        self._meaning = Meaning(search.names, makers)
        self._private: dict[str, bool] = {}  # whether a private subject is tested
        self._caller = search.caller
        self._rng = rng
        self._literals = Literals(search.names)
        self._checks = Checks(search.names, self._literals, search.caller)
        self._idle = Idle(search, self._checks)
        self._plain = PlainValues(search, self._literals)
        self._clock: dict[tuple[frozenset[int], tuple[bool, ...], tuple[str, ...]], tuple[str, ...] | None] = {}

    def all(self, until: float) -> list[tuple[Try, Body]]:
        """Write bodies for what reaches something, for examples, and for some more; keep those that pass twice."""
        self._plain.try_wrong(self._search.corpus.tries.values())
        ordered = sorted(usable(self._search.corpus), key=lambda each: each.subject.is_private)
        needed = {goal for each in ordered for goal in each.outcome.goals}
        chosen: list[tuple[Try, Body]] = []
        later: dict[str, list[Try]] = {}
        for made in ordered:
            if self._is_over(until):
                break
            made = self.with_less(made) if made.program.setup[made.instance == INSTANCE :] else self._plain.of(made)
            gain = made.outcome.goals & needed
            if gain and (written := self.written(made)):
                made, written = self._shortened(made, written, gain)
                needed -= made.outcome.goals
                chosen.append((made, written))
            else:
                later.setdefault(made.subject.name, []).append(made)
        for tries in map(_both_ways, later.values()):
            kept = 0
            for made in [*tries[: _EXTRA // 2], *self._rng.sample(tries, min(len(tries), _EXTRA))]:
                if kept == _EXTRA or self._is_over(until):
                    break
                made = self.with_less(made)
                if written := self.written(made):
                    chosen.append((made, written))
                    kept += 1
        once = {made.program: (made, body) for made, body in chosen}
        return [form for made, body in once.values() for form in self.forms(made, body)]

    def _is_over(self, until: float) -> bool:
        is_over = self._caller.stopwatch.now() > until
        self._search.cut_short = self._search.cut_short or is_over
        return is_over

    def may_write(self, made: Try) -> bool:
        """Say whether a call is one of which a test would be kept, whatever comes of it."""
        name = made.subject.name
        if made.subject.is_private and name not in self._private:
            self._private[name] = self._may_test_internal(made.subject)
        return self._private.get(name, True) and self._meaning.allows(made)

    def written(self, made: Try) -> Body | None:
        """Return the test of a call that passes twice and does not ask for the time, None when there is none."""
        if not self.may_write(made) or self._idle.without(made) is not made:
            return None
        if made.origin != "example" and any(map(is_own, made.arguments)):
            return None  # nobody sees what is given
        try:
            body = self._config(made) if made.subject.kind == "config" else self._checks.body(made)
        except Exception:  # a value whose methods raise
            return None
        if body is not None and not self._passes(body) and made.subject.kind == "route":
            body = only_status(made, body)  # what it says differs every time
        if body is None or body.says_little or not self._passes(body):
            return None
        given = tuple(each is not None for each in made.arguments)
        where = made.outcome.goals, given, made.program.setup  # who goes the same way asks the clock as well, or not
        if where not in self._clock:
            self._clock[where] = self._fixtures(body)
        fixtures = self._clock[where]
        return None if fixtures is None else dataclasses.replace(body, fixtures=fixtures)

    def forms(self, made: Try, body: Body) -> list[tuple[Try, Body]]:
        """Return a test, and one that tells more of what a container keeps: for mutants that the first lets pass."""
        if made.outcome.value is not None or made.instance != INSTANCE or made.subject.kind != "method":
            return [(made, body)]
        more = self._checks.body(made, with_inner=True)
        is_more = more is not None and len(more.lines) > len(body.lines) and more.label == body.label
        if more is None or not is_more or not self._passes(more):
            return [(made, body)]
        return [(made, body), (made, dataclasses.replace(more, fixtures=body.fixtures))]

    @functools.cached_property
    def _only_internal(self) -> Mapping[str, frozenset[int]]:
        """Return the goals of the private functions of which neither importing nor something public runs a line."""
        tries = self._search.corpus.tries.values()
        public = [each for each in tries if not each.subject.is_private and self._is_meant(each)]
        reached = self._probed.import_goals.union(*(each.outcome.goals for each in public))
        private = {each.subject.name: each.subject for each in tries if each.subject.is_private}
        found = {name: self._inside(each) for name, each in private.items()}
        return {name: goals for name, goals in found.items() if goals and not goals & reached}

    def _inside(self, subject: Subject) -> frozenset[int]:
        if subject.node is None:
            return frozenset()
        body = range(subject.node.body[0].lineno, (subject.node.end_lineno or 0) + 1)
        return frozenset(goal for goal, line in self._probed.map.lines.items() if line in body)

    def _may_test_internal(self, subject: Subject) -> bool:
        """Say whether a private function is tested: where much of the module would be left untested otherwise."""
        alone = frozenset[int]().union(*self._only_internal.values())
        return subject.name in self._only_internal and len(alone) > _MUCH * len(self._probed.map.lines)

    def _is_meant(self, made: Try) -> bool:
        return made.outcome.is_usable and not made.is_accident and self._meaning.allows(made)

    def _fixtures(self, body: Body) -> tuple[str, ...] | None:
        """Return the fixtures that a test needs besides; None when it asks for a time that cannot be made to stand."""
        if not self._caller.reads_clock(body.lines):
            return ()
        is_standing = bool(self._caller.clock) and not self._caller.reads_clock(body.lines, standing=True)
        return (FIXTURE,) if is_standing else None

    def _passes(self, body: Body) -> bool:
        return self._caller.check(body.lines) is None and self._caller.check(body.lines) is None

    def _config(self, made: Try) -> Body | None:
        tries = [each for each in self._search.corpus.tries.values() if each.subject is made.subject]
        return config_body(made, tries, self._literals, self._search.names)

    def _shortened(self, made: Try, body: Body, gain: frozenset[int]) -> tuple[Try, Body]:
        """Leave out of the arguments whatever is not needed to reach the same goals."""
        best = self.with_less(made)
        for position, argument in enumerate(made.arguments):
            if not isinstance(argument, str) or len(argument) < 12:
                continue

            def still_good(variant: str, position: int = position) -> bool:
                nonlocal best
                arguments = (*best.arguments[:position], variant, *best.arguments[position + 1 :])
                found = self._search.attempt(best.subject, arguments, best.instance)
                is_good = found is not None and found.outcome.is_usable and gain <= found.outcome.goals
                is_good = is_good and found is not None and found.oddness <= best.oddness + _LITTLE
                best = found if found is not None and is_good else best
                return is_good

            if not made.program.setup:
                shrink(argument, still_good)
        written = self.written(best) if best is not made else None
        return (best, written) if written is not None else (made, body)

    def with_less(self, made: Try) -> Try:
        """Leave out steps before the call, and options, that make no difference: a test cannot tell what they did."""
        return self._plain.of(self._idle.without(self._with_fewer_steps(made)))

    def _with_fewer_steps(self, made: Try) -> Try:
        best = made
        if made.subject.kind == "config":  # what is set there is what it is about
            return made
        for position in reversed(range(made.instance == INSTANCE, len(made.program.setup))):
            setup = (*best.program.setup[:position], *best.program.setup[position + 1 :])
            found = self._search.attempt(best.subject, best.arguments, best.instance, setup)
            if found is None or not found.outcome.is_usable:
                continue
            if self._search.told(found.outcome) == self._search.told(made.outcome):
                best = found
        return best


def _both_ways(tries: list[Try]) -> list[Try]:
    """Return calls in their order, but the plainest of each answer to a question first."""
    first: dict[str, Try] = {}
    for each in tries:
        if type(each.outcome.value) is bool:
            first.setdefault(repr(each.outcome.value), each)
    return [*first.values(), *(each for each in tries if each not in first.values())]


def usable(corpus: Corpus) -> list[Try]:
    """Return the calls that a test could pin, the plainest first."""
    found = [each for each in corpus.tries.values() if each.outcome.is_usable]
    return sorted(found, key=lambda each: (each.cost, each.program.call))
