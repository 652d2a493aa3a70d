"""The further actions on workflows and YAML, each once on a small workflow and again on what it made."""

import inspect

import pytest
from edits_repository import CI, Repository

from orchestrator.edits.action import Action
from orchestrator.edits.pins import shipped_pins
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
          npm ci

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


CHECKOUT = shipped_pins().by_repo["actions/checkout"]
CHECKOUT_4 = next(pin for pin in CHECKOUT.older if pin.major == "4")
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
    ("pin_actions", {"allow_major": True}, (*BUILD, 0, "uses"), f"actions/checkout@{CHECKOUT.commit}"),
    ("pin_actions", {}, (*BUILD, 0, "uses"), f"actions/checkout@{CHECKOUT_4.commit}"),
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
    ("fix_template_injection", {}, (*BUILD, 3, "run"), 'echo "${PULL_REQUEST_TITLE}"\nnpm ci\n'),
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
    ("set_permissions", {"job": "nobody"}, EditCode.NOT_FOUND),
    ("replace_in_run", {"find": "e", "replace": "x"}, EditCode.AMBIGUOUS),
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


INJECTED = """\
on: [pull_request]
jobs:
  a:
    runs-on: %s
    steps:
      - run: |
%s
"""


def injected(runner: str, *lines: str) -> str:
    return INJECTED % (runner, "\n".join(f"          {line}" for line in lines))


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (['echo "${{ inputs.a }}"', "echo '${{ inputs.a }}'"], ['echo "${INPUTS_A}"', 'echo "${INPUTS_A}"']),
        (['echo "it\'s ${{ github.head_ref }}"'], ['echo "it\'s ${HEAD_REF}"']),
        (["# don't", "x ${{ github.event.a || 'b' }}"], ["# don't", "x ${A}"]),
        (["jq '", '  .x == "${{ inputs.a }}"\''], None),
        (["echo '$5 ${{ inputs.a }}'"], None),
        (["python3 -c \"print('${{ inputs.a }}')\""], None),
        (["cat <<EOF", "${{ inputs.a }}", "EOF"], None),
        (["x=\"$(echo '${{ inputs.a }} ${{ runner.os }}')\""], None),
    ],
)
def test_an_expression_moves_only_where_the_shell_reads_a_variable(
    workflow, lines: list[str], wanted: list[str] | None
) -> None:
    repository = workflow(injected("ubuntu-latest", *lines))
    result = repository.edit("fix_template_injection")
    if wanted is None:
        assert result.code is EditCode.PRECONDITION, result.reason
    else:
        assert at(repository, "jobs", "a", "steps", 0, "run") == "\n".join(wanted) + "\n"


@pytest.mark.parametrize(
    "text",
    [
        injected("windows-latest", 'echo "${{ inputs.a }}"'),
        injected("${{ inputs.on }}", 'echo "${{ inputs.a }}"'),
        "defaults: {run: {shell: pwsh}}\n" + injected("ubuntu-latest", 'echo "${{ inputs.a }}"'),
        injected(
            "${{ matrix.os }}\n    strategy: {matrix: {os: [ubuntu-latest, windows-latest]}}", "x ${{ inputs.a }}"
        ),
    ],
)
def test_a_script_that_is_not_certainly_read_by_bash_is_left_alone(workflow, text: str) -> None:
    assert workflow(text).edit("fix_template_injection").code is EditCode.PRECONDITION


@pytest.mark.parametrize("end", ["", "\n"])
@pytest.mark.parametrize(
    ("params", "wanted"),
    [
        ({"step": "c", "before": "a"}, "cab"),
        ({"step": "a", "after": "c"}, "bca"),
        ({"step": "a", "after": "b"}, "bac"),
        ({"step": "b", "before": "a"}, "bac"),
    ],
)
def test_a_step_moves_as_it_is_written_with_its_comments(
    workflow, eol: str, end: str, params: dict, wanted: str
) -> None:
    steps = {
        "a": "      # about a\n      - id: a\n        run: make   a  # quick\n",
        "b": "      - {id: b, run: make b}\n",
        "c": "      # c\n      # more\n      - id: c\n        run: |\n          one\n\n          two\n        # end\n",
    }
    head = "on: push\njobs:\n  x:\n    runs-on: u\n    steps:\n"
    text = (head + "\n".join(steps.values())).rstrip("\n") + end
    repository = workflow(text.replace("\n", eol))

    assert repository.edit("move_step", job="x", **params).status is EditStatus.CHANGED

    moved = (head + "\n".join(steps[name] for name in wanted)).rstrip("\n") + end
    assert repository.files[CI] == moved.replace("\n", eol)
    assert repository.edit("move_step", job="x", **params).status is EditStatus.ALREADY


