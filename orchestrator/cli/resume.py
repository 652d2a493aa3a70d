"""`orchestrate resume`: go on with a run that was interrupted, stopped, failed, or waits for a person."""

from typing import Annotated

from orchestrator.cli.options import Drawing, Running, argument
from orchestrator.cli.options import command as as_command
from orchestrator.cli.resume_options import Going
from orchestrator.cli.telling import Telling


@as_command
def command(
    common: Running,
    _drawing: Drawing,
    display: Telling,
    going: Going,
    run: Annotated[str | None, argument(help="the beginning of a run's id (default: the last run)")] = None,
) -> int:
    """Go on where a run stopped: what is done stays done, what was half done has been taken back."""
    from orchestrator.cli.resume_work import resume

    return resume(common, display, going, run)
