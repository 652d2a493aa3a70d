"""What Pynguin and the Hypothesis ghostwriter write for a module, unattended."""

import os
import subprocess
import tempfile
from pathlib import Path

_SPARE = 240  # seconds beyond its search time that Pynguin gets: on a busy machine it starts and ends slowly


def pynguin(project: Path, module: str, seconds: float) -> str:
    """Return Pynguin's test file; empty when it does not finish."""
    with tempfile.TemporaryDirectory() as folder:
        command = [str(project / ".venv/bin/pynguin"), "--project-path", str(project), "--module-name", module]
        command += ["--output-path", folder, "--maximum-search-time", str(int(seconds)), "--seed", "1"]
        _run(command, project, seconds + _SPARE, {"PYNGUIN_DANGER_AWARE": "1"})
        found = [each for each in Path(folder).glob("test_*.py") if "failing" not in each.name]
        return "\n\n".join(each.read_text() for each in found)


def ghostwriter(project: Path, module: str, seconds: float) -> str:
    """Return what `hypothesis write` gives."""
    command = [str(project / ".venv/bin/hypothesis"), "write", "--style", "pytest", module]
    return _run(command, project, seconds, {"PYTHONPATH": str(project)})


def _run(command: list[str], folder: Path, seconds: float, env: dict[str, str]) -> str:
    try:
        return subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **env},
            timeout=seconds,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=False,
        ).stdout
    except subprocess.TimeoutExpired:
        return ""
