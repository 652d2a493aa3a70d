"""What a person says of a task that generates tests."""

from typing import Literal

from pydantic import Field

from orchestrator.contracts import Params, RelativePath
from orchestrator.testgen.languages import LANGUAGES, language_by_name, language_of


class TestGenerationParams(Params):
    """What to write tests for."""

    __test__ = False  # pytest must not collect it

    target: str = Field(min_length=1, description="a file, a folder or a glob below the root")
    test_file: RelativePath | None = Field(
        default=None,
        description="default: where the project has tests, else tests/test_NAME.py or __tests__/NAME.test.ts beside it",
    )
    language: Literal["python", "typescript", "javascript"] | None = Field(
        default=None, description="default: by the target's name; of a folder, that of most of its modules"
    )
    test_type: Literal["all", "unit", "property", "api", "config", "integration", "e2e"] = Field(
        default="all",
        description="unit: functions and classes; property: Hypothesis; api: routes of web applications; config: what "
        "is read from the environment; integration: the modules of a folder together, e.g. the operations of a GraphQL "
        "schema; e2e: Playwright against the running application",
    )
    estimated_cases: int | None = Field(default=None, ge=1, description="what was expected, named beside what was kept")
    budget: float = Field(default=60, gt=0, le=3600, description="seconds per module, proving included")
    min_gain: int = Field(
        default=1,
        ge=0,
        description="branches, statements or mutants that a test must add to what tests that exist do; 0: to nothing",
    )
    proposers: list[Literal["builtin", "doctest", "hypothesis", "command"]] = Field(
        default=["builtin", "doctest"],
        min_length=1,
        description="who proposes tests: the explorer, calls in the docs, properties for Hypothesis, a program",
    )
    command: list[str] = Field(
        default=[], description="the program of the proposer `command`: it prints a test file, which is filtered"
    )
    overwrite: bool = Field(default=False, description="also over a file that a person wrote, edited or removed")

    def languages(self, root: str | None) -> tuple[str, ...]:
        """Return the language, by the target, or the name of the spec, when it is not given.

        Without `root` a folder may have any.
        """
        target = self.test_file if self.is_e2e and self.test_file else self.target
        known = self.language or language_by_name(target)
        return (known,) if known else LANGUAGES if root is None else (language_of(target, root),)

    @property
    def is_e2e(self) -> bool:
        """Say whether the whole application is the subject, not modules."""
        return self.test_type == "e2e"
