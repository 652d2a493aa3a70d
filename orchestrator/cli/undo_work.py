"""What `orchestrate undo` does: find the run that is meant, ask, and take it or a part of it back."""

import sys

from orchestrator.cli.options import Working
from orchestrator.cli.places import find_root
from orchestrator.cli.questions import confirm, is_to_be_asked
from orchestrator.cli.showing import Display
from orchestrator.cli.state import chosen_run, reading
from orchestrator.cli.undo_all import undo_all
from orchestrator.cli.undo_options import Part
from orchestrator.cli.undoing import preview_undo, undo_run
from orchestrator.cli.work_state import open_to_work
from orchestrator.errors import ExitCode, UsageError
from orchestrator.ledger.sqlite import SqliteLedger
from orchestrator.models.plan import Plan
from orchestrator.models.record import MEASURE, RunRecord
from orchestrator.models.status import RunState
from orchestrator.planning.undo_plan import Conflict, build_undo_plan


def undo(
    common: Working, display: Display, part: Part, run: str | None, *, everything: bool, dry_run: bool, yes: bool
) -> ExitCode:
    """Take a run, a part of it or all runs back, and return how that went."""
    root = find_root(common)
    if everything:
        if run or part.phase or part.group or part.task:
            message = "--all takes everything back; it cannot be narrowed"
            raise UsageError(message, hint="leave --all out to take back a run or a part of it")
        return undo_all(root, _on_conflict(part), common, display, dry_run=dry_run, yes=yes)
    with reading(root) as reader:
        record = _meant(reader, run)
        plan = _plan(part, record)
    if dry_run:
        return preview_undo(root, plan, common, display)
    if not yes and is_to_be_asked(common) and not confirm(common, _question(plan, record), flag="--yes"):
        return ExitCode.OK
    with open_to_work(root, sys.argv[1:], plan.durability) as state:
        record = state.ledger.read_run(record.id)
        return undo_run(state, record, _plan(part, record), common, display)


def _on_conflict(part: Part) -> Conflict:
    """Return what the flags say about files that were edited since."""
    flags = ((part.force, Conflict.OVERWRITE), (part.keep, Conflict.KEEP), (part.merge, Conflict.MERGE))
    return next((meant for given, meant in flags if given), Conflict(part.conflict))


def _plan(part: Part, record: RunRecord) -> Plan:
    """Return the plan that takes this part of a run back."""
    return build_undo_plan(
        record,
        phases=part.phase or (),
        groups=part.group or (),
        tasks=part.task or (),
        conflict=_on_conflict(part),
    )


def _question(plan: Plan, record: RunRecord) -> str:
    files = sum(len(each.targets.writes) for each in plan.tasks)
    return f"take back {files} file{'s' if files != 1 else ''} of run {record.id}?"


def _meant(ledger: SqliteLedger, run: str | None) -> RunRecord:
    """Return the run to take back; without a name the last one that changed something.

    A run that found everything up to date is passed over: nothing of it could be meant. One that did not end well is
    not, so that `run || undo` never reaches back to an earlier run. An undo that went well is passed over, and so is
    the run that it took back: a second `undo` goes one run further. After one that was refused or stopped, the rest of
    the same run is meant.
    """
    if run is not None:
        return chosen_run(ledger, run)
    last_undo = None
    for each, kind in ledger.run_kinds():
        if kind == MEASURE:
            continue
        record = ledger.read_run(each)
        if record.undoes is not None and record.state is RunState.SUCCEEDED:
            last_undo = last_undo or each
            continue
        while record.undoes is not None and record.state is not RunState.SUCCEEDED:
            record = ledger.read_run(record.undoes)
        states = {change.state for change in record.changes}
        if "made" in states or (record.state is not RunState.SUCCEEDED and "undone" not in states):
            return record
    if last_undo is None:
        return chosen_run(ledger, None)
    message = "there is nothing more to undo: what the runs changed is taken back"
    raise UsageError(message, hint=f"`orchestrate undo {last_undo}` takes the last undo itself back")
