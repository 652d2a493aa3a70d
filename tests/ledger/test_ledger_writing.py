"""Writing: commits that are shared, acknowledged facts that survive, and what happens when a commit fails."""

import asyncio
import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path

import pytest
from ledger_facts import at, attempt, attempt_end, done, ended, started, task_end

from orchestrator.errors import ExitCode, Unusable
from orchestrator.ledger.reserve import BALLAST_BYTES
from orchestrator.ledger.rows import FactRefused
from orchestrator.ledger.sqlite import SqliteLedger
from orchestrator.models.facts import AttemptStarted
from orchestrator.models.status import Durability, RunState, TaskState

HERE = Path(__file__).parent

# Appends task by task and says of each, on stdout, that it is acknowledged.
ACKNOWLEDGE = """
import sys
from pathlib import Path
from ledger_facts import attempt, done, started
from orchestrator.ledger.sqlite import SqliteLedger
from orchestrator.models.status import Durability
ledger = SqliteLedger.open(Path(sys.argv[1]), Durability(sys.argv[2]))
ledger.append([started()]).result()
number = 0
while True:
    number += 1
    ledger.append(done(f"2.{number}")).result()
    sys.stdout.write(f"2.{number}\\n")
    sys.stdout.flush()
"""


def python(script: str, *words: str, prefix: tuple[str, ...] = ()) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parents[1])])}
    return subprocess.Popen(
        [*prefix, sys.executable, "-c", script, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


# ---------------------------------------------------------------- shared commits


def test_facts_that_arrive_while_a_commit_runs_share_the_next_one(open_sqlite: Callable[..., SqliteLedger]) -> None:
    ledger = open_sqlite()
    ledger.append([started()]).result()
    before = ledger.commits
    futures = [ledger.append([attempt(f"2.{number}")]) for number in range(1000)]
    for future in futures:
        future.result(timeout=20)
    assert ledger.commits - before < 250
    assert len(ledger.read_run("r1").tasks) == 1002


def test_the_end_of_a_task_that_adds_nothing_takes_no_room_of_its_own(open_sqlite: Callable[..., SqliteLedger]) -> None:
    ledger = open_sqlite()
    ledger.append([started()]).result()
    ends = [
        attempt_end("1.1"),
        attempt_end("1.2"),
        task_end("1.2"),
        task_end("1.1"),
        attempt("1.3"),
    ]  # as two end at once
    ledger.append(ends).result()
    ledger.append([attempt_end("1.3"), task_end("1.3", reason="something else")]).result()
    assert ledger.check() == 1 + 3 + 2
    assert [task.reason for task in ledger.read_run("r1").tasks] == ["", "", "something else"]
    assert {task.state for task in ledger.read_run("r1").tasks} == {TaskState.CHANGED}


def test_a_shared_commit_is_one_synchronization_of_the_disk(path: Path, tmp_path: Path) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    script = """
import os, sys
from pathlib import Path
from ledger_facts import attempt, started
from orchestrator.ledger.sqlite import SqliteLedger
ledger = SqliteLedger.open(Path(sys.argv[1]))
ledger.append([started()]).result()
before = ledger.commits
os.write(1, b"begin\\n")
futures = [ledger.append([attempt(f"2.{number}")]) for number in range(500)]
[future.result() for future in futures]
os.write(1, b"end\\n")
print(ledger.commits - before, flush=True)
os._exit(0)
"""
    log = tmp_path / "trace"
    tracing = ("strace", "-f", "-qq", "-e", "trace=fsync,fdatasync,write", "-o", str(log))
    said, complaints = python(script, str(path), prefix=tracing).communicate(timeout=60)
    assert complaints == ""
    traced = log.read_text()
    between = traced[traced.index('"begin') : traced.index('"end')]
    commits = int(said.split()[-1])
    assert commits < 250
    # a checkpoint of the log adds two
    assert commits <= between.count("sync(") <= commits + 4


def test_with_normal_durability_the_caller_commits_and_nothing_is_synchronized(
    open_sqlite: Callable[..., SqliteLedger],
) -> None:
    ledger = open_sqlite(Durability.NORMAL)
    futures = [ledger.append([started()]), *(ledger.append([attempt(f"2.{number}")]) for number in range(20))]
    assert all(future.done() for future in futures)
    assert ledger.commits == 21


def test_the_order_of_appends_is_the_order_of_facts(open_sqlite: Callable[..., SqliteLedger]) -> None:
    ledger = open_sqlite()
    ledger.append([started(tasks=())])
    for number in range(300):
        ledger.append([attempt(f"2.{number}")])
    ledger.append([]).result(timeout=20)
    assert [task.id for task in ledger.read_run("r1").tasks] == [f"2.{number}" for number in range(300)]


def test_a_cancelled_waiter_does_not_lose_the_fact(open_sqlite: Callable[..., SqliteLedger]) -> None:
    ledger = open_sqlite()

    async def cancel_while_waiting() -> None:
        job = asyncio.ensure_future(asyncio.wrap_future(ledger.append([started(), *done()])))
        await asyncio.sleep(0)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job

    asyncio.run(cancel_while_waiting())
    ledger.append([ended()]).result(timeout=20)
    assert ledger.read_run("r1").tasks[0].state is TaskState.CHANGED


def test_closing_writes_what_is_waiting(path: Path) -> None:
    ledger = SqliteLedger.open(path)
    ledger.append([started(tasks=())])
    futures = [ledger.append([attempt(f"2.{number}")]) for number in range(200)]
    ledger.close()
    assert all(future.done() and future.exception() is None for future in futures)
    with closing(SqliteLedger.open_readonly(path)) as reader:
        assert len(reader.read_run("r1").tasks) == 200
    assert not path.with_name("ledger.db-wal").exists()


def test_nothing_is_taken_after_closing(path: Path) -> None:
    for durability in Durability:
        ledger = SqliteLedger.open(path, durability)
        ledger.close()
        with pytest.raises(RuntimeError, match="the ledger is closed"):
            ledger.append([started()])


def test_one_bad_append_does_not_spoil_those_that_share_its_commit(open_sqlite: Callable[..., SqliteLedger]) -> None:
    ledger = open_sqlite()
    ledger.append([started(tasks=())])
    futures: list[Future[None]] = []
    for number in range(100):
        futures.append(ledger.append([attempt(f"2.{number}")]))
        futures.append(ledger.append([attempt("2.0", run="nowhere")]))
    refused = [future for future in futures if future.exception(timeout=20) is not None]
    assert len(refused) == 100
    assert all(isinstance(future.exception(), FactRefused) for future in refused)
    assert len(ledger.read_run("r1").tasks) == 100


def test_what_is_not_json_is_told_at_once(open_sqlite: Callable[..., SqliteLedger]) -> None:
    ledger = open_sqlite()
    with pytest.raises(TypeError, match="set is not JSON"):
        ledger.append([started(plan={"bad": {1, 2}})])
    ledger.append([started()]).result(timeout=20)


def test_two_processes_may_write_the_same_ledger(path: Path, open_sqlite: Callable[..., SqliteLedger]) -> None:
    ledger = open_sqlite()
    ledger.append([started(tasks=())]).result(timeout=20)
    script = """
import sys
from pathlib import Path
from ledger_facts import approval, waits
from orchestrator.ledger.sqlite import SqliteLedger
ledger = SqliteLedger.open(Path(sys.argv[1]))
for number in range(50):
    ledger.append([waits(f"3.{number}"), approval(f"3.{number}")]).result()
ledger.close()
"""
    other = python(script, str(path))
    for number in range(50):
        ledger.append([attempt(f"2.{number}")]).result(timeout=20)
    _, complaints = other.communicate(timeout=60)
    assert complaints == ""
    record = ledger.read_run("r1")
    assert (len(record.tasks), len(record.approvals)) == (100, 50)
    assert ledger.check() == 151


def test_the_same_plan_is_stored_once(path: Path, open_sqlite: Callable[..., SqliteLedger]) -> None:
    ledger = open_sqlite()
    plan = {"tasks": [{"id": str(number), "text": "x" * 50} for number in range(1000)]}
    for run in ("r1", "r2", "r3"):
        ledger.append([started(run, plan=plan)]).result(timeout=20)
    assert dict(ledger.read_run("r3").plan) == plan
    ledger.close()
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM documents").fetchone() == (2,)
    connection.close()
    assert path.stat().st_size < 50_000


# ---------------------------------------------------------------- kill -9


@pytest.mark.parametrize("durability", list(Durability))
@pytest.mark.parametrize("acknowledged", [1, 40, 200])
def test_acknowledged_facts_survive_a_kill(path: Path, durability: Durability, acknowledged: int) -> None:
    child = python(ACKNOWLEDGE, str(path), durability.value)
    assert child.stdout is not None
    said = [child.stdout.readline().strip() for _ in range(acknowledged)]
    child.send_signal(signal.SIGKILL)
    said += child.stdout.read().split("\n")[:-1]
    child.communicate(timeout=20)
    ledger = SqliteLedger.open(path, is_alive=lambda _run: False)
    record = ledger.read_run("r1")
    states = {task.id: task.state for task in record.tasks}
    assert record.state is RunState.INTERRUPTED
    assert all(states[task] is TaskState.CHANGED for task in said)
    assert len(states) <= 2 + len(said) + 1
    ledger.append([ended(state=RunState.CANCELLED)]).result(timeout=20)
    ledger.close()


def test_readers_see_an_interrupted_ledger_and_leave_it_as_it_is(path: Path) -> None:
    child = python(ACKNOWLEDGE, str(path), "full")
    assert child.stdout is not None
    child.stdout.readline()
    child.send_signal(signal.SIGKILL)
    child.communicate(timeout=20)
    before = {file.name: file.read_bytes() for file in path.parent.iterdir() if file.suffix != ".db-shm"}
    reader = SqliteLedger.open_readonly(path)
    assert reader.read_run("r1").tasks[2].state is TaskState.CHANGED
    reader.close()
    after = {file.name: file.read_bytes() for file in path.parent.iterdir() if file.suffix != ".db-shm"}
    assert before == after


# ---------------------------------------------------------------- a disk that says no


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder with room for a ledger and its ballast, and little more."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("a small disk can only be mounted as root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


def fill_up(ledger: SqliteLedger) -> tuple[int, Unusable]:
    for number in range(100_000):
        error = ledger.append([attempt(f"9.{number}")]).exception(timeout=20)
        if error is not None:
            assert isinstance(error, Unusable)
            return number, error
    pytest.fail("the disk never got full")


@pytest.mark.parametrize("durability", list(Durability))
def test_a_full_disk_stops_what_begins_and_keeps_room_for_what_ends(small_disk: Path, durability: Durability) -> None:
    path = small_disk / "state" / "ledger.db"
    ledger = SqliteLedger.open(path, durability)
    ledger.append([started(tasks=("1.1",)), attempt("1.1")]).result(timeout=20)
    written, error = fill_up(ledger)
    assert error.exit_code is ExitCode.UNUSABLE
    assert error.message == f"no room left on the disk for {path}"
    assert error.hint == "free some space, then `orchestrate resume`"
    assert not (path.parent / "ballast").exists()
    with pytest.raises(Unusable):
        ledger.append([attempt("1.2")]).result(timeout=20)
    ledger.append([attempt_end("1.1"), task_end("1.1")]).result(timeout=20)
    ledger.append([ended(state=RunState.FAILED, exit_code=10)]).result(timeout=20)
    record = ledger.read_run("r1")
    assert (record.state, record.exit_code, len(record.tasks)) == (RunState.FAILED, 10, written + 1)
    assert record.tasks[0].state is TaskState.CHANGED
    ledger.close()
    rescued = [json.loads(line)["fact"] for line in (path.parent / "emergency.jsonl").read_text().splitlines()]
    assert [fact[2] for fact in rescued] == [f"9.{written}", "1.2"]


def test_after_space_is_freed_the_ledger_works_again(small_disk: Path) -> None:
    path = small_disk / "state" / "ledger.db"
    ledger = SqliteLedger.open(path)
    ledger.append([started(tasks=())]).result(timeout=20)
    (small_disk / "big").write_bytes(b"x" * 900_000)
    written, _ = fill_up(ledger)
    ledger.close()
    with pytest.raises(OSError, match="No space left"), (small_disk / "more").open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    with pytest.raises(Unusable, match="no room left on the disk"):
        SqliteLedger.open(path)
    (small_disk / "big").unlink()
    again = SqliteLedger.open(path)
    again.append([attempt("1.2")]).result(timeout=20)
    assert len(again.read_run("r1").tasks) == written + 1
    assert (path.parent / "ballast").stat().st_size == BALLAST_BYTES
    again.close()


def test_the_end_of_an_append_is_kept_when_its_beginning_has_no_room(small_disk: Path) -> None:
    path = small_disk / "state" / "ledger.db"
    ledger = SqliteLedger.open(path)
    ledger.append([started(tasks=("1.1",)), attempt("1.1")]).result(timeout=20)
    fill_up(ledger)
    mixed = ledger.append([attempt_end("1.1"), task_end("1.1"), attempt("1.2")])
    assert isinstance(mixed.exception(timeout=20), Unusable)
    record = ledger.read_run("r1")
    assert record.tasks[0].state is TaskState.CHANGED
    assert "1.2" not in {task.id for task in record.tasks}
    ledger.close()


def test_when_the_last_room_is_used_up_nothing_is_taken_any_more(small_disk: Path) -> None:
    path = small_disk / "state" / "ledger.db"
    ledger = SqliteLedger.open(path)
    ledger.append([started(tasks=())]).result(timeout=20)
    fill_up(ledger)
    kept = 0
    while ledger.append([task_end(f"9.{kept}", TaskState.CANCELLED)]).exception(timeout=20) is None:
        kept += 1
    assert kept > 20
    assert isinstance(ledger.append([ended()]).exception(timeout=20), Unusable)
    tasks = ledger.read_run("r1").tasks
    assert sum(task.state is TaskState.CANCELLED for task in tasks) == kept
    ledger.close()


def test_a_ballast_that_cannot_be_made_is_told_before_anything_starts(path: Path) -> None:
    SqliteLedger.open(path).close()
    (path.parent / "ballast").unlink()
    (path.parent / "ballast").mkdir()
    with pytest.raises(Unusable) as refused:
        SqliteLedger.open(path)
    assert refused.value.message == f"cannot keep room for the end of a run in {path.parent}: Is a directory"


def test_a_limit_on_file_size_is_a_disk_that_says_no(path: Path) -> None:
    ledger = SqliteLedger.open(path)
    ledger.append([started(tasks=())]).result(timeout=20)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, before[1]))
        written, error = fill_up(ledger)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert error.exit_code is ExitCode.UNUSABLE
    ledger.close()
    reader = SqliteLedger.open_readonly(path)
    assert len(reader.read_run("r1").tasks) == written
    reader.close()


