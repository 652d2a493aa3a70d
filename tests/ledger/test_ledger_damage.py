"""A damaged, strange or planted ledger: never a wrong answer, never a traceback; a repair says what it lost."""

import os
import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from ledger_facts import attempt, done, ended, everything, measured, started, undone
from msgspec.structs import replace

from orchestrator.errors import ExitCode, Unusable
from orchestrator.ledger import migrations
from orchestrator.ledger.repair import repair
from orchestrator.ledger.sqlite import SqliteLedger
from orchestrator.models.record import RunRecord
from orchestrator.models.status import RunState


def build(path: Path, *, backup: Path | None = None) -> None:
    """Write two runs of 61 tasks and an undo, and leave the file at rest."""
    ledger = SqliteLedger.open(path)
    tasks = (*(f"{phase}.{number}" for phase in range(1, 7) for number in range(1, 11)), "7.1")
    for run in ("r1", "r2"):
        ledger.append([started(run, tasks)])
        for task in tasks:
            ledger.append(done(task, run, summary=f"edited the file of {task}", log="l" * 60, fingerprint=f"f{task}"))
        ledger.append([measured(run, value=80.5), ended(run)]).result(timeout=20)
        if backup is not None and run == "r1":
            ledger.backup(backup)
    ledger.append([started("u1", tasks[:3], kind="undo", undoes="r2"), undone(tasks[0], "r2", "u1"), ended("u1")])
    ledger.append(everything("r3")).result(timeout=20)
    ledger.close()


def read_with_plan(ledger: SqliteLedger, run: str) -> RunRecord:
    record = ledger.read_run(run)
    return replace(record, plan=dict(record.plan))


QUESTIONS: tuple[Callable[[SqliteLedger], Any], ...] = (
    *(partial(read_with_plan, run=run) for run in ("r1", "r2", "u1", "r3")),
    SqliteLedger.runs,
    partial(SqliteLedger.runs, limit=1),
    SqliteLedger.last_successes,
    partial(SqliteLedger.durations, definitions={f"1.{number}": f"def 1.{number}" for number in range(1, 4)}),
    SqliteLedger.unfinished_changes,
    partial(SqliteLedger.approvals, run="r3"),
    partial(SqliteLedger.find_run, prefix="u"),
)


def answers(ledger: SqliteLedger) -> list[Any]:
    """Return all that can be asked."""
    return [question(ledger) for question in QUESTIONS]


def asked(path: Path) -> list[Any]:
    reader = SqliteLedger.open_readonly(path)
    try:
        return answers(reader)
    finally:
        reader.close()


def asked_alone(path: Path, question: Callable[[SqliteLedger], Any]) -> Any:
    """Return one answer of a fresh reader, that has compared nothing for another; the error when it says no."""
    try:
        reader = SqliteLedger.open_readonly(path)
        try:
            return question(reader)
        finally:
            reader.close()
    except Unusable as error:
        assert error.hint
        return error


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, list[Any]]:
    path = tmp_path_factory.mktemp("sound") / ".orchestrate" / "ledger.db"
    build(path)
    return path.read_bytes(), asked(path)


def place(path: Path, content: bytes) -> Path:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_bytes(content)
    return path


# ---------------------------------------------------------------- bits and pages


@pytest.mark.parametrize("flips", [200, pytest.param(2_000, marks=pytest.mark.slow)])
def test_a_flipped_bit_never_changes_an_answer(path: Path, sound: tuple[bytes, list[Any]], flips: int) -> None:
    content, expected = sound
    chance = random.Random(flips)
    seen: Counter[str] = Counter()
    for _ in range(flips):
        flipped = bytearray(content)
        at = chance.randrange(len(flipped))
        flipped[at] ^= 1 << chance.randrange(8)
        place(path, bytes(flipped))
        which = chance.randrange(len(QUESTIONS))
        found = asked_alone(path, QUESTIONS[which])
        if isinstance(found, Unusable):
            seen["told"] += 1
        else:
            assert found == expected[which], f"byte {at} was flipped, and question {which} did not notice"
            seen["answered"] += 1
    assert seen["told"] > flips // 4


