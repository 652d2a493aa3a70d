"""What is proposed for a repository, read from its files and what was measured."""

import json
from pathlib import Path

import pytest

from orchestrator.checkpoints.report import Count
from orchestrator.edits.action import TextTree
from orchestrator.edits.pins import shipped_pins
from orchestrator.models.json import JsonObject
from orchestrator.planning.document_loader import LoadedDocument, load_bytes
from orchestrator.proposing.document import flow, letters, quoted, render_document
from orchestrator.proposing.evidence import Evidence
from orchestrator.proposing.merging import is_ours, merged, only_new, remembered_keys
from orchestrator.proposing.proposal import Roadmap
from orchestrator.proposing.roadmap import propose_roadmap
from orchestrator.proposing.template import adapt
from orchestrator.surveying.coverage import SuiteCoverage
from orchestrator.surveying.survey import survey

CODE = "export function pick(n: number) {\n  if (n > 1 && n < 9) return 1;\n  return n;\n}\n"
WORKFLOW = "on: push\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps:\n      - run: npm test || true\n"
FILES = {
    "package.json": json.dumps({"name": "app", "devDependencies": {"jest": "29"}, "scripts": {"test": "jest"}}),
    "jest.config.js": "module.exports = { collectCoverageFrom: ['src/services/**/*.ts', '!src/routes/**'] };\n",
    "src/services/score.ts": CODE,
    "src/services/__tests__/score.test.ts": "",
    "src/services/trust.ts": CODE * 3,
    "src/routes/auth.ts": "app.get('/x', () => 1);\n",
    "src/config/env.ts": CODE,
    "node_modules/jest/package.json": "{}",
    ".github/workflows/ci.yml": WORKFLOW,
}


def fine(_fields: JsonObject) -> str:
    return ""


def proposed(files=FILES, judge=fine, **known) -> Roadmap:
    tree = TextTree(files)
    return propose_roadmap(survey(tree, "app"), tree, Evidence(**known), judge, shipped_pins())


def titles(roadmap: Roadmap) -> dict[str, list[str]]:
    return {phase.name: [task.name for task in phase.tasks] for phase in roadmap.phases}


def loaded(text: str) -> LoadedDocument:
    found = load_bytes(text.encode(), Path("phases.yaml"))
    assert not found.problems, found.problems
    return found


def test_blockers_come_first_then_risk_routes_pipeline_and_the_rest() -> None:
    found = titles(proposed())
    assert list(found) == [
        "CI blockers and test infrastructure",
        "Critical coverage",
        "Routes",
        "CI/CD architecture",
        "Extended coverage",
    ]
    assert found["CI blockers and test infrastructure"] == [
        "Let failing checks fail the build: .github/workflows/ci.yml",
        "Count the whole source: jest.config.js",
    ]
    assert found["Critical coverage"] == ["Test src/services/trust.ts", "Test src/services/score.ts"]
    assert (found["Routes"], found["Extended coverage"]) == (["Test src/routes/auth.ts"], ["Test src/config/env.ts"])


def test_the_document_is_valid_and_explains_every_task() -> None:
    text = render_document(proposed())
    document = loaded(text).document
    assert document is not None
    lines = text.splitlines()
    heads = [number for number, line in enumerate(lines) if line.startswith("          - id:")]
    assert len(heads) == sum(len(group.tasks) for phase in document.phases for group in phase.groups)
    assert all(lines[number - 1].startswith("          # ") for number in heads)


def test_a_name_that_would_be_too_long_keeps_its_beginning_and_its_end() -> None:
    place = f"src/{'components/' * 20}score.ts"
    document = loaded(render_document(proposed({**FILES, place: CODE}))).document
    assert document is not None
    names = [task.name for phase in document.phases for group in phase.groups for task in group.tasks]
    [name] = [each for each in names if "components" in each]
    assert name.startswith("Test src/components/")
    assert name.endswith("/components/score.ts")


DEPLOY = """\
on: {push: {branches: [main]}}
jobs:
  push:
    runs-on: ubuntu-latest
    permissions: {packages: write}
    steps:
      - uses: actions/checkout@v4
      - uses: docker/build-push-action@v6
        with: {push: true, tags: ghcr.io/x/y:1}
"""


