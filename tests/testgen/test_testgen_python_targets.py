"""Which modules a target means, and under which names they are imported."""

import pytest

from orchestrator.errors import TaskFailed
from orchestrator.testgen.python.targets import default_test_file, describe, find_python, find_targets, import_mode


@pytest.fixture
def project(tmp_path):
    def write(*paths, text=""):
        for path in paths:
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        return tmp_path

    return write


def test_a_module_of_a_package_is_imported_from_where_the_package_begins(project):
    root = project("src/shop/__init__.py", "src/shop/prices.py")
    [found] = find_targets(str(root), "src/shop/prices.py")
    assert (found.module, found.import_root) == ("shop.prices", str(root / "src"))
    assert found.test_file == "src/shop/tests/test_prices.py"


def test_a_package_is_its_init_file(project):
    root = project("shop/__init__.py")
    [found] = find_targets(str(root), "shop/__init__.py")
    assert (found.module, found.test_file) == ("shop", "shop/tests/test_shop.py")


def test_a_folder_means_its_modules_but_no_tests_and_no_scripts(project):
    root = project("a.py", "b/c.py", "tests/test_a.py", "test_x.py", "conftest.py", "setup.py", ".venv/lib/x.py")
    assert [each.path for each in find_targets(str(root), ".")] == ["a.py", "b/c.py"]


def test_a_glob_means_what_it_matches(project):
    root = project("a.py", "b/c.py", "b/d.py")
    assert [each.path for each in find_targets(str(root), "b/*.py")] == ["b/c.py", "b/d.py"]


def test_a_file_that_is_named_is_taken_whatever_it_is_called(project):
    assert [each.path for each in find_targets(str(project("setup.py")), "setup.py")] == ["setup.py"]


def test_no_module_is_an_error(project):
    with pytest.raises(TaskFailed, match=r"^nothing\.py names no Python module$"):
        find_targets(str(project("a.py")), "nothing.py")


def test_one_test_file_is_for_one_module(project):
    with pytest.raises(TaskFailed, match=r"names 2 modules, but `test_file` one file"):
        find_targets(str(project("a.py", "b.py")), ".", "tests/test_it.py")


@pytest.mark.parametrize(
    ("present", "module", "test_file"),
    [
        ((), "shop/_rules.py", "shop/tests/test_rules.py"),
        ((), "shop/__init__.py", "shop/tests/test_shop.py"),
        (("tests/test_money.py",), "src/billing/money.py", "tests/test_billing_money.py"),
        (("tests/test_money.py",), "src/billing/__init__.py", "tests/test_billing.py"),
        (("tests/test_money.py",), "money.py", "tests/test_money.py"),
        (("tests/unit/test_money.py",), "billing/money.py", "tests/test_billing_money.py"),
        (("tests/test_all.py", "shop/tests/test_rules.py"), "shop/rules.py", "shop/tests/test_rules.py"),
        (("tests/data.py",), "shop/rules.py", "shop/tests/test_rules.py"),
    ],
)
def test_tests_go_to_the_nearest_tests_else_beside_the_module(project, present, module, test_file):
    root = project(*present, module)
    assert default_test_file(str(root), module) == test_file


def test_the_nearest_virtual_environment_runs_the_tests(project):
    root = project(".venv/bin/python", "services/one/venv/bin/python", "services/one/main.py", "main.py")

    def find(name):
        return f"/usr/bin/{name}"

    assert find_python(str(root), "services/one/main.py", find, "") == str(root / "services/one/venv/bin/python")
    assert find_python(str(root), "main.py", find, "") == str(root / ".venv/bin/python")


def test_without_one_it_is_what_the_path_has(project):
    assert find_python(str(project("a.py")), "a.py", {"python3": "/usr/bin/python3"}.get, "ours") == "/usr/bin/python3"
    assert find_python(str(project("a.py")), "a.py", {}.get, "ours") == "ours"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", '[tool.pytest.ini_options]\naddopts = ["-q", "--import-mode=importlib"]\n'),
        ("pytest.ini", "[pytest]\naddopts = --import-mode importlib\n"),
        ("setup.cfg", "[tool:pytest]\naddopts = --import-mode=importlib\n"),
    ],
)
def test_the_import_mode_of_the_project_is_kept(project, name, text):
    root = project(name, text=text)
    assert import_mode(str(root), "tests/test_a.py") == ("--import-mode=importlib",)


def test_a_module_is_described_without_running_it(project):
    source = (
        "import nothing_like_it\n\ndef f(x):\n    '''\n    >>> f(1)\n    2\n    '''\n    return x + 1 if x else 0\n"
    )
    root = project("a.py", text=source)
    expected = "a.py: 1 functions, 0 classes with 0 methods, 1 branches, 1 calls in docstrings -> tests/test_a.py"
    assert describe(str(root), find_targets(str(root), "a.py")) == (expected,)


def test_a_package_without_init_that_tests_import_by_name_is_one(tmp_path):
    for name, text in (("plug/types.py", ""), ("plug/fish.py", ""), ("test/test_fish.py", "from plug import fish\n")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    [found] = find_targets(str(tmp_path), "plug/fish.py")
    assert (found.module, found.import_root) == ("plug.fish", str(tmp_path))
    (tmp_path / "test/test_fish.py").write_text("import fish\n")
    [found] = find_targets(str(tmp_path), "plug/fish.py")
    assert (found.module, found.import_root) == ("fish", str(tmp_path / "plug"))
