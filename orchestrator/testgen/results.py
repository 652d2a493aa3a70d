"""What generating and examining tests gives, in any language."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field


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
class Generated:
    """The tests of one module, proven, with what was measured. `text` is empty when no test held."""

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


@dataclass(slots=True)
class Proof:
    """What the filters found: the tests that hold with the goals that each reaches, and the others by reason."""

    goals: dict[str, frozenset[int]] = field(default_factory=dict)
    dropped: dict[str, str] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)
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

    @property
    def is_sound(self) -> bool:
        """Say whether every test passed every filter."""
        return not self.proof.dropped and bool(self.proof.goals)
