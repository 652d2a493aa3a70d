"""What a language brings: a generator finds its modules, describes them, writes tests for them and examines tests."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from orchestrator.contracts import Processes
from orchestrator.models.json import JsonObject
from orchestrator.testgen.results import Examined, Generated

Format = Callable[[str], Awaitable[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """How much to try, and who proposes.

    `budget` is seconds for one module. `min_gain` is what a test must add at least; 0 does not count what tests that
    exist do already. `command` is the program of the proposer `command`.
    """

    budget: float = 60.0
    min_gain: int = 1
    seed: int = 1
    parts: tuple[str, ...] = ("unit", "api", "config")
    proposers: tuple[str, ...] = ("builtin", "doctest")
    command: tuple[str, ...] = ()
    topic: str = ""  # the name of the task: what end-to-end tests are about


@dataclass(frozen=True, kw_only=True, slots=True)
class Present:
    """A test file as it is now, and the `Generated.memory` of the time when it was written."""

    text: str
    memory: JsonObject


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """One module and the file for its tests; both paths are relative to the project's root.

    With `present`, what a person changed in the file since is kept, and what a person removed does not come back.
    """

    path: str
    test_file: str
    present: Present | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the modules that are meant."""
        return (self.path,)


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """Where generators work. `root` is absolute; `say` announces in a few words what is being tried."""

    root: str
    processes: Processes
    say: Callable[[str], None]
    finish: Callable[[str, str], Awaitable[str]]  # (test file, text) -> the text in the project's own format


class Generator(Protocol):
    """The test generator for one language. Nothing is written into the tree: texts come back proven."""

    test_types: frozenset[str]
    proposers: frozenset[str]
    keeps_edits: bool  # whether `present` is heeded; else a file that a person edited is left alone as a whole

    def find_targets(
        self, root: str, target: str, test_file: str | None = None, *, is_together: bool = False
    ) -> tuple[Target, ...]:
        """Return the modules that a file, folder or glob means; TaskFailed when there is none.

        With `is_together` the modules of a folder are one target, for test types that need that.
        """

    def describe(self, root: str, targets: Sequence[Target]) -> tuple[str, ...]:
        """Say for each module, by reading it only, what would be tried."""

    def generate(
        self, project: Project, targets: Sequence[Target], settings: Settings
    ) -> AsyncIterator[tuple[Target, Generated]]:
        """Yield the tests of each module, proven; TaskFailed when a tool is missing or a module cannot be explored."""

    async def examine(self, project: Project, target: Target, text: str, settings: Settings) -> Examined:
        """Put a test file through the same filters; TaskFailed when the runner cannot run it."""
