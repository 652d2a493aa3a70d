"""After a crash at any step the next start brings the tree back; a second start finds nothing to do."""

import asyncio
import multiprocessing
import os
import pickle
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path

import pytest
from workspace_world import NOON, RUN, FactList, finished, tree_hash

from orchestrator.contracts import Finished, LeftAlone
from orchestrator.models.facts import AttemptEnded, AttemptStarted, Fact
from orchestrator.models.status import Durability, OutcomeKind
from orchestrator.workspace.node import digest_of
from orchestrator.workspace.recovery import ReconcileReport, reconcile
from orchestrator.workspace.workspace import TreeWorkspace

# The child does its work and ends at once; that the runner of the tests may have threads does not matter to it.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


class SurvivingFacts(FactList):
    """A ledger whose facts outlive the process: each is in a file before its future is done."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file
        if file.exists():
            with file.open("rb") as facts:
                while facts.peek(1):
                    super().append(pickle.load(facts)).result()

    def append(self, facts: Sequence[Fact]) -> "Future[None]":
        with self._file.open("ab") as file:
            pickle.dump(list(facts), file)
        return super().append(facts)


def work(root: Path, file: Path, die_at: int, fail: bool) -> None:
    """Apply two batches and perhaps roll back; the process ends at the n-th step."""
    steps = 0

    def fault(_point: str) -> None:
        nonlocal steps
        steps += 1
        if steps == die_at:
            os._exit(9)

    async def attempt_it() -> None:
        ledger = SurvivingFacts(file)
        ledger.append([AttemptStarted(run=RUN, task="1.1", attempt=1, time=NOON)])
        workspace = TreeWorkspace(root, ledger=ledger, run=RUN, now=lambda: NOON, fault=fault)
        attempt = workspace.open_attempt("1.1", 1)
        attempt.write_text("package.json", "{}\n")
        attempt.write_text("new/deep/file.txt", "new\n")
        attempt.remove("src/deep/leaf.txt")
        attempt.write_bytes("src/app.ts", b"export const app = 1;\n", mode=0o755)
        attempt.make_folder("empty/folder")
        await attempt.apply()
        attempt.write_text("package.json", "[]\n")
        attempt.write_text("new/second.txt", "second\n")
        await attempt.apply()
        if fail:
            await attempt.rollback()
        end = AttemptEnded(run=RUN, task="1.1", attempt=1, time=NOON, kind=OutcomeKind.CHANGED, seconds=0.0)
        ledger.append([end])

    asyncio.run(attempt_it())
    os._exit(0)


def run_and_die(root: Path, file: Path, die_at: int, fail: bool) -> int:
    child = multiprocessing.get_context("fork").Process(target=work, args=(root, file, die_at, fail))
    child.start()
    child.join()
    return child.exitcode or 0


def plant(root: Path) -> None:
    (root / "src/deep").mkdir(parents=True)
    (root / "package.json").write_text('{"name": "demo"}\n')
    (root / "src/app.ts").write_text("export const app = 1;\n")
    (root / "src/deep/leaf.txt").write_text("leaf\n")


@pytest.mark.parametrize("fail", [False, True], ids=["two batches", "and a rollback"])
def test_killed_at_any_step_an_attempt_leaves_nothing_behind(in_memory: Path, fail: bool) -> None:
    for die_at in range(1, 1000):
        root, file = in_memory / str(die_at) / "tree", in_memory / str(die_at) / "facts"
        plant(root)
        start = tree_hash(root)
        code = run_and_die(root, file, die_at, fail)
        ledger = SurvivingFacts(file)
        report = reconcile(ledger, root, now=lambda: NOON)
        if code == 0:
            assert report.is_clean
            break
        assert code == 9
        assert tree_hash(root) == start, f"killed at step {die_at}"
        assert report.left == ()
        assert not list(root.rglob(".orch-*"))
        facts = len(ledger.facts)
        assert reconcile(ledger, root).is_clean
        assert len(ledger.facts) == facts
    assert die_at > 40


@pytest.fixture
def in_memory() -> Iterator[Path]:
    """Return a folder where a sync costs nothing, if the machine has one: there are some hundred of them."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as folder:
        yield Path(folder)


def begin_and_die(root: Path, file: Path, at: str) -> SurvivingFacts:
    """Apply two batches and die at the n-th step of this name."""
    name, _, count = at.partition(" #")

    def work_until() -> None:
        seen = 0

        def fault(point: str) -> None:
            nonlocal seen
            seen += point == name
            if point == name and seen == int(count):
                os._exit(9)

        async def attempt_it() -> None:
            workspace = TreeWorkspace(root, ledger=SurvivingFacts(file), run=RUN, now=lambda: NOON, fault=fault)
            attempt = workspace.open_attempt("1.1", 1)
            attempt.write_text("package.json", "ours\n")
            attempt.write_text("src/app.ts", "ours\n")
            await attempt.apply()

        asyncio.run(attempt_it())

    child = multiprocessing.get_context("fork").Process(target=work_until)
    child.start()
    child.join()
    assert child.exitcode == 9
    return SurvivingFacts(file)


