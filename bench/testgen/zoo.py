"""Try the test generator on many modules of an environment's site-packages, and count what breaks or leaks.

python -m bench.testgen.zoo SITE_PACKAGES [--modules 1000] [--budget 3] [--seconds 0] [--seed 1]

A copy of the folder is the project, its modules in random order are the targets. Counted are: crashes of ours (any
error but the ones that tell why a module cannot be explored), modules that took longer than their budget + 5 s (what
their children stood in line for a processor that others used is no part of it), processes that were left when a module
was done, and files of the copy that were changed. `--seconds` ends it after a while.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil

from orchestrator.errors import OrchestrateError
from orchestrator.processes.attempt import ProcessFactory
from orchestrator.processes.redact import Redactor
from orchestrator.testgen.generator import Project, Settings
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
        root = Path(folder, "project")
        shutil.copytree(given.site_packages, root, ignore=shutil.ignore_patterns("__pycache__"))
        binaries = root / ".venv/bin"
        binaries.mkdir(parents=True)
        python = given.site_packages.resolve().parents[2] / "bin/python"
        (binaries / "python").write_text(f'#!/bin/sh\nexec "{python}" "$@"\n')
        (binaries / "python").chmod(0o755)
        counts = asyncio.run(visit(root, folder, given))
    sys.stdout.write(json.dumps(counts, indent=2) + "\n")
    return int(any(counts[name] for name in ("crashes", "late", "processes_left", "files_changed")))


async def visit(root: Path, folder: str, given: argparse.Namespace) -> dict[str, object]:
    """Try modules one after another and return what was counted."""
    before = state_of(root)
    factory = ProcessFactory(str(root), f"{folder}/logs", Redactor({}), grace=0.2)
    processes = factory.for_attempt("zoo", "zoo", 1, {})
    project = Project(root=str(root), processes=processes, say=lambda text: None, finish=as_it_is)
    patiences: list[Patience] = []

    def patience(seconds: float) -> Patience:
        patiences.append(Patience(seconds))
        return patiences[-1]

    generator = PythonGenerator(patience)
    targets = list(generator.find_targets(str(root), "."))
    random.Random(given.seed).shuffle(targets)
    counts: Counter[str] = Counter()
    examples: dict[str, str] = {}
    longest, started = 0.0, time.monotonic()
    for target in targets[: given.modules]:
        if given.seconds and time.monotonic() - started > given.seconds:
            break
        begun = time.monotonic()
        try:
            async for _, made in generator.generate(project, [target], Settings(budget=given.budget)):
                counts["with tests" if made.text else "without tests"] += 1
                counts["tests"] += len(made.tests)
        except OrchestrateError as error:
            if OURS in error.message:
                counts["crashes"] += 1
                examples[target.path] = error.message[-600:]
            else:
                counts[f"not explored: {told(error.message)}"] += 1
        except Exception as error:  # what this is about
            counts["crashes"] += 1
            examples[target.path] = f"{type(error).__name__}: {error}"
        took = time.monotonic() - begun - patiences.pop().given
        longest = max(longest, took)
        if took > given.budget + SPARE:
            counts["late"] += 1
            examples[target.path] = f"took {took:.1f} s"
        left = psutil.Process().children(recursive=True)
        counts["processes_left"] += len(left)
        counts["modules"] += 1
        sys.stderr.write(f"{counts['modules']} {took:.1f} s {target.path}\n")
    isolation = await find_isolation(processes)
    factory.close()
    changed = sorted(str(path) for path, _ in before.items() ^ state_of(root).items())
    return {
        **{name: counts[name] for name in ("modules", "crashes", "late", "processes_left")},
        "files_changed": len(set(changed)),
        "changed": changed[:5],
        "network_of_its_own": bool(isolation),
        "longest_seconds": round(longest, 1),
        "outcomes": dict(counts.most_common()),
        "examples": examples,
    }


def told(message: str) -> str:
    """Return the kind of a reason, without names."""
    for words in ("cannot be imported", "not proven within", "imported before it could be watched", "gives: that is"):
        if words in message:
            return words
    return "other"


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
