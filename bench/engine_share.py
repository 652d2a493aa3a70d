"""How much processor time of a run with real work goes to the engine: its start, its planning, its records.

    python -m bench.engine_share

The demo repository is measured too when `./setup.sh demo` has made it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.ours import command_line, write_document
from bench.peers import Work
from bench.table import verdict

BAR = 2.0  # percent
LOOKS = 0.01  # seconds between two looks at the processes
COMPILE = "import pathlib, sys; [compile(p.read_bytes(), p, 'exec') for p in pathlib.Path(sys.argv[1]).glob('*.py')]"
HERE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """Processor seconds of the engine with its supervisor, and of everything that ran."""

    own: float
    everything: float
    exit_code: int

    @property
    def percent(self) -> float:
        """Return the engine's part."""
        return 100 * self.own / self.everything


def measure(
    argv: Sequence[str],
    cwd: Path,
    env: Mapping[str, str] | None = None,
    *,
    output: int | None = subprocess.DEVNULL,
    looks: float = LOOKS,
) -> Share:
    """Run to the end; what the two processes spent themselves is read from /proc as long as they live.

    `output` is where both streams go, None lets them through; `looks` are the seconds between two readings.
    """
    child = subprocess.Popen(argv, cwd=cwd, env={**os.environ, **(env or {})}, stdout=output, stderr=output)
    spent: dict[int, float] = {}
    try:
        while True:
            ours = [child.pid, *_engines(child.pid)]
            spent.update({pid: seconds for pid in ours if (seconds := _seconds(pid)) is not None})
            ended, status, usage = os.wait4(child.pid, os.WNOHANG)
            if ended:
                child.returncode = os.waitstatus_to_exitcode(status)
                return Share(
                    own=sum(spent.values()), everything=usage.ru_utime + usage.ru_stime, exit_code=child.returncode
                )
            time.sleep(looks)
    finally:
        if child.returncode is None:  # we are stopped: the run ends in order, and before what it uses
            child.terminate()
            child.wait()


def _engines(supervisor: int) -> list[int]:
    """Return the supervisor's children that are orchestrate, not what a task left to it."""
    try:
        found = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()
        mine = Path(f"/proc/{supervisor}/cmdline").read_bytes()
        return [int(pid) for pid in found if Path(f"/proc/{pid}/cmdline").read_bytes() == mine]
    except OSError:
        return []


def _seconds(pid: int) -> float | None:
    """Return what a process itself has spent, without its children; None when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure both runs and print them."""
    library = Path(os.__file__).parent
    folder = Path(tempfile.mkdtemp(prefix="orchestrate-share-"))
    try:
        work = Work(count=24, command=(sys.executable, "-c", COMPILE, str(library)))
        write_document(folder, work)
        _tell("24 × compiling Python's library", measure(command_line("run", "--all", "--yes"), folder))
    finally:
        shutil.rmtree(folder)
    demo = HERE / ".demo/learning-platform"
    if not (demo / "node_modules").is_dir():
        print("  the demo is not measured: ./setup.sh demo makes it")
        return
    config = ["--config", str(HERE / "config/phases.yaml"), "--project", str(demo)]
    path = f"{HERE}/.demo/venv/bin:{HERE}/.venv/bin:{os.environ['PATH']}"
    share = measure(command_line("run", *config, "--phase", "1", "--yes", "--force"), demo, {"PATH": path})
    _tell("phase 1 of the roadmap on the demo repository", share)


def _tell(title: str, share: Share) -> None:
    failure = f"  exit {share.exit_code}" if share.exit_code else ""
    print(f"  {title}: {share.own:.2f} of {share.everything:.2f} CPU s{failure}")
    print(f"  {verdict('share of the engine', share.percent, BAR, unit=' %')}")


if __name__ == "__main__":
    main()
