"""What came of one attempt in a test."""

from msgspec import Struct

from orchestrator.contracts import Outcome
from orchestrator.models.status import OutcomeKind


class Trial(Struct, frozen=True, kw_only=True):
    """How an attempt ended; `diff` is what a dry run would change, `said` what the handler announced."""

    outcome: Outcome
    changed: tuple[str, ...] = ()  # files, also those that a program changed
    diff: str = ""
    said: tuple[str, ...] = ()

    @property
    def kind(self) -> OutcomeKind:
        """Return how it ended: `changed`, `unchanged`, `failed`, `skipped`, `waiting`."""
        return self.outcome.kind

    @property
    def summary(self) -> str:
        """Return what the display says about it."""
        return self.outcome.summary
