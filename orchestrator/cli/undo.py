"""`orchestrate undo`: take a run back, or a part of it, last change first. Never opens the document."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal

from orchestrator.cli.contradictions import Pair
from orchestrator.cli.options import Drawing, Working, argument, option
from orchestrator.cli.options import command as as_command
from orchestrator.cli.places import find_root
from orchestrator.cli.questions import confirm, is_to_be_asked
from orchestrator.cli.showing import Display
from orchestrator.cli.state import chosen_run, reading
from orchestrator.cli.undo_all import undo_all
from orchestrator.cli.undoing import preview_undo, undo_run
from orchestrator.cli.work_state import open_to_work
from orchestrator.errors import ExitCode, UsageError
from orchestrator.ledger.sqlite import SqliteLedger
from orchestrator.models.plan import Plan
from orchestrator.models.record import MEASURE, RunRecord
from orchestrator.models.status import RunState
from orchestrator.planning.undo_plan import Conflict, build_undo_plan


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Part:
    """Which tasks of the run, and what becomes of files that were edited since."""

    phase: Annotated[
        list[str] | None,
        option("--phase", "-p", value="ID", help="only the tasks of this phase", envvar=None),
    ] = None
    group: Annotated[
        list[str] | None,
        option("--group", "-g", value="ID", help="only the tasks of this group", envvar=None),
    ] = None
    task: Annotated[
        list[str] | None,
        option("--task", "-t", value="ID", help="only this task (repeatable)", envvar=None),
    ] = None
    conflict: Annotated[
        Literal["refuse", "merge", "keep", "overwrite"],
        option("--on-conflict", value="WAY", help="files that were edited since"),
    ] = "refuse"
    merge: Annotated[
        bool, option("--merge", help="keep edits of other lines of a file (--on-conflict merge)", envvar=None)
    ] = False
    force: Annotated[
        bool, option("--force", help="overwrite edits made since (--on-conflict overwrite)", envvar=None)
    ] = False
    keep: Annotated[bool, option("--keep", help="leave edited files as they are (--on-conflict keep)", envvar=None)] = (
        False
    )

    @property
    def contradictions(self) -> Iterable[Pair]:
        """Return the options that do not go together."""
        flags = {"--merge": Conflict.MERGE, "--force": Conflict.OVERWRITE, "--keep": Conflict.KEEP}
        given = [name for name, is_given in zip(flags, (self.merge, self.force, self.keep), strict=True) if is_given]
        for name in given:
            said = self.conflict not in (Conflict.REFUSE, flags[name])
            yield said, name, f"--on-conflict {self.conflict}"
            yield name != given[0], given[0], name

    @property
    def on_conflict(self) -> Conflict:
        """Return what the flags say about files that were edited since."""
        flags = ((self.force, Conflict.OVERWRITE), (self.keep, Conflict.KEEP), (self.merge, Conflict.MERGE))
        return next((meant for given, meant in flags if given), Conflict(self.conflict))

    def plan(self, record: RunRecord) -> Plan:
        """Return the plan that takes this part of a run back."""
        return build_undo_plan(
            record,
            phases=self.phase or (),
            groups=self.group or (),
            tasks=self.task or (),
            conflict=self.on_conflict,
        )


@as_command
def command(
    common: Working,
    _drawing: Drawing,
    display: Display,
    part: Part,
    run: Annotated[
        str | None, argument(help="the beginning of a run's id (default: the last of which changes stand)")
    ] = None,
    everything: Annotated[
        bool, option("--all", help="every run, newest first: the tree as it was before the first one", envvar=None)
    ] = False,
    dry_run: Annotated[bool, option("--dry-run", "-n", help="show what would be taken back; write nothing")] = False,
    yes: Annotated[bool, option("--yes", "-y", help="do not ask")] = False,
) -> int:
    """Take the changes of a run back; an undo is itself a run, and can be undone by its id.

    On a terminal it asks first. Elsewhere it does not, so that a script can say `orchestrate run --all || orchestrate
    undo`; with `--no-input` it ends with exit code 6 unless `--yes` answers.
    """
    root = find_root(common)
    if everything:
        if run or part.phase or part.group or part.task:
            message = "--all takes everything back; it cannot be narrowed"
            raise UsageError(message, hint="leave --all out to take back a run or a part of it")
        return undo_all(root, part.on_conflict, common, display, dry_run=dry_run, yes=yes)
    with reading(root) as reader:
        record = _meant(reader, run)
        plan = part.plan(record)
    if dry_run:
        return preview_undo(root, plan, common, display)
    if not yes and is_to_be_asked(common) and not confirm(common, _question(plan, record), flag="--yes"):
        return ExitCode.OK
    with open_to_work(root, sys.argv[1:], plan.durability) as state:
        record = state.ledger.read_run(record.id)
        return undo_run(state, record, part.plan(record), common, display)


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
