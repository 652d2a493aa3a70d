"""Generate the tests of one module: explore, choose, write, prove, and choose again without what did not hold."""

import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from orchestrator.errors import TaskFailed
from orchestrator.testgen.filters import ADDS_NOTHING, WEAK
from orchestrator.testgen.generator import Format, Settings
from orchestrator.testgen.python.candidates import Candidate, Exploration, read_exploration
from orchestrator.testgen.python.emission import TestFile, emit
from orchestrator.testgen.python.proof import prove
from orchestrator.testgen.python.running import EXPLORE, Site, read_journal, run_order
from orchestrator.testgen.results import Generated, Proof, Share
from orchestrator.testgen.selection import select

_CALLS_PER_SECOND = 160  # of the budget: a number of calls, so that the result does not depend on the machine
_MUTANTS_PER_SECOND = 6
_RESTARTS = 6
_ROUNDS = 3


async def generate(site: Site, settings: Settings, *, finish: Format) -> Generated:
    """Return the tests for the site's target; TaskFailed when the module cannot be explored.

    `finish` formats the file.
    """
    exploration, avoided = await explore(site, settings)
    dropped: Counter[str] = Counter()
    dropped[WEAK] = sum(not each.kills for each in exploration.candidates)
    left = [each for each in exploration.candidates if each.kills]
    settled = exploration.imported
    file, proof = TestFile(text="", tests=()), Proof()
    for _ in range(_ROUNDS):
        chosen = select(left, settled=settled, min_gain=settings.min_gain)
        file = _emit(site, chosen, exploration)
        if not file.tests:
            break
        text = await finish(file.text)
        proof = await prove(site, text, [each.name for each in file.tests])
        if not proof.dropped:
            return _result(text, file, proof, exploration, dropped, avoided, len(left))
        lost = {c.number for each in file.tests if each.name in proof.dropped for c in each.candidates}
        dropped.update(_by_candidate(file, proof))
        left = [each for each in left if each.number not in lost]
    kept = tuple(each for each in file.tests if each.name in proof.goals)
    if not kept:
        return _result("", TestFile(text="", tests=()), Proof(), exploration, dropped, avoided, len(left))
    numbers = {c.number for each in kept for c in each.candidates}
    file = _emit(site, [each for each in left if each.number in numbers], exploration)
    text = await finish(file.text)
    proof = await prove(site, text, [each.name for each in file.tests])
    if proof.dropped:
        message = f"the tests of {site.target.path} do not come to rest: {', '.join(proof.reasons)}"
        raise TaskFailed(message, hint="something in the module depends on order or time")
    return _result(text, file, proof, exploration, dropped, avoided, len(left))


async def explore(site: Site, settings: Settings) -> tuple[Exploration, tuple[str, ...]]:
    """Explore the target, again without the call that ended the process when one did."""
    avoid: list[str] = []
    with tempfile.TemporaryDirectory(prefix="orchestrate-journal-") as folder:
        journal = Path(folder, "journal")
        for _ in range(_RESTARTS):
            order = _explore_order(site, settings, str(journal), avoid)
            answer = await run_order(site, order, site.target.test_file, EXPLORE, seconds=settings.budget)
            if answer.content is not None:
                if "problem" in answer.content:
                    message = f"{site.target.path} {answer.content['problem']}"
                    hint = answer.content.get("hint", "install what the module needs into the project's environment")
                    raise TaskFailed(message, hint=hint)
                return read_exploration(answer.content), tuple(avoid)
            last = read_journal(journal)
            if not last or last in avoid:
                break
            avoid.append(last)
    message = f"{site.target.path} could not be explored: {answer.tail.strip()[-600:]}"
    raise TaskFailed(message, hint="run pytest on the project's own tests first: its settings have to work")


def _explore_order(site: Site, settings: Settings, journal: str, avoid: Sequence[str]) -> dict[str, object]:
    path = f"{site.root}/{site.target.path}"
    return {
        "mode": "exploring",
        "probe": {"module": site.target.module, "path": path},
        "job": {
            "module": site.target.module,
            "path": path,
            "journal": journal,
            "seconds": settings.budget,
            "calls": int(settings.budget * _CALLS_PER_SECOND),
            "mutants": int(settings.budget * _MUTANTS_PER_SECOND),
            "seed": settings.seed,
            "parts": list(settings.parts),
            "avoid": list(avoid),
        },
    }


def _emit(site: Site, chosen: Sequence[Candidate], exploration: Exploration) -> TestFile:
    folder = Path(site.target.import_root)
    local = {site.target.module.partition(".")[0]}

    def is_local(name: str) -> bool:
        return name in local or (folder / name).is_dir() or (folder / f"{name}.py").is_file()

    return emit(site.target.module, chosen, exploration, is_local)


def _by_candidate(file: TestFile, proof: Proof) -> Counter[str]:
    counts: Counter[str] = Counter()
    for each in file.tests:
        if each.name in proof.dropped:
            counts[proof.dropped[each.name]] += len(each.candidates)
    return counts


def _result(
    text: str,
    file: TestFile,
    proof: Proof,
    exploration: Exploration,
    dropped: Counter[str],
    avoided: tuple[str, ...],
    proposed: int,
) -> Generated:
    chosen = [each for test in file.tests for each in test.candidates]
    reached = exploration.imported.union(*proof.goals.values()) if proof.goals else exploration.imported
    killed = frozenset(mutant for each in chosen for mutant in each.kills)
    tried = [number for number, (_, kind, _) in enumerate(exploration.mutants) if kind != "gone"]
    dropped[ADDS_NOTHING] += proposed - len(chosen)
    return Generated(
        text=text,
        tests=tuple(each.name for each in file.tests),
        cases=len(chosen),
        statements=_share(exploration.statements, reached),
        branches=_share(exploration.branches, reached),
        mutants=Share(reached=sum(number in killed for number in tried), total=len(tried)),
        dropped=+dropped,
        defects=exploration.defects,
        calls=exploration.calls,
        cut_short=exploration.cut_short,
        avoided=avoided,
    )


def _share(goals: object, reached: frozenset[int]) -> Share:
    known = set(goals)  # type: ignore[call-overload]
    return Share(reached=len(known & reached), total=len(known))