def test_a_renamed_job_is_renamed_in_expressions_and_nowhere_else(workflow) -> None:
    text = (
        "on:\n  workflow_call:\n    outputs:\n      v: {value: '${{ jobs.a.outputs.v }}'}\n"
        "jobs:\n  a: {runs-on: u, outputs: {v: 1}, steps: [{run: x}]}\n"
        "  b:\n    needs: a\n    runs-on: u\n    if: needs['a'].result == 'success'\n"
        "    steps:\n      - run: echo needs.a is ${{ needs.a.result }}\n"
    )
    repository = workflow(text)
    assert repository.edit("rename_job", job="a", to="z").status is EditStatus.CHANGED
    assert at(repository, "on", "workflow_call", "outputs", "v", "value") == "${{ jobs.z.outputs.v }}"
    assert at(repository, "jobs", "b", "if") == "needs.z.result == 'success'"
    assert at(repository, "jobs", "b", "steps", 0, "run") == "echo needs.a is ${{ needs.z.result }}"


@pytest.mark.parametrize(
    ("on", "group"),
    [
        ("[push, pull_request]", "${{ github.workflow }}-${{ github.ref }}"),
        ("[pull_request_target]", "${{ github.workflow }}-${{ github.event.pull_request.number || github.ref }}"),
        (
            "[push, issues]",
            "${{ github.workflow }}-${{ github.event_name == 'issues' && github.run_id || github.ref }}",
        ),
        ("[issue_comment]", None),
        ("[workflow_call]", None),
    ],
)
def test_only_runs_of_which_the_latest_is_enough_share_a_group(workflow, on: str, group: str | None) -> None:
    repository = workflow(f"on: {on}\njobs:\n  a: {{runs-on: u, steps: [{{run: make}}]}}\n")
    result = repository.edit("add_concurrency")
    if group is None:
        assert result.code is EditCode.PRECONDITION
    else:
        assert at(repository, "concurrency", "group") == group


TARGETS = "${{ github.event_name == 'pull_request_target' }}"
PULLS = "${{ github.event_name == 'pull_request' }}"
CONCURRENT = "concurrency:\n  group: x\n  cancel-in-progress: {}\n"


@pytest.mark.parametrize(
    ("on", "cancels"),
    [
        ("[push, pull_request]", PULLS),
        ("[push, pull_request_target]", TARGETS),
        (
            "[pull_request_target, pull_request]",
            "${{ github.event_name == 'pull_request' || github.event_name == 'pull_request_target' }}",
        ),
        ("{push: {branches: [main]}}", False),
    ],
)
def test_runs_are_stopped_on_the_events_that_the_workflow_has(workflow, on: str, cancels: object) -> None:
    repository = workflow(f"on: {on}\njobs:\n  a: {{runs-on: u, steps: [{{run: make}}]}}\n")
    assert repository.edit("add_concurrency").status is EditStatus.CHANGED
    assert at(repository, "concurrency", "cancel-in-progress") == cancels
    assert repository.edit("add_concurrency").status is EditStatus.ALREADY


