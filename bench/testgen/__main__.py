"""Measure generated tests: `python -m bench.testgen [PACKAGE …] [--budget 60] [--alone] [--results FILE]`.

Packages come from the package index into a scratch folder without their own tests. For each module our generator,
Pynguin and the Hypothesis ghostwriter write tests; coverage.py and mutants that none of them saw judge all alike.
With `--alone` only ours. Each module's row is appended to the results file as JSON, so that a run can be taken up
again; a row that is there is not measured anew.
"""

import argparse
import asyncio
import json
import resource
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.testgen import ours, peers
from bench.testgen.judge import Worth, green_in_random_order, judge
from bench.testgen.packages import PACKAGES, Package
from bench.testgen.scratch import Scratch
from bench.testgen.summary import print_summary
from orchestrator.errors import TaskFailed

HOME = Path(__file__).parents[2]
_ORDERS = 5


async def measure(package: Package, module: str, project: Path, budget: float, *, alone: bool) -> dict[str, Any]:
    """Return the row of one module: what each tool's tests are worth."""
    test_file = f"tests/test_{Path(module).stem.strip('_')}.py"
    begin, worked = time.monotonic(), _worked()
    try:
        made = await ours.write_tests(project, module, test_file, budget)
        text = made.text
        more: dict[str, Any] = {"dropped": dict(made.dropped), "cut_short": made.cut_short, "cases": made.cases}
    except TaskFailed as error:
        text, more = "", {"error": str(error)}
    more |= {"seconds": round(time.monotonic() - begin, 1), "processor": round(_worked() - worked, 1), "text": text}
    row: dict[str, Any] = {"package": package.name, "module": module, "budget": budget}
    row["ours"] = {**asdict(await judge(project, module, test_file, text)), **more}
    name = module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    for tool in () if alone else (peers.pynguin, peers.ghostwriter):
        begin = time.monotonic()
        text = tool(project, name, budget)
        seconds = round(time.monotonic() - begin, 1)
        worth = await judge(project, module, test_file, text) if text else Worth()
        row[tool.__name__] = {**asdict(worth), "seconds": seconds, "text": text}
    return row


def _worked() -> float:
    """Return the seconds of the processor that children took which have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def check_orders(
    package: Package, project: Path, rows: list[dict[str, Any]], others: Mapping[str, Path]
) -> dict[str, Any]:
    """Say whether all of a package's tests stay green, shuffled and on other versions of Python."""
    files = {
        f"tests/test_{number}_{Path(row['module']).stem.strip('_')}.py": row["ours"]["text"]
        for number, row in enumerate(rows)
        if row["ours"]["text"]
    }
    python = str(project / ".venv/bin/python")
    green = sum(green_in_random_order(project, files, python, seed) for seed in range(1, _ORDERS + 1)) if files else 0
    return {
        "package": package.name,
        "green": green,
        "orders": _ORDERS,
        "others": {name: green_in_random_order(project, files, str(place), 1) for name, place in others.items()},
    }


def main() -> int:
    """Measure the packages that are named, all when none is."""
    parser = argparse.ArgumentParser(prog="python -m bench.testgen", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("package", nargs="*", help="which packages (default: all)")
    parser.add_argument("--budget", type=float, default=60.0, help="seconds per module and tool")
    parser.add_argument("--alone", action="store_true", help="without the peers")
    parser.add_argument("--scratch", type=Path, default=HOME / "bench/results/testgen", help="where everything goes")
    parser.add_argument("--results", type=Path, help="file of rows (default: rows.jsonl in the scratch folder)")
    arguments = parser.parse_args()
    scratch = Scratch(arguments.scratch)
    scratch.prepare()
    results: Path = arguments.results or arguments.scratch / "rows.jsonl"
    rows = [json.loads(line) for line in results.read_text().splitlines()] if results.exists() else []
    checks = []
    others = scratch.others()
    for package in PACKAGES:
        if arguments.package and package.name not in arguments.package:
            continue
        project = scratch.project(package)
        known = {row["module"]: row for row in rows if row["package"] == package.name}
        for module in package.modules:
            if module not in known:
                row = measure(
                    package,
                    module,
                    project,
                    arguments.budget,
                    alone=arguments.alone,
                )
                known[module] = asyncio.run(row)
                with results.open("a") as file:
                    file.write(json.dumps(known[module]) + "\n")
        of_package = [known[module] for module in package.modules]
        checks.append({**check_orders(package, project, of_package, others), "rows": of_package})
        print_summary(checks[-1:], total=False)
    print_summary(checks)
    return 0


if __name__ == "__main__":
    sys.exit(main())
