"""Tasks that generate tests: for the riskiest modules first, then routes, then the rest."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from orchestrator.models.json import JsonObject
from orchestrator.proposing.proposal import Group, LeftOut, Proposal
from orchestrator.proposing.ranking import Ranked
from orchestrator.proposing.test_files import Habits, new_suite, suite_of, test_file_for
from orchestrator.surveying.facts import Facts, Kind, Language, Suite

TYPE = "test_generation"
Judge = Callable[[JsonObject], str]  # returns why a task with these fields would be rejected, "" when it would not
_NO_PROJECT = "no pyproject.toml, setup.py or requirements.txt makes it a part of a project"
_NO_RUNNER = (
    "no package.json around it names Jest or Vitest: `npm install --save-dev vitest @vitest/coverage-v8` (or jest), "
    "then `orchestrate init` again"
)
_COVERED = "nearly all of it is covered: other modules are worth more"
_RISKIEST = 10
_MOST = 60  # tasks of this kind: a roadmap that nobody reads to its end is none
_CRITICAL, _HIGH = 3, 8
_ROUTES = frozenset((Kind.ROUTE, Kind.GRAPHQL))
_SETTINGS = frozenset((Kind.CONFIG, Kind.MIDDLEWARE, Kind.ENTRY))


@dataclass(frozen=True, kw_only=True, slots=True)
class TestTasks:
    """The groups of the three phases about tests, and the modules that got no task."""

    __test__ = False

    riskiest: tuple[Group, ...] = ()
    routes: tuple[Group, ...] = ()
    extended: tuple[Group, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def propose_tests(facts: Facts, ranked: Sequence[Ranked], judge: Judge) -> TestTasks:
    """Return tasks for the modules that tests do not reach yet; `judge` is asked about each."""
    present = set(facts.tests)
    habits = Habits.of(facts)
    left: dict[str, list[str]] = {}
    wanted: list[tuple[Ranked, Proposal]] = []
    for each in ranked:
        if each.is_covered:
            if each.uncovered:
                left.setdefault(_COVERED, []).append(each.module.path)
            continue
        suite = suite_of(each.module, facts.suites) or new_suite(each.module, facts.packages)
        file = test_file_for(each.module, suite, present, habits)
        proposal = _proposal(each, file, place=len(wanted))
        refused = _not_installed(suite, facts.suites) if suite else _no_runner(each.module.language)
        refused = refused or judge(proposal.fields)
        if refused:
            left.setdefault(refused, []).append(each.module.path)
            continue
        present.add(file)
        wanted.append((each, proposal))
    beyond = [each.module.path for each, _ in wanted[_MOST:]]
    return TestTasks(**_parted(wanted[:_MOST]), left_out=tuple(_left_out(left, beyond)))


def _no_runner(language: Language) -> str:
    return _NO_PROJECT if language is Language.PYTHON else _NO_RUNNER


def _not_installed(suite: Suite, suites: Sequence[Suite]) -> str:
    """Return why tests of a package cannot run beside others that can; "" where they can, or none can yet."""
    if suite.installed or not any(each.installed for each in suites):
        return ""
    where = "at the root" if suite.folder == "." else f"in {suite.folder}"
    return f"{suite.runner} is not installed {where}: install its packages, then `orchestrate init` again"


def _parted(wanted: Sequence[tuple[Ranked, Proposal]]) -> dict[str, tuple[Group, ...]]:
    routes = [pair for pair in wanted if pair[0].module.kind in _ROUTES]
    others = [pair for pair in wanted if pair[0].module.kind not in _ROUTES]
    risky = [pair for pair in others if pair[0].module.kind not in _SETTINGS][:_RISKIEST]
    rest = [pair for pair in others if pair not in risky]
    settings = [pair for pair in rest if pair[0].module.kind in _SETTINGS]
    smaller = [pair for pair in rest if pair[0].module.kind not in _SETTINGS]
    return {
        "riskiest": _groups(("Riskiest untested modules", "by uncovered statements x complexity x changes", risky)),
        "routes": _groups(("Routes", "what clients call", routes)),
        "extended": _groups(
            ("Configuration and set-up", "what decides how everything else runs", settings),
            ("Remaining modules", "smaller, simpler, or seldom changed", smaller),
        ),
    }


def _groups(*parts: tuple[str, str, Sequence[tuple[Ranked, Proposal]]]) -> tuple[Group, ...]:
    return tuple(
        Group(name=name, why=why, tasks=tuple(proposal for _, proposal in pairs)) for name, why, pairs in parts if pairs
    )


def _proposal(each: Ranked, file: str, place: int) -> Proposal:
    priority = "critical" if place < _CRITICAL else "high" if place < _HIGH else "medium"
    fields: JsonObject = {
        "type": TYPE,
        "target": each.module.path,
        "test_file": file,
        "estimated_cases": each.cases,
        "priority": priority,
    }
    return Proposal(name=f"Test {each.module.path}", why=each.reason(), fields=fields)


def _left_out(left: dict[str, list[str]], beyond: Sequence[str]) -> Iterable[LeftOut]:
    for why, paths in left.items():
        yield LeftOut(what=f"tests of {_named(paths)}", why=why)
    if beyond:
        yield LeftOut(
            what=f"tests of {_named(beyond)}",
            why=f"{_MOST} tasks are proposed at a time; `orchestrate init` again adds the next ones",
        )


def _named(paths: Sequence[str]) -> str:
    shown = ", ".join(paths[:3])
    return shown if len(paths) <= 3 else f"{len(paths)} modules ({shown}, …)"
