"""The same filters for tests that people or agents wrote, and what such tests are worth."""

from orchestrator.errors import TaskFailed
from orchestrator.testgen.filters import WEAK
from orchestrator.testgen.generator import Target
from orchestrator.testgen.results import Examined, Proof, Share
from orchestrator.testgen.typescript.bench import Bench
from orchestrator.testgen.typescript.complaints import what_went_wrong
from orchestrator.testgen.typescript.measuring import Measured, measure
from orchestrator.testgen.typescript.proof import Verdicts, prove


async def examine(bench: Bench, target: Target, text: str, *, budget: float) -> Examined:
    """Run the filters on a test file, then its tests on mutants; TaskFailed when the runner cannot run it."""
    [module] = await bench.analyse([target])
    if "problem" in module:
        message = f"{target.path} {module['problem']}"
        raise TaskFailed(message)
    verdicts = (await prove(bench, {target.test_file: text}))[target.test_file]
    if not verdicts.seen:
        message = f"{target.test_file} cannot be run: {what_went_wrong(verdicts.messages.get('', ''))}"
        raise TaskFailed(message, hint=f"run {bench.tools.runner} on it to see the whole error")
    bench.overlay.restore()
    found = (await measure(bench, {target.test_file: module}, {target.test_file: text}, seconds=budget))[
        target.test_file
    ]
    if isinstance(found, str):
        message = f"{target.test_file} cannot be measured: {what_went_wrong(found)}"
        raise TaskFailed(message)
    goals = [each["kind"] for each in module["goals"]]
    statements = frozenset(number for number, kind in enumerate(goals) if kind == "statement")
    branches = frozenset(range(len(goals))) - statements
    proof = _proof(verdicts, found)
    lines = {number: module["goals"][number]["line"] for number in statements}
    killed = found.killed
    mutants = module["mutants"]
    return Examined(
        proof=proof,
        statements=Share(reached=len(found.reached & statements), total=len(statements)),
        branches=Share(reached=len(found.reached & branches), total=len(branches)),
        mutants=Share(reached=len(killed), total=len(mutants)),
        missed=tuple(sorted({line for number, line in lines.items() if number not in found.reached})),
        survivors=tuple((each["line"], each["kind"]) for number, each in enumerate(mutants) if number not in killed),
        per_test={name: (len(found.goals[name] - found.imported), len(found.kills[name])) for name in found.goals},
    )


def _proof(verdicts: Verdicts, found: Measured) -> Proof:
    """Return what each test showed; one that no mutant fails asserts too little."""
    proof = Proof(
        goals={name: each for name, each in found.goals.items() if name not in verdicts.reasons},
        dropped=dict(verdicts.reasons),
        messages=dict(verdicts.messages),
        imported=found.imported,
    )
    for name, kills in found.kills.items():
        if name in proof.goals and not kills:
            proof.dropped.setdefault(name, WEAK)
    return proof
