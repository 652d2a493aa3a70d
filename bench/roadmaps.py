"""Repositories that nobody here has seen: `init`, `validate`, `plan`, the dry run and the run, nothing mended between.

    python -m bench.roadmaps FOLDER … [--budget SECONDS] [--minutes N] [--without-run] [--keep FOLDER]

Each FOLDER is a checkout with its dependencies installed; it is copied, the copy is worked on. The table has coverage
before and after as `orchestrate measure` measures it, tests kept and dropped as the generator counts them, findings of
our own workflow checker before and after, and how each command ended. `--budget` sets the seconds per module of the
proposed test_generation tasks (the default of the product is 60).
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.findings import findings_of

COLUMNS = (
    "repository",
    "init",
    "validate",
    "plan",
    "dry run",
    "run",
    "tasks",
    "done",
    "left out",
    "statements before",
    "after",
    "tests kept",
    "dropped",
    "findings before",
    "findings after",
    "own suite",
    "seconds",
)


@dataclass
class Row:
    """One repository; a cell that could not be measured stays `-`."""

    cells: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        return "| " + " | ".join(self.cells.get(column, "-") for column in COLUMNS) + " |"


class Bench:
    """One copy of one repository, and the product's command line on it."""

    def __init__(self, source: Path, root: Path, minutes: float) -> None:
        self.root = root
        self._patience = minutes * 60
        shutil.copytree(source, root, symlinks=True)
        shutil.rmtree(root / ".orchestrate", ignore_errors=True)
        (root / "phases.yaml").unlink(missing_ok=True)
        for file in root.glob("**/.venv/lib/*/site-packages/*.p*"):  # what was installed from the checkout
            if file.suffix == ".pth" or file.name.startswith("__editable__"):
                file.write_text(file.read_text("utf-8").replace(str(source), str(root)), "utf-8")

    def orchestrate(self, *words: str) -> "subprocess.CompletedProcess[str]":
        argv = [sys.executable, "-m", "orchestrator", *words]
        try:
            return subprocess.run(
                argv, cwd=self.root, capture_output=True, text=True, check=False, timeout=self._patience
            )
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(argv, 124, "", f"took longer than {self._patience:g} s")

    def statements(self) -> tuple[str, bool | None]:
        """Measure now; return what all suites cover together and whether every test passed, None = not measured."""
        answer = self.orchestrate("measure", "--json")
        if answer.returncode not in (0, 1):
            return "-", None
        suites: list[dict[str, Any]] = json.loads(answer.stdout)["suites"]
        measured = [suite for suite in suites if not suite["problem"]]
        pairs = [suite["totals"].get("statements", [0, 0]) for suite in measured]
        covered, total = (sum(pair[number] for pair in pairs) for number in (0, 1))
        fine = all(suite["tests_passed"] for suite in measured) if measured else None
        return (f"{100 * covered / total:.1f} % ({covered}/{total})" if total else "-"), fine


def measure(source: Path, budget: int | None, minutes: float, *, run: bool, keep: Path | None = None) -> Row:
    """Take one repository through all commands and return its row; `keep` is where the copy stays."""
    row = Row({"repository": source.name})
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="roadmap-") as folder:
        bench = Bench(source, (keep or Path(folder)) / source.name, minutes)
        cells = row.cells
        cells["findings before"] = str(findings_of(bench.root).total())
        init = bench.orchestrate("init", "--measure")
        cells["init"] = str(init.returncode)
        cells["left out"] = str(init.stderr.count("\nleft out: ") + init.stderr.startswith("left out: "))
        cells["statements before"], passes = _measured_by_init(bench)
        cells["own suite"] = _verdict(passes)
        document = bench.root / "phases.yaml"
        if not document.exists():
            cells["tasks"] = "nothing to do"
        else:
            _with_budget(document, budget)
            _walk(bench, row, run=run)
            if run:
                cells["after"], still = bench.statements()
                cells["findings after"] = str(findings_of(bench.root).total())
                cells["own suite"] = f"{_verdict(passes)}, then {_verdict(still)}"
    row.cells["seconds"] = f"{time.monotonic() - began:.0f}"
    return row


def _walk(bench: Bench, row: Row, *, run: bool) -> None:
    cells = row.cells
    cells["validate"] = str(bench.orchestrate("validate").returncode)
    plan = bench.orchestrate("plan", "--json")
    cells["plan"] = str(plan.returncode)
    cells["tasks"] = str(len(json.loads(plan.stdout)["plan"]["tasks"])) if plan.returncode == 0 else "-"
    cells["dry run"] = str(bench.orchestrate("run", "--all", "--dry-run", "--ui", "none").returncode)
    if not run:
        return
    cells["run"] = str(bench.orchestrate("run", "--all", "--ui", "none").returncode)
    record: dict[str, Any] = json.loads(bench.orchestrate("status", "--json").stdout)["run"]
    states = [task["state"] for task in record["tasks"]]
    cells["done"] = str(sum(state in ("changed", "unchanged") for state in states))
    modules = [module for task in record["tasks"] for module in task["outputs"].get("modules", ())]
    if modules:
        cells["tests kept"] = str(sum(module["tests"] for module in modules))
        cells["dropped"] = str(sum(sum(module["dropped"].values()) for module in modules))
    for task in record["tasks"]:
        if task["state"] not in ("changed", "unchanged"):
            print(f"  {row.cells['repository']}: {task['id']} {task['state']}: {task['reason']}", file=sys.stderr)
    for check_ in record["measurements"]:
        if not check_["ok"]:
            print(f"  {row.cells['repository']}: {check_['scope']}: {check_['message']}", file=sys.stderr)


def _verdict(passes: bool | None) -> str:
    return "not measured" if passes is None else "green" if passes else "red"


def _measured_by_init(bench: Bench) -> tuple[str, bool | None]:
    """Return what `init --measure` measured, from the ledger."""
    answer = bench.orchestrate("measure", "--history", "--json")
    found = [each for each in json.loads(answer.stdout)["history"] if each["value"] is not None]
    covered, total = (sum(each["details"][key] for each in found) for key in ("covered", "total"))
    fine = all(each["ok"] for each in found) if found else None
    return (f"{100 * covered / total:.1f} % ({covered}/{total})" if total else "-"), fine


def _with_budget(document: Path, budget: int | None) -> None:
    if budget is not None:
        text = document.read_text("utf-8")
        document.write_text(re.sub(r"( +)type: test_generation\n", rf"\g<0>\1budget: {budget}\n", text), "utf-8")


def lines(rows: Iterator[Row]) -> Iterator[str]:
    """Yield the table."""
    yield "| " + " | ".join(COLUMNS) + " |"
    yield "|" + "---|" * len(COLUMNS)
    for row in rows:
        yield row.text()


def main() -> None:
    """Parse the command line and print the table, a row as soon as it is known."""
    parser = argparse.ArgumentParser(prog="python -m bench.roadmaps", description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="+", type=Path)
    parser.add_argument("--budget", type=int, help="seconds per module of generated tests")
    parser.add_argument("--minutes", type=float, default=20, help="the most that one command may take")
    parser.add_argument("--without-run", action="store_true", help="stop after the dry run")
    parser.add_argument("--keep", type=Path, help="a folder in which the copies stay, to look at them")
    given = parser.parse_args()
    rows = (
        measure(folder.resolve(), given.budget, given.minutes, run=not given.without_run, keep=given.keep)
        for folder in given.folder
    )
    for text in lines(rows):
        print(text, flush=True)


if __name__ == "__main__":
    main()
