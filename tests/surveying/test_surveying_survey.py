"""What a repository is made of, read from its files alone."""

import json

import pytest

from orchestrator.edits.action import TextTree
from orchestrator.surveying.facts import Facts, Kind, Language, Runner
from orchestrator.surveying.survey import survey

CODE = "export function twice(n: number) {\n  return n > 1 ? n * 2 : n;\n}\n"


def of(texts: dict[str, str]) -> Facts:
    return survey(TextTree(texts), "here")


def manifest(**fields: object) -> str:
    return json.dumps({"name": "app", **fields})


JEST = {
    "package.json": manifest(scripts={"test": "jest"}, devDependencies={"jest": "29"}),
    "jest.config.js": "module.exports = {};\n",
    "src/services/score.service.ts": CODE,
    "src/services/__tests__/score.service.test.ts": "test('x', () => {});\n",
    "src/test/setup.ts": CODE,
    "src/types.d.ts": "export type A = string;\n",
    "dist/score.js": CODE,
}


def test_a_jest_suite_is_about_all_sources_and_no_test() -> None:
    (suite,) = of(JEST).suites
    assert (suite.runner, suite.folder, suite.config) == (Runner.JEST, ".", "jest.config.js")
    assert suite.sources == ("src/**/*.ts",)
    assert suite.tests == ("src/services/__tests__/score.service.test.ts",)
    assert set(suite.excluded) >= {"**/*.{test,spec}.*", "**/__tests__/**", "**/test/**", "**/*.d.ts"}
    assert not suite.installed


@pytest.mark.parametrize(
    ("script", "options"),
    [
        ("NODE_OPTIONS=--experimental-vm-modules jest", "--experimental-vm-modules"),
        (
            "NODE_ENV=test NODE_OPTIONS='--experimental-vm-modules --no-warnings' jest",
            "--experimental-vm-modules --no-warnings",
        ),
        ('cross-env NODE_OPTIONS="--experimental-vm-modules" jest', "--experimental-vm-modules"),
        ("node --experimental-vm-modules node_modules/jest/bin/jest.js", "--experimental-vm-modules"),
        ("NODE_OPTIONS=$OTHERS jest", ""),
        ("NODE_OPTIONS=--no-warnings tsc && jest", "--no-warnings"),
        ("jest", ""),
    ],
)
def test_a_suite_knows_what_its_script_tells_node(script: str, options: str) -> None:
    """Without it Jest runs no ES modules, and everything would count as not covered."""
    (suite,) = of({**JEST, "package.json": manifest(scripts={"test": script}, devDependencies={"jest": "29"})}).suites
    assert suite.node_options == options


def test_a_module_knows_the_test_that_is_named_after_it() -> None:
    (module,) = of(JEST).modules
    assert (module.path, module.kind, module.tests) == (
        "src/services/score.service.ts",
        Kind.SERVICE,
        ("src/services/__tests__/score.service.test.ts",),
    )


def test_a_test_of_another_folder_with_a_common_name_is_no_test_of_a_module() -> None:
    facts = of(
        {
            "package.json": manifest(devDependencies={"vitest": "3"}),
            "src/one/index.ts": CODE,
            "src/two/index.ts": CODE,
            "src/two/index.test.ts": "",
        }
    )
    assert [(module.path, module.tests) for module in facts.modules] == [
        ("src/one/index.ts", ()),
        ("src/two/index.ts", ("src/two/index.test.ts",)),
    ]


def test_each_package_of_a_workspace_has_its_own_suite() -> None:
    facts = of(
        {
            "package.json": manifest(workspaces=["packages/*"]),
            "pnpm-lock.yaml": "",
            "packages/a/package.json": manifest(scripts={"test": "vitest run"}, devDependencies={"vitest": "3"}),
            "packages/a/src/a.ts": CODE,
            "packages/a/test/a.test.ts": "",
            "packages/b/package.json": manifest(scripts={"test": "jest"}, devDependencies={"jest": "29"}),
            "packages/b/b.js": CODE,
            "packages/b/b.spec.js": "",
        }
    )
    assert [(suite.name, suite.sources) for suite in facts.suites] == [
        ("vitest in packages/a", ("src/**/*.ts",)),
        ("jest in packages/b", ("*.js",)),
    ]
    assert facts.suites[0].needs == ("@vitest/coverage-v8",)
    assert {package.manager for package in facts.packages} == {"pnpm"}


def test_one_config_over_all_packages_stands_for_them() -> None:
    facts = of(
        {
            "package.json": manifest(scripts={"test": "vitest"}, devDependencies={"vitest": "3"}),
            "vitest.config.ts": "export default { test: { projects: ['packages/*'] } };\n",
            "packages/a/package.json": manifest(devDependencies={"vitest": "3"}),
            "packages/a/src/a.ts": CODE,
            "packages/a/src/a.test.ts": "",
        }
    )
    assert [(suite.name, suite.sources) for suite in facts.suites] == [("vitest", ("packages/**/*.ts",))]


