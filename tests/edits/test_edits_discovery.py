"""Without a target an action finds the file that it is meant for, or says why that would be a guess."""

import pytest
from edits_repository import CI, DEPLOY, Repository

from orchestrator.edits.action import Scene, TextTree
from orchestrator.edits.discovery import candidates, discover, lockable
from orchestrator.edits.propose import read_params
from orchestrator.edits.registry import action_names, find_action
from orchestrator.edits.result import EditCode, Refusal

PLAIN = "on: push\njobs:\n  a: {runs-on: ubuntu-latest, steps: [{run: make}]}\n"
EXCUSED = "on: push\njobs:\n  a: {runs-on: ubuntu-latest, steps: [{run: make, continue-on-error: true}]}\n"
LINTED = "on: push\njobs:\n  a: {runs-on: ubuntu-latest, steps: [{run: npm audit --audit-level=high}]}\n"
LOW = LINTED.replace("high", "low")


def found(files: dict[str, str], name: str, **params: object) -> tuple[str, ...]:
    action, tree = find_action(name), TextTree(files)
    return discover(action, tree, lambda path: Scene(path, tree), read_params(action, params))


def refusal(files: dict[str, str], name: str, **params: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        found(files, name, **params)
    return caught.value


def test_of_several_workflows_the_one_that_has_what_is_edited_is_meant(shop: Repository) -> None:
    assert found(shop.files, "add_migration_step") == (CI,)


def test_a_file_that_is_as_wanted_does_not_stand_in_the_way_of_one_that_is_not() -> None:
    files = {CI: EXCUSED, DEPLOY: PLAIN}
    assert found(files, "remove_continue_on_error") == (CI,)
    assert found({CI: LINTED, DEPLOY: LOW, "x.yml": LINTED}, "upgrade_audit_level", level="low") == (CI,)


def test_where_all_is_as_wanted_every_file_that_fits_is_the_answer() -> None:
    assert found({CI: PLAIN, DEPLOY: PLAIN}, "remove_continue_on_error") == (CI, DEPLOY)


def test_several_files_that_fit_are_named_and_none_is_chosen() -> None:
    told = refusal({CI: EXCUSED, DEPLOY: EXCUSED}, "remove_continue_on_error")
    assert told.code is EditCode.AMBIGUOUS
    assert told.reason == f"remove_continue_on_error fits several files: {CI}, {DEPLOY}"
    assert told.hint == "name one of them, or all by a pattern: '.github/workflows/*.yml'"


def test_a_conflict_counts_as_a_file_that_fits() -> None:
    other = "on: push\njobs:\n  deploy: {runs-on: u, environment: other, steps: [{run: make}]}\n"
    production = "on: push\njobs:\n  deploy: {runs-on: u, steps: [{run: make}]}\n"
    told = refusal({CI: other, DEPLOY: production}, "add_approval_gates", job="deploy")
    assert told.code is EditCode.AMBIGUOUS


def test_where_none_fits_the_nearest_reason_is_told() -> None:
    told = refusal({CI: PLAIN, DEPLOY: PLAIN}, "upgrade_audit_level")
    assert (told.code, told.reason.partition(": ")[0]) == (EditCode.NOT_FOUND, "none of 2 files fits")
    unreadable = refusal({CI: "jobs: [", DEPLOY: PLAIN}, "upgrade_audit_level")
    assert (unreadable.code, CI in unreadable.reason) == (EditCode.PARSE, True)


def test_an_unreadable_file_does_not_hide_the_one_that_fits() -> None:
    assert found({CI: "jobs: [", DEPLOY: EXCUSED}, "remove_continue_on_error") == (DEPLOY,)


def test_no_file_at_all_says_where_one_was_looked_for() -> None:
    assert refusal({"README.md": ""}, "add_timeouts").reason == (
        "add_timeouts finds no file: there is no .github/workflows/*.yml or .github/workflows/*.yaml"
    )
    assert refusal({"README.md": ""}, "add_script", script="a", command="b").code is EditCode.FILE_MISSING


def test_an_action_that_may_be_meant_for_any_file_wants_to_be_told() -> None:
    told = refusal({"a.yml": ""}, "yaml_set", path="a", value=1)
    assert (told.code, told.reason) == (EditCode.PARAM, "yaml_set may be meant for any workflow, yaml file")


def test_a_file_that_an_action_makes_need_not_be_there() -> None:
    assert found({"package.json": "{}"}, "add_dependabot") == (".github/dependabot.yml",)


def test_jest_is_configured_in_its_own_file_or_in_the_package() -> None:
    jest, package = "module.exports = { collectCoverageFrom: ['src/*.js'] };\n", '{"jest": {}}'
    include = {"include": ["lib/*.js"]}
    plain = {"package.json": "{}", "jest.config.js": jest}
    assert found(plain, "expand_coverage_collection", **include) == ("jest.config.js",)
    assert found({"package.json": package}, "expand_coverage_collection", **include) == ("package.json",)
    both = {"package.json": package, "jest.config.js": jest}
    assert refusal(both, "expand_coverage_collection", **include).code is EditCode.AMBIGUOUS


def test_folders_are_searched_only_where_the_root_has_nothing() -> None:
    files = {"api/Dockerfile": "FROM node:22\nCMD node\n", "node_modules/x/Dockerfile": "FROM scratch\n"}
    assert found(files, "add_nonroot_user") == ("api/Dockerfile",)
    assert found({**files, "Dockerfile": "FROM node:22\nCMD node\n"}, "add_nonroot_user") == ("Dockerfile",)


def test_what_may_be_written_is_locked_whichever_file_it_will_be() -> None:
    tree = TextTree({CI: PLAIN, "package.json": "{}"})
    assert lockable(find_action("add_timeouts"), tree) == (".github/workflows/",)
    assert lockable(find_action("add_script"), tree) == ("package.json",)


@pytest.mark.parametrize("name", action_names())
def test_every_action_either_finds_its_file_or_says_that_any_may_be_meant(name: str) -> None:
    files = {
        CI: PLAIN, "package.json": "{}", "pyproject.toml": "", "Dockerfile": "FROM a\n", "jest.config.js": "",
        ".github/dependabot.yml": "",
    }  # fmt: skip
    action = find_action(name)
    if name.split("_")[0] in ("yaml", "json", "toml", "js"):
        with pytest.raises(Refusal, match="may be meant for any"):
            candidates(action, TextTree(files))
    else:
        assert set(candidates(action, TextTree(files))) <= set(files)
