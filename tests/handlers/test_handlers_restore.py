"""`restore`: taking changes back, refusing what was edited since, undoing an undo."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from pydantic import ValidationError

from orchestrator.contracts import Finished, Outcome, Processes, TaskContext, Templates
from orchestrator.errors import Drift, PathRefused, Unusable
from orchestrator.handlers.restore import Restore, RestoreParams
from orchestrator.ledger.memory import MemoryLedger
from orchestrator.models.facts import RunStarted
from orchestrator.models.plan import PlannedTask, Targets
from orchestrator.models.record import RecordedChange
from orchestrator.models.status import Durability, OutcomeKind
from orchestrator.workspace.dry_run import DryRunWorkspace
from orchestrator.workspace.workspace import TreeWorkspace, utc_now


class Runs:
    """A tree with a ledger; every call of a method is a run of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.ledger = MemoryLedger()
        self.count = 0

    def open(self) -> TreeWorkspace:
        self.count += 1
        begin = RunStarted(run=f"run-{self.count}", kind="run", time=utc_now(), command=(), plan={}, tasks=())
        self.ledger.append([begin]).result()
        return TreeWorkspace(
            self.root, ledger=self.ledger, run=f"run-{self.count}", durability=Durability.NORMAL, warn=print
        )

    def changes(self, number: int) -> Sequence[RecordedChange]:
        return self.ledger.read_run(f"run-{number}").changes

    def work(self) -> None:
        """Run 1: edit, create, remove, a mode, and a command."""

        async def carry_out() -> None:
            workspace = self.open()
            attempt = workspace.open_attempt("1.1", 1)
            attempt.write_text("edited.txt", "by the run\n")
            attempt.write_text("made/deep/new.txt", "new\n")
            attempt.remove("removed.txt")
            attempt.write_bytes("mode.sh", b"#!/bin/sh\n", mode=0o755)
            await attempt.apply()
            await workspace.open_attempt("1.2", 1).track(self.command())
            workspace.close()

        asyncio.run(carry_out())

    async def command(self) -> Finished:
        os.rename(self.root / "edited.txt", self.root / "renamed.txt")
        os.mkdir(self.root / "by-command")
        os.symlink("../mode.sh", self.root / "by-command/link")
        return Finished(exit_code=0, seconds=0.0, tail="", output_bytes=0)

    def undo(self, number: int, on_conflict: str = "refuse") -> Outcome:
        async def carry_out() -> Outcome:
            workspace = self.open()
            try:
                attempt = workspace.open_attempt("undo", 1)
                outcome = await Restore().run(params_of(self.changes(number), on_conflict), context_of(attempt))
                await attempt.apply()
                return outcome
            finally:
                workspace.close()

        return asyncio.run(carry_out())


def params_of(changes: Sequence[RecordedChange], on_conflict: str) -> RestoreParams:
    return RestoreParams.model_validate(
        {
            "on_conflict": on_conflict,
            "changes": [
                {
                    "seq": each.seq,
                    "path": each.change.path,
                    "before": each.change.before,
                    "after": each.change.after,
                    "mode_before": each.change.mode_before,
                    "mode_after": each.change.mode_after,
                    "kind": each.change.kind,
                    "folders": list(each.change.folders),
                }
                for each in changes
            ],
        }
    )


def context_of(workspace: object) -> TaskContext:
    return TaskContext(
        task=PlannedTask(id="undo", name="undo", handler="restore", phase="1", group="1.a"),
        run="run",
        attempt=1,
        dry_run=False,
        workspace=workspace,  # type: ignore[arg-type]
        processes=Processes,  # type: ignore[arg-type] - never touched
        templates=Templates,  # type: ignore[arg-type] - never touched
        values={},
        say=print,
    )


def state(root: Path) -> dict[str, tuple[int, bytes]]:
    found = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if not name.startswith(".orchestrate"):
            content = os.readlink(path).encode() if path.is_symlink() else path.read_bytes() if path.is_file() else b""
            found[name] = (path.lstat().st_mode, content)
    return found


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    root = tmp_path / "tree"
    root.mkdir()
    (root / "edited.txt").write_bytes(b"\xef\xbb\xbfas it was\r\n")
    (root / "removed.txt").write_text("removed\n")
    (root / "mode.sh").write_text("#!/bin/sh\n")
    os.chmod(root / "removed.txt", 0o640)
    return Runs(root)


def test_an_undo_brings_the_tree_back_byte_for_byte(runs: Runs) -> None:
    start = state(runs.root)
    runs.work()
    assert state(runs.root) != start
    outcome = runs.undo(1)
    assert state(runs.root) == start
    assert (outcome.kind, outcome.summary) == (OutcomeKind.CHANGED, "took back 7 files")


def test_an_undo_can_be_undone_and_that_again(runs: Runs) -> None:
    start = state(runs.root)
    runs.work()
    done = state(runs.root)
    runs.undo(1)
    runs.undo(2)
    assert state(runs.root) == done
    runs.undo(3)
    assert state(runs.root) == start


def test_undoing_twice_changes_nothing(runs: Runs) -> None:
    runs.work()
    runs.undo(1)
    outcome = runs.undo(1)
    assert (outcome.kind, outcome.summary) == (OutcomeKind.UNCHANGED, "nothing to take back")


