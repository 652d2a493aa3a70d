"""The calls that were carried out, and what they reached together."""

import functools
from collections import deque
from dataclasses import dataclass, field

from .calling import Outcome, Program
from .subjects import Arguments, Subject
from .wording import oddness

INSTANCE = "instance"


@dataclass(eq=False)
class Try:
    """One call that was carried out."""

    subject: Subject
    arguments: Arguments
    instance: str
    program: Program
    outcome: Outcome
    origin: str = ""  # "example" when the call stands in a docstring
    is_new: bool = False
    leads_on: bool = False  # it went where none before went, whether or not it came through
    strange: int = 0  # arguments of a kind that the hints do not allow

    @functools.cached_property
    def cost(self) -> float:
        """Say how hard the test would be to read; less is better."""
        return (
            40.0 * self.subject.is_private
            + 6.0 * (self.outcome.kind == "raised")
            + len(self.program.call) / 25
            + sum(map(oddness, (self.program.call, *(each.partition(" = ")[2] for each in self.program.setup))))
            + 4.0 * len(self.program.setup)
            - 8.0 * (self.origin == "example")
            + 6.0 * self.strange
        )


Lead = tuple[Try, str]  # with the instance as it is made


@dataclass(slots=True)
class Leads:
    """Calls of one subject that led somewhere new; `unsolved` are those whose comparisons nobody looked at yet."""

    all: list[Lead] = field(default_factory=list)
    unsolved: deque[Lead] = field(default_factory=deque)

    def add(self, lead: Lead) -> None:
        """Remember one."""
        self.all.append(lead)
        self.unsolved.append(lead)


@dataclass(slots=True)
class Corpus:
    """All calls so far, and what they reached together."""

    tries: dict[Program, Try] = field(default_factory=dict)
    reached: set[object] = field(default_factory=set)  # by calls that a test could pin
    touched: set[int] = field(default_factory=set)  # by any call
