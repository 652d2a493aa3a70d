"""Where the tests of a module go, learned from where the project has those of its neighbours."""

import json

import pytest

from orchestrator.edits.action import TextTree
from orchestrator.edits.pins import shipped_pins
from orchestrator.proposing.evidence import Evidence
from orchestrator.proposing.roadmap import propose_roadmap
from orchestrator.surveying.survey import survey

PYTHON = "def f(a):\n    return 1 if a else 2\n"
SCRIPT = "export function pick(n: number) {\n  if (n > 1 && n < 9) return 1;\n  return n;\n}\n"
PROJECT = {"pyproject.toml": "[tool.pytest.ini_options]\n"}


def placed(files: dict[str, str]) -> dict[str, str]:
    """Return the test file that is proposed for each module."""
    tree = TextTree(files)
    tasks = propose_roadmap(survey(tree, "app"), tree, Evidence(), lambda _: "", shipped_pins()).tasks
    return {str(task.fields["target"]): str(task.fields["test_file"]) for task in tasks if "test_file" in task.fields}


def test_a_module_of_python_follows_its_neighbours() -> None:
    present = [
        "app/deep/__init__.py",
        "test/plugins/__init__.py",
        "test/plugins/test_lyrics.py",
        "test/plugins/test_play.py",
        "test/test_files.py",
    ]
    sources = ["plug/lyrics.py", "plug/play.py", "plug/fish.py", "app/__init__.py", "app/files.py", "app/deep/tasks.py"]
    found = placed(PROJECT | dict.fromkeys(present, "") | dict.fromkeys(sources, PYTHON * 5))
    assert found == {
        "plug/fish.py": "test/plugins/test_fish.py",  # its folder is no package
        "plug/lyrics.py": "test/plugins/test_plug_lyrics.py",
        "plug/play.py": "test/plugins/test_plug_play.py",
        "app/__init__.py": "test/test_app.py",
        "app/files.py": "test/test_app_files.py",
        "app/deep/tasks.py": "test/test_tasks.py",  # as those of the package around it
    }


def test_tests_of_python_that_mirror_the_package_go_on_to() -> None:
    tests = ["tests/api/routes/test_article.py", "tests/core/utils/test_slug.py", "tests/test_app.py"]
    sources = ["shop/api/routes/article.py", "shop/core/utils/slug.py", "shop/services/article.py"]
    packages = ["shop/__init__.py", *(f"{path.rpartition('/')[0]}/__init__.py" for path in sources)]
    found = placed(PROJECT | dict.fromkeys([*tests, *packages], "") | dict.fromkeys(sources, PYTHON * 5))
    assert found == {
        "shop/api/routes/article.py": "tests/api/routes/test_routes_article.py",
        "shop/core/utils/slug.py": "tests/core/utils/test_utils_slug.py",
        "shop/services/article.py": "tests/services/test_services_article.py",  # the test of that name is the route's
    }


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("pkg/web/__init__.py", "tests/test_web.py"),
        ("pkg/__main__.py", "tests/test_main.py"),
        ("pkg/PriceService.py", "tests/test_price_service.py"),
    ],
)
def test_a_test_of_python_is_named_as_one_would_name_it(module: str, expected: str) -> None:
    files = PROJECT | {"pkg/__init__.py": "", "tests/test_other.py": "", module: PYTHON}
    assert placed(files) == {module: expected}


@pytest.mark.parametrize(
    ("module", "test"),
    [("pkg/web/__init__.py", "tests/test_web.py"), ("pkg/PriceService.py", "tests/test_price_service.py")],
)
def test_tests_are_known_by_the_name_of_the_package_and_in_small_letters(module: str, test: str) -> None:
    tree = TextTree(PROJECT | {"pkg/__init__.py": "", test: "", module: PYTHON})
    (found,) = survey(tree, "app").modules
    assert found.tests == (test,)


def test_each_package_of_a_monorepo_has_its_own_way() -> None:
    files = {
        "package.json": json.dumps({"workspaces": ["packages/*"], "devDependencies": {"vitest": "3"}}),
        "vitest.config.ts": "export default {}",
        "node_modules/vitest/package.json": "{}",
        "packages/api/package.json": "{}",
        "packages/web/package.json": "{}",
        "packages/api/test/utils/format.test.ts": "",
        "packages/web/src/view.test.ts": "",
        "packages/api/src/utils/parse.ts": SCRIPT,
        "packages/api/src/plugins/env.ts": SCRIPT,
        "packages/web/src/list.ts": SCRIPT,
        "eslint-plugin-house.cjs": SCRIPT,  # a rule for those who work here
    }
    assert placed(files) == {
        "packages/api/src/utils/parse.ts": "packages/api/test/utils/parse.test.ts",
        "packages/api/src/plugins/env.ts": "packages/api/test/plugins/env.test.ts",
        "packages/web/src/list.ts": "packages/web/src/list.test.ts",
    }
