"""The further actions on workflows and YAML, each once on a small workflow and again on what it made."""

import inspect

import pytest
from edits_repository import CI, Repository

from orchestrator.edits.action import Action
from orchestrator.edits.registry import action_names, find_action
from orchestrator.edits.result import EditCode, EditStatus
from orchestrator.edits.yaml.model import load_model

TEXT = """\
name: CI
on: [push, pull_request]

jobs:
  # the first one
  build:
    runs-on: ubuntu-latest
    outputs:
      v: ${{ steps.v.outputs.v }}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
      - name: Version
        id: v
        run: echo "v=1" >> "$GITHUB_OUTPUT"
      - name: Title
        run: |
          echo "${{ github.event.pull_request.title }}"
          make

  # the second one
  test:
    runs-on: ubuntu-latest
    needs: build
    if: needs.build.outputs.v != ''
    timeout-minutes: 5
    steps:
      - run: make test # quick
      - run: git push
"""
FILES = {CI: TEXT, "package.json": "{}", "package-lock.json": "{}", "a.yaml": "a: {b: [1]}\nc: x\n"}
DEPENDABOT = ".github/dependabot.yml"


@pytest.fixture
def repository(eol: str) -> Repository:
    return Repository({path: text.replace("\n", eol) for path, text in FILES.items()})


def at(repository: Repository, *path: str | int, file: str = CI) -> object:
    found = load_model(repository.files[file])
    for step in path:
        found = found.get(step) if isinstance(found, dict) else found[step]
    return found


BUILD = ("jobs", "build", "steps")
CASES = [
    (
        "yaml_set",
        {"path": "jobs.test.timeout-minutes", "value": 9, "if_equals": 5},
        ("jobs", "test", "timeout-minutes"),
        9,
    ),
    ("yaml_merge", {"path": "", "value": {"env": {"A": "1"}}}, ("env",), {"A": "1"}),
    ("yaml_delete", {"path": "jobs.test.if"}, ("jobs", "test", "if"), None),
    ("yaml_append", {"path": "on", "value": "merge_group"}, ("on",), ["push", "pull_request", "merge_group"]),
    ("pin_actions", {}, (*BUILD, 0, "uses"), "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1"),
    ("set_permissions", {}, ("permissions",), {"contents": "read"}),
    (
        "set_permissions",
        {"job": "test", "permissions": {"checks": "write"}},
        ("jobs", "test", "permissions"),
        {"checks": "write"},
    ),
    ("add_timeouts", {"minutes": 20}, ("jobs", "build", "timeout-minutes"), 20),
    ("add_concurrency", {}, ("concurrency", "cancel-in-progress"), "${{ github.event_name == 'pull_request' }}"),
    ("harden_checkout", {}, (*BUILD, 0, "with"), {"persist-credentials": False}),
    ("fix_template_injection", {}, (*BUILD, 3, "run"), 'echo "${PULL_REQUEST_TITLE}"\nmake\n'),
    (
        "replace_in_run",
        {"find": "make test", "replace": "make check"},
        ("jobs", "test", "steps", 0, "run"),
        "make check",
    ),
    (
        "add_job",
        {"job": "lint", "content": {"runs-on": "x", "steps": [{"run": "y"}]}, "after": "build"},
        ("jobs", "lint", "steps"),
        [{"run": "y"}],
    ),
    ("remove_job", {"job": "test"}, ("jobs", "test"), None),
    ("rename_job", {"job": "build", "to": "make"}, ("jobs", "test", "if"), "needs.make.outputs.v != ''"),
    ("add_step", {"job": "test", "step": {"run": "z"}, "before": "v"}, None, EditCode.NOT_FOUND),
    ("add_step", {"job": "build", "step": {"name": "New", "run": "z"}, "after": "v"}, (*BUILD, 3, "name"), "New"),
    ("move_step", {"job": "build", "step": "Title", "before": "v"}, (*BUILD, 2, "name"), "Title"),
    (
        "replace_step",
        {"job": "build", "step": "v", "content": {"id": "v", "run": "w"}},
        (*BUILD, 2),
        {"id": "v", "run": "w"},
    ),
    ("add_dependency_cache", {}, (*BUILD, 1, "with"), {"cache": "npm"}),
    ("add_trigger", {"event": "workflow_dispatch"}, ("on",), ["push", "pull_request", "workflow_dispatch"]),
    ("add_trigger", {"event": "schedule", "cron": "0 1 * * *"}, ("on", "schedule"), [{"cron": "0 1 * * *"}]),
    ("add_required_gate_job", {}, ("jobs", "ci-required", "needs"), ["build", "test"]),
]
REFUSED = [
    ("yaml_set", {"path": "name", "value": "x", "if_equals": "y"}, EditCode.CONFLICT),
    ("yaml_append", {"path": "name", "value": "x"}, EditCode.CONFLICT),
    ("yaml_merge", {"path": "name", "value": 1}, EditCode.PARAM),
    ("pin_actions", {"allow_major": False}, EditCode.UNPINNED),
    ("set_permissions", {"job": "nobody"}, EditCode.NOT_FOUND),
    ("replace_in_run", {"find": "make", "replace": "x"}, EditCode.AMBIGUOUS),
    ("replace_in_run", {"find": "nothing", "replace": "x"}, EditCode.NOT_FOUND),
    ("add_job", {"job": "test", "content": {"runs-on": "x", "steps": [{"run": "y"}]}}, EditCode.CONFLICT),
    ("add_job", {"job": "lint", "content": {"runs-on": "x"}}, EditCode.VALIDATOR),
    ("remove_job", {"job": "build"}, EditCode.PRECONDITION),
    ("rename_job", {"job": "build", "to": "test"}, EditCode.CONFLICT),
    ("move_step", {"job": "build", "step": "v", "after": "nothing"}, EditCode.NOT_FOUND),
    ("add_trigger", {"event": "pusch"}, EditCode.PARAM),
    ("add_trigger", {"event": "schedule", "cron": "x"}, EditCode.PARAM),
    ("add_required_gate_job", {"job": "test"}, EditCode.CONFLICT),
]