def test_what_the_code_cannot_do_without_is_given_to_everything_that_is_run() -> None:
    files = {**FILES, ".env.example": "KEY=a: b\n", "src/config/key.ts": "export const key = process.env.KEY!;\n"}
    text = render_document(proposed(files))
    document = loaded(text).document
    assert document is not None
    assert document.settings.env == {"KEY": "a: b"}
    assert '    KEY: "a: b"   # of .env.example\n' in text


def test_a_refused_task_keeps_nothing_else_from_being_done() -> None:
    """Later phases wait for the blockers' end, not for their good end; edits of one file do without each other."""
    document = loaded(render_document(proposed())).document
    assert document is not None
    assert not any(phase.critical for phase in document.phases)
    tasks = [task for phase in document.phases for group in phase.groups for task in group.tasks]
    assert {task.type for task in tasks if not task.critical} == {"config_edit"}


def test_as_many_cases_are_estimated_as_paths_are_not_covered() -> None:
    half = {"src/services/trust.ts": {"statements": Count(covered=5, total=10)}}
    coverage = {"jest": SuiteCoverage(suite="jest", folder=".", modules=half)}

    def estimated(roadmap: Roadmap) -> object:
        return next(task.fields["estimated_cases"] for task in roadmap.tasks if task.name.endswith("trust.ts"))

    assert (estimated(proposed()), estimated(proposed(coverage=coverage))) == (7, 4)


def test_only_the_blockers_and_earlier_edits_are_waited_for() -> None:
    """A module that no test can be generated for is no reason to leave the pipeline as it is."""
    document = loaded(render_document(proposed({**FILES, ".github/workflows/deploy.yml": DEPLOY}))).document
    assert document is not None
    assert [(phase.name, list(phase.parallel_with)) for phase in document.phases] == [
        ("CI blockers and test infrastructure", []),
        ("Critical coverage", []),
        ("Routes", ["2"]),
        ("CI/CD architecture", ["2", "3"]),
        ("Extended coverage", ["2", "3", "4"]),
        ("Production readiness", ["2", "3", "5"]),
    ]


def test_risk_is_uncovered_statements_times_complexity_times_changes() -> None:
    """What is measured as covered needs no test; what changes often comes before what is larger."""
    covered = {"src/services/trust.ts": {"statements": Count(covered=9, total=9)}}
    coverage = {"jest": SuiteCoverage(suite="jest", folder=".", modules=covered)}
    assert "Test src/services/trust.ts" not in str(titles(proposed(coverage=coverage)))
    changed = proposed(churn={"src/services/score.ts": 500})
    assert titles(changed)["Critical coverage"][0] == "Test src/services/score.ts"


def test_tests_go_where_the_project_has_them_and_never_over_a_file() -> None:
    files = {task.fields["target"]: task.fields["test_file"] for task in proposed().tasks if "test_file" in task.fields}
    assert files == {
        "src/services/trust.ts": "src/services/__tests__/trust.test.ts",
        "src/services/score.ts": "src/services/__tests__/score.more.test.ts",
        "src/routes/auth.ts": "src/routes/__tests__/auth.test.ts",
        "src/config/env.ts": "src/config/__tests__/env.test.ts",
    }


@pytest.mark.parametrize(
    ("tests", "expected"),
    [
        (["tests/test_other.py"], "tests/test_calc.py"),
        (["tests/unit/pkg/test_other.py", "tests/test_x.py"], "tests/unit/pkg/test_calc.py"),
        (["tests/test_calc.py"], "tests/test_pkg_calc.py"),
        (["other/tests/test_other.py"], "pkg/tests/test_calc.py"),
        (["tests.py"], "test_calc.py"),
    ],
)
def test_python_tests_go_to_the_nearest_folder_of_tests(tests: list[str], expected: str) -> None:
    files = {"pyproject.toml": "[tool.pytest.ini_options]\n", "pkg/__init__.py": "", "other/x.py": ""}
    files |= {"pkg/calc.py": "def f(a):\n    return 1 if a else 2\n" * 5, **dict.fromkeys(tests, "")}
    (task,) = [task for task in proposed(files).tasks if task.fields["type"] == "test_generation"]
    assert task.fields["test_file"] == expected


