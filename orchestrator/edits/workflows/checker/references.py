"""What a context's properties refer to: matrix keys, earlier steps, needed jobs and their outputs."""

from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.edits.finding import Finding
from orchestrator.edits.workflows.checker.checked import Checked
from orchestrator.edits.workflows.expressions import Context
from orchestrator.edits.workflows.shape import matrix_keys, needs_of, steps_of
from orchestrator.edits.yaml.tree import Path
from orchestrator.errors import Severity


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression stands: the contexts there, the job, and how many of its steps have run before."""

    allowed: frozenset[str]
    job: str | None = None
    steps_before: int = 0
    in_step: bool = False


def references(checked: Checked, item: Context, path: Path, scope: Scope) -> Iterator[Finding]:
    """Yield what a context refers to and is not there."""
    if scope.job is None or not item.names:
        return
    job = checked.jobs[scope.job]
    if item.name == "matrix":
        keys = matrix_keys(job)
        if job.get("strategy") is None:
            yield checked.finding(
                "matrix-key", f"`matrix.{item.names[0]}`: the job has no matrix", path, Severity.WARNING
            )
        elif keys is not None and item.names[0] not in keys:
            yield checked.finding("matrix-key", f"the matrix has no key `{item.names[0]}`", path, Severity.WARNING)
    elif item.name == "steps":
        yield from _step(checked, item, path, scope)
    elif item.name == "needs":
        yield from _needed(checked, item, path, scope)


def _step(checked: Checked, item: Context, path: Path, scope: Scope) -> Iterator[Finding]:
    steps = steps_of(checked.jobs[scope.job or ""])
    ids = [str(step.get("id", "")).lower() for step in steps]
    wanted = item.names[0]
    if wanted not in ids:
        yield checked.finding("step-output", f"the job has no step with the id `{wanted}`", path, Severity.WARNING)
    elif ids.index(wanted) >= scope.steps_before:
        yield checked.finding("step-output", f"the step `{wanted}` runs later", path, Severity.WARNING)


def _needed(checked: Checked, item: Context, path: Path, scope: Scope) -> Iterator[Finding]:
    needs = {name.lower(): name for name in needs_of(checked.jobs[scope.job or ""])}
    wanted = item.names[0]
    if wanted not in needs:
        yield checked.finding("needs-output", f"the job does not need `{wanted}`", path, Severity.WARNING)
        return
    other = checked.jobs.get(needs[wanted], {})
    if len(item.names) < 3 or item.names[1] != "outputs" or "uses" in other or not other:
        return
    outputs = other.get("outputs")
    if isinstance(outputs, dict | None) and item.names[2] not in {str(key).lower() for key in outputs or ()}:
        yield checked.finding(
            "needs-output", f"the job `{wanted}` has no output `{item.names[2]}`", path, Severity.WARNING
        )
