"""Run one command and say what it cost: wall seconds, CPU seconds of its tree, peak memory of its largest process."""

import os
import resource
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What a command cost; seconds and MB."""

    wall: float
    cpu: float
    peak: float
    exit_code: int


def run_once(argv: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None) -> Cost:
    """Run to the end with its output thrown away."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    # a forked child of its own, so that the peak memory is that of this command alone
    child = subprocess.Popen(
        argv,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)
    return Cost(wall=wall, cpu=cpu, peak=usage.ru_maxrss / 1024, exit_code=child.returncode)


def middle(costs: Sequence[Cost]) -> Cost:
    """Return the medians of several runs of one command."""
    return Cost(
        wall=median(cost.wall for cost in costs),
        cpu=median(cost.cpu for cost in costs),
        peak=median(cost.peak for cost in costs),
        exit_code=max((cost.exit_code for cost in costs), key=abs),
    )