def test_tests_of_a_script_lie_beside_it_where_no_package_is() -> None:
    """Elsewhere pytest could not import it, and the project's own suite would not even begin."""
    code = "def f(a):\n    return 1 if a else 2\n"
    files = {"pyproject.toml": "[tool.pytest.ini_options]\n", "pkg/tests/test_x.py": "", "pkg/__init__.py": ""}
    files |= {"pkg/calc.py": code, "jobs/nightly.py": code}
    found = {
        task.fields["target"]: task.fields["test_file"] for task in proposed(files).tasks if "test_file" in task.fields
    }
    assert found == {"pkg/calc.py": "pkg/tests/test_calc.py", "jobs/nightly.py": "jobs/test_nightly.py"}


def test_a_python_project_without_tests_begins_with_some() -> None:
    files = {
        "pyproject.toml": "",
        "pkg/__init__.py": "",
        "pkg/calc.py": "def f(a):\n    return 1 if a else 2\n",
        "loose.py": "def g():\n    pass\n",
    }
    found = [task.fields["test_file"] for task in proposed(files).tasks if "test_file" in task.fields]
    assert found == ["tests/test_calc.py", "tests/test_loose.py"]
    assert "test_file" not in str(proposed({"notes/example.py": "def g():\n    pass\n"}).tasks)


@pytest.mark.parametrize("runner", ["jest", "vitest"])
def test_a_package_that_names_a_runner_and_has_no_tests_begins_with_some(runner: str) -> None:
    files = {"package.json": json.dumps({"devDependencies": {runner: "1"}}), "src/pick.ts": CODE}
    tasks = [task.fields["test_file"] for task in proposed(files).tasks if "test_file" in task.fields]
    assert tasks == ["src/pick.test.ts"]


@pytest.mark.parametrize(
    ("files", "remedy"),
    [
        ({"package.json": "{}", "src/pick.ts": CODE}, "npm install --save-dev vitest"),
        ({"notes/example.py": "def g(a):\n    return 1 if a else 2\n"}, "no pyproject.toml"),
    ],
)
def test_a_module_without_a_runner_is_left_out_with_what_would_help(files: dict[str, str], remedy: str) -> None:
    roadmap = proposed(files)
    assert not any("test_file" in task.fields for task in roadmap.tasks)
    assert any(remedy in each.why for each in roadmap.left_out if each.what.startswith("tests of "))


def test_a_package_whose_runner_is_not_installed_waits_for_that_where_others_are() -> None:
    frontend = {
        "frontend/package.json": json.dumps({"devDependencies": {"vitest": "1"}, "scripts": {"test": "vitest"}}),
        "frontend/vitest.config.ts": "export default {};\n",
        "frontend/src/pick.ts": CODE,
        "frontend/src/pick.test.ts": "",
    }

    def tested(files: dict[str, str]) -> list[object]:
        return [task.fields["target"] for task in proposed(files).tasks if "test_file" in task.fields]

    assert "frontend/src/pick.ts" not in tested({**FILES, **frontend})
    left = [each for each in proposed({**FILES, **frontend}).left_out if each.what == "tests of frontend/src/pick.ts"]
    assert [each.why.partition(":")[0] for each in left] == ["vitest is not installed in frontend"]
    installed = {"frontend/node_modules/vitest/package.json": "{}"}
    assert "frontend/src/pick.ts" in tested({**FILES, **frontend, **installed})
    assert tested(frontend) == ["frontend/src/pick.ts"]  # nothing is installed yet: the roadmap is made before that


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({"package.json": '{"name": "@org/shop"}'}, "shop"),
        ({"pyproject.toml": '[project]\nname = "shop"\n', "a.py": "x = 1\n"}, "shop"),
        ({"requirements.txt": "", "a.py": "x = 1\n"}, "folder"),
        ({}, "folder"),
    ],
)
def test_a_repository_is_called_as_it_calls_itself(files: dict[str, str], name: str) -> None:
    assert survey(TextTree(files), "folder").name == name


