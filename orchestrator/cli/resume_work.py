"""What `orchestrate resume` does: look at the run and the document as they are now, and work on what is left."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from orchestrator.cli.beginning import begin_again, changed_since, gone_since
from orchestrator.cli.opening import OpenedPlan, open_plan, refuse_unhandled
from orchestrator.cli.options import Choice, Running
from orchestrator.cli.places import find_root
from orchestrator.cli.questions import confirm
from orchestrator.cli.resume_options import Going
from orchestrator.cli.state import chosen_run, reading, refuse_undone
from orchestrator.cli.telling import Telling
from orchestrator.cli.undoing import resume_undo
from orchestrator.cli.work_state import WorkingState, open_to_work
from orchestrator.cli.working import work_on
from orchestrator.errors import Drift, ExitCode, UsageError
from orchestrator.models.plan import Plan
from orchestrator.models.record import RunRecord, TaskRecord
from orchestrator.models.status import OutcomeKind, RunState, TaskState


def resume(common: Running, display: Telling, going: Going, run: str | None) -> ExitCode:
    """Go on where a run stopped, and return how that went."""
    root = find_root(common)
    with reading(root) as reader:
        record = chosen_run(reader, run)
        refuse_undone(reader, record)
    if record.state is RunState.SUCCEEDED:
        sys.stdout.write(f"run {record.id} is complete: nothing to resume\n")
        return ExitCode.OK
    if record.kind == "undo":
        return resume_undo(root, record, common, display)
    return _gone_on(record, _open_for(record, root, common), common, display, going)


def _gone_on(record: RunRecord, opened: OpenedPlan, common: Running, display: Telling, going: Going) -> ExitCode:
    """Take the lock, look again at run and document, and work on what is left."""
    with open_to_work(opened.root, sys.argv[1:], opened.plan.durability) as state:
        record, opened = state.ledger.read_run(record.id), opened.renewed()
        plan = _plan_now(opened, record, state, going.accept_changes)
        refuse_unhandled(plan, opened.catalogue)
        opened.keep()
        again = _interrupted_commands(record, plan, opened)
        if again and not going.yes and not confirm(common, _again(again), flag="--yes"):
            return ExitCode.OK
        return work_on(
            state,
            plan,
            begin_again(record, plan),
            common=common,
            display=display,
            templates=opened.templates,
            catalogue=opened.catalogue,
            approved=going.approve or (),
            keep_going=going.keep_going,
        )


def _document_of(record: RunRecord) -> Path | None:
    """Return the document that the run was made from, if it is still there."""
    path = record.plan.get("document")
    return Path(path) if isinstance(path, str) and path and Path(path).is_file() else None


def _open_for(record: RunRecord, root: Path, common: Running) -> OpenedPlan:
    """Return the plan of the document with the flags of the run, where none are given now."""
    here = replace(
        common,
        config=common.config or _document_of(record),
        directory=None,  # we are there
        project=root,
    )
    before = replace(here, profile=_profile(record), param=None)
    opened = open_plan(before)
    now = replace(
        here,
        profile=common.profile or before.profile,
        param=common.param or _params_of(record, opened.plan) or None,
    )
    is_same = now.profile == before.profile and now.param is None
    return opened if is_same else open_plan(now)


def _plan_now(opened: OpenedPlan, record: RunRecord, state: WorkingState, accept_changes: bool) -> Plan:
    """Return the plan of the run's tasks as the document has them now; Drift names done ones that have changed."""
    plan = opened.part(Choice(), state.ledger)
    wanted = {task.id for task in record.tasks}
    kept = [task.id for task in plan.tasks if task.id in wanted]
    if not kept:
        message = f"no task of run {record.id} is in the document any more"
        raise UsageError(message, hint="`orchestrate run` starts a new run")
    if len(kept) < len(plan.tasks):
        plan = opened.part(Choice(only=kept), state.ledger)
    if not accept_changes:
        _refuse_changes(record, plan)
    return plan


def _refuse_changes(record: RunRecord, plan: Plan) -> None:
    """Raise Drift for done tasks that have changed, and others that are gone: what follows would not wait for them."""
    changed, gone = changed_since(record, plan), gone_since(record, plan)
    if changed:
        message = f"done, and changed in the document since: {', '.join(sorted(changed))}"
        raise Drift(message, hint="`orchestrate resume --accept-changes` runs them anew")
    if gone:
        message = f"not done, and no longer in the document: {', '.join(gone)}"
        hint = "`orchestrate resume --accept-changes` goes on without them, `orchestrate run` starts anew"
        raise Drift(message, hint=hint)


def _profile(record: RunRecord) -> str | None:
    name = record.plan.get("profile")
    return name if isinstance(name, str) else None


def _params_of(record: RunRecord, plan: Plan) -> list[str]:
    """Return the `--param` flags with which the run was started, where the document says otherwise."""
    given = record.plan.get("params")
    if not isinstance(given, Mapping):
        return []
    declared = plan.params
    return [f"{name}={_word(value)}" for name, value in given.items() if name in declared and declared[name] != value]


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _again(tasks: Sequence[str]) -> str:
    """Return the question whether interrupted commands may run once more; short enough for one line of a terminal."""
    were, them = ("was", "it") if len(tasks) == 1 else ("were", "them")
    return f"{', '.join(tasks)} {were} interrupted and may have done a part already; start {them} again?"


def _interrupted_commands(record: RunRecord, plan: Plan, opened: OpenedPlan) -> list[str]:
    """Name the tasks that had begun when the engine died and that cannot be known to be harmless when repeated."""
    begun = {task.id for task in record.tasks if _had_begun(task)}
    return [
        task.id
        for task in plan.tasks
        if task.id in begun
        and opened.catalogue.handler(task.handler).external_effects
        and task.params.get("idempotent") is not True
    ]


def _had_begun(task: TaskRecord) -> bool:
    """Say whether the engine died under the task; one that had changed files has got an end at the next start."""
    if task.state is TaskState.INTERRUPTED:
        return True
    return not task.state.is_final and bool(task.attempts) and task.attempts[-1].kind is OutcomeKind.CANCELLED
