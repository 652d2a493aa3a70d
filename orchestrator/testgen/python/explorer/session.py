"""One exploration from start to end: read, search, write bodies, try mutants, hand over everything as JSON."""

import dataclasses
import importlib
import inspect
import json
import os
import random
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from .attributes import attribute
from .calling import Caller
from .configuring import explore_configured, find_configured
from .corpus import Try
from .database import SESSION, find_tables, is_session
from .defects import find_defects
from .documents import documents_for
from .environment import missing_variables, variables_of
from .facts import ModuleFacts, read_facts
from .finding import SubjectFinder
from .fixtures import project_fixtures
from .flask_routes import find_flask
from .handing_over import candidate_json, count_kinds, unique
from .journal import Journal
from .loading import ProbedModule
from .makers import collect_instances
from .mutation import Mutation
from .names import HELPERS, Names
from .openness import Sides
from .outsiders import Outsiders, find_makers, tell_unmade
from .plainer import Plainer
from .pools import Pools
from .programs import find_programs, is_command
from .returned import Returned
from .routes import Application, find_applications, use_headers
from .sandbox import Fence
from .search import Search
from .sequences import Sequences
from .standing_clock import FIXTURE, StandingClock
from .state import modules_below
from .subjects import Subject
from .typing_names import import_for_types
from .writing import Writer

_FOR_MUTANTS = 5.0  # seconds at least, whatever the search took
_STARTS = 7  # of the interpreter with the module, one after another: this one, those that prove, some in pairs
_LEAST = 0.25  # of the time to explore that remains, however long a start takes
_LEVELS = 2  # a function that returns a decorator: what that returns is called as well
_CALLS_OF_INHERITED = 40
_CALLS_OF_RETURNED, _PART_OF_RETURNED = 150, 0.2
_FOR_SEQUENCES = 0.2  # of the time, where routes have a database
_FAIR = 3  # times the part of the time that is due to a subject, at most


@dataclasses.dataclass(frozen=True, slots=True)
class Job:
    """What to explore: see `orchestrator.testgen.job`, which writes this as JSON."""

    module: str
    path: str
    project: str
    result: str
    journal: str
    seconds: float
    budget: float  # seconds, of which what is left when this has ended is for proving
    calls: int
    mutants: int
    seed: int
    parts: tuple[str, ...]
    avoid: tuple[str, ...] = ()


def leave_time_for_proving(job: Job, start: float) -> Job:
    """Return the job with less time to explore where a start takes long: each run that proves has one, too."""
    left = job.budget - _STARTS * start - _FOR_MUTANTS
    return dataclasses.replace(job, seconds=min(job.seconds, max(left, job.seconds * _LEAST)))


