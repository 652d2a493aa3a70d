"""Which tests of a project count as being there already."""

import pytest

from orchestrator.testgen.python.existing import find_tests


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("from shop.prices import total", True),
        ("from shop import prices", True),
        ("import shop.prices", True),
        ("import shop", True),
        ("from shop import other", True),
        ("import shopping", False),
        ("import shop.stock", False),
        ("import shop.(", False),
    ],
)
def test_files_that_import_the_module_or_its_package_count(tmp_path, line, counts):
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks/test_prices.py").write_text(line + "\n")
    assert find_tests(str(tmp_path), "shop.prices", "tests/test_prices.py") == ["checks/test_prices.py"] * counts


@pytest.mark.parametrize("place", ["node_modules/test_a.py", ".venv/test_a.py", "a.py", "own/test_own.py"])
def test_other_files_do_not(tmp_path, place):
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).write_text("import shop\n")
    assert find_tests(str(tmp_path), "shop", "own/test_own.py") == []