@pytest.mark.parametrize(
    ("on", "status", "cancels"),
    [
        ("[push, pull_request_target]", EditStatus.CHANGED, TARGETS),
        ("[pull_request, pull_request_target]", EditStatus.ALREADY, PULLS),
        ("[push]", EditStatus.ALREADY, PULLS),
    ],
)
def test_a_condition_that_is_never_true_is_mended(workflow, on: str, status: EditStatus, cancels: str) -> None:
    jobs = "jobs:\n  a: {runs-on: u, steps: [{run: make}]}\n"
    repository = workflow(f"on: {on}\n{CONCURRENT.format(PULLS)}{jobs}")
    assert repository.edit("add_concurrency", group="x").status is status
    assert repository.files[CI] == f"on: {on}\n{CONCURRENT.format(cancels)}{jobs}"


@pytest.mark.parametrize(
    ("steps", "lock", "cached"),
    [
        ("[{uses: actions/setup-node@v4}, {run: npm ci}]", "package-lock.json", "npm"),
        ("[{uses: actions/setup-node@v4}, {run: node x.js}]", "package-lock.json", None),
        ("[{uses: actions/setup-node@v4}, {run: pnpm install}]", "pnpm-lock.yaml", None),
        ("[{uses: pnpm/action-setup@v4}, {uses: actions/setup-node@v4}, {run: pnpm i}]", "pnpm-lock.yaml", "pnpm"),
        ("[{uses: actions/setup-node@v4}, {run: npm ci}]", "web/package-lock.json", None),
        ("[{uses: actions/setup-python@v5}, {run: pip install .}]", "pyproject.toml", "pip"),
        ("[{uses: actions/setup-python@v5}, {run: uv sync}]", "pyproject.toml", None),
    ],
)
def test_a_cache_is_turned_on_only_where_something_fills_it(
    workflow, steps: str, lock: str, cached: str | None
) -> None:
    text = f"on: push\njobs:\n  a:\n    runs-on: u\n    steps: [{{uses: actions/checkout@v4}}, {steps[1:]}\n"
    repository = workflow(text, **{lock: ""})
    result = repository.edit("add_dependency_cache")
    if cached is None:
        assert result.code is EditCode.NOT_FOUND
    else:
        assert f"cache: {cached}" in repository.files[CI]


PYTHON = """\
on: push
jobs:
  a:
    runs-on: u
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v2
      - run: pip install .
"""


@pytest.mark.parametrize(
    ("files", "key"),
    [
        (["requirements.txt", "pyproject.toml"], None),
        (["pyproject.toml"], "pyproject.toml"),
        (["setup.py", "setup.cfg"], "setup.py\nsetup.cfg"),
        (["requirements-dev.txt"], "requirements*.txt"),
        (["requirements/dev.txt", "pyproject.toml"], "pyproject.toml\nrequirements/*.txt"),
    ],
)
@pytest.mark.parametrize("given", ["", "        with:\n          python-version: '3.12' # ours\n"])
def test_the_key_of_a_cache_is_a_file_that_is_there(workflow, files: list[str], key: str | None, given: str) -> None:
    text = PYTHON.replace("@v2\n", f"@v2\n{given}")
    repository = workflow(text, **dict.fromkeys(files, ""))
    assert repository.edit("add_dependency_cache").status is EditStatus.CHANGED
    inputs = at(repository, "jobs", "a", "steps", 1, "with")
    assert (inputs["cache"], inputs.get("cache-dependency-path")) == ("pip", key)
    assert given.rstrip("\n") in repository.files[CI]
    assert repository.edit("add_dependency_cache").status is EditStatus.ALREADY


@pytest.mark.parametrize(
    ("text", "files"),
    [
        (PYTHON, ["Pipfile"]),
        (PYTHON.replace("      - uses: actions/checkout@v4\n", ""), ["pyproject.toml"]),
        (PYTHON.replace("checkout@v4\n", "checkout@v4\n        with: {path: src}\n"), ["pyproject.toml"]),
        (PYTHON.replace("checkout@v4\n", "checkout@v4\n        with: {repository: a/b}\n"), ["pyproject.toml"]),
    ],
)
def test_a_cache_without_a_key_is_refused(workflow, text: str, files: list[str]) -> None:
    result = workflow(text, **dict.fromkeys(files, "")).edit("add_dependency_cache")
    assert (result.code, "the cache would have no key" in result.reason) == (EditCode.NOT_FOUND, True)


