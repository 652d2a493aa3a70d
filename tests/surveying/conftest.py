"""A repository with a package that is half tested, and an interpreter of its own that has pytest and coverage."""

from pathlib import Path

import pytest
from interpreter import put_interpreter

FILES = {
    "pkg/__init__.py": "",
    "pkg/half.py": "def half(n):\n    if n > 1:\n        return n / 2\n    return 0\n",
    "pkg/never.py": "def never():\n    return 1\n",
    "tests/test_half.py": "from pkg.half import half\n\n\ndef test_half():\n    assert half(4) == 2\n",
    "pyproject.toml": "[tool.pytest.ini_options]\npythonpath = ['.']\n",
}


def plant(root: Path) -> Path:
    """Write the repository; its interpreter is ours."""
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    put_interpreter(root)
    return root


@pytest.fixture
def half_tested(tmp_path: Path) -> Path:
    return plant(tmp_path / "half-tested")
