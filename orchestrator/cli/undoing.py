"""Undo as a run: recorded like any other, and marking what it took back in the same transaction."""

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from itertools import dropwhile
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from orchestrator.cli.beginning import begin_again, begin_anew
from orchestrator.cli.next_command import next_command
from orchestrator.cli.options import Working
from orchestrator.cli.preview import Prospect, preview, prospect, refusal
from orchestrator.cli.showing import Display
from orchestrator.cli.streams import tell
from orchestrator.cli.work_state import WorkingState, open_to_work
from orchestrator.cli.working import work_on
from orchestrator.contracts import Ledger
from orchestrator.errors import ExitCode
from orchestrator.models.facts import ChangesUndone, Fact, TaskEnded
from orchestrator.models.plan import Plan
from orchestrator.models.record import RunRecord
from orchestrator.models.status import DONE
from orchestrator.planning.plan_json import plan_from_json
from orchestrator.planning.undo_plan import build_undo_plan
from orchestrator.plugins import Catalogue
from orchestrator.templating.folders import TemplateFolders


class MarkingLedger:
    """A ledger that adds to the end of each undo task that the changes of the original task are taken back.

    Both stand in one transaction, so no crash can come between them.
    """

    def __init__(self, inner: Ledger, undone: str, by_run: str) -> None:
        self._inner = inner
        self._undone = undone
        self._by_run = by_run

    def append(self, facts: Sequence[Fact]) -> "Future[None]":
        """Write the facts and the marks that follow from them."""
        marks = [
            ChangesUndone(run=self._undone, task=fact.task, by_run=self._by_run)
            for fact in facts
            if isinstance(fact, TaskEnded) and fact.state in DONE
        ]
        return self._inner.append([*facts, *marks])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def undo_run(
    state: WorkingState, record: RunRecord, plan: Plan, common: Working, display: Display, *, goes_on: bool = False
) -> ExitCode:
    """Take the changes of the plan back in a new run: all, or none unless a flag says what becomes of conflicts.

    One without effect is not recorded: on the branch that has the run's changes they can be taken back later. The run
    before is named then, unless the caller goes on with it.
    """
    found = _prospect(state.root, record, plan)
    if found is Prospect.NOTHING:
        tell(f"run {record.id}: nothing to take back, its files are as they were before it\n")
        before = None if goes_on else _earlier_to_undo(state, record)
        tell(f"next: {next_command(f'undo {before}')}\n" if before else "")
        return ExitCode.OK
    if found is Prospect.REFUSED:
        templates = TemplateFolders(str(state.root))
        return refusal(plan, state.root, templates, Catalogue(), common, display, undoes=record.id)
    beginning = begin_anew(plan, sys.argv[1:], undoes=record.id)
    marking = replace(state, ledger=MarkingLedger(state.ledger, record.id, beginning.run))
    return work_on(
        marking,
        plan,
        beginning,
        common=common,
        display=display,
        templates=TemplateFolders(str(state.root)),
        catalogue=Catalogue(),
    )


def _earlier_to_undo(state: WorkingState, record: RunRecord) -> str | None:
    """Return the newest earlier run that an undo would not find as it was before; None without one."""
    before = dropwhile(lambda found: found[0].id >= record.id, standing_runs(state.ledger))
    runs = (each for each, _ in before)
    found = (each.id for each in runs if _prospect(state.root, each, build_undo_plan(each)) is not Prospect.NOTHING)
    return next(found, None)


def standing_runs(ledger: Ledger) -> Iterator[tuple[RunRecord, frozenset[str]]]:
    """Yield the runs of which something stands, newest first, with its files."""
    for run, kind in ledger.run_kinds():
        if kind != "run":
            continue  # what an undo took back is marked at the run that it undid
        record = ledger.read_run(run)
        files = frozenset(change.change.path for change in record.changes if change.state == "made")
        if files:
            yield record, files


def _prospect(root: Path, record: RunRecord, plan: Plan) -> Prospect:
    return prospect(plan, root, TemplateFolders(str(root)), Catalogue(), undoes=record.id)


def resume_undo(root: Path, record: RunRecord, common: Working, display: Display) -> ExitCode:
    """Go on with an undo that was interrupted; its plan stands in the ledger."""
    plan = plan_from_json(record.plan)
    with open_to_work(root, sys.argv[1:], plan.durability) as state:
        record = state.ledger.read_run(record.id)
        marking = replace(state, ledger=MarkingLedger(state.ledger, record.undoes or "", record.id))
        return work_on(
            marking,
            plan,
            begin_again(record, plan),
            common=common,
            display=display,
            templates=TemplateFolders(str(root)),
            catalogue=Catalogue(),
        )


def preview_undo(root: Path, plan: Plan, common: Working, display: Display) -> ExitCode:
    """Show what an undo would do to the files; writes nothing."""
    return preview(plan, root, TemplateFolders(str(root)), Catalogue(), common=common, display=display)
