"""A dry run: the same engine on an overlay, then the whole diff. Nothing is written and nothing is started."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from orchestrator.cli.beginning import begin_anew
from orchestrator.cli.carrying import carry_out
from orchestrator.cli.next_command import program_name
from orchestrator.cli.options import Working
from orchestrator.cli.present import look_of
from orchestrator.cli.showing import Display, choose_audience
from orchestrator.cli.streams import tell
from orchestrator.cli.wiring import Materials
from orchestrator.cli.working import conclude
from orchestrator.contracts import Ledger, Reporter, Templates
from orchestrator.engine.outcome import RunResult
from orchestrator.errors import ExitCode
from orchestrator.ledger.memory import MemoryLedger
from orchestrator.models.diff import FileDiff
from orchestrator.models.plan import Plan
from orchestrator.models.record import LastSuccess
from orchestrator.models.status import TaskState
from orchestrator.planning.undo_plan import Conflict, deciding
from orchestrator.plugins import Catalogue
from orchestrator.reporters.diff_view import render_diffs
from orchestrator.reporters.flags import flags_of, ways_of_undo
from orchestrator.workspace.dry_run import DryRunWorkspace

NO_SUCCESSES: Mapping[str, LastSuccess] = MappingProxyType({})
NO_DURATIONS: Mapping[str, float] = MappingProxyType({})


def preview(
    plan: Plan,
    root: Path,
    templates: Templates,
    catalogue: Catalogue,
    *,
    common: Working,
    display: Display,
    successes: Mapping[str, LastSuccess] = NO_SUCCESSES,
    durations: Mapping[str, float] = NO_DURATIONS,
    force: bool = False,
    past: Ledger | None = None,
) -> ExitCode:
    """Carry the plan out in memory and print what it would change; the diff goes to standard output."""
    reporters = choose_audience(display, common, plan, durations, notify=False).reporters
    result, diffs = _dry_run(plan, root, templates, catalogue, reporters, successes, force=force, past=past)
    if display.json:
        sys.stdout.write(json.dumps({"type": "diff", "files": [_as_json(diff) for diff in diffs]}) + "\n")
    else:
        sys.stdout.write(render_diffs(diffs, look_of(sys.stdout), nothing=no_change(plan, catalogue)))
    return conclude(result)


def no_change(plan: Plan, catalogue: Catalogue) -> str:
    """Return what to say of a plan without known changes: what its commands would do is seen when they run."""
    started = {task.handler for task in plan.tasks if task.skip_reason is None}
    if any(catalogue.handler(name).external_effects for name in started if catalogue.has_handler(name)):
        return "no change is known beforehand: commands are not started"
    return "nothing would change"


def refusal(
    plan: Plan,
    root: Path,
    templates: Templates,
    catalogue: Catalogue,
    common: Working,
    display: Display,
    *,
    undoes: str,
) -> ExitCode:
    """Say why an undo could not take everything back, and what to type instead; return its exit code."""
    only_trouble = replace(common, quiet=True)  # what would have been taken back is of no interest now
    reporters = choose_audience(display, only_trouble, plan, NO_DURATIONS, notify=False).reporters
    result, _ = _dry_run(plan, root, templates, catalogue, reporters, NO_SUCCESSES, force=False, undoes=undoes)
    flags = flags_of(sys.argv[1:], program_name())
    other = deciding(plan, Conflict.MERGE)
    can_merge = _went_well(_dry_run(other, root, templates, catalogue, (), NO_SUCCESSES, force=False, undoes=undoes)[0])
    ways = [f"{flags.program} {way}{flags.place}" for way in ways_of_undo(flags) if can_merge or "--merge" not in way]
    tell("nothing was taken back: a run goes back as a whole, unless you say what becomes of edited files\n")
    tell("  next: " + "\n        ".join(ways) + "\n")
    return conclude(result)


class Prospect(StrEnum):
    """What would come of an undo."""

    DONE = "everything is taken back, but for what is to be kept"
    NOTHING = "the files are as they were before the run"
    REFUSED = "something cannot be taken back"


def prospect(plan: Plan, root: Path, templates: Templates, catalogue: Catalogue, *, undoes: str) -> Prospect:
    """Try an undo in memory, so that a conflict in one file leaves the others as they are, too."""

    def tried(plan: Plan) -> RunResult:
        return _dry_run(plan, root, templates, catalogue, (), NO_SUCCESSES, force=False, undoes=undoes)[0]

    result = tried(plan)
    if not _went_well(result):
        return Prospect.REFUSED
    # Where nothing would be restored, something may still be kept: that, too, is a way to be done.
    is_idle = TaskState.CHANGED not in result.states.values() and _went_well(tried(deciding(plan, Conflict.REFUSE)))
    return Prospect.NOTHING if is_idle else Prospect.DONE


def _went_well(result: RunResult) -> bool:
    return result.exit_code == ExitCode.OK and result.error is None


def proposed_changes(
    plan: Plan, root: Path, templates: Templates, catalogue: Catalogue, *, successes: Mapping[str, LastSuccess]
) -> list[FileDiff]:
    """Return what the plan would change, without a display; what ends the dry run early is raised."""
    result, diffs = _dry_run(plan, root, templates, catalogue, (), successes, force=False)
    if result.error is not None:
        raise result.error
    return diffs


def _dry_run(
    plan: Plan,
    root: Path,
    templates: Templates,
    catalogue: Catalogue,
    reporters: Sequence[Reporter],
    successes: Mapping[str, LastSuccess],
    *,
    force: bool,
    undoes: str | None = None,
    past: Ledger | None = None,
) -> tuple[RunResult, list[FileDiff]]:
    workspace = DryRunWorkspace(root)
    try:
        materials = Materials(
            root=root,
            plan=plan,
            ledger=MemoryLedger(),
            workspaces=workspace,
            templates=templates,
            catalogue=catalogue,
            reporters=reporters,
            successes=successes,
            force=force,
            past=past,
            dry_run=True,
        )
        return carry_out(materials, begin_anew(plan, sys.argv[1:], undoes=undoes)), workspace.diff()
    finally:
        workspace.close()


def _as_json(diff: FileDiff) -> dict[str, object]:
    return {
        "path": diff.path,
        "status": diff.status,
        "added": diff.added,
        "removed": diff.removed,
        "binary": diff.binary,
        "diff": diff.text,
    }
