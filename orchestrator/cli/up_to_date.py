"""Which tasks of a plan are up to date as the repository is now, asked of the engine itself; nothing is started."""

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from orchestrator.cli.beginning import begin_anew
from orchestrator.cli.wiring import Materials, assemble
from orchestrator.contracts import Ledger, Templates
from orchestrator.engine.attempt import UP_TO_DATE, TaskAttempts
from orchestrator.engine.ports import Ready
from orchestrator.ledger.memory import MemoryLedger
from orchestrator.models.plan import Plan, PlannedTask
from orchestrator.models.record import LastSuccess
from orchestrator.plugins import Catalogue
from orchestrator.workspace.dry_run import DryRunWorkspace


class Place(Struct, frozen=True, kw_only=True, eq=False):
    """Where tasks are carried out, and what with."""

    root: Path
    templates: Templates
    catalogue: Catalogue


def find_up_to_date(
    place: Place, plan: Plan, successes: Mapping[str, LastSuccess], past: Ledger, *, force: bool = False
) -> tuple[str, ...]:
    """Return the ids of the tasks that a run would not carry out again; none where it is forced to."""
    known = [task for task in plan.tasks if task.id in successes and place.catalogue.has_handler(task.handler)]
    if not known or force:
        return ()
    workspace = DryRunWorkspace(place.root)
    try:
        attempts = _attempts(place, plan, successes, workspace, force=False, past=past)
        return tuple(task.id for task in known if _is_up_to_date(attempts, task))
    finally:
        workspace.close()


def fingerprint_now(place: Place, plan: Plan, task: PlannedTask, successes: Mapping[str, LastSuccess]) -> str | None:
    """Return what the task's fingerprint would be if it found nothing to change, as the engine would see it."""
    if task.id not in successes or task.skip_reason is not None or not place.catalogue.has_handler(task.handler):
        return None
    workspace = DryRunWorkspace(place.root)
    try:  # forced, so that the attempt is made ready in any case
        attempts = _attempts(place, plan, successes, workspace, force=True)
        ready = attempts.prepare(task, 1, None)
        if not isinstance(ready, Ready):
            return None
        return attempts.freshness.after(ready.task, ready.context.workspace, ready.before)
    finally:
        workspace.close()


def _is_up_to_date(attempts: TaskAttempts, task: PlannedTask) -> bool:
    end = attempts.prepare(task, 1, None)
    return not isinstance(end, Ready) and end.outcome.summary == UP_TO_DATE


def _attempts(
    place: Place,
    plan: Plan,
    successes: Mapping[str, LastSuccess],
    workspace: DryRunWorkspace,
    *,
    force: bool,
    past: Ledger | None = None,
) -> TaskAttempts:
    materials = Materials(
        root=place.root,
        plan=plan,
        ledger=MemoryLedger(),
        workspaces=workspace,
        templates=place.templates,
        catalogue=place.catalogue,
        successes=successes,
        force=force,
        past=past,
        dry_run=True,
    )
    return assemble(materials, begin_anew(plan, ())).attempts
