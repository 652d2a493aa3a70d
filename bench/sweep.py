"""Kill runs wherever they can be killed and hold what is left to rules C1 to C12.

    python -m bench.sweep [calls|undo|moments] [--every N] [--count N] [--seed N] [--jobs N]

`calls` kills the engine of an 8-task run at every state-changing system call, `undo` does the same to the undo of
such a run, `moments` kills engine, supervisor, both or everything at random moments of a 61-task run. After each
fault: resume, resume again, undo, with the checker after every step. Without a name all three are done.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests/reliability"))

from checker import learn
from reliability_kills import kill_at_call, kill_at_moment, kill_undo_at_call, moments
from reliability_scene import eight_tasks, many_tasks

History = Callable[[], tuple[str, list[str]]]


def calls(folder: Path, every: int) -> Iterable[History]:
    """Yield a history per state-changing call of a run."""
    expected = learn(eight_tasks(folder / "calls-reference"))
    scene = eight_tasks(folder / "calls-count")
    _, facts = scene.traced(0, "run", "--all", "--yes", "--events", str(scene.events))
    points = int(str(facts["points"]))
    print(f"an undisturbed run of 8 tasks makes {points} state-changing calls")
    for number in range(1, points + 1, every):
        yield lambda n=number: kill_at_call(eight_tasks, folder / f"call-{n}", expected, n)  # type: ignore[misc]


def undo(folder: Path, every: int) -> Iterable[History]:
    """Yield a history per state-changing call of an undo."""
    expected = learn(eight_tasks(folder / "undo-reference"))
    scene = eight_tasks(folder / "undo-count")
    scene.call("run", "--all", "--yes")
    _, facts = scene.traced(0, "undo", "--yes")
    points = int(str(facts["points"]))
    print(f"an undisturbed undo of 8 tasks makes {points} state-changing calls")
    for number in range(1, points + 1, every):
        yield lambda n=number: kill_undo_at_call(eight_tasks, folder / f"undo-{n}", expected, n)  # type: ignore[misc]


def random_moments(folder: Path, count: int, seed: int) -> Iterable[History]:
    """Yield a history per random moment."""
    expected = learn(many_tasks(folder / "moments-reference"))
    scene = many_tasks(folder / "moments-count")
    longest = scene.call("run", "--all", "--yes").seconds
    print(f"an undisturbed run of 61 tasks takes {longest:.1f} s; seed {seed}")
    for number, (victim, seconds) in enumerate(moments(seed, count, longest)):
        home = folder / f"moment-{number}"
        yield lambda h=home, v=victim, s=seconds: kill_at_moment(many_tasks, h, expected, v, s)  # type: ignore[misc]


def carry_out(title: str, histories: Iterable[History], jobs: int) -> int:
    """Run the histories, print what does not hold, and return in how many that is."""
    started = time.monotonic()
    broken = total = 0
    with ThreadPoolExecutor(jobs) as pool:
        for where, problems in pool.map(lambda history: history(), histories):
            total += 1
            broken += bool(problems)
            for problem in problems:
                print(f"  {title} {total}, {where}: {problem}", flush=True)
    print(f"{title}: {total} faults, {broken} with violations, {time.monotonic() - started:.0f} s", flush=True)
    return broken


def main() -> int:
    """Parse the command line and sweep; the exit code says whether everything held."""
    parser = argparse.ArgumentParser(prog="python -m bench.sweep", description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="*", choices=["calls", "undo", "moments", []], help="which faults (default: all)")
    parser.add_argument("--every", type=int, default=1, help="only each N-th call")
    parser.add_argument("--count", type=int, default=200, help="how many random moments")
    parser.add_argument("--seed", type=int, default=1, help="of the random moments")
    parser.add_argument("--jobs", type=int, default=2, help="histories at a time")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="orchestrate-sweep-"))
    sweeps: dict[str, Callable[[], Iterable[History]]] = {
        "calls": lambda: calls(folder, arguments.every),
        "undo": lambda: undo(folder, arguments.every),
        "moments": lambda: random_moments(folder, arguments.count, arguments.seed),
    }
    broken = sum(carry_out(name, sweeps[name](), arguments.jobs) for name in arguments.what or sweeps)
    if broken:
        print(f"the scenes of what did not hold are in {folder}")
    else:
        shutil.rmtree(folder)
    return min(broken, 1)


if __name__ == "__main__":
    sys.exit(main())
