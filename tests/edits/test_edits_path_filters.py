"""`add_path_filters`: which starts run every job, and what is taken for filtered already."""

from collections.abc import Callable

import pytest
from edits_repository import CI, Repository, code, done, jobs

from orchestrator.edits.result import EditCode, EditStatus

Make = Callable[..., Repository]
TEXT = """on:
  push:
  pull_request:
  merge_group:
  workflow_dispatch:
jobs:
  test:
    runs-on: ubuntu-latest
    steps: [{run: npm test}]
"""
FILES = {"package.json": "{}"}
MAIN = "github.event_name == 'push' && github.ref == format('refs/heads/{0}', github.event.repository.default_branch)"
TAGS = "github.event_name == 'push' && startsWith(github.ref, 'refs/tags/')"


@pytest.mark.parametrize(
    ("always_on", "expected", "filtered"),
    [
        (None, "github.event_name != 'pull_request'", ["pull_request"]),
        (["push", "merge_group", "workflow_dispatch"], "github.event_name != 'pull_request'", ["pull_request"]),
        (
            ["default_branch", "tags", "merge_group", "workflow_dispatch"],
            f"(github.event_name != 'pull_request' && github.event_name != 'push') || ({MAIN}) || ({TAGS})",
            ["pull_request", "push"],
        ),
        (
            ["push", "workflow_dispatch"],
            "(github.event_name != 'pull_request' && github.event_name != 'merge_group')",
            ["pull_request", "merge_group"],
        ),
    ],
)
def test_starts_that_are_not_named_are_filtered_too(
    workflow: Make, always_on: list[str] | None, expected: str, filtered: list[str]
) -> None:
    repository = workflow(TEXT, **FILES)
    given = {} if always_on is None else {"always_on": always_on}
    done(repository.edit("add_path_filters", **given))

    made = jobs(repository)
    assert made["test"]["if"] == f"{expected} || needs.changes.outputs.backend == 'true'"
    *checkouts, decide = made["changes"]["steps"]
    assert decide["if"] == " || ".join(f"github.event_name == '{event}'" for event in filtered)
    assert [step["if"] for step in checkouts] == (
        [] if filtered == ["pull_request"] else ["github.event_name != 'pull_request'"]
    )
    assert repository.edit("add_path_filters", **given).status is EditStatus.ALREADY


def test_a_start_that_the_workflow_does_not_have_is_not_asked_for(workflow: Make) -> None:
    repository = workflow(TEXT.replace("  merge_group:\n", ""), **FILES)
    done(repository.edit("add_path_filters", always_on=["push", "tags", "workflow_dispatch"]))
    assert jobs(repository)["test"]["if"].startswith("github.event_name != 'pull_request' ||")


def test_what_is_filtered_otherwise_than_asked_is_a_conflict(workflow: Make) -> None:
    repository = workflow(TEXT + "  lint: {runs-on: ubuntu-latest, steps: [{run: make}]}\n", **FILES)
    done(repository.edit("add_path_filters", filters={"code": ["package.json"]}, apply={"test": "code"}))

    assert repository.edit("add_path_filters", apply={"test": "code"}).status is EditStatus.ALREADY
    assert code(repository.edit("add_path_filters", apply={"lint": "code"})) is EditCode.CONFLICT
    assert code(repository.edit("add_path_filters", filters={"code": ["src/**"]})) is EditCode.CONFLICT
    assert code(repository.edit("add_path_filters", always_on=["tags"])) is EditCode.CONFLICT
    assert code(repository.edit("add_path_filters", apply={"gone": "code"})) is EditCode.NOT_FOUND


@pytest.mark.parametrize("is_apart", [False, True])
def test_filters_of_others_are_read_in_the_workflow_and_in_a_file(workflow: Make, *, is_apart: bool) -> None:
    globs = "js: &js\n  - added|modified: 'web/**'\n  - ['x.js']\n"
    written = (
        ".github/filters.yml" if is_apart else "|\n" + "".join(f"            {line}\n" for line in globs.splitlines())
    )
    text = TEXT.replace("  test:\n", "  test:\n    needs: look\n    if: needs.look.outputs.js == 'true'\n") + (
        "  look:\n    runs-on: ubuntu-latest\n    outputs: {js: '${{ steps.f.outputs.js }}'}\n    steps:\n"
        f"      - id: f\n        uses: dorny/paths-filter@v3\n        with:\n          filters: {written}"
    )
    repository = workflow(text, **FILES, **{".github/filters.yml": globs})

    assert repository.edit("add_path_filters", filters={"js": ["web/**", "x.js"]}).status is EditStatus.ALREADY
    told = repository.edit("add_path_filters", filters={"js": ["api/**"]})
    assert (told.code, told.reason) == (EditCode.CONFLICT, "the filter js of look does not name api/**")


def test_who_filtered_before_needs_no_gate_of_ours_but_a_gate_needs_all(workflow: Make) -> None:
    repository = workflow(TEXT, **FILES)
    done(repository.edit("add_path_filters", gate_job=None))
    assert repository.edit("add_path_filters").status is EditStatus.ALREADY
    assert CI in repository.files