def test_what_would_be_rejected_is_left_out_with_the_reason() -> None:
    roadmap = proposed(judge=lambda fields: "no generator" if fields["target"].startswith("src/") else "")
    assert "Critical coverage" not in titles(roadmap)
    (left,) = [each for each in roadmap.left_out if each.why == "no generator"]
    assert left.what.startswith("tests of 4 modules (")


def test_a_checkpoint_stands_at_what_was_measured() -> None:
    modules = {"src/services/score.ts": {"statements": Count(covered=5, total=9)}}
    coverage = {"jest": SuiteCoverage(suite="jest", folder=".", modules=modules)}
    roadmap = proposed(coverage=coverage)
    assert [(param.name, param.value) for param in roadmap.params] == [("coverage_jest", 55)]
    check = roadmap.phases[0].checks[0].fields
    assert (check["min"], check["source"]) == (
        "{{ params.coverage_jest }}",
        "coverage/orchestrate/coverage_jest/coverage-summary.json",
    )
    loaded(render_document(roadmap))


@pytest.mark.parametrize(
    ("coverage", "why"),
    [
        ({}, "it was not measured"),
        ({"jest": SuiteCoverage(suite="jest", folder=".", problem="jest is not installed")}, "jest is not installed"),
        ({"jest": SuiteCoverage(suite="jest", folder=".", tests_passed=False)}, "some of its tests fail now"),
    ],
)
def test_without_a_good_measurement_there_is_no_coverage_checkpoint(coverage, why: str) -> None:
    roadmap = proposed(coverage=coverage)
    assert (roadmap.params, [c for phase in roadmap.phases for c in phase.checks if "min" in c.fields]) == ((), [])
    assert any(why in each.why for each in roadmap.left_out)


WORKSPACES = {
    "package.json": json.dumps({"name": "all", "workspaces": ["packages/*"]}),
    **{
        f"packages/{name}/{file}": text
        for name in ("one", "two", "three")
        for file, text in {
            "package.json": json.dumps({"name": name, "devDependencies": {"jest": "29"}}),
            "src/calc.ts": CODE,
            "src/calc.test.ts": "",
            "node_modules/jest/package.json": "{}",
        }.items()
    },
    ".github/workflows/ci.yml": WORKFLOW,
}


def measured_in(name: str, covered: int) -> SuiteCoverage:
    modules = {f"packages/{name}/src/calc.ts": {"statements": Count(covered=covered, total=9)}}
    return SuiteCoverage(suite=f"jest in packages/{name}", folder=f"packages/{name}", modules=modules)


def test_a_phase_measures_only_what_its_tasks_touch() -> None:
    """In a repository of many packages the suites of all of them would take longer than the work."""
    reach = {"one": 2, "two": 9, "three": 9}
    coverage = {f"jest in packages/{name}": measured_in(name, covered) for name, covered in reach.items()}
    roadmap = proposed(WORKSPACES, coverage=coverage)
    checks = {
        phase.name: [str(check.fields["name"]) for check in phase.checks if "min" in check.fields]
        for phase in roadmap.phases
    }
    assert checks == {
        "CI blockers and test infrastructure": [],
        "Critical coverage": ["statements covered by jest in packages/one"],
        "CI/CD architecture": [],
    }
    assert [param.name for param in roadmap.params] == ["coverage_jest_1"]
    loaded(render_document(roadmap))


def test_a_large_module_with_much_left_is_tested_although_most_of_it_is_covered() -> None:
    modules = {
        "src/services/score.ts": {"statements": Count(covered=95, total=100)},
        "src/services/trust.ts": {"statements": Count(covered=950, total=1000)},
    }
    coverage = {"jest": SuiteCoverage(suite="jest", folder=".", modules=modules)}
    roadmap = proposed(coverage=coverage)
    assert titles(roadmap)["Critical coverage"] == ["Test src/services/trust.ts"]
    left = {each.what: each.why for each in roadmap.left_out}
    assert left["tests of src/services/score.ts"] == "nearly all of it is covered: other modules are worth more"


