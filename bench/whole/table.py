"""What came of a run, as lines: out of `orchestrate status`, and out of its record."""

from collections.abc import Iterator, Mapping
from itertools import dropwhile

from orchestrator.models.record import RunRecord
from orchestrator.models.status import WELL

HEAD = ("| target | tests | statements | branches | mutants |", "|---|---|---|---|---|")


def summary(status: str) -> Iterator[str]:
    """Yield of what `orchestrate status` prints the end: statements after each phase, seconds of each."""
    yield from dropwhile(lambda line: not line.startswith("coverage "), status.splitlines())


def reached(record: RunRecord) -> Iterator[str]:
    """Yield the table of what was generated, a row for each module."""
    yield from HEAD
    for task in record.tasks:
        modules = task.outputs.get("modules")
        for module in modules if isinstance(modules, list) else ():
            yield _row(task.id, module)


def gone_badly(record: RunRecord) -> Iterator[str]:
    """Yield the tasks that are not done, with the reason."""
    for task in record.tasks:
        if task.state not in WELL:
            yield f"{task.id} {task.state}: {task.reason}"


def _row(task: str, module: Mapping[str, object]) -> str:
    coverage, mutants = module.get("coverage"), module.get("mutants")
    if not isinstance(coverage, dict) or not isinstance(mutants, dict):  # end-to-end: requests, not statements
        return f"| {task} {module['module']} | {module['tests']} | - | - | - |"
    shares = (coverage["statements"], coverage["branches"], mutants["percent"])
    return f"| {task} {module['module']} | {module['tests']} | " + " | ".join(f"{each:.1f}" for each in shares) + " |"
