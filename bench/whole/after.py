"""What is asked once the roadmap is through: a second run, the suites of the repository, and the way back."""

import json
import re
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bench.findings import findings_of
from bench.whole.copy import Copy

SEEDS = (1, 2, 3)
# Nobody answers there: tests that are right whatever is set never ask.
_FOREIGN = {"DATABASE_URL": "postgres://somebody:else@127.0.0.1:9/foreign"}


def after(copy: Copy, before: Counter[str]) -> Iterator[str]:
    """Yield a line for each question; `before` are the findings of the untouched repository."""
    yield _second_run(copy)
    yield findings_line(before, findings_of(copy.root))
    yield _undo(copy)
    for seed in SEEDS:
        yield _jest(copy, seed)
    yield _pytest(copy)
    for name, argv in (("tsc", ["npx", "tsc", "--noEmit"]), ("eslint", ["npm", "run", "--silent", "lint"])):
        done = copy.run(argv)
        yield f"{name}: exit {done.returncode}" + (f": {_last_line(done.stdout)}" if done.returncode else ", clean")


def findings_line(before: Counter[str], now: Counter[str]) -> str:
    """Say how many findings there were and are, and which rules have more."""
    more = ", ".join(f"{rule} {before[rule]} -> {now[rule]}" for rule in sorted(now - before)) or "none"
    return f"workflow findings: {before.total()} before, {now.total()} after; rules with more: {more}"


def _second_run(copy: Copy) -> str:
    begin = time.monotonic()
    done = copy.orchestrate("run", "--all", "--yes", "--ui", "plain")
    seconds = time.monotonic() - begin
    told = done.stderr.partition("\n\n")[2].splitlines()  # how it ended stands behind what happened
    return f"second run: exit {done.returncode}, {seconds:.2f} s: {told[0] if told else _last_line(done.stderr)}"


def _jest(copy: Copy, seed: int) -> str:
    """Run the suite in a random order where DATABASE_URL is somebody else's."""
    with tempfile.TemporaryDirectory(prefix="whole-jest-") as folder:
        told = Path(folder, "jest.json")
        words = ["--randomize", f"--seed={seed}", "--json", f"--outputFile={told}"]
        done = copy.run(["npx", "jest", *words], env=_FOREIGN)
        if not told.exists():
            return f"jest, seed {seed}: exit {done.returncode}: {_last_line(done.stderr)}"
        counts = json.loads(told.read_text("utf-8"))
        passed, total = counts["numPassedTests"], counts["numTotalTests"]
        return f"jest, seed {seed}, another DATABASE_URL: exit {done.returncode}, {passed} of {total} passed"


def _pytest(copy: Copy) -> str:
    done = copy.run(["python", "-m", "pytest", "-q", "python-services"], env=_FOREIGN)
    return f"pytest, another DATABASE_URL: exit {done.returncode}, {_last_line(done.stdout)}"


def _undo(copy: Copy) -> str:
    """Take everything back in a second copy, so that the first keeps its run and can be replayed."""
    with tempfile.TemporaryDirectory(prefix="whole-undo-") as folder:
        other = Path(folder, copy.root.name)
        shutil.copytree(copy.root, other, symlinks=True, ignore=shutil.ignore_patterns("node_modules"))
        begin = time.monotonic()
        done = copy.orchestrate("undo", "--all", "--yes", cwd=other)
        seconds = time.monotonic() - begin
        left = copy.run(["git", "status", "--porcelain", "--untracked-files=all"], cwd=other).stdout
    same = "the original tree" if not left else f"NOT the original tree:\n{left.rstrip()}"
    return f"undo --all: exit {done.returncode}, {seconds:.2f} s, {same}"


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return re.sub(r"\x1b\[[0-9;]*m", "", lines[-1]).strip(" =") if lines else "no output"