def test_one_action_on_several_workflows_is_one_task_for_each() -> None:
    roadmap = proposed({**FILES, ".github/workflows/more.yml": WORKFLOW})
    task = next(task for task in roadmap.tasks if task.fields.get("action") == "remove_continue_on_error")
    assert (task.fields["target"], task.files) == (
        "{{ file }}",
        (".github/workflows/ci.yml", ".github/workflows/more.yml"),
    )
    document = loaded(render_document(roadmap)).document
    assert document is not None
    assert document.phases[0].groups[0].tasks[0].foreach is not None


def test_an_action_without_a_known_commit_stays_on_its_tag_and_is_named() -> None:
    steps = "      - uses: actions/checkout@v4\n      - uses: nobody/knows@v1\n"
    workflow = f"on: push\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps:\n{steps}"
    roadmap = proposed({".github/workflows/ci.yml": workflow})
    (pin,) = [task for task in roadmap.tasks if task.fields["action"] == "pin_actions"]
    assert pin.fields["with"] == {"skip": ["nobody/knows"]}
    assert "pinning nobody/knows" in [each.what for each in roadmap.left_out]


def test_what_a_person_decided_otherwise_is_not_argued_with() -> None:
    own = "on: push\npermissions: {issues: write}\njobs:\n  one:\n    runs-on: x\n    steps:\n      - run: make\n"
    roadmap = proposed({".github/workflows/ci.yml": own})
    assert not any("set_permissions" in str(each) for each in (*roadmap.tasks, *roadmap.left_out))


def test_workflows_that_stay_broken_get_no_checkpoint() -> None:
    roadmap = proposed({**FILES, ".github/workflows/bad.yml": "on: push\njobs:\n  a:\n    steps: []\n"})
    assert not any(check.fields["type"] == "workflows_valid" for phase in roadmap.phases for check in phase.checks)
    assert any("they have errors that a person has to mend" in each.why for each in roadmap.left_out)


def test_what_needs_a_person_is_left_out_with_its_place() -> None:
    piped = WORKFLOW.replace("npm test || true", "curl https://example.com/x.sh | bash")
    roadmap = proposed({**FILES, ".github/workflows/get.yml": piped})
    (left,) = [each for each in roadmap.left_out if "needs a person" in each.why]
    assert left.what == ".github/workflows/get.yml:6"
    assert left.why == (
        "needs a person: jobs.one.steps[0].run: what is downloaded runs unseen: nothing compares it with a checksum "
        "[piped-shell]"
    )


def test_where_nothing_is_to_be_done_nothing_is_proposed() -> None:
    assert proposed({"readme.md": "# words\n"}).tasks == ()


# ---------------------------------------------------------------- once more


def once_more(text: str, files: dict[str, str]) -> str | None:
    """Return the document after another look; None when there was nothing new."""
    document = loaded(text)
    assert document.document is not None
    assert document.root is not None
    new = only_new(proposed(files), text, document.document)
    return merged(text, new, document.document, document.root) if new.tasks else None


def test_a_second_look_finds_nothing_new() -> None:
    text = render_document(proposed())
    assert is_ours(text)
    assert once_more(text, FILES) is None


def test_what_a_person_changed_stays_byte_for_byte_and_new_things_are_added() -> None:
    text = render_document(proposed())
    mine = text.replace("Test src/services/trust.ts", "my own name").replace("priority: critical", "priority: low")
    added = once_more(mine, {**FILES, "src/services/added.ts": CODE})
    assert added is not None
    body, memory = mine.split("# Keep these lines")
    assert added.startswith(body.rstrip("\n"))
    document = loaded(added).document
    assert document is not None
    (phase,) = document.phases[5:]
    assert [task.params["target"] for group in phase.groups for task in group.tasks] == ["src/services/added.ts"]
    assert (phase.id, phase.groups[0].id) == ("6", letters(1 + sum(len(p.groups) for p in document.phases[:5])))
    assert remembered_keys(added) > remembered_keys("# Keep these lines" + memory)
    assert once_more(added, {**FILES, "src/services/added.ts": CODE}) is None


