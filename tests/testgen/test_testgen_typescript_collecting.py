"""Where generated tests of TypeScript and JavaScript are collected by the project's own runner."""

import pytest

from orchestrator.testgen.typescript.targets import find_targets

JEST = "module.exports = {{ testMatch: [{}] }};\n"
VITEST = "export default {{ test: {{ include: [{}], coverage: {{ include: ['src/**/*.ts'] }} }} }};\n"


@pytest.fixture
def placed(tmp_path):
    """Return what says where the tests of a module go under settings."""

    def place(module, **files):
        for name, text in {module: "export const a = 1;\n", **files}.items():
            path = tmp_path / name.replace("__", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        [target] = find_targets(str(tmp_path), module)
        return target.test_file

    return place


def test_without_settings_tests_stand_in_a_folder_beside_the_module(placed):
    assert placed("src/a/b.ts") == "src/a/__tests__/b.test.ts"


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        ("'**/__tests__/**/*.[jt]s?(x)', '**/?(*.)+(spec|test).[jt]s?(x)'", "src/a/__tests__/b.test.ts"),
        ("'<rootDir>/tests/**/*.test.ts'", "tests/a/b.test.ts"),
        ("'<rootDir>/tests/*.test.ts'", "tests/b.test.ts"),
        ("'**/*.spec.ts'", "src/a/__tests__/b.spec.ts"),
        ("'<rootDir>/src/**/*.{spec,test}.{ts,tsx}'", "src/a/__tests__/b.test.ts"),
        ("'<rootDir>/test/unit/**/*.spec.js'", "test/unit/a/b.spec.js"),
    ],
)
def test_what_jest_collects_says_where_tests_go(placed, patterns, expected):
    assert placed("src/a/b.ts", jest__config__js=JEST.format(patterns)) == expected


def test_what_vitest_collects_says_where_tests_go_and_not_what_is_covered(placed):
    assert placed("src/b.ts", vitest__config__ts=VITEST.format('"tests/**/*.test.ts"')) == "tests/b.test.ts"


def test_roots_of_jest_say_where_tests_go(placed):
    config = "module.exports = { roots: ['<rootDir>/tests'] };\n"
    assert placed("src/b.ts", jest__config__js=config) == "tests/b.test.ts"


def test_settings_in_package_json_and_of_the_nearest_package_count(placed):
    own = '{"jest": {"testMatch": ["<rootDir>/checks/**/*.test.mjs"]}}'
    config = JEST.format("'<rootDir>/tests/**/*.test.ts'")
    files = {"packages/one/package.json": own, "jest.config.js": config}
    assert placed("packages/one/src/b.mjs", **files) == "packages/one/checks/b.test.mjs"


@pytest.mark.parametrize(
    ("version", "expected"), [("29.7.0", "src/__tests__/b.test.js"), ("30.1.0", "src/__tests__/b.test.cjs")]
)
def test_jest_collects_cjs_only_from_version_30_on(placed, version, expected):
    assert placed("src/b.cjs", **{"node_modules/jest/package.json": f'{{"version": "{version}"}}'}) == expected
