"""Persons who are asked."""

from typing import Protocol

from msgspec import Struct


class Answer(Struct, frozen=True, kw_only=True):
    """What a person said: `done`, `skip`, `abort` or `later`."""

    decision: str
    note: str = ""
    evidence: str | None = None
    by: str = ""


class Interaction(Protocol):
    """A person at a terminal."""

    async def ask(self, task: str, title: str, instructions: str) -> "Answer":
        """Ask what became of a manual step."""
