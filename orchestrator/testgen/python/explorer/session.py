"""One exploration from start to end: read, search, write bodies, try mutants, hand over everything as JSON."""

import dataclasses
import importlib
import json
import os
import random
import time
from collections.abc import Collection, Sequence
from types import ModuleType
from typing import Any

from .body import Body
from .calling import Caller
from .checks import Checks
from .corpus import Corpus, Try
from .defects import find_defects
from .facts import ModuleFacts, read_facts
from .fixtures import project_fixtures
from .flask_routes import find_flask
from .handing_over import candidate_json, count_kinds, unique
from .journal import Journal
from .killing import MutantRunner, Trial, Verdict
from .literals import Literals
from .loading import ProbedModule
from .names import HELPERS, Names
from .noticing import Noticing
from .pools import Pools
from .routes import find_applications, use_headers
from .sandbox import Fence
from .search import Search
from .sequences import Sequences
from .shrinking import shrink
from .subjects import Subject, SubjectFinder

_EXTRA = 60  # tests per subject that are tried on mutants beside those that reach something new
_FAIR = 3  # times the part of the time that is due to a subject, at most
_ENOUGH = 8  # tests that notice one mutant: from so many the fewest can be chosen
_MOST_CALLS = 400  # calls tried on a mutant that no test notices


@dataclasses.dataclass(frozen=True, slots=True)
class Job:
    """What to explore: see `orchestrator.testgen.job`, which writes this as JSON."""

    module: str
    path: str
    project: str
    result: str
    journal: str
    seconds: float
    calls: int
    mutants: int
    seed: int
    parts: tuple[str, ...]
    avoid: tuple[str, ...] = ()


