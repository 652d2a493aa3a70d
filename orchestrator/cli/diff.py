"""`orchestrate diff`: what a run changed; also of one that was taken back since."""

import sys
from collections.abc import Sequence
from typing import Annotated

from msgspec.structs import replace

from orchestrator.cli.options import Common, argument, option
from orchestrator.cli.options import command as as_command
from orchestrator.cli.places import STATE, find_root
from orchestrator.cli.present import look_of
from orchestrator.cli.state import chosen_run, reading, refuse_unknown_tasks
from orchestrator.errors import ExitCode
from orchestrator.models.diff import FileDiff
from orchestrator.models.record import RunRecord
from orchestrator.reporters.diff_view import render_diffs
from orchestrator.reporters.outline import taken_back
from orchestrator.workspace.diff import diff_of_changes
from orchestrator.workspace.objects import ObjectStore
from orchestrator.workspace.tree import Tree


@as_command
def command(
    common: Common,
    run: Annotated[str | None, argument(help="the beginning of a run's id (default: the last run)")] = None,
    task: Annotated[
        list[str] | None, option("--task", "-t", value="ID", help="only what this task changed", envvar=None)
    ] = None,
    stat: Annotated[bool, option("--stat", help="only file names and line counts", envvar=None)] = False,
) -> int:
    """Show what a run changed, first state to last, in git's format."""
    root = find_root(common)
    with reading(root) as ledger:
        record = chosen_run(ledger, run)
    if task:
        refuse_unknown_tasks(record, task)
        record = replace(record, changes=tuple(each for each in record.changes if each.task in task))
    sys.stdout.write("".join(f"# {row}\n" for row in taken_back(record)))
    diffs: list[FileDiff] = []
    if record.changes:
        state = Tree(root / STATE)
        try:
            diffs = diff_of_changes(record, ObjectStore(state.fd))
        finally:
            state.close()
    if stat and diffs:
        for diff in diffs:
            sys.stdout.write(f"{diff.status:<9}+{diff.added:<6}-{diff.removed:<6}{diff.path}\n")
    else:
        sys.stdout.write(render_diffs(diffs, look_of(sys.stdout), nothing=_nothing(record, task)))
    return ExitCode.OK


def _nothing(record: RunRecord, tasks: Sequence[str] | None) -> str:
    who = f"{', '.join(tasks)} of run {record.id}" if tasks else f"run {record.id}"
    return (
        f"{who} changed nothing that stood: its attempts took it back themselves"
        if record.changes
        else f"{who} changed nothing"
    )