def test_a_flipped_bit_is_found_before_anything_is_written(path: Path, sound: tuple[bytes, list[Any]]) -> None:
    content, expected = sound
    chance = random.Random(1)
    for _ in range(60):
        flipped = bytearray(content)
        flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
        place(path, bytes(flipped))
        try:
            ledger = SqliteLedger.open(path)
        except Unusable:
            continue
        try:
            assert answers(ledger) == expected
        except Unusable:
            pass
        finally:
            ledger.close()


def test_a_file_that_was_cut_off_anywhere_is_told(path: Path, sound: tuple[bytes, list[Any]]) -> None:
    content, _ = sound
    for length in range(0, len(content), migrations.PAGE_BYTES):
        place(path, content[:length])
        with pytest.raises(Unusable) as refused:
            asked(path)
        assert refused.value.hint is not None
        assert "orchestrate doctor --repair" in refused.value.hint
        with pytest.raises(Unusable):
            SqliteLedger.open(path)
        assert path.read_bytes() == content[:length]


# ---------------------------------------------------------------- strange files


def alter(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER planted AFTER INSERT ON facts BEGIN DELETE FROM facts; END",
        "CREATE VIEW planted AS SELECT 1",
        "CREATE TABLE planted (x)",
        "CREATE INDEX planted ON facts (run)",
        "DROP INDEX one_start_and_one_end",
        "DROP TABLE documents",
        "ALTER TABLE runs ADD COLUMN planted TEXT",
        "PRAGMA application_id = 7",
        "PRAGMA user_version = 0",
    ],
)
def test_a_planted_or_lost_part_of_the_schema_is_refused(path: Path, statement: str) -> None:
    build(path)
    alter(path, statement)
    for open_ in (SqliteLedger.open, SqliteLedger.open_readonly):
        with pytest.raises(Unusable) as refused:
            open_(path)
        assert refused.value.hint == "`orchestrate doctor --repair` keeps what can be read"


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE facts SET state = 'unchanged' WHERE seq = 4", "fact 4 is not as it was written"),
        ("UPDATE facts SET time = time + 1 WHERE seq = 4", "fact 4 is not as it was written"),
        ("UPDATE facts SET run = 3 WHERE seq = 4", "fact 4 is not as it was written"),
        ("DELETE FROM facts WHERE seq = 4", "not all of its"),
        ("DELETE FROM facts WHERE seq = (SELECT max(seq) FROM facts)", "not all of its"),
        ("UPDATE runs SET id = 'rx' WHERE number = 2", "run 2 is not as it was written"),
        ("DELETE FROM runs WHERE number = 2", "a run is lost"),
        ("DELETE FROM documents", "is lost"),
        ("UPDATE documents SET content = x'00'", "cannot be read"),
        ("DELETE FROM head", "its head is lost"),
        ("UPDATE head SET facts = facts - 1", "not all of its"),
    ],
)
def test_what_somebody_changed_is_told(path: Path, statement: str, told: str) -> None:
    build(path)
    alter(path, "PRAGMA foreign_keys = OFF", "PRAGMA ignore_check_constraints = ON", statement)
    with pytest.raises(Unusable, match=told) as refused:
        asked(path)
    assert refused.value.message.startswith("the ledger is damaged: ")
    assert refused.value.hint == "`orchestrate doctor --repair` keeps what can be read"
    assert refused.value.exit_code is ExitCode.UNUSABLE


def test_a_schema_that_is_no_text_any_more_is_told(path: Path) -> None:
    build(path)
    content = path.read_bytes()
    assert content.count(b"CREATE TABLE head") == 1
    path.write_bytes(content.replace(b"CREATE TABLE head", b"CREATE\xc1TABLE head"))
    for open_ in (SqliteLedger.open, SqliteLedger.open_readonly):
        with pytest.raises(Unusable, match="malformed database schema"):
            open_(path)