@pytest.mark.parametrize("call", ["fsync,fdatasync", "pwrite64"])
@pytest.mark.parametrize("when", [1, 2, 5])
def test_a_failing_disk_is_told_and_no_acknowledged_fact_is_lost(path: Path, call: str, when: int) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    ledger = SqliteLedger.open(path)
    ledger.append([started(tasks=())]).result(timeout=20)
    ledger.close()
    script = """
import sys
from pathlib import Path
from ledger_facts import attempt
from orchestrator.errors import Unusable
from orchestrator.ledger.sqlite import SqliteLedger
try:
    ledger = SqliteLedger.open(Path(sys.argv[1]))
    for number in range(20):
        ledger.append([attempt(f"2.{number}")]).result()
        print(f"2.{number}", flush=True)
except Unusable as error:
    print(error.exit_code, error.hint, flush=True)
"""
    inject = ("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"inject={call}:error=EIO:when={when}+")
    said, complaints = python(script, str(path), prefix=inject).communicate(timeout=60)
    assert "Traceback" not in complaints
    *acknowledged, verdict = said.splitlines()
    assert verdict.startswith("10 ")
    reader = SqliteLedger.open_readonly(path)
    assert set(acknowledged) <= {task.id for task in reader.read_run("r1").tasks}
    reader.close()


def test_another_program_that_keeps_the_ledger_locked_is_told(
    path: Path, open_sqlite: Callable[..., SqliteLedger], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.ledger.connection.BUSY_SECONDS", 0.2)
    ledger = open_sqlite()
    ledger.append([started()]).result(timeout=20)
    browser = sqlite3.connect(path, isolation_level=None)
    browser.execute("BEGIN IMMEDIATE")
    error = ledger.append([attempt()]).exception(timeout=20)
    browser.close()
    assert isinstance(error, Unusable)
    assert error.message == f"another program has had {path} locked for 5 seconds"
    later = ledger.append([attempt()]).exception(timeout=20)
    assert later is error
    saved = (path.parent / "emergency.jsonl").read_text().splitlines()
    assert [json.loads(line)["fact"][1:3] for line in saved] == [["attempt_started", "1.1"]] * 2


def test_times_are_kept_to_the_microsecond(open_sqlite: Callable[..., SqliteLedger]) -> None:
    ledger = open_sqlite()
    ledger.append([started(tasks=())])
    moments = [at(number * 1_234_567.000_001) for number in range(200)]
    facts = [AttemptStarted(run="r1", task=f"2.{n}", attempt=1, time=moment) for n, moment in enumerate(moments)]
    ledger.append(facts).result(timeout=20)
    assert [task.attempts[0].started for task in ledger.read_run("r1").tasks] == moments
