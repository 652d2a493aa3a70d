"""Persons who are asked."""

from collections.abc import Iterable
from typing import Protocol

from msgspec import Struct

from orchestrator.models.record import ApprovalRecord, newest_decisions


class Answer(Struct, frozen=True, kw_only=True):
    """What a person said: `approved`, `rejected`, `skipped` or `later`."""

    decision: str
    note: str = ""
    evidence: str | None = None
    by: str = ""


def answers_of(approvals: Iterable[ApprovalRecord]) -> dict[str, Answer]:
    """Return what was said about those tasks whose newest question has been answered."""
    return {
        task: Answer(decision=said.decision or "", note=said.note, evidence=said.evidence, by=said.by or "")
        for task, said in newest_decisions(approvals).items()
    }


class Interaction(Protocol):
    """A person at a terminal."""

    async def ask(self, task: str, title: str, instructions: str, *, needs_evidence: bool = False) -> "Answer":
        """Ask what became of a manual step; with `needs_evidence` an approval comes with some."""
