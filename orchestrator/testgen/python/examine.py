"""The same filters for tests that people or agents wrote, and what such tests are worth."""

from collections.abc import Mapping
from typing import Any

from orchestrator.errors import TaskFailed
from orchestrator.testgen.filters import WEAK
from orchestrator.testgen.python.proof import prove, test_name
from orchestrator.testgen.python.reading import asserted_names, imported_names
from orchestrator.testgen.python.running import Site, run_order
from orchestrator.testgen.results import Examined, Proof, Share

_MUTANTS_PER_SECOND = 8


async def examine(site: Site, text: str, *, budget: float = 60.0) -> Examined:
    """Run the filters on a test file, then its tests on mutants of the module; TaskFailed when pytest cannot run it."""
    proof = await prove(site, text)
    if "the file" in proof.messages and not proof.goals:
        message = f"{site.target.test_file} cannot be run: {proof.messages['the file'].strip()[-600:]}"
        raise TaskFailed(message, hint="run pytest on it to see the whole error")
    order = {
        "mode": "proving",
        "probe": {"module": site.target.module, "path": f"{site.root}/{site.target.path}"},
        "shuffle": None,
        "watch_clock": False,
        "mutants": int(budget * _MUTANTS_PER_SECOND),
        "mutant_seconds": budget,
    }
    answer = await run_order(site, order, site.target.test_file, text, seconds=budget + 60)
    verdicts = answer.content["mutants"] if answer.content is not None else []
    kills = _kills(verdicts)
    if verdicts:
        names = imported_names(text, site.target.module)
        for name in _weak(proof, text, verdicts, names):
            proof.dropped[name] = WEAK
    return _examined(proof, verdicts, kills)


def _weak(proof: Proof, text: str, verdicts: list[Any], names: frozenset[str]) -> list[str]:
    """Return the tests that still pass when every function of the module returns something useless.

    One that runs no function of the module (it may look at constants) has to name something of it in an assertion.
    """
    gone = _kills([each for each in verdicts if each["kind"] == "gone"])
    asserted = asserted_names(text)
    return [
        name
        for name, goals in proof.goals.items()
        if not gone.get(name) and (goals - proof.imported or not asserted.get(name, frozenset()) & names)
    ]


def _kills(verdicts: list[Any]) -> dict[str, int]:
    kills: dict[str, int] = {}
    for each in verdicts:
        for name in {test_name(node) for node in each["killers"]}:
            kills[name] = kills.get(name, 0) + 1
    return kills


def _examined(proof: Proof, verdicts: list[Any], kills: Mapping[str, int]) -> Examined:
    reached = proof.imported.union(*proof.goals.values())
    real = [each for each in verdicts if each["kind"] != "gone"]
    return Examined(
        proof=proof,
        statements=Share(reached=len(reached & set(proof.statements)), total=len(proof.statements)),
        branches=Share(reached=len(reached & set(proof.branches)), total=len(proof.branches)),
        mutants=Share(reached=sum(bool(each["killers"]) for each in real), total=len(real)),
        missed=tuple(sorted({line for goal, line in proof.statements.items() if goal not in reached})),
        survivors=tuple((each["line"], each["kind"]) for each in real if not each["killers"]),
        per_test={name: (len(goals - proof.imported), kills.get(name, 0)) for name, goals in proof.goals.items()},
    )
