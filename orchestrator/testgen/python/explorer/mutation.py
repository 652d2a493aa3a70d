"""Find out which tests notice which mutants; add tests of calls that alone notice one, or go where no test goes."""

import random
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from .body import Body
from .calling import Program
from .choosing import Deed, duties
from .corpus import Try
from .drawing_apart import drawing_apart
from .facts import ModuleFacts
from .hunting import Hunter
from .inner_calls import inner_calls
from .killing import MutantRunner, Trial, Verdict
from .loading import ProbedModule
from .mutants import Mutant
from .noticing import Noticing
from .plainer import Plainer
from .sandbox import Fence
from .search import Search
from .subjects import Subject
from .unreached import last_passed
from .writing import Writer, usable

_ENOUGH = 5  # tests that notice one mutant: from so many the fewest can be chosen
_MOST_CALLS = 400  # calls tried on a mutant that no test notices
_MOST_OTHERS = 1000  # of those that do not run its line
_PLAIN_ROUNDS = 4
_MOST_PLAINER, _KEPT_PLAINER = 60, 16  # calls that are tried in place of one, and tests that are written of them
_SOME = 2
_ROUNDS = 3  # of looking for calls that do what no call does
_FOR_UNREACHED = 0.25  # of the time that is left

Test = tuple[Try, Body]