def test_a_config_at_the_root_runs_the_packages_that_have_none() -> None:
    facts = of(
        {
            "package.json": manifest(devDependencies={"vitest": "3", "@vitest/coverage-v8": "3"}),
            "vitest.config.ts": "export default merge(base, {});\n",
            "apps/a/package.json": manifest(scripts={"test": "cd ../.. && vitest run"}),
            "apps/a/src/a.ts": CODE,
            "apps/a/src/a.test.ts": "",
            "apps/b/package.json": manifest(devDependencies={"jest": "29"}),
            "apps/b/jest.config.js": "",
            "apps/b/src/b.ts": CODE,
            "apps/b/src/b.test.ts": "",
        }
    )
    assert [(suite.name, suite.tests) for suite in facts.suites] == [
        ("vitest", ("apps/a/src/a.test.ts",)),
        ("jest in apps/b", ("apps/b/src/b.test.ts",)),
    ]


PYTHON = {
    "pyproject.toml": '[project]\nname = "thing"\ndependencies = ["fastapi>=1"]\n[tool.pytest.ini_options]\n',
    "uv.lock": "",
    "src/thing/__init__.py": "from thing.api import app\n",
    "src/thing/api.py": "@app.get('/x')\ndef x():\n    return 1 if True else 2\n",
    "src/thing/names.py": "NAMES = ['a']\n",
    "tests/test_api.py": "def test_x():\n    assert True\n",
    "docs/conf.py": "def setup(app):\n    pass\n",
}


def test_a_python_package_below_src_has_a_pytest_suite() -> None:
    facts = of(PYTHON)
    (suite,) = facts.suites
    assert (suite.runner, suite.sources, suite.config) == (Runner.PYTEST, ("src/thing",), "pyproject.toml")
    assert [(module.path, module.kind, module.tests) for module in facts.modules] == [
        ("src/thing/api.py", Kind.ROUTE, ("tests/test_api.py",))
    ]
    assert (facts.frameworks, facts.languages) == (("FastAPI",), (Language.PYTHON,))


def test_both_languages_have_a_suite_each() -> None:
    facts = of({**JEST, **{f"services/{path}": text for path, text in PYTHON.items()}})
    assert [suite.name for suite in facts.suites] == ["jest", "pytest in services"]


@pytest.mark.parametrize(
    ("script", "runner"), [("tap test", "tap"), ("c8 mocha", "Mocha"), ("tsx --test test/*.ts", "node:test")]
)
def test_another_runner_is_said_instead_of_guessed(script: str, runner: str) -> None:
    facts = of({"package.json": manifest(scripts={"test": script}), "src/a.ts": CODE, "test/a.test.ts": ""})
    assert facts.suites == ()
    assert f"its tests are run by {runner}" in facts.unmeasured[0]


def test_hostile_manifests_are_taken_for_none() -> None:
    broken = {"package.json": "[1", "pyproject.toml": "x = [", "tox.ini": "nothing", "a.py": "def f():\n    pass\n"}
    assert of(broken).suites == ()
    assert of({"package.json": '{"scripts": 3, "dependencies": ["x"], "name": 7}'}).packages[0].scripts == {}


def test_complexity_does_not_count_what_stands_in_texts_and_comments() -> None:
    plain = "def f(a):\n    # if and or\n    '''if x: or'''\n    return 'if' if a else 'and'\n"
    (module,) = of({"a.py": plain}).modules
    assert module.decisions == 1
    (module,) = of({"a.ts": "// if (x) && y\nexport const f = (a?: string) => (a ? 'if (' : `||`);\n"}).modules
    assert module.decisions == 1


def test_workflows_and_containers_are_found() -> None:
    facts = of({".github/workflows/ci.yml": "", "Dockerfile": "", "deploy/api.Dockerfile": "", "ruff.toml": ""})
    assert facts.workflows == (".github/workflows/ci.yml",)
    assert facts.dockerfiles == ("Dockerfile", "deploy/api.Dockerfile")
    assert facts.lint == ("ruff.toml",)


def test_what_only_examples_use_is_not_what_the_repository_is_made_with() -> None:
    files = {
        "package.json": '{"dependencies": {"fastify": "5"}}',
        "examples/package.json": '{"dependencies": {"graphql": "16"}}',
        "packages/docs/package.json": '{"dependencies": {"express": "5"}}',
        "src/app.ts": "export const f = () => 1;\n",
    }
    assert survey(TextTree(files), "x").frameworks == ("Fastify",)


def test_tasks_of_an_application_are_sources_and_those_of_invoke_are_not() -> None:
    code = "def f():\n    return 1\n"
    files = {"tasks.py": code, "app/service/tasks.py": code, "pyproject.toml": ""}
    assert [module.path for module in survey(TextTree(files), "x").modules] == ["app/service/tasks.py"]


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("shop/__init__.py", "app = Flask(__name__)\n\ndef f(): pass\n", Kind.ENTRY),
        ("shop/__init__.py", "def f(): pass\n", Kind.LIBRARY),
        ("shop/plugins.py", "def f(): pass\n", Kind.LIBRARY),
        ("shop/middleware/plugins.py", "def f(): pass\n", Kind.MIDDLEWARE),
        ("src/plugins/env.ts", "export function f() {}\n", Kind.MIDDLEWARE),
    ],
)
def test_a_package_of_python_is_no_set_up_and_its_plugins_are_none(path: str, text: str, kind: Kind) -> None:
    (module,) = survey(TextTree({path: text}), "app").modules
    assert module.kind is kind
