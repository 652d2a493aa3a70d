"""From facts to a roadmap: blockers first, then what tests need, the riskiest modules, routes, pipeline, production."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from orchestrator.checkpoints.report import Count
from orchestrator.edits.action import Tree
from orchestrator.edits.finding import Finding
from orchestrator.edits.kinds import WORKFLOW, check
from orchestrator.edits.pins import Pins
from orchestrator.errors import Severity
from orchestrator.proposing import edits
from orchestrator.proposing.proposal import Check, Group, LeftOut, Param, Phase, Proposal, Roadmap
from orchestrator.proposing.ranking import rank
from orchestrator.proposing.tests import Judge, TestTasks, propose_tests
from orchestrator.surveying.commands import Python, measuring_command
from orchestrator.surveying.coverage import SuiteCoverage
from orchestrator.surveying.facts import Facts, Runner, Suite
from orchestrator.surveying.naming import joined
from orchestrator.surveying.survey import language_word

_REPORTS = "coverage/orchestrate"
_UPDATERS = (
    ".github/dependabot.yml",
    ".github/dependabot.yaml",
    "renovate.json",
    ".github/renovate.json",
    ".renovaterc",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What is known beyond the files: coverage by suite name, commits by file, the interpreters of the suites."""

    coverage: Mapping[str, SuiteCoverage] = field(default_factory=dict)
    churn: Mapping[str, int] = field(default_factory=dict)
    pythons: Mapping[str, Python] = field(default_factory=dict)

    @property
    def modules(self) -> Mapping[str, Mapping[str, Count]]:
        """Return the counts of all modules that were measured."""
        return {path: counts for each in self.coverage.values() for path, counts in each.modules.items()}


