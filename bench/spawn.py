"""Start 1,000 times `/bin/true`, two at a time, through the product's own layer, beside other ways on this machine.

    python bench/spawn.py [COUNT] [ROUNDS]

The rounds are interleaved, so that a busy machine is busy for all; medians are printed. `processes` is what every
attempt of a run goes through: own session, output pipe, allow-listed environment, sweep for leftovers.
"""

import asyncio
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from orchestrator.processes.attempt import ProcessFactory
from orchestrator.processes.redact import Redactor

SLOTS = 2
TRUE = "/bin/true"
C_LOOP = r"""
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
extern char **environ;
int main(int argc, char **argv) {
    char *args[] = {"true", NULL};
    int left = atoi(argv[1]), running = 0;
    pid_t pid;
    while (left || running) {
        while (left && running < 2) { posix_spawn(&pid, "/bin/true", NULL, NULL, args, environ); left--; running++; }
        wait(NULL);
        running--;
    }
}
"""


async def in_slots(count: int, start: Callable[[int], Awaitable[object]]) -> None:
    """Start `count` children, never more than SLOTS at once."""
    numbers = iter(range(count))

    async def slot() -> None:
        for number in numbers:
            await start(number)

    await asyncio.gather(*(slot() for _ in range(SLOTS)))


def through_processes(count: int, argv: list[str], folder: str) -> None:
    """Start children as an attempt of a run does."""

    async def all_of_them() -> None:
        factory = ProcessFactory(folder, f"{folder}/logs", Redactor({}))
        await in_slots(count, lambda number: factory.for_attempt("bench", f"t{number}", 1, {}).run(argv))
        factory.close()

    asyncio.run(all_of_them())


async def ended(pid: int) -> None:
    """Wait for the end of a child by its pidfd."""
    loop = asyncio.get_running_loop()
    handle = os.pidfd_open(pid)
    done: asyncio.Future[None] = loop.create_future()
    loop.add_reader(handle, done.set_result, None)
    await done
    loop.remove_reader(handle)
    os.close(handle)


def bare_popen(count: int) -> None:
    """Start children with Popen and wait by pidfd, with nothing around it."""

    async def one(_: int) -> None:
        reading, writing = os.pipe()
        process = subprocess.Popen([TRUE], stdin=-3, stdout=writing, stderr=-2, start_new_session=True)  # noqa: ASYNC220 - what is measured
        os.close(writing)
        await ended(process.pid)
        os.read(reading, 65536)
        os.close(reading)
        process.poll()

    asyncio.run(in_slots(count, one))


def bare_posix_spawn(count: int) -> None:
    """Start children with posix_spawn and wait by pidfd, with nothing around it."""

    async def one(_: int) -> None:
        reading, writing = os.pipe()
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, writing, 1),
            (os.POSIX_SPAWN_DUP2, writing, 2),
        ]
        options = {"file_actions": actions, "setsid": True, "setsigdef": [signal.SIGPIPE]}
        pid = os.posix_spawn(TRUE, [TRUE], os.environ, **options)  # noqa: ASYNC221 - what is measured
        os.close(writing)
        await ended(pid)
        os.read(reading, 65536)
        os.close(reading)
        os.waitpid(pid, 0)  # noqa: ASYNC222 - it has ended

    asyncio.run(in_slots(count, one))


def asyncio_subprocess(count: int) -> None:
    """Start children with what asyncio offers."""

    async def one(_: int) -> None:
        process = await asyncio.create_subprocess_exec(TRUE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        await process.communicate()

    asyncio.run(in_slots(count, one))


def command(argv: list[str], stdin: str = "") -> Callable[[], None]:
    """Return a call of another program that starts the children."""

    def run() -> None:
        subprocess.run(argv, input=stdin, text=True, check=True, stdout=subprocess.DEVNULL)

    return run


def ways(count: int, folder: Path) -> dict[str, Callable[[], None]]:
    """Return what can be measured on this machine; the first one is the product."""
    found: dict[str, Callable[[], None]] = {
        "orchestrate processes": lambda: through_processes(count, [TRUE], str(folder)),
        "orchestrate processes, one line of output": lambda: through_processes(count, ["/bin/echo", "x"], str(folder)),
        "asyncio + Popen + pidfd, bare": lambda: bare_popen(count),
        "asyncio + posix_spawn + pidfd, bare": lambda: bare_posix_spawn(count),
        "asyncio's own subprocess": lambda: asyncio_subprocess(count),
    }
    numbers = "".join(f"{number}\n" for number in range(count))
    if shutil.which("xargs"):
        found[f"xargs -P{SLOTS}"] = command(["xargs", f"-P{SLOTS}", "-n1", TRUE], numbers)
    if shutil.which("make"):
        names = " ".join(f"t{number}" for number in range(count))
        (folder / "Makefile").write_text(f".PHONY: all {names}\nall: {names}\n{names}:\n\t@{TRUE}\n")
        found[f"make -j{SLOTS}"] = command(["make", "-s", f"-j{SLOTS}", "-f", str(folder / "Makefile")])
    if shutil.which("cc"):
        (folder / "loop.c").write_text(C_LOOP)
        subprocess.run(["cc", "-O2", "-o", folder / "loop", folder / "loop.c"], check=True)
        found["C posix_spawn (the limit)"] = command([str(folder / "loop"), str(count)])
    return found


def main() -> None:
    """Measure all ways in turns and print the medians."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as folder:
        runs = ways(count, Path(folder))
        seconds: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(rounds):
            for name, run in runs.items():
                started = time.perf_counter()
                run()
                seconds[name].append(time.perf_counter() - started)
    ours = statistics.median(next(iter(seconds.values())))
    print(f"{count} times {TRUE}, {SLOTS} at a time, median of {rounds}")
    for name, measured in seconds.items():
        median = statistics.median(measured)
        print(f"{name:44} {median:6.3f} s   {median / ours:5.2f} x ours")


if __name__ == "__main__":
    main()
