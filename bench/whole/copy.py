"""The copy of the demo repository that is worked on, and what runs in it."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.engine_share import HERE, Share, measure

CONFIG = HERE / "config/phases.yaml"
SERVICES = HERE / ".demo/venv"
_LOOKS = 0.05  # seconds: a run of minutes need not be looked at a hundred times a second


class Copy:
    """A fresh copy below `root`; `services` is the environment with the Python packages of its services."""

    def __init__(self, root: Path, services: Path, database: str | None) -> None:
        self.root = root
        own = Path(sys.executable).parent
        self.env = {**os.environ, "PATH": f"{services}/bin:{own}:{os.environ['PATH']}", "PYTHONPATH": str(HERE)}
        self.env.pop("DATABASE_URL", None)
        if database is not None:
            self.env["DATABASE_URL"] = database

    def orchestrate(self, *words: str, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
        """Run one of our commands; the roadmap is ours, the repository is the copy (or `cwd`)."""
        return self.run(self._argv(*words, root=cwd), cwd=cwd)

    def watched(self, *words: str) -> Share:
        """Run one of our commands with its output shown, and say what our own processes took of it."""
        return measure(self._argv(*words), self.root, self.env, output=None, looks=_LOOKS)

    def run(
        self, argv: Sequence[str], *, cwd: Path | None = None, env: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run a program in the copy."""
        given = {**self.env, **(env or {})}
        return subprocess.run(argv, cwd=cwd or self.root, env=given, capture_output=True, text=True, check=False)

    def _argv(self, command: str, *words: str, root: Path | None = None) -> list[str]:
        common = ["--config", str(CONFIG), "--project", str(root or self.root)]
        return [sys.executable, "-m", "orchestrator", command, *common, *words]


def make(root: Path, services: Path) -> None:
    """Make the copy with its git history, its npm packages and the environment of its services."""
    argv = ["bash", str(HERE / "setup.sh"), "copy", str(root)]
    subprocess.run(argv, env={**os.environ, "SERVICES": str(services)}, check=True)
