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
            help="run done tasks anew whose definition changed, go on without those that are gone",
        ),
    ] = False
    approve: Annotated[
        list[str] | None,
        option(
            "--approve", value="ID", section=Section.WAY, help="say yes to this manual task (repeatable)", envvar=None
        ),
    ] = None
    keep_going: Annotated[bool, option("--keep-going", "-k", section=Section.WAY, help="ignore every `fail_fast`")] = (
        False
    )
    yes: Annotated[
        bool, option("--yes", "-y", section=Section.WAY, help="start interrupted commands again without asking")
    ] = False
