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

from . import sqlite_tables
from .attributes import attribute
from .calling import Caller
from .clean_fixtures import cleaned_by
from .configuring import explore_configured, find_configured
from .database import SESSION, find_tables, is_session
from .defects import find_defects
from .documents import documents_for
from .environment import missing_variables, variables_of
from .facts import ModuleFacts, read_facts
from .finding import SubjectFinder
from .fixtures import project_fixtures
from .flask_routes import find_flask
from .handing_over import candidate_json, count_kinds, unique
from .job import FOR_MUTANTS, Job, leave_time_for_proving
from .journal import Journal
from .loading import ProbedModule
from .mutation import Mutation
from .names import HELPERS, Names
from .openness import Sides
from .outsiders import Outsiders, find_makers, tell_unmade
from .places import give_places
from .plainer import Plainer
from .pools import Pools
from .programs import find_programs, is_command
from .read_variables import ReadVariables
from .returned import Returned
from .rounds import Rounds
from .routes import Application, find_applications, use_headers
from .sandbox import Fence
from .search import Search
from .standing_clock import FIXTURE, StandingClock
from .state import modules_below
from .subjects import Subject
from .typing_names import import_for_types
from .writing import Writer

_WRITTEN = 0.7  # of the time has passed when the tests are written
_FOR_WRITING = 0.25  # of the time, however long the search took

# By what importing a module raised.
_ADVICE: tuple[tuple[type[BaseException], str], ...] = (
    (SyntaxError, "mend the module first"),
    (SystemExit, 'start nothing where the module is imported: `if __name__ == "__main__":`'),
    (ImportError, "install what the module needs into the project's environment"),
)


class Session:
    """Explore one module inside a running pytest session, so that its settings and fixtures apply."""

    def __init__(self, job: Job, probed: ProbedModule, fence: Fence, reads: ReadVariables) -> None:
        self._job = job
        self._reads = reads
        self._probed = probed
        self._fence = fence
        self._rng = random.Random(job.seed)  # noqa: S311 - no secret
        self._start = 0.0  # seconds that importing the target took
        self._keeps_rows = False  # routes have a database
        self._fixture_sources: dict[str, str] = {}
        self.replaced: dict[str, str] = {}  # fixtures of the project that every test has, by what stands in for them

    def run(self, request: Any, conftests: Sequence[ModuleType]) -> None:
        """Explore and write the result; errors of importing the target are part of it."""
        started = self._fence.stopwatch.now()
        module = self._imported()
        if module is None:
            return
        package = module.__name__ if hasattr(module, "__path__") else module.__name__.rpartition(".")[0]
        facts = read_facts(self._probed.source, package, documents_for(self._job.path, self._job.project))
        fixtures = project_fixtures(request, conftests)
        monkey = request.getfixturevalue("monkeypatch")
        names = Names(
            module, facts, extra={**fixtures, "monkeypatch": monkey, "pytest": importlib.import_module("pytest")}
        )
        clock = self._clock_of(module)
        caller = Caller(names, self._fence, self._probed.recorder, self._reads, self._job.project, clock)
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
        give_places(names, pools, subjects, facts)
        rounds = Rounds(search, pools, outsiders, Returned(finder, facts, pools), self._job, self._fence.stopwatch)
        rounds.explore(subjects, self._rng, started, keeps_rows=self._keeps_rows)
        if "config" in self._job.parts:
            variables = variables_of(facts.tree)
            explore_configured(search, find_configured(names, facts, variables), variables)
        found = self._found(search, pools, subjects, facts, started)
        read = self._variables(facts, conftests)
        self._hand_over({**found, **read, "names": names.imports, "project_fixtures": sorted(fixtures)})

    def _imported(self) -> ModuleType | None:
        """Import the target with what it names for types alone; where that cannot be, hand over why."""
        try:
            module = importlib.import_module(self._job.module)
        except BaseException as error:  # whatever importing a foreign module raises
            self._hand_over(self._why_not_imported(error))
            return None
        self._start = self._fence.stopwatch.now() - self._fence.stopwatch.begun
        self._job = leave_time_for_proving(self._job, self._start)
        problem = self._probed.why_not(module)
        if problem:
            self._hand_over({"problem": problem, "hint": "name the file that is imported as the target"})
            return None
        with self._fence.importing():
            import_for_types(module, self._job.project)
        return module

    def _found(
        self, search: Search, pools: Pools, subjects: list[Subject], facts: ModuleFacts, started: float
    ) -> dict[str, Any]:
        """Write what was found as candidates, try the mutants on them, and return all of it as JSON."""
        caller = search.caller
        writer = Writer(search, self._rng, self._probed)
        now, seconds = self._fence.stopwatch.now, self._job.seconds
        tests = writer.all(max(started + seconds * _WRITTEN, now() + seconds * _FOR_WRITING))
        until = max(started + seconds, now() + min(FOR_MUTANTS, seconds / 2))
        mutation = Mutation(tests, self._probed, search, writer, self._fence, until, Plainer(search, pools))
        verdicts = mutation.run(self._job.mutants, facts, subjects, self._rng, self._job.calls // 2)
        defects = find_defects(search.corpus, search.names, self._fence)
        cut = [what for what, was in (("search", search.cut_short), ("mutants", mutation.runner.cut_short)) if was]
        return {
            "statements": self._probed.map.statements,
            "branches": self._probed.map.branches,
            "imported": sorted(self._probed.import_goals),
            "reached": sorted(goal for goal in search.corpus.reached if isinstance(goal, int)),
            "start": self._start,
            "subjects": len(subjects),
            "calls": caller.count,
            "kinds": count_kinds(search.corpus),
            "cut_short": cut,
            "notes": tell_unmade(subjects, pools),
            "helpers": {**HELPERS, sqlite_tables.NAME: sqlite_tables.SOURCE, **caller.clock.helpers()},
            "stand_ins": list(self.replaced.values()),
            "fixtures": {**self._fixture_sources, **({FIXTURE: caller.clock.fixture()} if caller.clock else {})},
            "defects": [dataclasses.asdict(each) for each in unique(defects)],
            "mutants": [each.as_json() for each in verdicts],
            "candidates": [
                candidate_json(
                    made, body, caller.copyable(made.outcome), is_judged=number not in mutation.runner.unasked
                )
                for number, (made, body) in enumerate(tests)
            ],
        }

    def _variables(self, facts: ModuleFacts, conftests: Sequence[ModuleType]) -> dict[str, Any]:
        """Return which variables were read, and what can be done about them."""
        always, cleaners = cleaned_by(conftests)
        kept = [*self._reads.since_given, *always]
        readers = self._reads.readers_of(self._job.module, facts.imports.values())
        read = {"names": sorted(self._reads.names), "kept": kept, "readers": readers, "cleaners": cleaners}
        return {"variables": read}

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
        advice = (hint for kind, hint in _ADVICE if isinstance(error, kind))
        return {"problem": problem, "hint": next(advice, "see to it that importing it works by itself")}

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