def test_a_ledger_of_a_newer_version_is_refused_and_kept(path: Path) -> None:
    build(path)
    alter(path, "PRAGMA user_version = 99")
    before = path.read_bytes()
    for open_ in (SqliteLedger.open, SqliteLedger.open_readonly):
        with pytest.raises(Unusable) as refused:
            open_(path)
        assert refused.value.message == (
            f"{path} was written by a newer version of orchestrate (schema 99, this one knows {migrations.VERSION})"
        )
        assert refused.value.hint == "pip install --upgrade orchestrate"
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"x", b"SQLite format 3\x00", os.urandom(5000), b"\x00" * 4096])
def test_what_is_no_ledger_is_refused_and_kept(path: Path, content: bytes) -> None:
    place(path, content)
    for open_ in (SqliteLedger.open, SqliteLedger.open_readonly):
        with pytest.raises(Unusable):
            open_(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("name", ["ledger.db", "ledger.db-wal", "ledger.db-shm"])
def test_a_link_or_a_pipe_is_refused(path: Path, name: str) -> None:
    build(path)
    planted = path.with_name(name)
    elsewhere = path.parent.with_name("elsewhere")
    if planted.exists():
        planted.replace(elsewhere)
    else:
        elsewhere.touch()
    planted.symlink_to(elsewhere)
    before = elsewhere.read_bytes()
    for open_ in (SqliteLedger.open, SqliteLedger.open_readonly):
        with pytest.raises(Unusable, match="is a symbolic link"):
            open_(path)
    planted.unlink()
    os.mkfifo(planted)
    with pytest.raises(Unusable, match="is not a plain file"):
        SqliteLedger.open(path)
    assert elsewhere.read_bytes() == before


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702])
def test_a_folder_that_others_can_write_is_refused(path: Path, mode: int) -> None:
    build(path)
    path.parent.chmod(mode)
    for open_ in (SqliteLedger.open, SqliteLedger.open_readonly):
        with pytest.raises(Unusable) as refused:
            open_(path)
        assert refused.value.message == f"{path.parent} can be written by others (mode {mode:04o})"
        assert refused.value.hint == f"chmod 700 {path.parent}"


def test_a_folder_of_another_user_is_refused_to_the_one_who_writes(path: Path) -> None:
    build(path)
    try:
        os.chown(path.parent, 65534, 65534)
    except PermissionError:
        pytest.skip("only root can give a folder away")
    with pytest.raises(Unusable, match=r"belongs to another user \(uid 65534\)"):
        SqliteLedger.open(path)


def test_a_folder_that_is_a_link_or_a_file_is_refused(path: Path, tmp_path: Path) -> None:
    path.parent.symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(Unusable, match="is a symbolic link"):
        SqliteLedger.open(path)
    path.parent.unlink()
    path.parent.touch()
    with pytest.raises(Unusable, match="is not a folder"):
        SqliteLedger.open(path)


def test_an_older_schema_is_brought_up_to_date(
    path: Path, monkeypatch: pytest.MonkeyPatch, open_sqlite: Callable[..., SqliteLedger]
) -> None:
    build(path)
    before = asked(path)
    scripts = {name: migrations.migration(name) for name in migrations.MIGRATIONS}
    scripts["9999_test"] = "CREATE TABLE later (x TEXT) STRICT;"
    monkeypatch.setattr(migrations, "migration", scripts.__getitem__)
    monkeypatch.setattr(migrations, "MIGRATIONS", tuple(scripts))
    monkeypatch.setattr(migrations, "VERSION", len(scripts))
    migrations._expected.cache_clear()
    try:
        with pytest.raises(Unusable, match="older version"):
            SqliteLedger.open_readonly(path)
        ledger = open_sqlite()
        assert answers(ledger) == before
        ledger.append([started("r9")]).result(timeout=20)
        ledger.close()
        assert asked(path)[:4] == before[:4]
    finally:
        migrations._expected.cache_clear()


