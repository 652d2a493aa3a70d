"""What `orchestrate resume` can be told beside the run."""

from dataclasses import dataclass
from typing import Annotated

from orchestrator.cli.options import Section, option


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Going:
    """How the rest of the run is carried out."""

    accept_changes: Annotated[
        bool,
        option(
            "--accept-changes",
            section=Section.CHOICE,
            help="the document changed: repeat tasks that differ, drop those that are gone",
        ),
    ] = False
    approve: Annotated[
        list[str] | None,
        option("--approve", value="ID", section=Section.WAY, help="approve this manual task (repeatable)", envvar=None),
    ] = None
    keep_going: Annotated[
        bool, option("--keep-going", "-k", section=Section.WAY, help="go on after failures: ignore `fail_fast`")
    ] = False
    yes: Annotated[
        bool, option("--yes", "-y", section=Section.WAY, help="start interrupted commands again without asking")
    ] = False