def test_a_key_that_a_person_chose_stays(workflow) -> None:
    mine = PYTHON.replace("@v2\n", "@v2\n        with:\n          cache-dependency-path: mine.txt\n")
    repository = workflow(mine, **{"pyproject.toml": ""})
    assert repository.edit("add_dependency_cache").status is EditStatus.CHANGED
    assert at(repository, "jobs", "a", "steps", 1, "with") == {"cache-dependency-path": "mine.txt", "cache": "pip"}


@pytest.mark.parametrize(
    ("files", "key"), [(["pyproject.toml"], "pyproject.toml"), (["tools/requirements.txt", "setup.py"], None)]
)
def test_a_cache_that_looks_for_a_file_that_is_nowhere_gets_its_key(
    workflow, files: list[str], key: str | None
) -> None:
    old = PYTHON.replace("@v2\n", "@v2\n        with:\n          cache: pip\n")
    repository = workflow(old, **dict.fromkeys(files, ""))
    assert repository.edit("add_dependency_cache").status is (EditStatus.CHANGED if key else EditStatus.ALREADY)
    assert at(repository, "jobs", "a", "steps", 1, "with").get("cache-dependency-path") == key
    assert repository.edit("add_dependency_cache").status is EditStatus.ALREADY


@pytest.mark.parametrize("run", ["npx semantic-release", "git -C x push", "mkdocs gh-deploy", "npx changeset publish"])
def test_a_job_that_pushes_by_a_tool_keeps_its_credentials_too(workflow, run: str) -> None:
    text = f"on: push\njobs:\n  a: {{runs-on: u, steps: [{{uses: actions/checkout@v4}}, {{run: {run}}}]}}\n"
    assert workflow(text).edit("harden_checkout").status is EditStatus.ALREADY


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ({"step": "/^echo b/"}, "b"),
        ({"job": "y", "step": "/echo/"}, "b"),
        ({"step": "/echo/"}, EditCode.AMBIGUOUS),
        ({"step": "nothing"}, EditCode.NOT_FOUND),
        ({"step": "/(/"}, EditCode.PARAM),
    ],
)
def test_a_step_is_named_by_its_script_in_one_job_or_in_all(workflow, selector: dict, found: object) -> None:
    text = (
        "on: push\njobs:\n  x: {runs-on: u, steps: [{run: echo a, continue-on-error: true}]}\n"
        "  y: {runs-on: u, steps: [{run: echo b, continue-on-error: true}]}\n"
    )
    repository = workflow(text)
    result = repository.edit("remove_continue_on_error", **selector)
    if isinstance(found, EditCode):
        assert result.code is found
    else:
        assert at(repository, "jobs", "x", "steps", 0, "continue-on-error") is True
        assert at(repository, "jobs", "y", "steps", 0) == {"run": "echo b"}


def test_what_is_known_is_pinned_next_to_what_is_not(workflow) -> None:
    text = "on: push\njobs:\n  a:\n    runs-on: u\n    steps:\n{}"
    steps = (
        "      - uses: actions/checkout@v4\n",
        "      - uses: nobody/knows@v1\n",
        "      - uses: actions/stale@main\n",
    )
    repository = workflow(text.format("".join(steps)))
    first = repository.edit("pin_actions")
    assert first.status is EditStatus.CHANGED
    assert first.warnings == ("stays on a tag, no commit is known for nobody/knows@v1",)
    assert f"actions/checkout@{CHECKOUT_4.commit} # {CHECKOUT_4.version}\n" in repository.files[CI]
    assert (
        at(repository, "jobs", "a", "steps", 2, "uses")
        == f"actions/stale@{shipped_pins().find('actions/stale').commit}"
    )
    assert repository.edit("pin_actions").status is EditStatus.ALREADY
    assert workflow(text.format(steps[1])).edit("pin_actions").code is EditCode.UNPINNED


