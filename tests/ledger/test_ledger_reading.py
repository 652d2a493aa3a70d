"""Reading while others write, from places where nothing can be written, and without a ledger."""

import gc
import os
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ledger_facts import attempt, done, ended, everything, started

from orchestrator.errors import Unusable, UsageError
from orchestrator.ledger.sqlite import SqliteLedger
from orchestrator.ledger.view import Looking
from orchestrator.models.record import RunRecord
from orchestrator.models.status import Durability, TaskState


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_without_a_ledger_there_are_no_runs_and_nothing_is_made(path: Path) -> None:
    ledger = SqliteLedger.open_readonly(path)
    assert ledger.runs() == ()
    ledger.close()
    assert not path.parent.exists()


def test_a_missing_ledger_is_made_only_when_that_was_asked_for(path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        SqliteLedger.open(path, create=False)
    assert (refused.value.message, refused.value.hint) == (
        f"there is no ledger at {path}",
        "`orchestrate run` makes one",
    )
    assert not path.parent.exists()


def test_reading_is_all_that_a_reader_can(path: Path) -> None:
    ledger = SqliteLedger.open_readonly(path)
    with pytest.raises(RuntimeError, match="was opened to read"):
        ledger.append([started()])
    ledger.close()


def test_reading_a_ledger_at_rest_makes_no_file(path: Path) -> None:
    ledger = SqliteLedger.open(path)
    ledger.append(everything())
    ledger.close()
    before = {file.name: file.stat().st_mtime_ns for file in path.parent.iterdir()}
    reader = SqliteLedger.open_readonly(path)
    assert len(reader.read_run("r1").tasks) == 8
    assert names(path.parent) == ["ballast", "ledger.db"]
    reader.close()
    assert {file.name: file.stat().st_mtime_ns for file in path.parent.iterdir()} == before


def test_a_reader_follows_a_run_that_begins_goes_on_and_ends(path: Path) -> None:
    reader = SqliteLedger.open_readonly(path)
    assert reader.runs() == ()
    first = SqliteLedger.open(path)
    first.append([started()]).result(timeout=20)
    assert [run.counts for run in reader.runs()] == [{TaskState.PENDING: 2}]
    first.append(done()).result(timeout=20)
    assert [run.counts for run in reader.runs()] == [{TaskState.PENDING: 1, TaskState.CHANGED: 1}]
    first.close()
    assert reader.read_run("r1").tasks[0].state is TaskState.CHANGED
    second = SqliteLedger.open(path)
    second.append([started("r2")]).result(timeout=20)
    second.close()
    assert [run.id for run in reader.runs()] == ["r2", "r1"]
    reader.close()


def test_many_readers_do_not_disturb_a_writer_nor_see_half_a_commit(path: Path) -> None:
    ledger = SqliteLedger.open(path, Durability.NORMAL)
    ledger.append([started(tasks=())])
    stop = threading.Event()
    seen: list[list[int]] = []
    trouble: list[BaseException] = []

    def watch() -> None:
        reader = SqliteLedger.open_readonly(path)
        mine: list[int] = []
        seen.append(mine)
        try:
            while not stop.is_set():
                tasks = reader.read_run("r1").tasks
                mine.append(len(tasks))
                assert all(task.state is TaskState.CHANGED for task in tasks)
        except BaseException as error:
            trouble.append(error)
        finally:
            reader.close()

    watchers = [threading.Thread(target=watch) for _ in range(3)]
    for watcher in watchers:
        watcher.start()
    for number in range(300):
        ledger.append(done(f"2.{number}")).result(timeout=20)
    stop.set()
    for watcher in watchers:
        watcher.join()
    ledger.close()
    assert trouble == []
    assert [sorted(mine) for mine in seen] == seen


@pytest.fixture
def read_only(path: Path) -> Iterator[Callable[[], None]]:
    """Return what makes the state folder read-only, for root too."""
    mounted: list[bool] = []

    def mount() -> None:
        bind = subprocess.run(["mount", "--bind", str(path.parent), str(path.parent)], capture_output=True, check=False)
        if bind.returncode != 0:
            pytest.skip("a folder can only be mounted read-only as root")
        mounted.append(True)
        subprocess.run(["mount", "-o", "remount,ro,bind", str(path.parent)], check=True, capture_output=True)

    yield mount
    if mounted:
        subprocess.run(["umount", "-l", str(path.parent)], check=False)


def written(path: Path, *, killed: bool = False, index: bool = True) -> RunRecord:
    """Write a history and return it; `killed` leaves the log beside the file, without its index if so asked."""
    ledger = SqliteLedger.open(path)
    ledger.append(everything()).result(timeout=20)
    record = ledger.read_run("r1")
    if killed:
        copy = path.parent.with_name("copy")
        shutil.copytree(path.parent, copy)
        ledger.close()
        shutil.rmtree(path.parent)
        copy.rename(path.parent)
        if not index:
            path.with_name("ledger.db-shm").unlink()
    else:
        ledger.close()
    return record


@pytest.mark.parametrize(
    ("killed", "index"), [(False, True), (True, True), (True, False)], ids=["at rest", "killed", "without an index"]
)
def test_a_read_only_folder_can_be_read(path: Path, read_only: Callable[[], None], killed: bool, index: bool) -> None:
    expected = written(path, killed=killed, index=index)
    before = names(path.parent)
    read_only()
    reader = SqliteLedger.open_readonly(path)
    assert reader.read_run("r1") == expected
    reader.close()
    assert names(path.parent) == before


def test_a_log_without_its_index_is_read_and_no_index_is_made(path: Path) -> None:
    expected = written(path, killed=True, index=False)
    reader = SqliteLedger.open_readonly(path)
    assert reader.read_run("r1") == expected
    reader.close()
    assert names(path.parent) == ["ballast", "ledger.db", "ledger.db-wal"]


def test_a_ledger_whose_log_was_deleted_is_read_as_far_as_it_goes(path: Path) -> None:
    written(path)
    ledger = SqliteLedger.open(path)
    ledger.append([started("r2")]).result(timeout=20)
    copy = path.with_name("copy.db")
    shutil.copy(path, copy)
    ledger.close()
    copy.replace(path)
    reader = SqliteLedger.open_readonly(path)
    assert [run.id for run in reader.runs()] == ["r1"]
    reader.close()


def test_a_folder_that_cannot_be_written_is_told_to_the_one_who_writes(
    path: Path, read_only: Callable[[], None]
) -> None:
    written(path)
    read_only()
    with pytest.raises(Unusable) as refused:
        SqliteLedger.open(path)
    assert refused.value.message == f"{path.parent} cannot be written"


def test_a_plan_is_not_decompressed_until_somebody_looks(open_sqlite: Callable[..., SqliteLedger]) -> None:
    ledger = open_sqlite()
    plan = {"tasks": [{"id": "1.1"}], "é": [1.5, None]}
    ledger.append([started(plan=plan)]).result(timeout=20)
    stored = ledger.read_run("r1").plan
    assert repr(stored) == "PlanText()"
    assert (dict(stored), len(stored), stored["é"]) == (plan, 2, [1.5, None])


def test_reading_gives_the_garbage_collector_back(open_sqlite: Callable[..., SqliteLedger]) -> None:
    ledger = open_sqlite()
    ledger.append([started(), attempt(), ended()]).result(timeout=20)
    ledger.read_run("r1")
    assert gc.isenabled()
    gc.disable()
    try:
        ledger.read_run("r1")
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_files_are_for_their_owner_alone(path: Path, open_sqlite: Callable[..., SqliteLedger]) -> None:
    before = os.umask(0)
    try:
        open_sqlite().append([started()]).result(timeout=20)
    finally:
        os.umask(before)
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert {file.name: oct(file.stat().st_mode & 0o777) for file in path.parent.iterdir()} == dict.fromkeys(
        ["ballast", "ledger.db", "ledger.db-shm", "ledger.db-wal"], "0o600"
    )


def test_two_that_make_the_ledger_at_once_make_one(path: Path) -> None:
    opened = [SqliteLedger.open(path) for _ in range(2)]
    for number, ledger in enumerate(opened):
        ledger.append([started(f"r{number}")]).result(timeout=20)
    assert [run.id for run in opened[0].runs()] == ["r1", "r0"]
    for ledger in opened:
        ledger.close()
    assert names(path.parent) == ["ballast", "ledger.db"]


def test_a_backup_is_a_whole_ledger_and_only_the_newest_are_kept(path: Path, tmp_path: Path) -> None:
    ledger = SqliteLedger.open(path)
    folder = tmp_path / "backups"
    ledger.append(everything()).result(timeout=20)
    copies = [ledger.backup(folder, keep=3) for _ in range(5)]
    assert sorted(folder.iterdir()) == copies[2:]
    assert {oct(copy.stat().st_mode & 0o777) for copy in copies[2:]} == {"0o600"}
    record = ledger.read_run("r1")
    ledger.close()
    folder.chmod(0o700)
    copy = SqliteLedger.open_readonly(copies[-1])
    assert copy.read_run("r1") == record
    assert copy.check() == ledger_facts_count(copies[-1])
    copy.close()


def ledger_facts_count(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        count: int = connection.execute("SELECT count(*) FROM facts").fetchone()[0]
        return count
    finally:
        connection.close()


def test_a_writer_that_begins_in_the_middle_of_a_reading_makes_it_read_again(path: Path) -> None:
    written(path)
    looking = Looking(path)
    begun: list[SqliteLedger] = []

    def read(connection: sqlite3.Connection) -> int:
        if not begun:
            begun.append(SqliteLedger.open(path))
            begun[0].append([started("r2")]).result(timeout=20)
            raise Unusable("pages of two states")
        count: int = connection.execute("SELECT count(*) FROM runs").fetchone()[0]
        return count

    assert looking.look(read) == 2
    looking.close()
    begun[0].close()


def test_damage_is_told_though_nobody_writes(path: Path) -> None:
    written(path)
    looking = Looking(path)
    asked = []

    def read(_connection: sqlite3.Connection) -> None:
        asked.append(1)
        raise Unusable("damaged")

    with pytest.raises(Unusable, match="damaged"):
        looking.look(read)
    assert asked == [1]
    looking.close()
