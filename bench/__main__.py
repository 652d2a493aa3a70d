"""Measure orchestrate beside its peers in one run: `python -m bench [CASE …] [--heavy] [--repeat N]`.

Every row of the performance bars that concerns the engine is a case; without a name all cases run. Peers come from
the package index (into `bench/results/peers`) and from the system; a peer that is not there is left out and named.
"""

import argparse
import compileall
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import cases
from bench.peers import HEAVY, PACKAGES, install

CASES: dict[str, Callable[[cases.Setting], None]] = {
    "independent": cases.independent,
    "independent-10k": cases.independent_10k,
    "waiting": cases.waiting,
    "chain": cases.chain,
    "noop": cases.noop,
    "load": cases.load,
    "second-run": cases.second_run,
    "start": cases.start,
    "status": cases.status,
    "log-bomb": cases.log_bomb,
    "own-share": cases.own_share,
}


def main() -> None:
    """Parse the command line and run the cases."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.splitlines()[0])
    parser.add_argument("case", nargs="*", choices=[*CASES, []], help="which cases (default: all)")
    parser.add_argument("--heavy", action="store_true", help="also Prefect, Dagster and Snakemake (minutes)")
    parser.add_argument("--repeat", type=int, default=3, help="runs per tool; medians are printed")
    arguments = parser.parse_args()
    compileall.compile_dir("orchestrator", quiet=1)  # as an installed package is, whatever the environment says
    install([*PACKAGES, *(HEAVY if arguments.heavy else ())])
    folder = Path(tempfile.mkdtemp(prefix="orchestrate-bench-"))
    try:
        setting = cases.Setting(folder=folder, repeat=arguments.repeat, heavy=arguments.heavy)
        for name in arguments.case or CASES:
            CASES[name](setting)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
