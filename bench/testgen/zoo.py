"""Try the test generator on many modules of an environment's site-packages, and count what breaks or leaks.

python -m bench.testgen.zoo SITE_PACKAGES [--modules 1000] [--budget 3] [--seconds 0] [--seed 1]

Every package is copied into a project of its own (one that held all of them would hold its own test runner, too), its
modules are targets, in random order over all packages. Counted are: crashes of ours (any
error but the ones that tell why a module cannot be explored), modules that took longer than their budget + 5 s (what
their children stood in line for a processor that others used is no part of it, however long), processes that were left
when a module was done, and files of the copy that were changed. `--seconds` ends it after a while, as a signal to end
does: what was counted until then is printed. Each module's end is told on standard error.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psutil

from orchestrator.errors import OrchestrateError, TaskFailed
from orchestrator.processes.attempt import ProcessFactory
from orchestrator.processes.redact import Redactor
from orchestrator.testgen.generator import Project, Settings, Target
from orchestrator.testgen.isolation import find_isolation
from orchestrator.testgen.python.generator import PythonGenerator
from orchestrator.testgen.python.patience import Patience

SPARE = 5.0
OURS = "/testgen/python/explorer/"  # a traceback that ends in our files is a crash of ours


def main() -> int:
    """Try the modules, print the counts as JSON, exit with 1 when something broke or leaked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site_packages", type=Path)
    parser.add_argument("--modules", type=int, default=1000)
    parser.add_argument("--budget", type=float, default=3.0)
    parser.add_argument("--seconds", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="orchestrate-zoo-") as folder:
        root = Path(folder, "projects")
        for path in sorted(given.site_packages.iterdir()):
            if path.name.isidentifier() or (path.suffix == ".py" and path.stem.isidentifier()):
                copy_alone(path, root / path.stem)
        counts = asyncio.run(walk(root, folder, given))
    sys.stdout.write(json.dumps(counts, indent=2) + "\n")
    return int(any(counts[name] for name in ("crashes", "late", "processes_left", "files_changed")))


def copy_alone(package: Path, root: Path) -> None:
    """Copy a package into a project that runs it with the Python that it was installed for."""
    binaries = root / ".venv/bin"
    binaries.mkdir(parents=True, exist_ok=True)
    python = package.resolve().parents[3] / "bin/python"
    (binaries / "python").write_text(f'#!/bin/sh\nexec "{python}" "$@"\n')
    (binaries / "python").chmod(0o755)
    if package.is_dir():
        shutil.copytree(package, root / package.name, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(package, root)


class Zoo:
    """Tries modules one after another and counts."""

    def __init__(self, folder: str, given: argparse.Namespace) -> None:
        self._folder = folder
        self._given = given
        self._patiences: list[Patience] = []
        self.generator = PythonGenerator(self._patience)
        self.counts: Counter[str] = Counter()
        self.examples: dict[str, str] = {}
        self.longest = 0.0
        self.isolated = True
        self.ended = False

    def end(self) -> None:
        """Visit no further module."""
        self.ended = True

    def _patience(self, _seconds: float) -> Patience:
        self._patiences.append(Patience())
        return self._patiences[-1]

    async def visit(self, home: Path, target: Target) -> None:
        """Try one module of a project, see how it ends, and what is left of it."""
        factory = ProcessFactory(str(home), f"{self._folder}/logs", Redactor({}), grace=0.2)
        processes = factory.for_attempt("zoo", "zoo", 1, {})
        project = Project(root=str(home), processes=processes, say=lambda text: None, finish=as_it_is)
        begun = time.monotonic()
        why = ""
        try:
            async for _, made in self.generator.generate(project, [target], Settings(budget=self._given.budget)):
                self.counts["with tests" if made.text else "without tests"] += 1
                self.counts["tests"] += len(made.tests)
        except OrchestrateError as error:
            if OURS in error.message:
                self._crash(target, error.message[-600:])
            else:
                why = told(error.message)
                self.counts[f"not explored: {why}"] += 1
        except Exception as error:  # what this is about
            self._crash(target, f"{type(error).__name__}: {error}")
        took = time.monotonic() - begun - (self._patiences.pop().given if self._patiences else 0.0)
        self.longest = max(self.longest, took)
        if took > self._given.budget + SPARE:
            self.counts["late"] += 1
            self.examples[target.path] = f"took {took:.1f} s"
        self.isolated = self.isolated and bool(await find_isolation(processes))
        factory.close()
        self.counts["processes_left"] += len(psutil.Process().children(recursive=True))
        self.counts["modules"] += 1
        why = self.examples.get(target.path, why)
        sys.stderr.write(f"{self.counts['modules']} {took:.1f} s {target.path}{why and f': {why}'}\n")

    def _crash(self, target: Target, message: str) -> None:
        self.counts["crashes"] += 1
        self.examples[target.path] = message


async def walk(root: Path, folder: str, given: argparse.Namespace) -> dict[str, object]:
    """Try modules until there are enough or the time is over, and return what was counted."""
    before = state_of(root)
    zoo = Zoo(folder, given)
    targets = targets_of(root, zoo.generator)
    random.Random(given.seed).shuffle(targets)
    started = time.monotonic()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, zoo.end)
    for home, target in targets[: given.modules]:
        if zoo.ended or (given.seconds and time.monotonic() - started > given.seconds):
            break
        await zoo.visit(home, target)
    changed = sorted(str(path) for path, _ in before.items() ^ state_of(root).items())
    return {
        **{name: zoo.counts[name] for name in ("modules", "crashes", "late", "processes_left")},
        "files_changed": len(set(changed)),
        "changed": changed[:5],
        "network_of_its_own": zoo.isolated,
        "seconds": round(time.monotonic() - started),
        "longest_seconds": round(zoo.longest, 1),
        "outcomes": dict(zoo.counts.most_common()),
        "examples": zoo.examples,
    }


def targets_of(root: Path, generator: PythonGenerator) -> list[tuple[Path, Target]]:
    """Return every module with its project; packages without modules of Python have none."""
    found: list[tuple[Path, Target]] = []
    for home in sorted(root.iterdir()):
        with suppress(TaskFailed):
            found += [(home, target) for target in generator.find_targets(str(home), ".")]
    return found


def told(message: str) -> str:
    """Return the kind of a reason, without names; one that is not known as it is."""
    for words in (
        "cannot be imported",
        "not proven within",
        "imported before it could be watched",
        "gives: that is",
        "could not be explored",
    ):
        if words in message:
            return words
    return " ".join(message.split())[-200:]


def state_of(root: Path) -> dict[str, tuple[int, int, int]]:
    """Return size, time and mode of every file below a folder."""
    found = {}
    for folder, _, files in os.walk(root):
        for name in files:
            path = os.path.join(folder, name)
            about = os.lstat(path)
            found[path] = (about.st_size, about.st_mtime_ns, about.st_mode)
    return found


async def as_it_is(file: str, text: str) -> str:
    """Format nothing."""
    return text


if __name__ == "__main__":
    sys.exit(main())