class Mutation:
    """Try mutants on the tests of one exploration; `tests` grows by those that are found for a mutant."""

    def __init__(
        self,
        tests: list[Test],
        probed: ProbedModule,
        search: Search,
        writer: Writer,
        fence: Fence,
        until: float,
        plainer: Plainer,
    ) -> None:
        self.tests = tests
        self._plainer = plainer
        self._probed = probed
        self._search = search
        self._writer = writer
        self._until = until
        self._seen: set[Program] = set()  # what was tried on mutants
        self.runner = MutantRunner(probed, fence, search.caller.keep_anew)

    def run(
        self, limit: int, facts: ModuleFacts, subjects: Sequence[Subject], rng: random.Random, calls: int
    ) -> list[Verdict]:
        """Return a verdict for each mutant; about `calls` calls are made to find those that notice a survivor."""
        hunter = Hunter(self._search, self._probed.map.comparisons, rng)
        mutants = self.runner.all(limit)
        made_on_import = {each for each in mutants if self.runner.is_imported(each)}
        telling = hunter.with_texts(subjects, facts.called_texts) if made_on_import else []
        first = frozenset(number for number, (made, _) in enumerate(self.tests) if made in telling)
        reaches = self._lines([made for made, _ in self.tests])
        trial = Trial(self._until, first=first, enough=_ENOUGH, judges=True)
        verdicts = self.runner.run(mutants, reaches, self._fails, trial)
        if made_on_import:
            verdicts = self._better(verdicts, telling, made_on_import)
        rest = {each.mutant for each in verdicts} - made_on_import
        verdicts = self._better(verdicts, usable(self._search.corpus), rest)
        now, is_fruitful = self._search.caller.stopwatch.now, True
        for _ in range(_ROUNDS):
            passing = self._passing()
            survivors = [each.mutant for each in verdicts if not each.killers and each.mutant.kind != "gone"]
            places = frozenset(self.runner.statement_at(each.line) for each in survivors if each in rest)
            unreached = self._to_unreached(verdicts, passing) - places if is_fruitful else frozenset()
            if not (places or unreached) or now() > self._until:
                break
            soon = now() + (self._until - now()) * (1 - _FOR_UNREACHED)
            found = hunter.near(places, passing, calls // _ROUNDS, soon)
            with drawing_apart(rng):
                found += hunter.near(unreached, passing, calls // _ROUNDS // 2, self._until)
            reached = self._reached(verdicts)
            verdicts = self._reaching(verdicts, found)
            is_fruitful = self._reached(verdicts) > reached
            verdicts = self._better(verdicts, found, rest)
        return self._with_plainer(verdicts)

    def _passing(self) -> list[tuple[Try, frozenset[int]]]:
        """Return the calls of which a test could be written, with their lines."""
        known = [each for each in usable(self._search.corpus) if self._writer.may_write(each)]
        return list(zip(known, self._lines(known), strict=True))

    def _to_unreached(
        self, verdicts: Sequence[Verdict], passing: Sequence[tuple[Try, frozenset[int]]]
    ) -> frozenset[tuple[int, int]]:
        """Return the statements by which calls come to goals that no test reaches."""
        passed = frozenset[int]().union(*(lines for _, lines in passing))
        goals = set(self._probed.map.lines) - self._reached(verdicts)
        lines = last_passed(self._probed.source, self._probed.map.lines_of(goals), passed)
        return frozenset(map(self.runner.statement_at, lines))

    def _reached(self, verdicts: Sequence[Verdict]) -> frozenset[int]:
        """Return the goals of what will be kept: what notices something and is meant."""
        pairs = zip(self.tests, self._kills(verdicts), strict=True)
        kept = [made.outcome.goals for (made, _), kills in pairs if kills and not made.is_accident]
        return self._probed.import_goals.union(*kept)

    def _reaching(self, verdicts: list[Verdict], tries: Sequence[Try]) -> list[Verdict]:
        """Return the verdicts after tests were added of those calls that reach what no test reaches."""
        reached, first = self._reached(verdicts), len(self.tests)
        tried = Counter[frozenset[int]]()  # of some ways no test can be written
        for made in sorted(tries, key=lambda each: (each.cost, each.program.call)):
            if self._search.caller.stopwatch.now() > self._until:
                self.runner.cut_short = True
                break
            further = made.outcome.goals - reached
            tried[further] += 1
            if not further or tried[further] > _ENOUGH or not self._writer.may_write(made):
                continue
            made = self._writer.with_less(made)  # a step that makes no difference shows nothing of where it goes
            body = None if made.is_accident or made.outcome.goals <= reached else self._writer.written(made)
            if body is not None:
                self.tests.append((made, body))
                reached |= made.outcome.goals
        return self._judged(verdicts, first)

    def _judged(self, verdicts: list[Verdict], first: int) -> list[Verdict]:
        """Return the verdicts after the tests from the number `first` on were shown what no test notices."""
        lines = [frozenset[int]()] * first + self._lines([made for made, _ in self.tests[first:]])
        asked = [each.mutant for each in verdicts if not each.killers or each.mutant.kind == "gone"]
        trial = Trial(self._until, tests=_MOST_CALLS, others=_MOST_OTHERS, judges=True)
        told = self.runner.run(asked if first < len(self.tests) else (), lines, self._fails, trial)
        killers = {each.mutant: each.killers for each in told}
        return [replace(each, killers=(*each.killers, *killers.get(each.mutant, ()))) for each in verdicts]

    def _with_plainer(self, verdicts: list[Verdict]) -> list[Verdict]:
        """Return the verdicts after plainer forms of needed tests were tried on what each has to notice."""
        for _ in range(_PLAIN_ROUNDS):
            kills = self._kills(verdicts)
            goals = [made.outcome.goals - self._probed.import_goals for made, _ in self.tests]
            examples = {number for number, (made, _) in enumerate(self.tests) if made.is_telling_example}
            needed = duties(goals, kills, [made.cost for made, _ in self.tests], examples)
            first = len(self.tests)
            self._write_plainer(needed)
            if len(self.tests) == first:
                break
            lines = [frozenset[int]()] * first + self._lines([made for made, _ in self.tests[first:]])
            asked = sorted({number for n, deeds in needed.items() for number in _to_notice(deeds, kills[n])})
            trial = Trial(self._until, tests=_MOST_CALLS, others=_MOST_CALLS, judges=True)
            told = self.runner.run([verdicts[number].mutant for number in asked], lines, self._fails, trial)
            for number, each in zip(asked, told, strict=False):
                before = verdicts[number]
                verdicts[number] = replace(before, killers=(*before.killers, *each.killers))
        return verdicts

    def _write_plainer(self, needed: Mapping[int, frozenset[Deed]]) -> None:
        """Add plainer forms of tests that reach what only those reach."""
        known = {made.program for made, _ in self.tests}
        for number in sorted(needed):
            if self._search.caller.stopwatch.now() > self._until:
                self.runner.cut_short = True
                return
            goals = {each for what, each in needed[number] if what == "goal"}
            self._write_inner(self.tests[number][0], goals, known)
            kept = 0
            for variant in self._plainer.of(self.tests[number][0], _MOST_PLAINER, self._until):
                if kept == _KEPT_PLAINER:
                    break
                body = self._writer.written(variant) if goals <= variant.outcome.goals else None
                if body is not None and variant.program not in known:
                    known.add(variant.program)
                    self.tests.append((variant, body))
                    kept += 1

    def _write_inner(self, made: Try, goals: Collection[int], known: set[Program]) -> None:
        """Add tests of the calls that stand in the arguments of one that is needed for what those reach."""
        subjects = {each.subject.name: each.subject for each in self._search.corpus.tries.values()} if goals else {}
        for inner in inner_calls(made, subjects, self._search):
            is_new = inner.program not in known and not inner.outcome.goals.isdisjoint(goals)
            body = self._writer.written(inner) if is_new else None
            if body is not None:
                known.add(inner.program)
                self.tests.append((inner, body))

    def _kills(self, verdicts: Sequence[Verdict]) -> list[frozenset[int]]:
        """Return for each test the numbers of the mutants that it notices."""
        found: list[set[int]] = [set() for _ in self.tests]
        for number, verdict in enumerate(verdicts):
            for killer in verdict.killers:
                found[killer].add(number)
        return [frozenset(each) for each in found]

    def _better(self, verdicts: list[Verdict], tries: Sequence[Try], mutants: Collection[Mutant]) -> list[Verdict]:
        """Return the verdicts after calls that no test stands for were tried on those mutants that no test notices."""
        written = {made.program for made, _ in self.tests}
        unseen = [each for each in tries if each.program not in written and each.program not in self._seen]
        others = [each for each in unseen if self._writer.may_write(each)]
        others.sort(key=lambda each: (each.cost, each.program.call))
        self._seen.update(each.program for each in others)
        notices = Noticing(others, self._search.told, self._search.caller)
        survivors = [each.mutant for each in verdicts if not each.killers and each.mutant in mutants]
        trial = Trial(self._until, tests=_MOST_CALLS, others=_MOST_OTHERS, enough=2)
        told = self.runner.run(survivors, self._lines(others), notices.differs, trial)
        first = len(self.tests)
        for number in sorted({number for each in told for number in each.killers}):
            if self._search.caller.stopwatch.now() > self._until:
                self.runner.cut_short = True
                break
            made = self._writer.with_less(others[number])
            body = self._writer.written(made)
            self.tests += self._writer.forms(made, body) if body is not None else []
        lines = [frozenset[int]()] * first + self._lines([made for made, _ in self.tests[first:]])
        noticed = [each.mutant for each in told if each.killers]
        trial = Trial(self._until, tests=_MOST_CALLS, others=_MOST_OTHERS, enough=_ENOUGH, judges=True)
        again = self.runner.run(noticed, lines, self._fails, trial)
        better = {each.mutant: each for each in again if each.killers}
        return [better.get(each.mutant, each) for each in verdicts]

    def _fails(self, number: int) -> bool:
        return self._search.caller.check(self.tests[number][1].lines, seconds=1.0) is not None

    def _lines(self, tries: Sequence[Try]) -> list[frozenset[int]]:
        return [self._probed.map.lines_of(made.outcome.goals) for made in tries]


def _to_notice(deeds: Collection[Deed], kills: Collection[int]) -> list[int]:
    """Return the mutants on which plainer forms of a test are tried: what only it notices, else some that it notices.

    A form that is never tried would be taken for one that asserts nothing.
    """
    return [number for what, number in sorted(deeds) if what == "kill"] or sorted(kills)[:_SOME]
