"""Which TypeScript and JavaScript modules are meant, where their tests go, and which tools run them."""

import json

import pytest

from orchestrator.errors import TaskFailed
from orchestrator.testgen.typescript.doubles import place_of_doubles
from orchestrator.testgen.typescript.overlay import Overlay
from orchestrator.testgen.typescript.targets import TypeScriptTarget, describe, find_targets
from orchestrator.testgen.typescript.toolchain import find_toolchain


class Programs:
    """Programs on the path, as an attempt sees them."""

    def __init__(self, *names):
        self.names = names

    def find(self, name):
        return f"/usr/bin/{name}" if name in self.names else None


class Files:
    """A project in a temporary folder."""

    def __init__(self, root):
        self.root = root

    def write(self, *paths, text=""):
        for path in paths:
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(text)

    def install(self, name, version="1.0.0"):
        self.write(f"node_modules/{name}/package.json", text=json.dumps({"version": version}))

    def targets(self, target, test_file=None):
        return [(each.path, each.test_file) for each in find_targets(str(self.root), target, test_file)]


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path)


def test_tests_go_into_a_folder_beside_the_module(files):
    files.write("src/trust.service.ts", "src/a-b.js")
    assert files.targets("src/*.*s") == [
        ("src/a-b.js", "src/__tests__/a-b.test.js"),
        ("src/trust.service.ts", "src/__tests__/trust.service.test.ts"),
    ]


def test_tests_go_where_the_project_keeps_them_and_are_named_as_it_names_them(files):
    files.write("src/a.ts", "src/b.ts", "src/b.spec.ts")
    assert files.targets("src/a.ts") == [("src/a.ts", "src/a.spec.ts")]


def test_a_package_keeps_its_tests_as_its_own_tests_lie(files):
    files.write("packages/a/package.json", "packages/a/src/lib/__test__/x.spec.ts", "packages/a/src/y.ts")
    files.write("packages/b/package.json", "packages/b/src/z.ts", "src/__tests__/top.test.ts")
    assert files.targets("packages/a/src/y.ts") == [("packages/a/src/y.ts", "packages/a/src/__test__/y.spec.ts")]
    assert files.targets("packages/b/src/z.ts")[0][1].startswith("packages/b/src/__test")


def test_a_folder_means_its_modules_but_no_tests_types_or_installed_packages(files):
    files.write("src/a.ts", "src/a.d.ts", "src/__tests__/a.test.ts", "src/node_modules/x/i.js", "src/jest.config.js")
    assert files.targets("src") == [("src/a.ts", "src/__tests__/a.test.ts")]


def test_a_target_without_module_is_told(files):
    with pytest.raises(TaskFailed, match=r"^src/a.ts names no TypeScript or JavaScript module$"):
        files.targets("src/a.ts")


def test_one_test_file_is_for_one_module(files):
    files.write("src/a.ts", "src/b.ts")
    with pytest.raises(TaskFailed, match=r"^src names 2 modules, but `test_file` one file$"):
        files.targets("src", "tests/all.test.ts")


def test_a_module_is_described_by_reading_it(files):
    files.write("src/a.ts", text="export function one() {}\nexport default class Two {}\nexport const three = 3;\n")
    [line] = describe(str(files.root), find_targets(str(files.root), "src/a.ts"))
    assert line == "src/a.ts: 1 functions, 1 classes, 1 other exports -> src/__tests__/a.test.ts"


def test_the_runner_is_the_one_that_the_test_script_names(files):
    for name in ("typescript", "jest", "vitest"):
        files.install(name, "3.2.1")
    files.write("package.json", text=json.dumps({"type": "module", "scripts": {"test": "vitest run"}}))
    tools = find_toolchain(str(files.root), "src/a.ts", Programs("node"))
    assert (tools.runner, tools.version, tools.is_module, tools.api) == ("vitest", (3, 2), True, "vi")


@pytest.mark.parametrize(
    ("module", "settings", "needs_endings"),
    [
        ("a.js", "", True),
        ("a.ts", "", False),
        ("a.ts", r"extensionsToTreatAsEsm: ['.ts'], moduleNameMapper: { '^(\.{1,2}/.*)\.js$': '$1' }", True),
    ],
)
def test_jest_on_es_modules_finds_typescript_by_js_only_where_it_is_told_to(files, module, settings, needs_endings):
    for name in ("typescript", "jest"):
        files.install(name, "29.7.0")
    test = "node --experimental-vm-modules node_modules/.bin/jest"
    files.write("package.json", text=json.dumps({"type": "module", "scripts": {"test": test}}))
    files.write("jest.config.cjs", text=f"module.exports = {{ {settings} }};\n")
    assert find_toolchain(str(files.root), module, Programs("node")).needs_endings is needs_endings