def test_a_ledger_of_the_first_version_keeps_its_runs_and_takes_measurements(
    path: Path, monkeypatch: pytest.MonkeyPatch, open_sqlite: Callable[..., SqliteLedger]
) -> None:
    with monkeypatch.context() as older:
        older.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:1])
        older.setattr(migrations, "VERSION", 1)
        build(path)
        before = asked(path)
    ledger = open_sqlite()
    assert answers(ledger) == before
    ledger.append([replace(started("r9"), kind="measure")]).result(timeout=20)
    assert next(run.kind for run in ledger.runs()) == "measure"
    ledger.close()
    with closing(SqliteLedger.open_readonly(path)) as reader:
        reader.check()


def test_an_index_that_contradicts_its_table_is_told_by_the_check(path: Path) -> None:
    build(path)
    content = bytearray(path.read_bytes())
    pages = range(0, len(content), migrations.PAGE_BYTES)
    leaves = [page for page in pages if content[page] == 0x0A]  # the byte that marks a leaf of an index
    at = max(content.find(b"1.10", page, page + migrations.PAGE_BYTES) for page in leaves)
    content[at : at + 4] = b"1.19"
    path.write_bytes(content)
    reader = SqliteLedger.open_readonly(path)
    with pytest.raises(Unusable, match="the ledger is damaged"):
        reader.check()
    reader.close()
    with pytest.raises(Unusable, match="the ledger is damaged"):
        SqliteLedger.open(path)


# ---------------------------------------------------------------- repair


