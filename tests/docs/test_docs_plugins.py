"""The task type that docs/plugins.md shows is installed as it says, and used."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs/plugins.md").read_text()
PYTHON = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)  # the package, its test
BLOCKS = dict(re.findall(r"```(python|toml|yaml)\n(.*?)```", PAGE, re.DOTALL))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository with the document of the page, beside a folder in which its package is installed."""
    info = tmp_path / "site/acme_stamp-1.dist-info"
    info.mkdir(parents=True)
    (tmp_path / "site/acme.py").write_text(PYTHON[0])
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-stamp\nVersion: 1\n")
    section = re.search(r'\[project\.entry-points\."(.*)"\]', BLOCKS["toml"])
    assert section is not None
    entry = BLOCKS["toml"].splitlines()[1].replace('"', "")
    (info / "entry_points.txt").write_text(f"[{section[1]}]\n{entry}\n")
    root = tmp_path / "repository"
    root.mkdir()
    (root / "phases.yaml").write_text(BLOCKS["yaml"])
    return root


def orchestrate(root: Path, *words: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(root.parent / "site")}
    program = [sys.executable, "-m", "orchestrator", *words]
    done = subprocess.run(program, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_it_is_known_previewed_run_found_done_and_undone(repository: Path) -> None:
    assert "handler stamp (acme-stamp): Write one line into a file.\n" in orchestrate(repository, "handlers", "stamp")
    orchestrate(repository, "validate", "--strict")
    assert "+hello\n" in orchestrate(repository, "run", "--all", "--dry-run")
    assert not (repository / "STAMP").exists()
    assert "wrote STAMP" in orchestrate(repository, "run", "--all")
    assert (repository / "STAMP").read_text() == "hello\n"
    assert "says so already" in orchestrate(repository, "run", "--all", "--force")
    orchestrate(repository, "undo", "--yes")
    assert not (repository / "STAMP").exists()


def test_its_test_passes(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "test_acme.py").write_text(PYTHON[1])
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", "test_acme.py"]
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "2 passed" in done.stdout) == (0, True), done.stdout
