"""What stands behind an attempt's workspace: the tree on disk, or the overlay of a dry run."""

from collections.abc import Awaitable, Sequence
from typing import Protocol

from msgspec import Struct, field

from orchestrator.contracts import Finished, TakenBack
from orchestrator.models.record import Change
from orchestrator.workspace.overlay import Staged
from orchestrator.workspace.tree import View


class Batch(Struct, frozen=True, kw_only=True):
    """Changes that were recorded together."""

    changes: tuple[Change, ...]
    external: bool = False  # made by a command
    others: tuple[str, ...] = ()  # tasks whose commands may have made them instead
    alone: bool = True  # no other command can have made them, so that they may be taken back
    staged: tuple[Staged, ...] = ()  # in a dry run: what to put back


class AttemptLog(Struct, kw_only=True):
    """An attempt and what it did so far, in order."""

    task: str
    number: int
    batches: list[Batch] = field(default_factory=list)
    only_declared: bool = False  # of the command that runs: what it does not declare stays when it fails

    @property
    def changes(self) -> tuple[Change, ...]:
        """Return all changes in order."""
        return tuple(change for batch in self.batches for change in batch.changes)


class Contents(Protocol):
    """Contents by their hash."""

    def get(self, sha: str) -> bytes:
        """Return a content; Unusable when it is not kept."""


class Backing(Protocol):
    """Where an attempt's changes go."""

    @property
    def view(self) -> View:
        """Return what the attempt reads."""

    @property
    def contents(self) -> Contents:
        """Return the contents kept by their hash."""

    @property
    def umask(self) -> int:
        """Return the permissions that new files do not get."""

    def stamp(self, path: str) -> str | None:
        """Return a text that differs after every writing of the file."""

    async def apply(self, attempt: AttemptLog, staged: Sequence[Staged]) -> None:
        """Make the changes real, all or none, and note them in the log."""

    async def track(self, attempt: AttemptLog, work: Awaitable[Finished], writes: Sequence[str] | None) -> Finished:
        """Await the work and note what it changed, however it ends."""

    async def take_back(self, attempt: AttemptLog) -> TakenBack:
        """Take back all that the log holds, last change first, and empty it."""
