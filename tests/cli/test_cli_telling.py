"""`run --report FILE` and `--junit FILE`: the run told when it has ended, however it did."""

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

DOCUMENT = """\
version: 1
project: {name: told}
phases:
  - id: "1"
    groups:
      - id: a
        tasks:
          - {id: "1.1", name: fine, type: command, command: ["true"]}
          - {id: "1.2", name: gone, type: command, command: ["sh", "-c", "rm -rf reports && [ ! -e bad ]"]}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "phases.yaml").write_text(DOCUMENT)
    (tmp_path / "out").mkdir()
    return tmp_path


def run(root: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "orchestrator", "run", "--all", "--quiet", *words]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, env=dict(os.environ))


def test_a_run_that_failed_is_told_in_all_files(root: Path) -> None:
    (root / "bad").touch()
    done = run(root, "--report", "out/run.html", "--junit", "out/results")
    assert done.returncode == 1
    assert done.stderr.endswith("wrote out/run.html\nwrote out/results\n")
    assert (root / "out/run.html").read_text().startswith("<!doctype html>")
    assert ElementTree.parse(root / "out/results").find("testsuite/testcase/failure") is not None


def test_files_of_the_run_are_nobodys_change(root: Path) -> None:
    assert run(root, "--report", "run.md").returncode == 0
    assert "1 of 2 tasks done" not in (root / "run.md").read_text()
    assert "run.md" not in (root / "run.md").read_text()


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--report", "run.pdf"], 2, "nothing says in which format to write run.pdf"),
        (["--report", "none/run.md"], 10, "none/run.md cannot be written: there is no such folder"),
        (["--junit", "out"], 10, "out cannot be written: it is a folder"),
        (["--report", "run.md", "--dry-run"], 2, "--dry-run and --report contradict each other"),
        (["--junit", "run.xml", "--dry-run"], 2, "--dry-run and --junit contradict each other"),
    ],
)
def test_what_cannot_be_written_is_refused_before_the_run(
    root: Path, words: list[str], code: int, message: str
) -> None:
    done = run(root, *words)
    assert (done.returncode, done.stderr.split("\n")[0]) == (code, f"error: {message}")
    history = [sys.executable, "-m", "orchestrator", "history"]
    assert subprocess.run(history, cwd=root, capture_output=True, text=True, check=False).stdout.count("\n") <= 1


@pytest.mark.parametrize(("bad", "code"), [(False, 10), (True, 1)])
def test_a_file_that_is_lost_at_the_end_is_said_and_a_failure_stays_one(root: Path, bad: bool, code: int) -> None:
    (root / "reports").mkdir()
    if bad:
        (root / "bad").touch()
    done = run(root, "--report", "reports/run.md")
    assert done.returncode == code
    assert (
        "error: reports/run.md cannot be written: No such file or directory\n  hint: orchestrate report 2"
        in done.stderr
    )