def test_what_a_person_removed_is_not_proposed_again() -> None:
    lines = render_document(proposed()).splitlines(keepends=True)
    start = next(number for number, line in enumerate(lines) if "Routes" in line) - 1
    end = next(number for number, line in enumerate(lines) if number > start and line.startswith("  - id:"))
    text = "".join(lines[:start] + lines[end:])
    assert "src/routes/auth.ts" not in text
    assert once_more(text, FILES) is None


def test_line_ends_stay_as_they_are() -> None:
    text = render_document(proposed()).replace("\n", "\r\n")
    added = once_more(text, {**FILES, "src/services/added.ts": CODE})
    assert added is not None
    assert added.count("\n") == added.count("\r\n")
    assert added.startswith(text.split("# Keep these lines")[0].rstrip())
    assert once_more(added, {**FILES, "src/services/added.ts": CODE}) is None


def test_a_new_file_of_a_task_for_several_is_added_alone() -> None:
    two = {**FILES, ".github/workflows/more.yml": WORKFLOW}
    text = render_document(proposed(two))
    added = once_more(text, {**two, ".github/workflows/third.yml": WORKFLOW})
    assert added is not None
    assert added.removeprefix(text.split("\n# Keep these")[0].rstrip("\n")).count("third.yml") > 1
    assert added.removeprefix(text.split("\n# Keep these")[0].rstrip("\n")).count("more.yml") == 0


# ---------------------------------------------------------------- from a template


def test_a_template_keeps_what_fits_with_its_order() -> None:
    template = loaded(
        json.dumps(
            {
                "version": 1,
                "project": {"name": "model"},
                "params": {"least": {"default": 40, "type": "integer"}},
                "phases": [
                    {
                        "id": "1",
                        "groups": [
                            {
                                "id": "a",
                                "tasks": [
                                    {"id": "1.1", "name": "count", "type": "config_edit", "target": "jest.config.js",
                                     "action": "expand_coverage_collection"},
                                    {"id": "1.2", "name": "gone", "type": "config_edit", "target": "gone.yml",
                                     "action": "add_timeouts"},
                                ],
                            }
                        ],
                        "checkpoint": [{"type": "command", "command": ["python3", "-m", "pytest"]}],
                    },
                    {
                        "id": "2",
                        "depends_on": ["1"],
                        "groups": [{"id": "b", "tasks": [{"id": "2.1", "name": "look", "type": "manual",
                                                          "instructions": "look", "depends_on": ["1.1", "1.2"]}]}],
                    },
                ],
            }
        )
    ).document  # fmt: skip
    assert template is not None
    tree = TextTree(FILES)
    roadmap = adapt(template, survey(tree, "app"), tree, fine, shipped_pins())
    text = render_document(roadmap)
    document = loaded(text).document
    assert document is not None
    assert [(task.id, task.depends_on) for phase in document.phases for task in phase.groups[0].tasks] == [
        ("1.1", []),
        ("2.1", ["1.1"]),
    ]
    assert (document.phases[1].depends_on, document.params["least"].default) == (["1"], 40)
    assert [each.what for each in roadmap.left_out] == ["1.2 gone", "checkpoint command"]


# ---------------------------------------------------------------- text


@pytest.mark.parametrize(
    "text", ["yes", "1.10", "a: b", "- x", "", " x", "~", "{{ file }}", "@x", "ü", "a#b", "null", "é"]
)
def test_any_text_is_read_back_as_it_was(text: str) -> None:
    found = loaded(f"version: 1\nproject: {{name: x}}\nparams: {{p: {{default: {quoted(text)}}}}}\n{PHASES}").document
    assert found is not None
    assert found.params["p"].default == text


PHASES = "phases: [{id: '1', groups: [{id: a, tasks: [{id: '1.1', name: x, type: manual, instructions: x}]}]}]\n"


def test_values_on_one_line() -> None:
    assert flow({"a": [1, True, None, "x y"], "no": "on"}) == '{a: [1, true, null, x y], "no": "on"}'
    assert [letters(number) for number in (1, 26, 27, 52)] == ["a", "z", "aa", "az"]


def test_one_module_is_one_module() -> None:
    found = proposed({"shop.py": "def total(price):\n    if price > 1:\n        return 2\n    return price\n"}).found
    assert found[0] == "Python: 1 module with code of its own"