def propose_roadmap(facts: Facts, tree: Tree, evidence: Evidence, judge: Judge, pins: Pins) -> Roadmap:
    """Return what the repository needs and this version can do; `judge` says why a task would be rejected."""
    rehearsal = edits.Rehearsal(tree, pins)
    tests = propose_tests(facts, rank(facts.modules, evidence.modules, evidence.churn), judge)
    found = _propose_edits(facts, tree, rehearsal)
    floors = _Floors(facts.suites, evidence)
    broken = _broken(facts.workflows, rehearsal.tree)
    valid = () if broken or not facts.workflows else (_VALID,)
    kept = tuple(phase for phase in _phases(found, tests, floors.checks, valid) if phase.tasks)
    return Roadmap(
        project=facts.name,
        found=tuple(_found(facts, evidence)),
        phases=kept,
        params=floors.params if any(each in phase.checks for each in floors.checks for phase in kept) else (),
        left_out=(*_noted(facts), *tests.left_out, *floors.left_out, *broken, *rehearsal.left_out, *_decisions(facts)),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Edits:
    """The config edits that would do something, by the part of the roadmap that they belong to."""

    blockers: tuple[Proposal, ...]
    counting: tuple[Proposal, ...]
    hardening: tuple[Proposal, ...]
    pipeline: tuple[Proposal, ...]
    containers: tuple[Proposal, ...]
    production: tuple[Proposal, ...]


def _propose_edits(facts: Facts, tree: Tree, rehearsal: edits.Rehearsal) -> _Edits:
    """Try all edits in the order in which they will be carried out."""
    workflows = facts.workflows
    jest = [suite.config for suite in facts.suites if suite.runner is Runner.JEST and suite.config]
    updates = () if _is_updated(facts, tree) else (_UPDATERS[0],)
    return _Edits(
        blockers=rehearsal.proposals(edits.BLOCKERS, workflows),
        counting=rehearsal.proposals((edits.COVERAGE,), jest),
        hardening=rehearsal.proposals(rehearsal.pinning(edits.HARDENING, workflows), workflows),
        pipeline=rehearsal.proposals(edits.PIPELINE, workflows),
        containers=(
            *rehearsal.proposals(edits.CONTAINERS, facts.dockerfiles),
            *rehearsal.proposals((edits.UPDATES,), updates),
        ),
        production=rehearsal.proposals(edits.PRODUCTION, workflows),
    )


def _phases(found: _Edits, tests: TestTasks, floors: tuple[Check, ...], valid: tuple[Check, ...]) -> tuple[Phase, ...]:
    return (
        Phase(
            name="CI blockers and test infrastructure",
            why="what keeps a red build green, and what coverage is counted of",
            groups=(
                *_group("CI blockers", "checks that cannot fail", found.blockers),
                *_group("Test infrastructure", "measure the whole source", found.counting),
            ),
            checks=(*floors, *valid),
            gates=True,
        ),
        Phase(name="Critical coverage", why="the riskiest code without tests", groups=tests.riskiest, checks=floors),
        Phase(name="Routes", why="every endpoint has tests", groups=tests.routes, checks=floors),
        Phase(
            name="CI/CD architecture",
            why="a pipeline that gives away little and fails early",
            groups=(
                *_group("Security", "what a pipeline may do and run", found.hardening),
                *_group("Pipeline", "time and machines", found.pipeline),
                *_group("Containers and updates", "what is built, and from what", found.containers),
            ),
            checks=valid,
        ),
        Phase(name="Extended coverage", why="the rest of the source", groups=tests.extended, checks=floors),
        Phase(
            name="Production readiness",
            why="deployments that are asked for, probed and documented",
            groups=_group("Deployments", "from the push of an image to its users", found.production),
            checks=valid,
        ),
    )


_VALID = Check(why="GitHub would accept every workflow", fields={"type": "workflows_valid"})


class _Floors:
    """Coverage checkpoints at what was measured, so that no phase loses what was there."""

    def __init__(self, suites: Sequence[Suite], evidence: Evidence) -> None:
        self.checks: tuple[Check, ...] = ()
        self.params: tuple[Param, ...] = ()
        self.left_out: tuple[LeftOut, ...] = ()
        for number, suite in enumerate(suites, start=1):
            self._add(suite, evidence, f"coverage_{suite.runner}" + (f"_{number}" if len(suites) > 1 else ""))

    def _add(self, suite: Suite, evidence: Evidence, name: str) -> None:
        found = evidence.coverage.get(suite.name)
        why = _not_gated(found)
        if why or found is None:
            self.left_out += (LeftOut(what=f"a coverage checkpoint for {suite.name}", why=why),)
            return
        into = f"{_REPORTS}/{name}"
        measuring = measuring_command(suite, into, evidence.pythons.get(suite.name, Python()))
        statements = found.totals["statements"]
        floor = math.floor(100 * statements.covered / statements.total)
        self.params += (
            Param(
                name=name, value=floor, help=f"percent of statements that {suite.name} has to cover; measured: {floor}"
            ),
        )
        fields = {
            "type": "coverage",
            "name": f"statements covered by {suite.name}",
            "metric": "statements",
            "min": f"{{{{ params.{name} }}}}",
            "source": joined(suite.folder, measuring.report),
            "command": list(measuring.argv),
            **({} if suite.folder == "." else {"cwd": suite.folder}),
            **({"exclude": list(suite.excluded)} if suite.excluded and suite.runner is Runner.PYTEST else {}),
        }
        self.checks += (Check(why=f"at least what was measured; raise params.{name} as coverage grows", fields=fields),)


def _not_gated(found: SuiteCoverage | None) -> str:
    if found is None:
        return "it was not measured: `orchestrate init --measure` does, and adds one"
    if found.problem:
        return f"it could not be measured: {found.problem}" + (f" ({found.hint})" if found.hint else "")
    if not found.tests_passed:
        return "some of its tests fail now, so the checkpoint would fail before anything is changed"
    return "" if found.totals.get("statements", Count(covered=0, total=0)).total else "it counts no statements"


def _group(name: str, why: str, tasks: tuple[Proposal, ...]) -> tuple[Group, ...]:
    """Return a group of edits, one after the other: several write the same file."""
    return (Group(name=name, why=why, tasks=tasks, sequential=True),) if tasks else ()


def _is_updated(facts: Facts, tree: Tree) -> bool:
    return not facts.packages or any(tree.exists(path) for path in _UPDATERS)


def _broken(workflows: Sequence[str], tree: Tree) -> tuple[LeftOut, ...]:
    """Return why the workflows would not pass their checkpoint even after the edits."""
    found: list[tuple[str, Finding]] = []
    for path in workflows:
        found += [
            (path, finding) for finding in check(WORKFLOW, tree.read_text(path)) if finding.severity is Severity.ERROR
        ]
    if not found:
        return ()
    told = "; ".join(f"{path}:{finding}" for path, finding in found[:3])
    return (
        LeftOut(
            what="a checkpoint that all workflows are valid", why=f"they have errors that a person has to mend: {told}"
        ),
    )


def _found(facts: Facts, evidence: Evidence) -> Sequence[str]:
    sentences = []
    if facts.languages:
        with_ = f" with {', '.join(facts.frameworks)}" if facts.frameworks else ""
        sentences.append(
            f"{language_word(facts.languages)}{with_}: {len(facts.modules)} modules with code of their own"
        )
    for suite in facts.suites:
        measured = evidence.coverage.get(suite.name)
        statements = measured.totals.get("statements") if measured and not measured.problem else None
        reach = (
            f", {100 * statements.covered / statements.total:.1f} % of statements covered"
            if statements and statements.total
            else ""
        )
        sentences.append(f"{suite.name}: {_several(len(suite.tests), 'test file')}{reach}")
    if facts.workflows:
        sentences.append(
            f"{_several(len(facts.workflows), 'workflow')}, {_several(len(facts.dockerfiles), 'Dockerfile')}"
        )
    return sentences


def _several(count: int, word: str) -> str:
    return f"{count} {word}{'s' if count != 1 else ''}"


def _noted(facts: Facts) -> Sequence[LeftOut]:
    return [LeftOut(what="measuring" if "coverage" in note else "tests", why=note) for note in facts.notes]


def _decisions(facts: Facts) -> Sequence[LeftOut]:
    if not facts.workflows:
        return [LeftOut(what="a pipeline", why="there is no workflow yet, and this version writes none from nothing")]
    return []