@pytest.mark.parametrize(
    ("on", "inputs"),
    [
        ("workflow_dispatch", ["dry"]),
        ("[push, workflow_dispatch]", ["dry"]),
        ("{workflow_dispatch: }", ["dry"]),
        ("{workflow_dispatch: {inputs: {tag: {type: string}}}}", ["tag", "dry"]),
        ("{workflow_dispatch: {inputs: {dry: {type: string}}}}", None),
        ("{push: {branches: [main]}}", ["dry"]),
    ],
)
def test_inputs_join_those_that_are_there(workflow, on: str, inputs: list[str] | None) -> None:
    repository = workflow(f"on: {on}\njobs:\n  a: {{runs-on: u, steps: [{{run: make}}]}}\n")
    settings = {"inputs": {"dry": {"type": "boolean"}}}
    result = repository.edit("add_trigger", event="workflow_dispatch", settings=settings)
    if inputs is None:
        assert result.code is EditCode.CONFLICT
    else:
        assert list(at(repository, "on", "workflow_dispatch", "inputs")) == inputs
        assert ("push" in str(at(repository, "on"))) == ("push" in on)


def test_a_filter_of_an_event_is_never_narrowed_by_adding_it(workflow) -> None:
    repository = workflow("on: [push]\njobs:\n  a: {runs-on: u, steps: [{run: make}]}\n")
    result = repository.edit("add_trigger", event="push", settings={"branches": ["main"]})
    assert (result.code, result.reason) == (EditCode.CONFLICT, "push is there with no settings")


def test_a_workflow_that_deploys_takes_nothing_from_a_cache_that_others_fill(workflow) -> None:
    steps = "[{uses: actions/setup-node@v4}, {run: npm ci}, {uses: azure/webapps-deploy@v3}]"
    repository = workflow(f"on: push\njobs:\n  a:\n    runs-on: u\n    steps: {steps}\n", **{"package-lock.json": ""})
    assert repository.edit("add_dependency_cache").code is EditCode.PRECONDITION


def test_jobs_that_write_keep_what_their_steps_are_known_to_need(workflow) -> None:
    text = (
        "on: push\njobs:\n  test:\n    runs-on: x\n    steps: [{run: npm test}]\n"
        "  release:\n    runs-on: x\n    steps:\n      - uses: softprops/action-gh-release@v2\n"
        "  own:\n    runs-on: x\n    steps:\n      - uses: softprops/action-gh-release@v2\n"
        "        with: {token: '${{ secrets.BOT }}'}\n      - uses: some/one@v1\n"
    )
    repository = workflow(text)
    result = repository.edit("set_permissions")
    model = load_model(repository.files[CI])
    assert model["permissions"] == {"contents": "read"}
    assert {name: job.get("permissions") for name, job in model["jobs"].items()} == {
        "test": None,
        "release": {"contents": "write"},
        "own": None,
    }
    assert list(result.warnings[:2]) == [
        "release keeps contents: write, which its steps need",
        "own may need more permissions: some/one",
    ]


def test_a_pinned_checkout_says_what_its_version_no_longer_shows(workflow) -> None:
    text = "on: push\njobs:\n  t:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@{0}\n      - run: ls\n"
    for version, given in (("v4", None), ("v6", {"persist-credentials": True})):
        repository = workflow(text.format(version))
        assert repository.edit("pin_actions").went_well
        assert load_model(repository.files[CI])["jobs"]["t"]["steps"][0].get("with") == given


def test_a_second_job_leaves_the_first_one_only_the_permissions_that_it_needs(workflow) -> None:
    text = "on: push\njobs:\n  t:\n    runs-on: x\n    steps:\n      - uses: {0}\n      - run: git push\n"
    repository = workflow(text.format("actions/checkout@v4"))
    assert repository.edit("add_required_gate_job").went_well
    assert load_model(repository.files[CI])["jobs"]["t"]["permissions"] == {"contents": "write"}
    refused = workflow(text.format("some/one@v1")).edit("add_required_gate_job")
    assert (refused.code, refused.hint) == (EditCode.PRECONDITION, "say so first: set_permissions")