@pytest.mark.parametrize(("action", "params", "path", "value"), CASES)
def test_it_does_what_it_says_and_then_has_nothing_to_do(
    repository: Repository, eol: str, action: str, params: dict, path: tuple | None, value: object
) -> None:
    first = repository.edit(action, **params)
    if path is None:
        assert first.code is value
        return
    assert first.status is EditStatus.CHANGED, (first.code, first.reason)
    assert at(repository, *path) == value
    assert repository.files[CI].count("\n") == repository.files[CI].count(eol)
    again = {key: item for key, item in params.items() if key != "if_equals"}
    assert repository.edit(action, **again).status is EditStatus.ALREADY


@pytest.mark.parametrize(("action", "params", "code"), REFUSED)
def test_it_refuses_what_it_cannot_do_for_sure(
    repository: Repository, action: str, params: dict, code: EditCode
) -> None:
    before = dict(repository.files)
    assert repository.edit(action, **params).code is code
    assert repository.files == before


def test_a_removed_job_leaves_the_needs_of_others_if_that_is_wished(repository: Repository) -> None:
    repository.edit("yaml_delete", path="jobs.test.if")
    assert repository.edit("remove_job", job="build", drop_needs=True).status is EditStatus.CHANGED
    assert list(at(repository, "jobs")) == ["test"]
    assert at(repository, "jobs", "test", "needs") is None
    assert "# the first one" not in repository.files[CI]
    assert "# the second one" in repository.files[CI]


def test_a_job_that_works_with_the_remote_keeps_its_credentials(workflow) -> None:
    text = TEXT.replace("      - run: make test # quick\n", "      - uses: actions/checkout@v4\n")
    result = workflow(text).edit("harden_checkout", job="test")
    assert result.status is EditStatus.ALREADY
    assert result.warnings == ("test works with the remote, its credentials stay",)


def test_dependabot_gets_a_file_or_what_is_missing_in_it(repository: Repository) -> None:
    assert repository.edit("add_dependabot", DEPENDABOT).status is EditStatus.CHANGED
    names = [entry["package-ecosystem"] for entry in load_model(repository.files[DEPENDABOT])["updates"]]
    assert names == ["github-actions", "npm"]
    assert repository.edit("add_dependabot", DEPENDABOT).status is EditStatus.ALREADY
    assert repository.edit("add_dependabot", DEPENDABOT, ecosystems=["docker"]).status is EditStatus.CHANGED
    assert load_model(repository.files[DEPENDABOT])["updates"][2]["package-ecosystem"] == "docker"


def test_every_action_of_the_table_can_be_made_and_says_what_it_does() -> None:
    for name in action_names():
        action = find_action(name)
        assert isinstance(action, Action)
        assert action.name == name
        assert action.summary and action.kinds
        assert action.params_model.model_config["extra"] == "forbid"
        assert inspect.getdoc(type(action))
