"""Measure generated tests: `python -m bench.testgen [PACKAGE[:MODULE] …] [--budget 60] [--alone] [--results FILE]`.

Packages come from the package index into a scratch folder without their own tests. For each module our generator,
Pynguin and the Hypothesis ghostwriter write tests; coverage.py and mutants that none of them saw judge all alike.
With `--alone` only ours. Each module's row is appended to the results file as JSON, so that a run can be taken up
again; a row that is there is not measured anew.
"""

import argparse
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from bench.testgen.children import die_with_parent
from bench.testgen.measuring import measure_package
from bench.testgen.packages import PACKAGES, part_of
from bench.testgen.scratch import Scratch
from bench.testgen.summary import print_summary

HOME = Path(__file__).parents[2]


def main() -> int:
    """Measure the packages that are named, all when none is."""
    parser = argparse.ArgumentParser(prog="python -m bench.testgen", description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "package", nargs="*", help="which packages (default: all), or one module of theirs: cachetools:keys"
    )
    parser.add_argument("--budget", type=float, default=60.0, help="seconds per module and tool")
    parser.add_argument("--alone", action="store_true", help="without the peers")
    parser.add_argument("--jobs", type=int, default=1, help="packages that are measured at the same time")
    parser.add_argument("--scratch", type=Path, default=HOME / "bench/results/testgen", help="where everything goes")
    parser.add_argument("--results", type=Path, help="file of rows (default: rows.jsonl in the scratch folder)")
    arguments = parser.parse_args()
    scratch = Scratch(arguments.scratch)
    scratch.prepare()
    results: Path = arguments.results or arguments.scratch / "rows.jsonl"
    rows = [json.loads(line) for line in results.read_text().splitlines()] if results.exists() else []
    others = scratch.others()
    chosen = [part for each in PACKAGES if (part := part_of(each, arguments.package)) is not None]
    projects = [scratch.project(each) for each in chosen]
    work = partial(measure_package, results=results, rows=rows, others=others, arguments=arguments)
    checks = []
    with ProcessPoolExecutor(arguments.jobs, get_context("spawn"), die_with_parent) as pool:
        for check in pool.map(work, chosen, projects):
            checks.append(check)
            print_summary(checks[-1:], total=False)
            sys.stdout.flush()
    print_summary(checks)
    return 0


if __name__ == "__main__":
    sys.exit(main())