def damage(path: Path, count: int, seed: int = 7) -> None:
    """Overwrite some bytes of the pages that hold facts."""
    chance = random.Random(seed)
    content = bytearray(path.read_bytes())
    for _ in range(count):
        at = chance.randrange(len(content) // 2, len(content))
        content[at : at + 8] = b"\xee" * 8
    path.write_bytes(content)


def test_a_repair_keeps_what_can_be_read_and_lists_what_was_lost(path: Path) -> None:
    build(path)
    alter(path, "UPDATE facts SET body = 'x' WHERE seq IN (4, 5, 9)", "DELETE FROM facts WHERE seq = 20")
    content = path.read_bytes()
    report = repair(path)
    assert report.lost == (
        "2 facts after fact 3 (run r1)",
        "1 fact after fact 8 (run r1)",
        "1 fact after fact 19 (run r1)",
    )
    assert str(report) == (
        f"kept {report.kept} facts\n"
        "lost: 2 facts after fact 3 (run r1)\n"
        "lost: 1 fact after fact 8 (run r1)\n"
        "lost: 1 fact after fact 19 (run r1)\n"
        f"the old file is {report.aside}"
    )
    assert report.from_backup == 0
    assert report.aside.read_bytes() == content
    assert report.aside.name.startswith("ledger.db.corrupt-")
    ledger = SqliteLedger.open(path)
    assert ledger.check() == report.kept
    assert [run.id for run in ledger.runs()] == ["r3", "u1", "r2", "r1"]
    assert ledger.read_run("r2").state is RunState.SUCCEEDED
    ledger.append([started("r4")]).result(timeout=20)
    ledger.close()


def test_a_copy_that_a_kill_left_half_made_goes_with_the_next(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir(mode=0o700)
    for name in ("ledger-20260101T000000000000.db.new", "ledger-20260101T000000000000.db.new-journal"):
        (folder / name).write_bytes(b"half of it")
    build(path, backup=folder)
    assert [each.suffix for each in folder.iterdir()] == [".db"]


def test_a_repair_takes_what_was_lost_from_a_backup(path: Path, tmp_path: Path) -> None:
    build(path, backup=tmp_path / "backups")
    expected = asked(path)
    alter(path, "UPDATE facts SET body = 'x' WHERE seq BETWEEN 5 AND 30")
    report = repair(path, backup_folder=tmp_path / "backups")
    assert (report.from_backup, report.lost) == (26, ())
    assert asked(path)[:4] == expected[:4]


@pytest.mark.parametrize("seed", range(5))
def test_a_repair_of_a_torn_file_gives_a_sound_ledger(path: Path, seed: int) -> None:
    build(path)
    damage(path, 20, seed)
    report = repair(path)
    assert report.lost
    ledger = SqliteLedger.open(path)
    assert ledger.check() == report.kept > 0
    for run in ledger.runs():
        ledger.read_run(run.id)
    ledger.close()


def test_a_repair_of_a_file_that_was_cut_off_keeps_the_beginning(path: Path) -> None:
    build(path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 3 // 4])
    report = repair(path)
    assert report.kept > 50
    assert "after fact" in report.lost[-1]
    ledger = SqliteLedger.open(path)
    assert ledger.check() == report.kept
    ledger.close()


@pytest.mark.parametrize("content", [b"", b"garbage", os.urandom(9000)])
def test_a_repair_of_nothing_begins_a_new_ledger(path: Path, content: bytes) -> None:
    place(path, content)
    report = repair(path)
    assert (report.kept, report.lost) == (0, ("everything",))
    assert report.aside.read_bytes() == content
    assert asked_runs(path) == ()


def asked_runs(path: Path) -> tuple[object, ...]:
    reader = SqliteLedger.open_readonly(path)
    try:
        return reader.runs()
    finally:
        reader.close()


def test_a_repair_of_nothing_takes_the_backup(path: Path, tmp_path: Path) -> None:
    build(path, backup=tmp_path / "backups")
    path.write_bytes(b"")
    report = repair(path, backup_folder=tmp_path / "backups")
    assert report.from_backup == report.kept > 100
    reader = SqliteLedger.open_readonly(path)
    assert [run.id for run in reader.runs()] == ["r1"]
    reader.close()


def test_a_repair_reads_the_log_too_and_takes_it_aside(path: Path) -> None:
    ledger = SqliteLedger.open(path)
    ledger.append([started(), attempt()]).result(timeout=20)
    copy = path.parent.with_name("copy")
    shutil.copytree(path.parent, copy)
    ledger.close()
    shutil.rmtree(path.parent)
    copy.rename(path.parent)
    report = repair(path)
    assert (report.kept, report.lost) == (2, ())
    assert report.aside.with_name(f"{report.aside.name}-wal").exists()
    assert sorted(file.name for file in path.parent.glob("ledger.db*") if "corrupt" not in file.name) == ["ledger.db"]


def test_a_lost_plan_is_named_and_its_run_is_kept(path: Path) -> None:
    build(path)
    alter(path, "DELETE FROM documents")
    report = repair(path)
    assert set(report.lost) == {
        f"the {what} of run {run}" for run in ("r1", "r2", "u1", "r3") for what in ("plan", "list of tasks")
    }
    reader = SqliteLedger.open_readonly(path)
    assert (dict(reader.read_run("r1").plan), len(reader.read_run("r1").tasks)) == ({}, 61)
    reader.close()


def test_a_planted_link_is_taken_aside_and_not_followed(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"precious")
    path.parent.mkdir(mode=0o700)
    path.symlink_to(target)
    report = repair(path)
    assert report.aside.is_symlink()
    assert target.read_bytes() == b"precious"
    assert asked_runs(path) == ()


def test_a_damaged_ledger_does_not_drive_good_backups_out(path: Path, tmp_path: Path) -> None:
    build(path)
    alter(path, "UPDATE facts SET time = 1 WHERE seq = 4")
    ledger = SqliteLedger.open(path)
    with pytest.raises(Unusable, match="fact 4"):
        ledger.backup(tmp_path / "backups")
    ledger.close()
    assert not (tmp_path / "backups").exists()
