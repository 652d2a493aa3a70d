"""Undo as a run: recorded like any other, and marking what it took back in the same transaction."""

import sys
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from orchestrator.cli.beginning import begin_again, begin_anew
from orchestrator.cli.options import Working
from orchestrator.cli.preview import preview, refusal
from orchestrator.cli.showing import Display
from orchestrator.cli.work_state import WorkingState, open_to_work
from orchestrator.cli.working import work_on
from orchestrator.contracts import Ledger
from orchestrator.errors import ExitCode
from orchestrator.models.facts import ChangesUndone, Fact, TaskEnded
from orchestrator.models.plan import Plan
from orchestrator.models.record import RunRecord
from orchestrator.models.status import DONE
from orchestrator.planning.plan_json import plan_from_json
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


def undo_run(state: WorkingState, record: RunRecord, plan: Plan, common: Working, display: Display) -> ExitCode:
    """Take the changes of the plan back in a new run: all, or none unless a flag says what becomes of conflicts."""
    code = refusal(plan, state.root, TemplateFolders(str(state.root)), Catalogue(), common, display, undoes=record.id)
    if code is not None:
        return code
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
