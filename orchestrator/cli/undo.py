"""`orchestrate undo`: take a run back, or a part of it, last change first. Never opens the document."""

from typing import Annotated

from orchestrator.cli.options import Drawing, Working, argument, option
from orchestrator.cli.options import command as as_command
from orchestrator.cli.showing import Display
from orchestrator.cli.undo_options import Part


@as_command
def command(
    common: Working,
    _drawing: Drawing,
    display: Display,
    part: Part,
    run: Annotated[
        str | None, argument(help="the beginning of a run's id (default: the last run that changed something)")
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
    from orchestrator.cli.undo_work import undo

    return undo(common, display, part, run, everything=everything, dry_run=dry_run, yes=yes)
