"""One package measured: what each tool's tests of its modules are worth, and whether all of ours hold together."""

import argparse
import asyncio
import json
import resource
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.testgen import ours, peers
from bench.testgen.judge import green_in_random_order, judge
from bench.testgen.packages import Package
from orchestrator.errors import TaskFailed

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
        worth = await judge(project, module, test_file, text)
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


def measure_package(
    package: Package,
    project: Path,
    *,
    results: Path,
    rows: list[dict[str, Any]],
    others: Mapping[str, Path],
    arguments: argparse.Namespace,
) -> dict[str, Any]:
    """Measure the modules of a package that have no row yet, and run all their tests together."""
    known = {row["module"]: row for row in rows if row["package"] == package.name}
    for module in package.modules:
        if module not in known:
            known[module] = asyncio.run(measure(package, module, project, arguments.budget, alone=arguments.alone))
            with results.open("a") as file:
                file.write(json.dumps(known[module]) + "\n")
    of_package = [known[module] for module in package.modules]
    return {**check_orders(package, project, of_package, others), "rows": of_package}
