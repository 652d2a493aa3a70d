"""The same filters for tests that people or agents wrote, and what such tests are worth."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from orchestrator.errors import TaskFailed
from orchestrator.testgen.filters import NOT_JUDGED, WEAK
from orchestrator.testgen.python.complaints import what_went_wrong
from orchestrator.testgen.python.measuring import Measured, measure
from orchestrator.testgen.python.proof import prove
from orchestrator.testgen.python.reading import asserted_names, imported_names
from orchestrator.testgen.python.running import Site, require_pytest, with_stand_ins
from orchestrator.testgen.results import Examined, Proof, Share

_MUTANTS_PER_SECOND = 8


async def examine(site: Site, text: str, *, budget: float = 60.0) -> Examined:
    """Run the filters on a test file, then its tests on mutants of the module; TaskFailed when pytest cannot run it."""
    proof = await prove(site, text)
    if not proof.goals and (other := with_stand_ins(site)) is not site:
        site, proof = other, await prove(other, text)
    if "the file" in proof.messages and not proof.goals:
        await require_pytest(site)
        problem = what_went_wrong(proof.messages["the file"], site.root)
        message = f"{site.target.test_file} cannot be run: {problem}"
        raise TaskFailed(message, hint="run pytest on it to see the whole error")
    measured = await measure(site, text, mutants=int(budget * _MUTANTS_PER_SECOND), seconds=budget)
    verdicts = list(measured.verdicts) if measured is not None else []
    kills = measured.kills_by_test() if measured is not None else {}
    if measured is not None and verdicts:
        names = imported_names(text, site.target.module)
        for name in _weak(proof, text, measured, names):
            proof.dropped[name] = NOT_JUDGED if name in measured.unjudged else WEAK
    return _examined(proof, verdicts, kills)


def _weak(proof: Proof, text: str, measured: Measured, names: frozenset[str]) -> list[str]:
    """Return the tests that still pass when every function of the module returns something useless.

    One that runs no function of the module (it may look at constants) has to name something of it in an assertion.
    """
    gone = measured.kills_by_test(only_gone=True)
    asserted = asserted_names(text)
    return [
        name
        for name, goals in proof.goals.items()
        if not gone.get(name) and (goals - proof.imported or not asserted.get(name, frozenset()) & names)
    ]


def _examined(proof: Proof, verdicts: Sequence[Any], kills: Mapping[str, frozenset[int]]) -> Examined:
    reached = proof.imported.union(*proof.goals.values())
    real = [each for each in verdicts if each["kind"] != "gone"]
    return Examined(
        proof=proof,
        statements=Share(reached=len(reached & set(proof.statements)), total=len(proof.statements)),
        branches=Share(reached=len(reached & set(proof.branches)), total=len(proof.branches)),
        mutants=Share(reached=sum(bool(each["killers"]) for each in real), total=len(real)),
        missed=tuple(sorted({line for goal, line in proof.statements.items() if goal not in reached})),
        survivors=tuple((each["line"], each["kind"]) for each in real if not each["killers"]),
        per_test={name: (len(goals - proof.imported), len(kills.get(name, ()))) for name, goals in proof.goals.items()},
        redundant=_redundant(proof, kills),
    )


def _redundant(proof: Proof, kills: Mapping[str, frozenset[int]]) -> tuple[str, ...]:
    """Return the tests that others make superfluous together; those that stand last first."""
    kept = {
        name: [
            *(("goal", each) for each in goals - proof.imported),
            *(("mutant", each) for each in kills.get(name, ())),
        ]
        for name, goals in proof.goals.items()
        if name not in proof.dropped
    }
    counts = Counter(key for keys in kept.values() for key in keys)
    found = []
    for name, keys in reversed(kept.items()):
        if keys and all(counts[key] > 1 for key in keys):
            counts.subtract(keys)
            found.append(name)
    return tuple(reversed(found))