def test_what_a_workflow_grants_goes_to_its_only_job_when_another_one_comes(workflow) -> None:
    text = "on: push\npermissions:\n  issues: write  # why\njobs:\n  t:\n    runs-on: x\n    steps: [{run: make}]\n"
    repository = workflow(text)
    assert repository.edit("add_required_gate_job").went_well
    model = load_model(repository.files[CI])
    assert (model["permissions"], model["jobs"]["t"]["permissions"]) == ({"issues": "read"}, {"issues": "write"})


def test_a_called_workflow_that_gets_a_trigger_says_what_its_jobs_may_do(workflow) -> None:
    text = "on: workflow_call\njobs:\n  t:\n    runs-on: x\n    steps: [{uses: USED}]\n"
    repository = workflow(text.replace("USED", "actions/checkout@v4"))
    assert repository.edit("add_trigger", event="merge_group").went_well
    assert load_model(repository.files[CI])["jobs"]["t"]["permissions"] == {"contents": "read"}
    refused = workflow(text.replace("USED", "some/one@v1")).edit("add_trigger", event="merge_group")
    assert refused.code is EditCode.PRECONDITION


@pytest.mark.parametrize(
    ("on", "uses", "hint"),
    [
        ("{push: {branches: [release]}}", "actions/checkout@v4", "put it into the workflow of the tests"),
        ("[push, pull_request_target]", "actions/labeler@v5", "put it into a workflow of its own"),
    ],
)
def test_a_performance_job_has_no_place_where_it_would_be_a_risk(workflow, on: str, uses: str, hint: str) -> None:
    text = f"on: {on}\njobs:\n  t:\n    runs-on: x\n    steps: [{{uses: {uses}}}]\n"
    refused = workflow(text, **{"package.json": "{}"}).edit("add_perf_checks", command="npm test")
    assert (refused.code, refused.hint) == (EditCode.PRECONDITION, hint)


def test_a_job_with_an_old_mistake_can_be_renamed(workflow) -> None:
    text = "on: push\njobs:\n  t:\n    runs-on: x\n    steps: [{run: 'echo ${{ steps.gone.outputs.x }}'}]\n"
    assert workflow(text).edit("rename_job", job="t", to="u").status is EditStatus.CHANGED


@pytest.mark.parametrize(
    ("environment", "run", "is_found"),
    [
        ("production", "./up.sh", True),
        ("production", "npm publish", False),
        ("automations", "./label.sh", False),
        ("eu-prod.1", "./up.sh", True),
    ],
)
def test_a_job_deploys_when_its_names_or_steps_say_so(workflow, environment: str, run: str, is_found: bool) -> None:
    text = f"on: push\njobs:\n  t:\n    environment: {environment}\n    runs-on: x\n    steps: [{{run: {run}}}]\n"
    repository = workflow(text, **{"package.json": "{}"})
    result = repository.edit("add_deploy_migration", command="make migrate")
    assert (result.status is EditStatus.CHANGED) is is_found, result.reason
    if environment == "eu-prod.1":
        assert "secrets.EU_PROD_1_DATABASE_URL" in repository.files[CI]


def test_no_step_joins_what_only_labels_pull_requests_of_strangers(workflow) -> None:
    text = "on: pull_request_target\njobs:\n  t:\n    runs-on: x\n    steps: [{uses: actions/labeler@v5}]\n"
    refused = workflow(text).edit("add_step", job="t", step={"run": "make"})
    assert refused.code is EditCode.VALIDATOR


def test_a_first_input_comes_with_those_that_the_workflow_reads_already(workflow) -> None:
    text = "on: issues\njobs:\n  t:\n    runs-on: x\n    steps: [{run: 'echo ${{ inputs.why }}'}]\n"
    given = {"event": "workflow_dispatch", "settings": {"inputs": {"dry": {"type": "boolean"}}}}
    refused = workflow(text).edit("add_trigger", **given)
    assert refused.code is EditCode.PRECONDITION
    assert "reads the inputs why" in refused.reason
    both = {"dry": {"type": "boolean"}, "why": {"type": "string"}}
    done = workflow(text).edit("add_trigger", event="workflow_dispatch", settings={"inputs": both})
    assert done.status is EditStatus.CHANGED
