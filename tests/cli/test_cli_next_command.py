"""What is named as the next command works when it is pasted where its user stands."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

DOCUMENT = """\
version: 1
project: {name: next}
phases:
  - id: "1"
    groups:
      - id: a
        execution: parallel
        tasks:
          - {id: "1.1", name: look, type: manual, instructions: Look., evidence: required}
          - {id: "1.2", name: fail, type: command, command: ["false"], critical: false}
"""
Shell = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The program as a script that stands beside the repository and not on PATH."""
    script = tmp_path / "tools" / "orchestrate"
    script.parent.mkdir()
    script.write_text(
        f"#!{sys.executable}\nimport sys\nfrom orchestrator.__main__ import program\nsys.exit(program())\n"
    )
    script.chmod(0o755)
    return script


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Types a line in a folder of the repository, without a terminal."""
    repository = tmp_path / "my repository"
    (repository / "src").mkdir(parents=True)
    (repository / "plans").mkdir()
    (repository / "plans" / "p.yaml").write_text(DOCUMENT.replace("name: next", "name: next, root: .."))
    subprocess.run(["git", "init", "-q", repository], check=True)

    def type_line(text: str, folder: str = ".", **env: str) -> "subprocess.CompletedProcess[str]":
        words, where = shlex.split(text), repository / folder
        return subprocess.run(words, cwd=where, capture_output=True, text=True, check=False, env={**os.environ, **env})

    return type_line


def named(text: str) -> list[str]:
    """Return the commands below `next:`."""
    rows = text[text.index("next: ") + 6 :].split("\n")
    return [row.strip() for row in rows if row.strip()]


@pytest.mark.parametrize("folder", [".", "src"])
def test_next_lines_work_from_the_folder_where_they_were_shown(program: Path, shell: Shell, folder: str) -> None:
    up = os.path.relpath(program, program.parents[1] / "my repository")
    first = shell(f"{up} run --all -c plans/p.yaml --ui plain")
    assert first.returncode == 1
    assert named(first.stderr) == [
        f"{up} logs 1.2 -c plans/p.yaml",
        f"{up} approve 1.1 --evidence 'a text, or the path of a file' -c plans/p.yaml",
        f"{up} resume -c plans/p.yaml",
    ]
    here = f"../{up}" if folder == "src" else up
    shown = named(shell(f"{here} status", folder).stdout)
    assert shown == [
        f"{here} logs 1.2",
        f"{here} approve 1.1 --evidence 'a text, or the path of a file'",
        f"{here} resume",
    ]
    logs, approve, resume = shown
    assert shell(logs, folder).returncode == 0
    refused = shell(approve, folder)  # nobody's evidence: who reads it puts the real one in its place
    assert (refused.returncode, "task 1.1 needs evidence" in refused.stderr) == (2, True)
    approved = shell(approve.replace("a text, or the path of a file", "seen"), folder)
    assert (approved.returncode, named(approved.stdout)) == (0, [f"{here} resume"])
    assert shell(resume, folder).returncode == 1
    *_, again = named(shell(f"{here} status", folder).stdout)
    assert again.startswith(f"{here} run --failed --config '/")
    assert shell(again, folder).returncode == 1  # it ran: 1.2 fails anew


def test_where_path_leads_to_the_program_it_is_called_by_its_name(program: Path, shell: Shell) -> None:
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    run = shell(f"{program} run --task 1.2 --config plans/p.yaml --ui plain", PATH=path)
    assert named(run.stderr)[0] == "orchestrate logs 1.2 --config plans/p.yaml"
    elsewhere = shell(f"{program} status")
    assert named(elsewhere.stdout)[0] == f"{program} logs 1.2"


def test_an_older_run_is_named_by_its_id(program: Path, shell: Shell) -> None:
    shell(f"{program} run --task 1.2 --config plans/p.yaml --ui none")
    older = shell(f"{program} history --limit 1").stdout.split()[0]
    shell(f"{program} run --task 1.2 --config plans/p.yaml --ui none")
    (logs,) = named(shell(f"{program} status {older}").stdout)
    assert logs == f"{program} logs 1.2 --run {older}"
    assert shell(logs).returncode == 0
