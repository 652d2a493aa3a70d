"""From facts to a roadmap: blockers first, then what tests need, the riskiest modules, routes, pipeline, production."""

from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.edits.action import Tree
from orchestrator.edits.finding import Finding
from orchestrator.edits.kinds import WORKFLOW, check
from orchestrator.edits.pins import Pins
from orchestrator.edits.workflows.dangers import dangers
from orchestrator.errors import Severity
from orchestrator.proposing import edits
from orchestrator.proposing.evidence import Evidence
from orchestrator.proposing.floors import Floors
from orchestrator.proposing.proposal import Check, Group, LeftOut, Phase, Proposal, Roadmap
from orchestrator.proposing.ranking import rank
from orchestrator.proposing.tests import Judge, TestTasks, propose_tests
from orchestrator.surveying.facts import Facts, Runner
from orchestrator.surveying.survey import language_word

_UPDATERS = (
    ".github/dependabot.yml",
    ".github/dependabot.yaml",
    "renovate.json",
    ".github/renovate.json",
    ".renovaterc",
)


def propose_roadmap(facts: Facts, tree: Tree, evidence: Evidence, judge: Judge, pins: Pins) -> Roadmap:
    """Return what the repository needs and this version can do; `judge` says why a task would be rejected."""
    rehearsal = edits.Rehearsal(tree, pins)
    tests = propose_tests(facts, rank(facts.modules, evidence.modules, evidence.churn), judge)
    found = _propose_edits(facts, tree, rehearsal)
    floors = Floors(facts, evidence)
    broken = _broken(facts.workflows, rehearsal.tree)
    valid = () if broken or not facts.workflows else (_VALID,)
    kept = tuple(phase for phase in _phases(found, tests, floors, valid) if phase.tasks)
    return Roadmap(
        project=facts.name,
        found=tuple(_found(facts, evidence)),
        phases=kept,
        params=floors.params_of(kept),
        variables=facts.variables,
        left_out=(
            *_unmeasured(facts),
            *tests.left_out,
            *floors.left_out,
            *broken,
            *rehearsal.left_out,
            *_decisions(facts, tree),
        ),
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


def _phases(found: _Edits, tests: TestTasks, floors: Floors, valid: tuple[Check, ...]) -> tuple[Phase, ...]:
    return (
        Phase(
            name="CI blockers and test infrastructure",
            why="what keeps a red build green, and what coverage is counted of",
            groups=(
                *_group("CI blockers", "checks that cannot fail", found.blockers),
                *_group("Test infrastructure", "measure the whole source", found.counting),
            ),
            checks=(*floors.touched_by(found.counting), *(valid if found.blockers else ())),
            is_first=True,
        ),
        _tests("Critical coverage", "the riskiest code without tests", tests.riskiest, floors),
        _tests("Routes", "every endpoint has tests", tests.routes, floors),
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
        _tests("Extended coverage", "the rest of the source", tests.extended, floors),
        Phase(
            name="Production readiness",
            why="deployments that are asked for, probed and documented",
            groups=_group("Deployments", "from the push of an image to its users", found.production),
            checks=valid,
        ),
    )


_VALID = Check(why="GitHub would accept every workflow", fields={"type": "workflows_valid"})


def _tests(name: str, why: str, groups: tuple[Group, ...], floors: Floors) -> Phase:
    """Return a phase of generated tests; what it cannot have touched is not measured after it."""
    tasks = tuple(task for group in groups for task in group.tasks)
    return Phase(name=name, why=why, groups=groups, checks=floors.touched_by(tasks))


def _group(name: str, why: str, tasks: tuple[Proposal, ...]) -> tuple[Group, ...]:
    """Return a group of edits, one after the other: several write the same file."""
    return (Group(name=name, why=why, tasks=tasks, sequential=True),) if tasks else ()


def _is_updated(facts: Facts, tree: Tree) -> bool:
    return not facts.packages or facts.below != "" or any(tree.exists(path) for path in _UPDATERS)


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
        count = len(facts.modules)
        modules = "1 module with code of its own" if count == 1 else f"{count} modules with code of their own"
        sentences.append(f"{language_word(facts.languages)}{with_}: {modules}")
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


def _unmeasured(facts: Facts) -> Sequence[LeftOut]:
    return [LeftOut(what="measuring", why=note) for note in facts.unmeasured]


def _decisions(facts: Facts, tree: Tree) -> Sequence[LeftOut]:
    """Return what is left to a person: where nothing is, and where no edit could know what was meant."""
    if facts.below:
        why = "GitHub reads .github/ at the root of a repository only: `orchestrate init` there proposes them"
        return [LeftOut(what="workflows and Dependabot", why=why)]
    if not facts.workflows:
        return [LeftOut(what="a pipeline", why="there is no workflow yet, and this version writes none from nothing")]
    return [
        LeftOut(what=f"{path}:{found.line}", why=f"needs a person: {found.message} [{found.rule}]")
        for path in facts.workflows
        for found in dangers(tree.read_text(path))
    ]
