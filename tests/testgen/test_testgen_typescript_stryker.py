"""A project that has Stryker gets its mutation score from there."""

import json
import shutil

import pytest
from by_hand import report_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm"),
]

STRYKER = {"@stryker-mutator/core": "8.7.1"}
PACKAGES = (
    "typescript@5.9.3",
    "jest@29.7.0",
    "ts-jest@29.4.15",
    "@types/jest@29.5.14",
    "@types/node@20.19.0",
    "@stryker-mutator/core@8.7.1",
    "@stryker-mutator/jest-runner@8.7.1",
)
PRICES = """\
export function price(size: 'small' | 'large', count = 1): number {
  if (count < 1) {
    throw new RangeError('count must be at least 1');
  }
  return (size === 'small' ? 3 : 5) * count;
}
"""
TRANSFORM = "transform: { '^.+\\\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.json' }] }"


@pytest.fixture(scope="module")
def with_stryker(packages_once):
    return packages_once("with-stryker", json.dumps({"name": "shop", "scripts": {"test": "jest"}}), *PACKAGES)


@pytest.fixture
def mutated(project, with_stryker):
    """Make a project with Stryker in it."""
    (project / "node_modules").unlink()
    (project / "node_modules").symlink_to(with_stryker / "node_modules")
    (project / "package.json").write_text((with_stryker / "package.json").read_text())
    (project / "src/prices.ts").write_text(PRICES)
    return project


def files_of(project):
    """Return the files of the project, packages aside."""
    return sorted(str(path.relative_to(project)) for path in project.rglob("*") if "node_modules" not in path.parts)


def test_the_score_is_that_of_the_projects_stryker_under_its_own_settings(mutated):
    (mutated / "stryker.config.json").write_text(json.dumps({"mutator": {"excludedMutations": ["StringLiteral"]}}))
    before = files_of(mutated)
    made = report_of("src/prices.ts", budget=2)
    assert "mutants are those of the project's Stryker" in made["notes"]
    assert made["mutants"]["tried"] == 10  # of 12, two of which change a text
    assert made["mutants"]["percent"] > 80
    assert set(files_of(mutated)) - set(before) == {"src/__tests__", "src/__tests__/prices.test.ts"}


@pytest.mark.nightly
def test_where_stryker_cannot_be_told_which_tests_are_meant_it_runs_a_command(mutated):
    (mutated / "jest.config.js").write_text(f"module.exports = {{ testRegex: 'test\\\\.ts$', {TRANSFORM} }};\n")
    made = report_of("src/prices.ts", budget=2)
    assert "mutants are those of the project's Stryker" in made["notes"]
    assert made["mutants"]["tried"] == 12


@pytest.mark.nightly
def test_a_stryker_that_does_not_start_leaves_our_own_mutants_and_says_why(mutated):
    (mutated / "stryker.config.json").write_text(json.dumps({"concurrency": 1, "mutator": {"excludedMutations": 7}}))
    made = report_of("src/prices.ts", budget=2)
    [note] = [each for each in made["notes"] if each.startswith("mutants are our own: Stryker: ")]
    assert "excludedMutations" in note
    assert made["mutants"]["tried"] > 3
