"""The whole shipped roadmap on a fresh copy of the demo repository: the figures of docs/measured.md in one command.

    python -m bench.whole DEST [--services VENV]

DEST is a new folder; it stays, so that `python -m bench.replay DEST` can replay the run. A PostgreSQL cluster is
started for the run and ended with it (Debian's package, as the user postgres where this is root); without one, and
without a Chromium on the path, the end-to-end tests of both are left out, and the table shows it. VENV has the Python
packages of the services; it is made where it is not there.
"""

import argparse
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.findings import findings_of
from bench.whole.after import after
from bench.whole.copy import SERVICES, Copy, make
from bench.whole.database import cluster
from bench.whole.table import gone_badly, reached, summary
from orchestrator.cli.state import reading
from orchestrator.models.record import RunRecord


def whole(root: Path, services: Path) -> Iterator[str]:
    """Make the copy, run the roadmap, ask what is to be asked afterwards; yield each line as it is known."""
    make(root, services)
    before = findings_of(root)
    with cluster() as database:
        if database is None:
            yield "no PostgreSQL is installed: steps of end-to-end tests that need one are not run"
        copy = Copy(root, services, database)
        begin = time.monotonic()
        share = copy.watched("run", "--all", "--approve", "4.4", "--yes", "--ui", "plain")
        yield f"\nrun: exit {share.exit_code}, {_clock(time.monotonic() - begin)}"
        yield f"our own processes: {share.own:.1f} of {share.everything:.0f} processor seconds, {share.percent:.2f} %"
        yield from summary(copy.orchestrate("status").stdout)
        yield from _recorded(root)
        yield from after(copy, before)


def _recorded(root: Path) -> Iterator[str]:
    with reading(root) as ledger:
        record: RunRecord = ledger.read_run(ledger.runs()[0].id)
    yield from gone_badly(record)
    yield ""
    yield from reached(record)
    yield ""


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{seconds % 60:04.1f}"


def main() -> None:
    """Parse the command line and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.whole", description=__doc__.splitlines()[0])
    parser.add_argument("dest", type=Path, help="a new folder, which stays")
    parser.add_argument("--services", type=Path, default=SERVICES, help="environment with the services' packages")
    given = parser.parse_args()
    if given.dest.exists():
        sys.exit(f"{given.dest} is there already: name a new folder")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers end as they do for Ctrl-C
    for line in whole(given.dest.resolve(), given.services.absolute()):
        print(line, flush=True)


if __name__ == "__main__":
    main()
