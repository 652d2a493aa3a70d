"""A scratch folder with an environment for the targets, and one project per package without its own tests."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.testgen.packages import PACKAGES, Package

TOOLS = ("pytest>=8.3", "coverage>=7.6", "hypothesis[cli]>=6.130", "black", "pynguin==0.48.0", "pytest-randomly")
_RUNNERS = ("pytest>=8.3", "pytest-randomly")
_OTHERS = ("python3.12", "python3.13", "python3.14")
_OWN_TESTS = ("tests", "test", "testing")


class Scratch:
    """Where everything of one comparison lies; what is there already is used again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = folder / "environment"
        self.python = self.environment / "bin" / "python"

    def prepare(self) -> None:
        """Make the environment with the tools."""
        if not self.python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(self.environment)], check=True)
            self._install(*TOOLS)

    def others(self) -> dict[str, Path]:
        """Return interpreters of further versions of Python, each with pytest in an environment of its own."""
        found: dict[str, Path] = {}
        for name in _OTHERS:
            folder = self.folder / f"environment-{name}"
            program = next(_interpreters(name), None) if not folder.exists() else None
            if program is not None:
                subprocess.run([program, "-m", "venv", str(folder)], check=True)
                needs = dict.fromkeys(need for package in PACKAGES for need in package.needs)
                install = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", *_RUNNERS, *needs]
                subprocess.run(install, check=True, stderr=subprocess.DEVNULL)
            if folder.exists():
                found[name] = folder / "bin/python"
        return found

    def project(self, package: Package) -> Path:
        """Return the folder of a package's project, installed when it is not there."""
        folder = self.folder / "projects" / package.name
        if not folder.exists():
            if package.needs:
                self._install(*package.needs)
            self._install("--no-deps", "--no-compile", "--target", str(folder), package.requirement)
            hide_tests(folder)
            (folder / ".venv").symlink_to(self.environment)
        return folder

    def _install(self, *arguments: str) -> None:
        command = [str(self.python), "-m", "pip", "install", "--quiet", *arguments]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL, env=dict(os.environ))


def _interpreters(name: str) -> Iterator[str]:
    """Yield the programs of this name that run, on the path and where pyenv keeps its versions."""
    kept = sorted(map(str, Path.home().glob(f".pyenv/versions/*/bin/{name}")))
    for program in [shutil.which(name), *kept]:
        if program and subprocess.run([program, "-V"], check=False, capture_output=True).returncode == 0:
            yield program


def hide_tests(folder: Path) -> None:
    """Remove a project's own tests."""
    for place in [*folder.rglob("*")]:
        if place.is_dir() and place.name in _OWN_TESTS:
            shutil.rmtree(place)
    for place in [*folder.rglob("test_*.py"), *folder.rglob("*_test.py")]:
        place.unlink(missing_ok=True)