class Session:
    """Explore one module inside a running pytest session, so that its settings and fixtures apply."""

    def __init__(self, job: Job, probed: ProbedModule, fence: Fence) -> None:
        self._job = job
        self._probed = probed
        self._fence = fence
        self._rng = random.Random(job.seed)  # noqa: S311 - no secret
        self._keeps_rows = False  # routes have a database
        self._fixture_sources: dict[str, str] = {}
        self.replaced: dict[str, str] = {}  # fixtures of the project that every test has, by what stands in for them

    def run(self, request: Any, conftests: Sequence[ModuleType]) -> None:
        """Explore and write the result; errors of importing the target are part of it."""
        started = self._fence.stopwatch.now()
        try:
            module = importlib.import_module(self._job.module)
        except BaseException as error:  # whatever importing a foreign module raises
            self._hand_over(self._why_not_imported(error))
            return
        self._job = leave_time_for_proving(self._job, self._fence.stopwatch.now() - self._fence.stopwatch.begun)
        problem = self._probed.why_not(module)
        if problem:
            self._hand_over({"problem": problem, "hint": "name the file that is imported as the target"})
            return
        with self._fence.importing():
            import_for_types(module, self._job.project)
        package = module.__name__ if hasattr(module, "__path__") else module.__name__.rpartition(".")[0]
        facts = read_facts(self._probed.source, package, documents_for(self._job.path, self._job.project))
        fixtures = project_fixtures(request, conftests)
        monkey = request.getfixturevalue("monkeypatch")
        names = Names(
            module, facts, extra={**fixtures, "monkeypatch": monkey, "pytest": importlib.import_module("pytest")}
        )
        clock = self._clock_of(module)
        caller = Caller(names, self._fence, self._probed.recorder, self._job.project, clock)
        pools = Pools(names, facts, self._rng)
        pools.fixtures = {name: name for name in fixtures}
        journal = Journal(self._job.journal, self._job.avoid)
        sides = Sides(self._probed.map.comparisons, self._probed.map.ways)
        search = Search(names, facts, pools, caller, self._rng, journal.enter, sides)
        subjects = self._subjects(names, facts, fixtures)
        rng = random.Random(self._job.seed)  # noqa: S311 - as above
        aside = Search(names, facts, pools, caller, rng, journal.enter, sides)
        finder = SubjectFinder(names, facts)
        outsiders = Outsiders(aside, find_makers(finder, names, self._job.project, subjects))
        self._give_sessions(names, pools, subjects)
        returned = Returned(finder, facts, pools)
        self._explore(search, pools, subjects, outsiders, returned, started)
        if "config" in self._job.parts:
            variables = variables_of(facts.tree)
            explore_configured(search, find_configured(names, facts, variables), variables)
        found = self._found(search, pools, subjects, facts, started)
        self._hand_over({**found, "names": names.imports, "project_fixtures": sorted(fixtures)})

    def _found(
        self, search: Search, pools: Pools, subjects: list[Subject], facts: ModuleFacts, started: float
    ) -> dict[str, Any]:
        """Write what was found as candidates, try the mutants on them, and return all of it as JSON."""
        caller = search.caller
        writer = Writer(search, self._rng, self._probed)
        tests = writer.all(started + self._job.seconds * 0.7)
        until = max(started + self._job.seconds, self._fence.stopwatch.now() + min(_FOR_MUTANTS, self._job.seconds / 2))
        mutation = Mutation(tests, self._probed, search, writer, self._fence, until, Plainer(search, pools))
        verdicts = mutation.run(self._job.mutants, facts, subjects, self._rng, self._job.calls // 2)
        defects = find_defects(search.corpus, search.names, self._fence)
        cut = [what for what, was in (("search", search.cut_short), ("mutants", mutation.runner.cut_short)) if was]
        return {
            "statements": self._probed.map.statements,
            "branches": self._probed.map.branches,
            "imported": sorted(self._probed.import_goals),
            "reached": sorted(goal for goal in search.corpus.reached if isinstance(goal, int)),
            "subjects": len(subjects),
            "calls": caller.count,
            "kinds": count_kinds(search.corpus),
            "cut_short": cut,
            "notes": tell_unmade(subjects, pools),
            "helpers": {**HELPERS, **caller.clock.helpers()},
            "stand_ins": list(self.replaced.values()),
            "fixtures": {**self._fixture_sources, **({FIXTURE: caller.clock.fixture()} if caller.clock else {})},
            "defects": [dataclasses.asdict(each) for each in unique(defects)],
            "mutants": [each.as_json() for each in verdicts],
            "candidates": [candidate_json(made, body, caller.copyable(made.outcome)) for made, body in tests],
        }

    def _clock_of(self, module: ModuleType) -> StandingClock:
        """Return the clock of the module, and of the project's modules from which it has names."""
        below = {each.__name__: each for each in modules_below(self._job.project)}
        used = {attribute(value, "__module__", "") for value in vars(module).values() if callable(value)}
        used |= {value.__name__ for value in vars(module).values() if isinstance(value, ModuleType)}
        others = [below[name] for name in sorted(each for each in used if isinstance(each, str)) if name in below]
        return StandingClock(
            [(module, self._probed.source), *((each, _source(each)) for each in others if each is not module)]
        )

    def _why_not_imported(self, error: BaseException) -> dict[str, Any]:
        if self._probed.refused:
            problem = f"cannot be imported: that tries what a test must not do ({self._probed.refused})"
            return {"problem": problem, "hint": "move into a function what importing it does to the world"}
        problem = f"cannot be imported: {type(error).__name__}: {error}"
        if names := ", ".join(missing_variables(error)):
            hint = f"give it {names} by `env:` of the task or of `settings`: it sees no .env and little of your shell"
            return {"problem": problem, "hint": hint}
        return {"problem": problem}

    # ------------------------------------------------------------ searching

    def _subjects(self, names: Names, facts: ModuleFacts, fixtures: dict[str, Any]) -> list[Subject]:
        subjects = SubjectFinder(names, facts).find()
        routes: list[Subject] = []
        if "api" in self._job.parts:
            texts = tuple(dict.fromkeys([*facts.module_literals.texts, *self._all_texts(subjects)]))
            applications: list[Any] = [*find_applications(names, self._rng), *find_flask(names, self._rng)]
            for application in applications[:1]:
                use_headers(application, fixtures)
                self._fixture_sources = {"client": application.install(), **application.others}
                self._keeps_rows = isinstance(application, Application) and application.database is not None
                routes += application.subjects(texts, dict(facts.definitions))
        endpoints = {each.function for each in routes}
        if "unit" not in self._job.parts:
            return routes
        programs = find_programs(names, facts, self._fence, self._rng)
        ran = [each.function for each in programs]
        plain = [each for each in subjects if each.function not in endpoints and each.function not in ran]
        return [each for each in plain if not is_command(each.function)] + programs + routes

    def _give_sessions(self, names: Names, pools: Pools, subjects: list[Subject]) -> None:
        """Let functions that take a session of a database have one in memory."""
        hinted = (kind for subject in subjects for each in subject.parameters for kind in each.hinted)
        kinds = {kind[1] for kind in hinted if isinstance(kind, tuple) and kind[0] == "class" and is_session(kind[1])}
        tables = find_tables(sorted(kinds, key=lambda kind: kind.__qualname__), names)
        if tables is not None and SESSION not in names.values:
            names.made_anew[SESSION] = tables.session
            self._fixture_sources[SESSION] = tables.fixture()
            for kind in kinds:
                pools.instances.note_for(kind, SESSION, ())

    def _all_texts(self, subjects: list[Subject]) -> list[str]:
        return [text for subject in subjects for text in subject.literals.texts]

    def _explore(
        self,
        search: Search,
        pools: Pools,
        subjects: list[Subject],
        outsiders: Outsiders,
        returned: Returned,
        started: float,
    ) -> None:
        """Explore classes first, twice, as one may need another; then everything, larger subjects longer.

        What the calls return and can be called joins the subjects.
        """
        own = [each for each in subjects if each.kind == "class"]
        search.makers.classes = {each.name: each for each in (*outsiders.makers, *own)}
        search.makers.others = {each.name: each for each in subjects if each.kind == "classmethod"}
        owners = {each.owner for each in search.makers.classes.values() if each.owner is not None}
        until = started + self._job.seconds * 0.45
        for _ in range(2):
            outsiders.explore(pools, search.makers, until - self._fence.stopwatch.now())
            for subject in own:
                search.explore(subject, 60, max(until - self._fence.stopwatch.now(), 0.1))
                collect_instances(search.corpus, pools, subject, owners)
        whole, search.keeps_rows = until, self._keeps_rows
        if self._keeps_rows:  # requests take long there, and only those that follow others reach everything
            until -= self._job.seconds * _FOR_SEQUENCES
        weights = [max(1, _size(each)) for each in subjects]
        for position, (subject, weight) in enumerate(zip([*subjects], weights, strict=True)):
            share = self._job.calls * weight / max(sum(weights), 1)
            # Where the clock has to end it, those that come last get their part as well.
            part = _FAIR * weight / max(sum(weights[position:]), 1)
            search.explore(
                subject,
                _CALLS_OF_INHERITED if subject.is_inherited else max(80, int(share)),
                max((until - self._fence.stopwatch.now()) * min(part, 1.0), 0.05),
            )
            if subject.kind in ("classmethod", "static", "function"):
                collect_instances(search.corpus, pools, subject, owners)
            self._call_returned(search, returned, subject, subjects, until)
        steps = max(self._job.calls // 6, 50)
        Sequences(search, self._rng).explore(subjects, steps, max(whole - self._fence.stopwatch.now(), 0.1))

    def _call_returned(
        self, search: Search, returned: Returned, outer: Subject, subjects: list[Subject], until: float
    ) -> None:
        """Explore the functions that a subject returns, and those that they return."""
        level = [outer]
        for _ in range(_LEVELS):
            tries = [made for made in search.corpus.tries.values() if made.subject in level]
            level = [each for subject in level for each in returned.subjects(subject, _of(tries, subject))]
            for each in level:
                left = until - self._fence.stopwatch.now()
                search.explore(each, _CALLS_OF_RETURNED, max(left * _PART_OF_RETURNED, 0.05))
            subjects += level

    def _hand_over(self, result: dict[str, Any]) -> None:
        scratch = self._job.result + ".part"
        with open(scratch, "w", encoding="utf-8") as file:
            json.dump(result, file)
        os.replace(scratch, self._job.result)


def _source(module: ModuleType) -> str:
    try:
        return inspect.getsource(module)
    except (OSError, TypeError):
        return ""


def _of(tries: Sequence[Try], subject: Subject) -> list[Try]:
    return [made for made in tries if made.subject is subject]


def _size(subject: Subject) -> int:
    if subject.node is None or subject.is_inherited:
        return 1
    lines = (subject.node.end_lineno or subject.node.lineno) - subject.node.lineno
    return max(2, lines // (3 if subject.is_private else 1)) if subject.parameters else 1
