"""`orchestrate tests` says where the tests of a module probably lie."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("there", "hint"),
    [
        (("unit/test_shop.py",), "--test-file tests/unit/test_shop.py"),
        (("unit/test_shop.py", "more/test_shop.py"), "--test-file names the tests"),
        ((), "--test-file names the tests"),
    ],
)
def test_tests_that_lie_elsewhere_are_named_where_one_file_has_their_name(
    tmp_path: Path, there: tuple[str, ...], hint: str
) -> None:
    (tmp_path / "shop.py").write_text("def total():\n    return 1\n")
    for name in there:
        (tmp_path / "tests" / name).parent.mkdir(parents=True)
        (tmp_path / "tests" / name).write_text("def test_it():\n    pass\n")
    done = asked(tmp_path, "report", "shop.py", "--test-file", "tests/test_shop.py")
    assert (done.returncode, done.stderr) == (
        2,
        f"error: tests/test_shop.py cannot be read: No such file or directory\n  hint: {hint}\n",
    )


def test_the_one_file_that_has_their_name_is_meant_where_nobody_says_which(tmp_path: Path) -> None:
    for path, text in {
        "src/shop/__init__.py": "",
        "src/shop/cart.py": "def total():\n    return 1\n",
        "tests/test_cart.py": "from shop.cart import total\n\n\ndef test_total():\n    assert total() == 1\n",
        "pyproject.toml": "[tool.pytest.ini_options]\npythonpath = ['src']\n",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    done = asked(tmp_path, "report", "src/shop/cart.py")
    assert (done.returncode, done.stdout.partition(",")[0]) == (
        0,
        "tests/test_cart.py: 1 test of src/shop/cart.py: statements 100 %",
    ), done.stderr


def asked(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "orchestrator", "tests", *words, "--project", "."]
    return subprocess.run(program, cwd=project, env=os.environ, capture_output=True, text=True, check=False)


def test_a_folder_of_typescript_is_a_target_as_one_of_python_is(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/cart.ts").write_text("export const total = 1;\n")
    done = asked(tmp_path, "report", "src")
    assert done.stderr.startswith("error: src/__tests__/cart.test.ts cannot be read: No such file or directory\n")


def test_modules_of_a_folder_that_have_tests_are_passed_over_and_told(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/cart.py").write_text("def total(count: int) -> int:\n    return count * 3\n")
    (tmp_path / "shop/price.py").write_text("def price(count: int) -> int:\n    return count + 3\n")
    assert asked(tmp_path, "generate", "shop/cart.py", "--write").returncode == 0
    [mine] = tmp_path.rglob("test_cart.py")
    mine.write_text("def test_mine():\n    pass\n")
    done = asked(tmp_path, "generate", "shop", "--write")
    assert done.stderr == f"left out: {mine.relative_to(tmp_path)} is there already; --force writes over it\n"
    assert (done.returncode, mine.read_text()) == (0, "def test_mine():\n    pass\n")
    assert "price(" in mine.with_name("test_price.py").read_text()
    again = asked(tmp_path, "generate", "shop/cart.py", "--write")
    assert again.stderr.startswith(f"error: {mine.relative_to(tmp_path)} is there already\n")