class Session:
    """Explore one module inside a running pytest session, so that its settings and fixtures apply."""

    def __init__(self, job: Job, probed: ProbedModule, fence: Fence) -> None:
        self._job = job
        self._probed = probed
        self._fence = fence
        self._rng = random.Random(job.seed)  # noqa: S311 - no secret
        self._clock: dict[tuple[frozenset[int], tuple[str, ...]], bool] = {}
        self._fixture_sources: dict[str, str] = {}

    def run(self, request: Any, conftests: Sequence[ModuleType]) -> None:
        """Explore and write the result; errors of importing the target are part of it."""
        started = time.monotonic()
        try:
            module = importlib.import_module(self._job.module)
        except BaseException as error:  # whatever importing a foreign module raises
            self._hand_over({"problem": f"cannot be imported: {type(error).__name__}: {error}"})
            return
        problem = self._probed.why_not(module)
        if problem:
            self._hand_over({"problem": problem, "hint": "name the file that is imported as the target"})
            return
        package = module.__name__ if hasattr(module, "__path__") else module.__name__.rpartition(".")[0]
        facts = read_facts(self._probed.source, package)
        fixtures = project_fixtures(request, conftests)
        monkey = request.getfixturevalue("monkeypatch")
        names = Names(
            module, facts, extra={**fixtures, "monkeypatch": monkey, "pytest": importlib.import_module("pytest")}
        )
        caller = Caller(names, self._fence, self._probed.recorder, self._job.project)
        pools = Pools(names, facts, self._rng)
        pools.fixtures = {name: name for name in fixtures}
        journal = Journal(self._job.journal, self._job.avoid)
        search = Search(names, facts, pools, caller, self._rng, journal.enter)
        subjects = self._subjects(names, facts, fixtures)
        self._explore(search, pools, subjects, started)
        tests = self._write_tests(search, names, caller, started + self._job.seconds * 0.7)
        runner, verdicts = self._try_mutants(tests, search, names, started)
        defects = find_defects(search.corpus, names, self._fence)
        cut = [what for what, was in (("search", search.cut_short), ("mutants", runner.cut_short)) if was]
        self._hand_over(
            {
                "statements": self._probed.map.statements,
                "branches": self._probed.map.branches,
                "imported": sorted(self._probed.import_goals),
                "reached": sorted(goal for goal in search.corpus.reached if isinstance(goal, int)),
                "subjects": len(subjects),
                "calls": caller.count,
                "kinds": count_kinds(search.corpus),
                "cut_short": cut,
                "names": names.imports,
                "helpers": HELPERS,
                "fixtures": self._fixture_sources,
                "project_fixtures": sorted(fixtures),
                "defects": [dataclasses.asdict(each) for each in unique(defects)],
                "mutants": [each.as_json() for each in verdicts],
                "candidates": [candidate_json(made, body, caller.copyable(made.outcome)) for made, body in tests],
            }
        )

    # ------------------------------------------------------------ searching

    def _subjects(self, names: Names, facts: ModuleFacts, fixtures: dict[str, Any]) -> list[Subject]:
        subjects = SubjectFinder(names, facts).find()
        routes: list[Subject] = []
        if "api" in self._job.parts:
            texts = tuple(dict.fromkeys([*facts.module_literals.texts, *self._all_texts(subjects)]))
            applications: list[Any] = [*find_applications(names, self._rng), *find_flask(names, self._rng)]
            for application in applications[:1]:
                use_headers(application, fixtures)
                self._fixture_sources["client"] = application.install()
                routes += application.subjects(texts, dict(facts.definitions))
        endpoints = {each.function for each in routes}
        plain = [each for each in subjects if each.function not in endpoints] if "unit" in self._job.parts else []
        # Constructors are needed by everything else, also when only routes are asked for.
        return plain + routes

    def _all_texts(self, subjects: list[Subject]) -> list[str]:
        return [text for subject in subjects for text in subject.literals.texts]

    def _explore(self, search: Search, pools: Pools, subjects: list[Subject], started: float) -> None:
        """Explore classes first, twice, as one may need another; then everything, larger subjects longer."""
        search.classes = {each.name: each for each in subjects if each.kind == "class"}
        owners = {each.owner for each in search.classes.values() if each.owner is not None}
        until = started + self._job.seconds * 0.45
        for _ in range(2):
            for subject in search.classes.values():
                search.explore(subject, 60, max(until - time.monotonic(), 0.1))
                _collect_instances(search.corpus, pools, subject, owners)
        weights = [max(1, _size(each)) for each in subjects]
        for position, (subject, weight) in enumerate(zip(subjects, weights, strict=True)):
            share = self._job.calls * weight / max(sum(weights), 1)
            # Where the clock has to end it, those that come last get their part as well.
            part = _FAIR * weight / max(sum(weights[position:]), 1)
            search.explore(subject, max(80, int(share)), max((until - time.monotonic()) * min(part, 1.0), 0.05))
            if subject.kind in ("classmethod", "static", "function"):
                _collect_instances(search.corpus, pools, subject, owners)
        steps = max(self._job.calls // 6, 50)
        Sequences(search, self._rng).explore(subjects, steps, max(until - time.monotonic(), 0.1))

    # ------------------------------------------------------------ tests

    def _try_mutants(
        self, tests: list[tuple[Try, Body]], search: Search, names: Names, started: float
    ) -> tuple[MutantRunner, list[Verdict]]:
        """Find out which tests notice which mutants; add tests to the list for mutants that only other calls notice."""
        caller = search.caller
        runner = MutantRunner(self._probed, self._fence.fork, caller.keep_anew)
        until = max(started + self._job.seconds, time.monotonic() + 5.0)

        def fails(number: int) -> bool:
            return caller.check(tests[number][1].lines, seconds=0.5) is not None

        def reaches(tries: Sequence[Try]) -> list[frozenset[int]]:
            return [self._probed.map.lines_of(made.outcome.goals) for made in tries]

        trial = Trial(until, enough=_ENOUGH)
        verdicts = runner.run(runner.all(self._job.mutants), reaches([made for made, _ in tests]), fails, trial)
        written = {made.program for made, _ in tests}
        others = [each for each in _usable(search.corpus) if each.program not in written]
        notices = Noticing(others, search.told, caller)
        survivors = [each.mutant for each in verdicts if each.tried and not each.killers]
        told = runner.run(survivors, reaches(others), notices.differs, Trial(until, tests=_MOST_CALLS, enough=2))
        checks, first = Checks(names, Literals(names), caller), len(tests)
        for number in sorted({number for each in told for number in each.killers}):
            made = self._with_fewer_steps(others[number], frozenset(), search)
            body = self._written(made, checks, caller)
            tests += [(made, body)] if body is not None else []
        lines = [frozenset[int]()] * first + reaches([made for made, _ in tests[first:]])
        again = runner.run([each.mutant for each in told if each.killers], lines, fails, Trial(until, enough=_ENOUGH))
        better = {each.mutant: each for each in again if each.killers}
        return runner, [better.get(each.mutant, each) for each in verdicts]

    def _write_tests(self, search: Search, names: Names, caller: Caller, until: float) -> list[tuple[Try, Body]]:
        """Write bodies for what reaches something, for examples, and for some more; keep those that pass twice."""
        checks = Checks(names, Literals(names), caller)
        ordered = _usable(search.corpus)
        needed = {goal for each in ordered for goal in each.outcome.goals}
        chosen: list[tuple[Try, Body]] = []
        later: dict[str, list[Try]] = {}
        for made in ordered:
            if time.monotonic() > until:
                search.cut_short = True
                break
            if made.program.setup[1:]:
                made = self._with_fewer_steps(made, made.outcome.goals & needed, search)
            gain = made.outcome.goals & needed
            if gain and (written := self._written(made, checks, caller)):
                made, written = self._shortened(made, written, gain, checks, search)
                needed -= made.outcome.goals
                chosen.append((made, written))
            else:
                later.setdefault(made.subject.name, []).append(made)
        for tries in later.values():
            kept = 0
            for made in [*tries[: _EXTRA // 2], *self._rng.sample(tries, min(len(tries), _EXTRA))]:
                made = self._with_fewer_steps(made, frozenset(), search)
                if kept < _EXTRA and time.monotonic() < until and (written := self._written(made, checks, caller)):
                    chosen.append((made, written))
                    kept += 1
        return list({made.program: (made, body) for made, body in chosen}.values())

    def _written(self, made: Try, checks: Checks, caller: Caller) -> Body | None:
        try:
            body = checks.body(made)
        except Exception:  # a value whose methods raise
            return None
        if body is None or caller.check(body.lines) is not None or caller.check(body.lines) is not None:
            return None
        where = made.outcome.goals, made.program.setup  # who takes the same way asks the clock as well, or does not
        if where not in self._clock:
            self._clock[where] = caller.reads_clock(body.lines)
        return None if self._clock[where] else body

    def _shortened(
        self, made: Try, body: Body, gain: frozenset[int], checks: Checks, search: Search
    ) -> tuple[Try, Body]:
        """Leave out of the arguments whatever is not needed to reach the same goals."""
        best = self._with_fewer_steps(made, gain, search)
        for position, argument in enumerate(made.arguments):
            if not isinstance(argument, str) or len(argument) < 12:
                continue

            def still_good(variant: str, position: int = position) -> bool:
                nonlocal best
                arguments = (*best.arguments[:position], variant, *best.arguments[position + 1 :])
                found = search.attempt(best.subject, arguments, best.instance)
                is_good = found is not None and found.outcome.is_usable and gain <= found.outcome.goals
                best = found if found is not None and is_good else best
                return is_good

            if not made.program.setup:
                shrink(argument, still_good)
        written = self._written(best, checks, search.caller) if best is not made else None
        return (best, written) if written is not None else (made, body)

    def _with_fewer_steps(self, made: Try, gain: frozenset[int], search: Search) -> Try:
        """Leave out steps before the call as long as it goes the same way."""
        best = made
        for step in made.program.setup[1:]:
            setup = tuple(each for each in best.program.setup if each != step)
            found = search.attempt(best.subject, best.arguments, best.instance, setup)
            if found is None or not found.outcome.is_usable or not gain <= found.outcome.goals:
                continue
            if search.told(found.outcome) == search.told(made.outcome):
                best = found
        return best

    def _hand_over(self, result: dict[str, Any]) -> None:
        scratch = self._job.result + ".part"
        with open(scratch, "w", encoding="utf-8") as file:
            json.dump(result, file)
        os.replace(scratch, self._job.result)


def _usable(corpus: Corpus) -> list[Try]:
    """Return the calls that a test could pin, the plainest first."""
    usable = [each for each in corpus.tries.values() if each.outcome.is_usable]
    return sorted(usable, key=lambda each: (each.cost, each.program.call))


def _size(subject: Subject) -> int:
    if subject.node is None:
        return 2
    lines = (subject.node.end_lineno or subject.node.lineno) - subject.node.lineno
    return max(2, lines // (3 if subject.is_private else 1)) if subject.parameters else 1


def _collect_instances(corpus: Corpus, pools: Pools, subject: Subject, owners: Collection[type]) -> None:
    """Remember calls that made an instance of a class that something needs."""
    for made in corpus.tries.values():
        is_made = made.subject is subject and made.outcome.kind == "value" and not made.program.setup
        if is_made and type(made.outcome.value) in owners:
            pools.instances.note(made.program.call, made.outcome.value)
