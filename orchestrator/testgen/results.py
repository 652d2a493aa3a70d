"""What generating and examining tests gives, in any language."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrator.models.json import JsonObject


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """How much of something was reached."""

    reached: int
    total: int

    @property
    def percent(self) -> float:
        """Return 0 to 100; nothing to reach is 100."""
        return round(100 * self.reached / self.total, 1) if self.total else 100.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Defect:
    """Something suspicious for a person to look at."""

    kind: str
    subject: str
    call: str
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Before:
    """What tests that exist elsewhere do for the module already."""

    statements: Share
    branches: Share
    mutants: Share


@dataclass(frozen=True, kw_only=True, slots=True)
class Generated:
    """The tests of one module, proven, with what was measured. `text` is empty when no test held.

    The shares are those of all tests together, `before` those of the tests that exist elsewhere (None: there are none).
    `memory` is what has to be given back as `Present.memory` when the file is generated again.
    """

    text: str
    tests: tuple[str, ...]
    cases: int
    statements: Share
    branches: Share
    mutants: Share  # killed of those tried
    dropped: Counter[str] = field(default_factory=Counter)
    defects: tuple[Defect, ...] = ()
    calls: int = 0
    cut_short: tuple[str, ...] = ()
    avoided: tuple[str, ...] = ()  # calls that ended the process
    notes: tuple[str, ...] = ()
    before: Before | None = None
    kept: tuple[str, ...] = ()  # what a person wrote or edited in the file, by name
    removed: int = 0  # observations whose tests a person removed
    memory: JsonObject = field(default_factory=dict)
    problem: str = ""  # why this module could not be explored, when others could
    helpers: Mapping[str, str] = field(default_factory=dict)  # path -> text of files that several test files share
    told: str = ""  # what is said of the tests in place of shares, where none can be measured
    collected_by: str = ""  # the config of another test runner that would collect the file and has to leave it out

    @property
    def is_superfluous(self) -> bool:
        """Say whether there is nothing to write: tests that exist do it all, or a person removed what was written."""
        return not self.text and not self.problem and (self.before is not None or self.removed > 0)


def failed(problem: str, *, statements: int = 0, branches: int = 0, mutants: int = 0) -> Generated:
    """Return what is left of a module that could not be explored; how much there is in it counts as not reached."""
    return Generated(
        text="",
        tests=(),
        cases=0,
        statements=Share(reached=0, total=statements),
        branches=Share(reached=0, total=branches),
        mutants=Share(reached=0, total=mutants),
        problem=problem,
    )


@dataclass(slots=True)
class Proof:
    """What the filters found: the tests that hold with the goals that each reaches, and the others by reason."""

    goals: dict[str, frozenset[int]] = field(default_factory=dict)
    dropped: dict[str, str] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)  # tests that nobody asked about and that fail, with the reason
    messages: dict[str, str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)  # of tables that were not proven in time: how many were begun
    imported: frozenset[int] = frozenset()
    statements: Mapping[int, int] = field(default_factory=dict)
    branches: Mapping[int, int] = field(default_factory=dict)

    @property
    def reasons(self) -> Counter[str]:
        """Count the dropped tests by reason."""
        return Counter(self.dropped.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class Examined:
    """What the tests of one file do for one module. `missed` are source lines that no test reaches."""

    proof: Proof
    statements: Share
    branches: Share
    mutants: Share
    missed: tuple[int, ...]
    survivors: tuple[tuple[int, str], ...]  # line and kind of mutants that no test notices
    per_test: Mapping[str, tuple[int, int]]  # goals reached, mutants killed
    redundant: tuple[str, ...] = ()  # tests that hold and could be left out without losing anything

    @property
    def is_sound(self) -> bool:
        """Say whether every test passed every filter."""
        return not self.proof.dropped and bool(self.proof.goals)
