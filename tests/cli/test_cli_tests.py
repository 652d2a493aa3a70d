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
    words = ["tests", "report", "shop.py", "--test-file", "tests/test_shop.py", "--project", "."]
    program = [sys.executable, "-m", "orchestrator", *words]
    done = subprocess.run(program, cwd=tmp_path, env=os.environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        2,
        f"error: tests/test_shop.py cannot be read: No such file or directory\n  hint: {hint}\n",
    )