def test_a_file_edited_since_stops_the_whole_undo_and_all_versions_are_shown(runs: Runs) -> None:
    runs.work()
    (runs.root / "renamed.txt").write_text("by a person\n")
    before = state(runs.root)
    with pytest.raises(Drift) as refused:
        runs.undo(1)
    assert state(runs.root) == before
    assert refused.value.message == "renamed.txt was changed since: it is not as the run left it"
    assert "`--keep`" in (refused.value.hint or "")
    assert "`--force`" in (refused.value.hint or "")
    detail = refused.value.detail
    for line in (
        "what the run did:",
        "+\ufeffby the run",
        "what was changed since:",
        "-\ufeffby the run",
        "+by a person",
    ):
        assert line in detail.splitlines()


def test_every_edited_file_is_named_at_once(runs: Runs) -> None:
    runs.work()
    (runs.root / "renamed.txt").write_text("by a person\n")
    (runs.root / "mode.sh").write_text("by a person\n")
    with pytest.raises(Drift, match=r"\(and 1 more\)") as refused:
        runs.undo(1)
    assert "mode.sh" in refused.value.detail
    assert "renamed.txt" in refused.value.detail


def test_keep_leaves_what_was_edited_and_takes_the_rest_back(runs: Runs) -> None:
    start = state(runs.root)
    runs.work()
    (runs.root / "mode.sh").write_text("by a person\n")
    outcome = runs.undo(1, "keep")
    assert outcome.summary == "took back 6 files; 1 file edited since left as they are"
    assert outcome.result["kept"] == ["mode.sh"]
    now = state(runs.root)
    assert (runs.root / "mode.sh").read_text() == "by a person\n"
    del now["mode.sh"], start["mode.sh"]
    assert now == start


def test_overwrite_restores_all_the_same_and_the_edit_can_be_had_back(runs: Runs) -> None:
    start = state(runs.root)
    runs.work()
    (runs.root / "mode.sh").write_text("by a person\n")
    runs.undo(1, "overwrite")
    assert {name: content for name, (_, content) in state(runs.root).items()} == {
        name: content for name, (_, content) in start.items()
    }
    runs.undo(2)
    assert (runs.root / "mode.sh").read_text() == "by a person\n"


def test_what_a_person_took_back_already_is_no_conflict(runs: Runs) -> None:
    start = state(runs.root)
    runs.work()
    (runs.root / "renamed.txt").unlink()
    (runs.root / "edited.txt").write_bytes(start["edited.txt"][1])
    runs.undo(1)
    assert state(runs.root) == start


def test_a_folder_with_something_of_a_person_in_it_stays(runs: Runs) -> None:
    runs.work()
    (runs.root / "made/deep/note.txt").write_text("mine")
    (runs.root / "by-command/note.txt").write_text("mine")
    runs.undo(1)
    assert sorted(str(path.relative_to(runs.root)) for path in runs.root.glob("**/note.txt")) == [
        "by-command/note.txt",
        "made/deep/note.txt",
    ]
    assert not (runs.root / "made/deep/new.txt").exists()


def test_a_content_that_is_not_kept_is_named(runs: Runs) -> None:
    runs.work()
    for path in (runs.root / ".orchestrate/objects").rglob("*"):
        if path.is_file():
            path.unlink()
    with pytest.raises(Unusable, match=r"txt cannot be taken back: the content \w+ is not kept"):
        runs.undo(1)


def test_a_preview_writes_nothing(runs: Runs) -> None:
    runs.work()
    before = state(runs.root)
    workspace = DryRunWorkspace(runs.root)

    async def preview() -> None:
        attempt = workspace.open_attempt("undo", 1)
        await Restore().run(params_of(runs.changes(1), "refuse"), context_of(attempt))
        await attempt.apply()

    asyncio.run(preview())
    assert [diff.path for diff in workspace.diff()] == [
        "by-command",
        "by-command/link",
        "edited.txt",
        "made",
        "made/deep",
        "made/deep/new.txt",
        "mode.sh",
        "removed.txt",
        "renamed.txt",
    ]
    assert state(runs.root) == before


@pytest.mark.parametrize("path", ["../x", ".git/config", ".orchestrate/ledger.db", "/etc/passwd", "a/../../x"])
def test_a_forged_record_cannot_lead_out(runs: Runs, path: str) -> None:
    params = RestoreParams.model_validate({"changes": [{"seq": 1, "path": path, "before": None, "after": "0" * 64}]})

    async def forge() -> None:
        workspace = runs.open()
        try:
            await Restore().run(params, context_of(workspace.open_attempt("undo", 1)))
        finally:
            workspace.close()

    with pytest.raises(PathRefused):
        asyncio.run(forge())


def test_nothing_to_take_back_is_no_change(runs: Runs) -> None:
    workspace = runs.open()
    outcome = asyncio.run(Restore().run(RestoreParams(changes=[]), context_of(workspace.open_attempt("undo", 1))))
    workspace.close()
    assert outcome.kind is OutcomeKind.UNCHANGED


def test_it_writes_the_files_that_its_changes_name() -> None:
    change = {"before": None, "after": None}
    params = RestoreParams.model_validate(
        {
            "changes": [
                {"seq": 1, "path": "a", **change},
                {"seq": 2, "path": "b", **change},
                {"seq": 3, "path": "a", **change},
            ]
        }
    )
    assert Restore().targets(params, "/") == Targets(writes=("a", "b"))


@pytest.mark.parametrize("bad", [{"changes": [{"path": "a"}]}, {"changes": [], "on_conflict": "maybe"}, {"other": 1}])
def test_unknown_params_are_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RestoreParams.model_validate(bad)
