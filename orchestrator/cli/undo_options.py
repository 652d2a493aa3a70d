"""What `orchestrate undo` can be told beside the run: which tasks of it, and what becomes of files edited since."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal

from orchestrator.cli.contradictions import Pair
from orchestrator.cli.options import option


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
        option("--on-conflict", value="WAY", help="for files that were edited since"),
    ] = "refuse"
    merge: Annotated[bool, option("--merge", help="keep edits to other lines (--on-conflict merge)", envvar=None)] = (
        False
    )
    force: Annotated[
        bool, option("--force", help="overwrite edits made since (--on-conflict overwrite)", envvar=None)
    ] = False
    keep: Annotated[bool, option("--keep", help="leave edited files as they are (--on-conflict keep)", envvar=None)] = (
        False
    )

    @property
    def contradictions(self) -> Iterable[Pair]:
        """Return the options that do not go together."""
        flags = {"--merge": "merge", "--force": "overwrite", "--keep": "keep"}
        given = [name for name, is_given in zip(flags, (self.merge, self.force, self.keep), strict=True) if is_given]
        for name in given:
            said = self.conflict not in ("refuse", flags[name])
            yield said, name, f"--on-conflict {self.conflict}"
            yield name != given[0], given[0], name
