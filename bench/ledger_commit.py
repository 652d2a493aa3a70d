"""What a durable fact costs, and what it costs to read 10,000 tasks back.

Usage: python bench/ledger_commit.py [FOLDER]. The folder decides which disk is measured (default: the current one).
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from orchestrator.ledger.memory import MemoryLedger
from orchestrator.ledger.sqlite import SqliteLedger
from orchestrator.models.facts import AttemptEnded, AttemptStarted, Fact, RunStarted, TaskEnded
from orchestrator.models.status import Durability, OutcomeKind, TaskState

NOW = datetime.now(UTC)
TASKS = 10_000
PLAN = {"tasks": [{"id": f"{n // 100}.{n % 100}", "handler": "command", "text": "x" * 200} for n in range(TASKS)]}


def begun(run: str, tasks: int = TASKS) -> RunStarted:
    """Return the start of a run of so many tasks."""
    definitions = tuple((f"{n // 100}.{n % 100}", f"{n:064x}") for n in range(tasks))
    return RunStarted(run=run, kind="run", time=NOW, command=("bench",), plan=PLAN, tasks=definitions)


def step(run: str, number: int) -> list[Fact]:
    """Return what the engine appends when a task has ended and the next one begins."""
    task, following = (f"{n // 100}.{n % 100}" for n in (number, number + 1))
    said = "edited jest.config.js"
    return [
        AttemptEnded(
            run=run,
            task=task,
            attempt=1,
            time=NOW,
            kind=OutcomeKind.CHANGED,
            seconds=0.0123,
            summary=said,
            log=f"logs/{run}/{task}.1.log",
            fingerprint=f"{number:032x}",
        ),
        TaskEnded(run=run, task=task, state=TaskState.CHANGED, time=NOW, reason=said),
        AttemptStarted(run=run, task=following, attempt=1, time=NOW),
    ]


@contextmanager
def opened(folder: Path, durability: Durability) -> Iterator[SqliteLedger]:
    """Open a new ledger in a folder of its own."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        ledger = SqliteLedger.open(Path(place) / "state" / "ledger.db", durability)
        try:
            yield ledger
        finally:
            ledger.close()


def commits(folder: Path, durability: Durability, size: int, appends: int, *, wait: bool) -> None:
    """Print what `appends` appends of `size` steps cost; `wait` waits for each before the next."""
    with opened(folder, durability) as ledger:
        ledger.append([begun("r", 0)]).result()
        batches = [
            [fact for number in range(size) for fact in step("r", append * size * 2 + number * 2)]
            for append in range(appends)
        ]
        before = ledger.commits
        start, cpu = time.perf_counter(), time.process_time()
        futures = []
        for batch in batches:
            futures.append(ledger.append(batch))
            if wait:
                futures[-1].result()
        for future in futures:
            future.result()
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        made = ledger.commits - before
    how = "each waited for" if wait else "all at once"
    print(
        f"{durability.value:7} {3 * size:4} facts per append, {how:16}"
        f"{appends / seconds:10,.0f} appends/s {3 * size * appends / seconds:10,.0f} facts/s"
        f"{made / seconds:10,.0f} commits/s {seconds / appends * 1e6:9.1f} us/append, {cpu / appends * 1e6:7.1f} of CPU"
    )


def clocked(name: str, question: Callable[[], object]) -> None:
    """Print the median of five answers' times."""
    walls, cpus = [], []
    for _ in range(5):
        wall, cpu = time.perf_counter(), time.process_time()
        question()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    print(f"{name:40}{statistics.median(walls) * 1e3:9.1f} ms, {statistics.median(cpus) * 1e3:7.1f} of CPU")


def reading(folder: Path) -> None:
    """Print what it costs to read a run of 10,000 tasks."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        path = Path(place) / "state" / "ledger.db"
        writer = SqliteLedger.open(path, Durability.NORMAL)
        writer.append([begun("r")]).result()
        for number in range(TASKS):
            writer.append(step("r", number)[:2]).result()
        writer.close()

        def fresh(ask: Callable[[SqliteLedger], object]) -> Callable[[], object]:
            def answer() -> None:
                reader = SqliteLedger.open_readonly(path)
                ask(reader)
                reader.close()

            return answer

        definitions = dict(begun("r").tasks)
        clocked("a run of 10,000 tasks, whole", fresh(lambda reader: reader.read_run("r")))
        clocked("its summary (history)", fresh(lambda reader: reader.runs(1)))
        clocked("last successes of 10,000 tasks", fresh(SqliteLedger.last_successes))
        clocked("durations of 10,000 tasks", fresh(lambda reader: reader.durations(definitions)))
        clocked("open to write, structure checked", lambda: SqliteLedger.open(path).close())


def memory(tasks: int) -> None:
    """Print what the memory ledger costs per task."""
    ledger = MemoryLedger()
    ledger.append([begun("r", tasks)])
    steps = [step("r", number * 2) for number in range(tasks)]
    start = time.perf_counter()
    for facts in steps:
        ledger.append(facts)
    print(f"memory  {tasks:,} tasks: {(time.perf_counter() - start) / tasks * 1e6:.1f} us per append of 3 facts")


def main() -> None:
    """Measure and print."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    for durability in (Durability.NORMAL, Durability.FULL):
        appends = 10_000 if durability is Durability.NORMAL else 1_000
        commits(folder, durability, 1, appends, wait=True)
        commits(folder, durability, 1, 10_000, wait=False)
        commits(folder, durability, 100, 100, wait=True)
    memory(10_000)
    memory(100_000)
    reading(folder)


if __name__ == "__main__":
    main()