@pytest.mark.parametrize(
    ("module", "settings", "is_module"),
    [
        ("a.js", "", True),
        ("a.mjs", "", True),
        ("a.cjs", "", False),
        ("a.ts", "", False),
        ("a.ts", "extensionsToTreatAsEsm: ['.ts']", True),
        ("a.ts", "preset: 'ts-jest/presets/default-esm'", True),
    ],
)
def test_jest_runs_typescript_as_es_modules_only_where_its_settings_say_so(files, module, settings, is_module):
    for name in ("typescript", "jest"):
        files.install(name, "29.7.0")
    test = "node --experimental-vm-modules node_modules/.bin/jest"
    files.write("package.json", text=json.dumps({"type": "module", "scripts": {"test": test}}))
    files.write("jest.config.cjs", text=f"module.exports = {{ {settings} }};\n")
    assert find_toolchain(str(files.root), module, Programs("node")).is_module is is_module


@pytest.mark.parametrize(
    ("module", "text", "is_script"),
    [
        ("a.js", "const b = require('./b');\n\nexports.c = () => import('./d');\n", True),
        ("a.cjs", "module.exports = 1;\n", True),
        ("a.js", "'use strict';\nimport b from './b';\n", False),
        ("a.js", "const b = 1;\nexport { b };\n", False),
        ("a.ts", "module.exports = 1;\n", False),
    ],
)
def test_a_module_without_import_and_export_is_a_script_in_javascript(files, module, text, is_script):
    for name in ("typescript", "jest"):
        files.install(name, "29.7.0")
    files.write("package.json", text="{}")
    files.write(module, text=text)
    assert find_toolchain(str(files.root), module, Programs("node")).is_script is is_script


@pytest.mark.parametrize(
    ("programs", "installed", "missing"),
    [
        ((), ("jest", "typescript"), "need Node"),
        (("node",), ("typescript",), "neither Jest nor Vitest"),
        (("node",), ("jest",), "no TypeScript compiler"),
    ],
)
def test_a_tool_that_is_missing_is_named(files, programs, installed, missing):
    for name in installed:
        files.install(name)
    files.write("package.json", text="{}")
    with pytest.raises(TaskFailed, match=missing):
        find_toolchain(str(files.root), "a.ts", Programs(*programs))


def test_the_copy_takes_back_what_was_written_and_leaves_the_project_alone(files, tmp_path_factory):
    files.write("src/a.ts", text="before")
    files.install("jest")
    overlay = Overlay(str(files.root), tmp_path_factory.mktemp("scratch") / "project")
    overlay.write("src/a.ts", "after")
    overlay.write("src/__tests__/a.test.ts", "new")
    assert overlay.path("node_modules/jest/package.json").exists()
    overlay.restore()
    assert overlay.path("src/a.ts").read_text() == "before"
    assert not overlay.path("src/__tests__/a.test.ts").exists()
    assert (files.root / "src/a.ts").read_text() == "before"


@pytest.mark.parametrize(
    ("test_file", "settings", "expected"),
    [
        ("tests/unit/users.test.ts", "", "tests/doubles.ts"),  # in the tree of the tests
        ("src/users.test.ts", "", "src/test/doubles.ts"),  # beside the modules there is none
        ("tests/users.test.ts", "module.exports = { testMatch: ['<rootDir>/tests/**/*.ts'] };", "src/test/doubles.ts"),
    ],
)
def test_the_doubles_stand_in_the_tree_of_the_tests_where_nobody_takes_them_for_tests(
    tmp_path, test_file, settings, expected
):
    (tmp_path / "src").mkdir()
    if settings:
        (tmp_path / "jest.config.js").write_text(settings)
    target = TypeScriptTarget(path="src/users.ts", test_file=test_file)
    assert place_of_doubles(str(tmp_path), ".", target) == (expected, "")
    (tmp_path / "src/test").mkdir()
    (tmp_path / "src/test/doubles.ts").write_text("export {};\n")
    assert place_of_doubles(str(tmp_path), ".", target) == (
        "src/test/doubles.ts",
        "export {};\n",
    )  # where they stood before
