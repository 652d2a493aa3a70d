"""`orchestrate approve`: say yes to a task that waits for a person."""

from typing import Annotated

from orchestrator.cli.deciding import decide
from orchestrator.cli.options import Asking, argument, option
from orchestrator.cli.options import command as as_command


@as_command
def command(
    common: Asking,
    task: Annotated[str | None, argument(help="the waiting task (may be left out when there is one)")] = None,
    run: Annotated[str | None, option("--run", value="RUN", help="the beginning of a run's id", envvar=None)] = None,
    note: Annotated[str, option("--note", "--reason", "-m", value="TEXT", help="why", envvar=None)] = "",
    evidence: Annotated[
        str | None,
        option("--evidence", value="TEXT", help="a text, or the path of a file in the repository", envvar=None),
    ] = None,
    by: Annotated[str | None, option("--as", value="NAME", help="who decides (default: you)", envvar=None)] = None,
) -> int:
    """Say yes to a task that waits; who, when and why are recorded. You are asked for evidence that is missing."""
    return decide(common, run, task, "approved", note=note, evidence=evidence, by=by)