def test_a_file_that_a_person_edited_after_the_crash_is_left_and_named(root: Path, tmp_path: Path) -> None:
    ledger = begin_and_die(root, tmp_path / "facts", "sync folder #1")
    (root / "src/app.ts").write_text("theirs\n")
    report = reconcile(ledger, root, now=lambda: NOON)
    assert report == ReconcileReport(
        taken_back=((RUN, "1.1", 1),),
        restored=("package.json",),
        left=(
            LeftAlone(
                path="src/app.ts",
                reason="it was changed by somebody else meanwhile",
                proposed=".orchestrate/proposed/run-1/src/app.ts",
            ),
        ),
    )
    assert (root / "src/app.ts").read_text() == "theirs\n"
    assert (root / ".orchestrate/proposed/run-1/src/app.ts").read_text() == "export const app = 1;\n"
    assert (root / "package.json").read_text() == '{"name": "demo"}\n'
    assert reconcile(ledger, root).is_clean


def test_only_temporary_files_of_ours_are_removed(root: Path, tmp_path: Path) -> None:
    ledger = begin_and_die(root, tmp_path / "facts", "rename #2")
    theirs = [root / ".orch-notes", root / "src/.orch-0123456789ab.bak", root / "src/deep/.orch-0123456789ab"]
    for path in theirs:
        path.write_text("not beside a target, or not our name")
    (root / "src/.orch-ffffffffffff").symlink_to("app.ts")
    report = reconcile(ledger, root)
    assert len(report.temps) == 1
    assert report.temps[0].startswith("src/.orch-")
    assert all(path.exists() for path in theirs)
    assert (root / "src/.orch-ffffffffffff").is_symlink()


def test_half_made_files_of_the_state_folder_are_removed(root: Path, tmp_path: Path) -> None:
    begin_and_die(root, tmp_path / "facts", "rename #2")
    (root / ".orchestrate/.orch-0123456789ab").write_text("half of it")
    (root / ".orchestrate/objects/aa").mkdir()
    (root / ".orchestrate/objects/aa/.orch-0123456789ab").write_text("half of it")
    reconcile(SurvivingFacts(tmp_path / "facts"), root)
    assert list((root / ".orchestrate").rglob(".orch-*")) == []


def test_where_nothing_ever_ran_nothing_is_made(root: Path) -> None:
    start = tree_hash(root)
    assert reconcile(FactList(), root).is_clean
    assert not (root / ".orchestrate").exists()
    assert tree_hash(root) == start


def command_and_die(root: Path, file: Path) -> SurvivingFacts:
    """One attempt that ends well, then a command under which the engine dies."""

    def work_until() -> None:
        async def attempt_it() -> None:
            ledger = SurvivingFacts(file)
            workspace = TreeWorkspace(root, ledger=ledger, run=RUN, now=lambda: NOON)

            async def first() -> Finished:
                (root / "first.txt").write_text("first")
                return finished()

            async def fatal() -> Finished:
                (root / "first.txt").write_text("torn")
                (root / "half").mkdir()
                (root / "half/done.txt").write_text("half")
                (root / "package.json").unlink()
                os._exit(9)

            ledger.append([AttemptStarted(run=RUN, task="1.1", attempt=1, time=NOON)])
            await workspace.open_attempt("1.1", 1).track(first())
            end = AttemptEnded(run=RUN, task="1.1", attempt=1, time=NOON, kind=OutcomeKind.CHANGED, seconds=0.0)
            ledger.append([end, AttemptStarted(run=RUN, task="1.2", attempt=1, time=NOON)])
            await workspace.open_attempt("1.2", 1).track(fatal())

        asyncio.run(attempt_it())

    child = multiprocessing.get_context("fork").Process(target=work_until)
    child.start()
    child.join()
    assert child.exitcode == 9
    return SurvivingFacts(file)


