"""How an attempt ended, as a value."""

from msgspec import Struct, field

from orchestrator.models.json import Json, JsonObject
from orchestrator.models.status import FailureClass, OutcomeKind


class Outcome(Struct, frozen=True, kw_only=True):
    """How an attempt ended; made by the functions below."""

    kind: OutcomeKind
    summary: str = ""
    detail: str = ""
    failure: FailureClass | None = None
    exit_code: int | None = None
    outputs: JsonObject = field(default_factory=dict)
    result: JsonObject = field(default_factory=dict)  # what `outputs:` expressions see as `result`
    question: str = ""  # of a WAITING outcome
    keep_changes: bool = False  # of a FAILED outcome: what the attempt changed is not taken back

    @property
    def went_well(self) -> bool:
        """Say whether the work is done (changed, unchanged or skipped on purpose)."""
        return self.kind in (OutcomeKind.CHANGED, OutcomeKind.UNCHANGED, OutcomeKind.SKIPPED)


def changed(summary: str, **result: Json) -> Outcome:
    """Make the outcome of work that changed something."""
    return Outcome(kind=OutcomeKind.CHANGED, summary=summary, result=result)


def unchanged(summary: str, **result: Json) -> Outcome:
    """Make the outcome of work that found everything as it should be."""
    return Outcome(kind=OutcomeKind.UNCHANGED, summary=summary, result=result)


def failed(
    summary: str,
    *,
    detail: str = "",
    failure: FailureClass = FailureClass.FAILED,
    exit_code: int | None = None,
) -> Outcome:
    """Make the outcome of work that said no."""
    return Outcome(kind=OutcomeKind.FAILED, summary=summary, detail=detail, failure=failure, exit_code=exit_code)


def skipped(reason: str) -> Outcome:
    """Make the outcome of work that a person decided not to do."""
    return Outcome(kind=OutcomeKind.SKIPPED, summary=reason)


def waiting(question: str) -> Outcome:
    """Make the outcome of work that only a person can go on with."""
    return Outcome(kind=OutcomeKind.WAITING, summary="waits for a person", question=question)
