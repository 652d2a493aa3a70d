"""What was found in a repository: plain values, nothing of it guessed from outside the tree."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Language(StrEnum):
    """A language whose sources are looked at."""

    PYTHON = "python"
    TYPESCRIPT = "typescript"
    JAVASCRIPT = "javascript"


class Runner(StrEnum):
    """A test runner that coverage can be measured with."""

    JEST = "jest"
    VITEST = "vitest"
    PYTEST = "pytest"


class Kind(StrEnum):
    """What a source module is for, by its place and its content."""

    SERVICE = "service"
    ROUTE = "route"
    MIDDLEWARE = "middleware"
    CONFIG = "config"
    GRAPHQL = "graphql"
    ENTRY = "entry"
    LIBRARY = "library"


@dataclass(frozen=True, kw_only=True, slots=True)
class Module:
    """A source file that tests can reach.

    `code` counts lines that are neither blank nor comment, `decisions` the places where the flow parts: an estimate of
    complexity that needs no parser of the language. `tests` are the test files named after it.
    """

    path: str
    language: Language
    kind: Kind
    code: int
    decisions: int
    tests: tuple[str, ...] = ()
    is_in_package: bool = True  # of Python: whether its folder has an `__init__.py`


@dataclass(frozen=True, kw_only=True, slots=True)
class Suite:
    """Tests that one command runs; `folder` is where it runs, "." for the root.

    `sources` are what its coverage is about, seen from `folder`: globs of JavaScript, folders and files of Python.
    `tests` are its test files, seen from the root.
    """

    runner: Runner
    folder: str
    sources: tuple[str, ...]
    tests: tuple[str, ...]
    excluded: tuple[str, ...] = ()  # globs of what the sources hold besides: tests, set-up, what was built
    config: str = ""
    needs: tuple[str, ...] = ()  # npm packages that measuring needs and package.json does not name
    installed: bool = True
    node_options: str = ""  # of Node, as the project's own script gives them to the runner

    @property
    def name(self) -> str:
        """Return how it is called on the screen."""
        return str(self.runner) if self.folder == "." else f"{self.runner} in {self.folder}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """A package.json or a Python project, with the manager that its lock file names."""

    folder: str
    name: str
    manager: str
    scripts: Mapping[str, str] = field(default_factory=dict)
    dependencies: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Variable:
    """A variable of the environment that the sources cannot do without; `source` is the example with its value."""

    name: str
    value: str
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """The repository as `init` and `measure` see it; paths are relative to its root.

    `below` is where it lies in a larger repository, such as `packages/api/`; "" for a whole one.
    """

    name: str
    packages: tuple[Package, ...] = ()
    suites: tuple[Suite, ...] = ()
    modules: tuple[Module, ...] = ()
    tests: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()
    dockerfiles: tuple[str, ...] = ()
    lint: tuple[str, ...] = ()
    coverage_reports: tuple[str, ...] = ()
    variables: tuple[Variable, ...] = ()
    below: str = ""
    unmeasured: tuple[str, ...] = ()  # what coverage cannot be measured of, and why, in sentences

    @property
    def languages(self) -> tuple[Language, ...]:
        """Return the languages of the modules, the largest first."""
        sizes: dict[Language, int] = {}
        for module in self.modules:
            sizes[module.language] = sizes.get(module.language, 0) + module.code
        return tuple(sorted(sizes, key=lambda language: (-sizes[language], language)))