def test_what_a_command_did_when_the_engine_died_is_recorded_so_that_it_can_be_undone(
    root: Path, tmp_path: Path
) -> None:
    ledger = command_and_die(root, tmp_path / "facts")
    report = reconcile(ledger, root, now=lambda: NOON + timedelta(hours=12))
    assert report == ReconcileReport(
        interrupted=(((RUN, "1.2", 1), ("package.json", "first.txt", "half", "half/done.txt")),)
    )
    recorded = [(each.task, each.change.path, each.change.before) for each in ledger.changes()]
    assert recorded == [
        ("1.1", "first.txt", None),
        ("1.2", "package.json", digest_of(b'{"name": "demo"}\n')),
        ("1.2", "first.txt", digest_of(b"first")),
        ("1.2", "half", None),
        ("1.2", "half/done.txt", None),
    ]
    # nobody knows when it ended: that it is found twelve hours later does not make the run as long
    attempts = {each.id: each.attempts[-1] for each in ledger.read_run(RUN).tasks}
    assert (attempts["1.2"].kind, attempts["1.2"].ended) == (OutcomeKind.CANCELLED, NOON)
    assert reconcile(ledger, root).is_clean
    assert (root / "half/done.txt").exists()


def test_the_undo_of_a_run_with_an_interrupted_command_is_whole(root: Path, tmp_path: Path) -> None:
    start = tree_hash(root)
    ledger = command_and_die(root, tmp_path / "facts")
    reconcile(ledger, root)

    async def undo() -> None:
        workspace = TreeWorkspace(root, ledger=ledger, run=RUN, durability=Durability.NORMAL)
        attempt = workspace.open_attempt("undo", 1)
        for each in reversed(ledger.changes()):
            attempt.restore(each.change)
        await attempt.apply()

    asyncio.run(undo())
    assert tree_hash(root) == start


def test_a_damaged_first_point_is_no_reason_to_fail(root: Path, tmp_path: Path) -> None:
    ledger = command_and_die(root, tmp_path / "facts")
    (root / ".orchestrate/timeline.json").write_text('{"version": 1, "entries": [["../x"]]}')
    assert reconcile(ledger, root).is_clean


def several_and_die(root: Path, file: Path, commands: Sequence[tuple[str, str, list[str] | None]]) -> SurvivingFacts:
    """Commands at the same time, given as (task, file that it writes, what it declares); the engine dies under them."""

    def work_until() -> None:
        async def attempt_them() -> None:
            ledger = SurvivingFacts(file)
            workspace = TreeWorkspace(root, ledger=ledger, run=RUN, now=lambda: NOON)
            waiting = set(range(len(commands)))

            async def command(number: int) -> Finished:
                (root / commands[number][1]).write_text("half")
                waiting.remove(number)
                if not waiting:
                    os._exit(9)
                await asyncio.Event().wait()
                return finished()

            async with asyncio.TaskGroup() as together:
                for task in dict.fromkeys(task for task, _, _ in commands):
                    ledger.append([AttemptStarted(run=RUN, task=task, attempt=1, time=NOON)])
                for number, (task, _, writes) in enumerate(commands):
                    together.create_task(workspace.open_attempt(task, 1).track(command(number), writes=writes))

        asyncio.run(attempt_them())

    child = multiprocessing.get_context("fork").Process(target=work_until)
    child.start()
    child.join()
    assert child.exitcode == 9
    return SurvivingFacts(file)


def test_of_commands_that_were_interrupted_together_each_gets_what_it_may_have_changed(
    root: Path, tmp_path: Path
) -> None:
    many = [f"{number:0100}" for number in range(50)]  # more than are told of
    commands = [("A", "a.txt", ["a.txt"]), ("B", "b.txt", None), ("C", "c.txt", ["c.txt", *many])]
    ledger = several_and_die(root, tmp_path / "facts", commands)
    report = reconcile(ledger, root, now=lambda: NOON)
    assert report.interrupted == (
        ((RUN, "A", 1), ("a.txt",)),
        ((RUN, "B", 1), ("b.txt",)),
        ((RUN, "C", 1), ("c.txt",)),
    )
    assert [(each.task, each.others) for each in ledger.changes()] == [("A", ()), ("B", ()), ("C", ())]
    assert reconcile(ledger, root).is_clean


def test_what_several_interrupted_commands_may_have_changed_names_each_other_task_once(
    root: Path, tmp_path: Path
) -> None:
    commands = [("A", "1.txt", None), ("A", "2.txt", None), ("B", "3.txt", None), ("B", "b.txt", ["b.txt"])]
    ledger = several_and_die(root, tmp_path / "facts", commands)
    reconcile(ledger, root, now=lambda: NOON)
    assert [(each.task, each.change.path, each.others) for each in ledger.changes()] == [
        ("B", "1.txt", ("A",)),
        ("B", "2.txt", ("A",)),
        ("B", "3.txt", ("A",)),
        ("B", "b.txt", ()),
    ]
    assert reconcile(ledger, root).is_clean
