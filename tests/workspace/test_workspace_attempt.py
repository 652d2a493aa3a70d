"""One attempt: what it reads and stages, what reaches the tree, what is taken back."""

import asyncio
import errno
import os
from concurrent.futures import Future
from pathlib import Path

import pytest
from workspace_world import NOON, RUN, FactList, tree_hash

from orchestrator.errors import Drift, PathRefused, TaskFailed, Unusable
from orchestrator.models.facts import ChangesIntended, ChangesRolledBack
from orchestrator.models.record import Change
from orchestrator.workspace.node import digest_of
from orchestrator.workspace.recovery import reconcile
from orchestrator.workspace.workspace import TreeWorkspace


def run(awaitable):
    return asyncio.run(awaitable)


def test_a_staged_write_is_read_back_and_not_on_disk(workspace: TreeWorkspace, root: Path) -> None:
    attempt = workspace.open_attempt("1.1", 1)
    assert attempt.write_text("src/app.ts", "new\n")
    assert attempt.read_text("src/app.ts") == "new\n"
    assert (root / "src/app.ts").read_text() == "export const app = 1;\n"


def test_writing_the_same_content_is_no_change(workspace: TreeWorkspace) -> None:
    attempt = workspace.open_attempt("1.1", 1)
    assert not attempt.write_text("package.json", '{"name": "demo"}\n')
    assert attempt.staged() == ()


def test_going_back_to_the_start_leaves_nothing_staged(workspace: TreeWorkspace) -> None:
    attempt = workspace.open_attempt("1.1", 1)
    attempt.write_text("new/a.txt", "a")
    attempt.remove("new/a.txt")
    assert attempt.staged() == ()
    assert not attempt.exists("new")


def test_a_new_folder_goes_with_the_last_attempt_that_wrote_into_it(workspace: TreeWorkspace, root: Path) -> None:
    before = tree_hash(root)
    first, second = workspace.open_attempt("1.1", 1), workspace.open_attempt("1.2", 1)
    first.write_text("new/deep/a.txt", "a\n")
    run(first.apply())
    second.write_text("new/deep/b.txt", "b\n")
    run(second.apply())
    run(first.rollback())
    assert (root / "new/deep/b.txt").exists()
    run(second.rollback())
    assert tree_hash(root) == before


def test_apply_records_the_intent_with_hashes_modes_and_folders(
    workspace: TreeWorkspace, root: Path, ledger: FactList
) -> None:
    os.chmod(root / "package.json", 0o640)
    before = (root / "package.json").read_bytes()
    attempt = workspace.open_attempt("1.1", 2)
    attempt.write_text("package.json", "{}\n")
    attempt.write_text("docs/guide/a.md", "# a\n")
    attempt.remove("src/app.ts")
    run(attempt.apply())
    new_mode = 0o666 & ~workspace.umask
    assert ledger.facts == [
        ChangesIntended(
            run=RUN,
            task="1.1",
            attempt=2,
            changes=(
                Change(
                    path="package.json",
                    before=digest_of(before),
                    after=digest_of(b"{}\n"),
                    mode_before=0o640,
                    mode_after=0o640,
                ),
                Change(
                    path="docs/guide/a.md",
                    before=None,
                    after=digest_of(b"# a\n"),
                    mode_after=new_mode,
                    folders=("docs", "docs/guide"),
                ),
                Change(
                    path="src/app.ts",
                    before=digest_of(b"export const app = 1;\n"),
                    after=None,
                    mode_before=(0o666 & ~workspace.umask),
                ),
            ),
        )
    ]
    assert (root / "package.json").read_text() == "{}\n"
    assert (root / "package.json").stat().st_mode & 0o777 == 0o640
    assert (root / "docs/guide/a.md").stat().st_mode & 0o777 == new_mode
    assert not (root / "src/app.ts").exists()
    assert not list(root.rglob(".orch-*"))


def test_the_changes_of_an_attempt_are_told_before_and_after_apply(workspace: TreeWorkspace) -> None:
    attempt = workspace.open_attempt("1.1", 1)
    attempt.write_text("a.txt", "a")
    waiting = attempt.staged()
    run(attempt.apply())
    assert [change.path for change in waiting] == ["a.txt"]
    assert attempt.staged() == waiting


def test_rollback_brings_the_tree_back_and_says_so_in_the_ledger(
    workspace: TreeWorkspace, root: Path, ledger: FactList
) -> None:
    start = tree_hash(root)

    async def fail() -> None:
        attempt = workspace.open_attempt("1.1", 1)
        attempt.write_bytes("src/app.ts", b"x", mode=0o755)
        attempt.write_text("a/b/c.txt", "c")
        attempt.make_folder("empty/inner")
        await attempt.apply()
        attempt.remove("package.json")
        attempt.write_text("src/app.ts", "y")
        await attempt.apply()
        taken = await attempt.rollback()
        assert taken.is_whole
        assert set(taken.restored) == {"src/app.ts", "a/b/c.txt", "empty/inner", "package.json"}

    run(fail())
    assert tree_hash(root) == start
    assert ledger.facts[-1] == ChangesRolledBack(run=RUN, task="1.1", attempt=1, time=NOON)


def test_rollback_of_nothing_writes_no_fact(workspace: TreeWorkspace, ledger: FactList) -> None:
    attempt = workspace.open_attempt("1.1", 1)
    attempt.write_text("a.txt", "a")
    assert run(attempt.rollback()).is_whole
    assert attempt.staged() == ()
    assert ledger.facts == []


def test_an_edit_made_meanwhile_is_never_overwritten(workspace: TreeWorkspace, root: Path, ledger: FactList) -> None:
    attempt = workspace.open_attempt("1.1", 1)
    attempt.write_text("a-first.txt", "mine")
    attempt.write_text("src/app.ts", attempt.read_text("src/app.ts") + "ours\n")
    (root / "src/app.ts").write_text("theirs\n")
    with pytest.raises(Drift) as refused:
        run(attempt.apply())
    assert refused.value.message == "src/app.ts was changed by somebody else meanwhile; it is left as it is"
    assert ".orchestrate/proposed/run-1/src/app.ts" in (refused.value.hint or "")
    assert (root / ".orchestrate/proposed/run-1/src/app.ts").read_text() == "export const app = 1;\nours\n"
    assert (root / "src/app.ts").read_text() == "theirs\n"
    assert not (root / "a-first.txt").exists()
    assert isinstance(ledger.facts[-1], ChangesRolledBack)


def test_an_edit_between_read_and_write_is_seen(workspace: TreeWorkspace, root: Path) -> None:
    attempt = workspace.open_attempt("1.1", 1)
    attempt.read_text("src/app.ts")
    (root / "src/app.ts").write_text("theirs\n")
    with pytest.raises(Drift, match="while the task worked on it"):
        attempt.write_text("src/app.ts", "ours\n")


def test_rollback_leaves_a_file_that_somebody_edited_and_keeps_the_old_text(
    workspace: TreeWorkspace, root: Path
) -> None:
    async def edit_after_apply():
        attempt = workspace.open_attempt("1.1", 1)
        attempt.write_text("src/app.ts", "ours\n")
        attempt.write_text("package.json", "ours\n")
        await attempt.apply()
        (root / "src/app.ts").write_text("theirs\n")
        return await attempt.rollback()

    taken = run(edit_after_apply())
    assert taken.restored == ("package.json",)
    (left,) = taken.left
    assert (left.path, left.reason) == ("src/app.ts", "it was changed by somebody else meanwhile")
    assert (root / str(left.proposed)).read_text() == "export const app = 1;\n"
    assert (root / "src/app.ts").read_text() == "theirs\n"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(b"\xef\xbb\xbfa\r\nb\r\n", "a\nc\n", b"\xef\xbb\xbfa\r\nc\r\n", id="UTF-8 with mark, CRLF"),
        pytest.param("\ufeffa\r\n".encode("utf-16-le"), "ä\n", "\ufeffä\r\n".encode("utf-16-le"), id="UTF-16 LE"),
        pytest.param("\ufeffa\n".encode("utf-16-be"), "ä\n", "\ufeffä\n".encode("utf-16-be"), id="UTF-16 BE"),
        pytest.param(b"a\nb\n", "x\r\ny\r\n", b"x\ny\n", id="LF"),
        pytest.param(b"one line", "x\r\ny\n", b"x\r\ny\n", id="no line end to take over"),
    ],
)
def test_a_text_keeps_the_coding_of_its_file(
    workspace: TreeWorkspace, root: Path, old: bytes, new: str, expected: bytes
) -> None:
    (root / "text").write_bytes(old)
    attempt = workspace.open_attempt("1.1", 1)
    attempt.write_text("text", new, adapt_newlines=True)
    run(attempt.apply())
    assert (root / "text").read_bytes() == expected


def test_what_is_no_text_is_refused_with_its_place(workspace: TreeWorkspace, root: Path) -> None:
    (root / "latin").write_bytes(b"ok\nf\xfcr\n")
    attempt = workspace.open_attempt("1.1", 1)
    with pytest.raises(TaskFailed, match=r"latin:2: not a UTF-8 text \(byte 4\); it is left as it is"):
        attempt.read_text("latin")
    with pytest.raises(TaskFailed, match="latin:2"):
        attempt.write_text("latin", "x")


def test_a_mode_alone_is_a_change(workspace: TreeWorkspace, root: Path) -> None:
    attempt = workspace.open_attempt("1.1", 1)
    assert attempt.write_bytes("package.json", (root / "package.json").read_bytes(), mode=0o755)
    run(attempt.apply())
    assert (root / "package.json").stat().st_mode & 0o777 == 0o755


def test_a_hard_link_keeps_the_old_content_under_its_other_name(workspace: TreeWorkspace, root: Path) -> None:
    os.link(root / "package.json", root / "twin.json")
    attempt = workspace.open_attempt("1.1", 1)
    attempt.write_text("package.json", "{}\n")
    run(attempt.apply())
    assert (root / "twin.json").read_text() == '{"name": "demo"}\n'


def test_a_file_cannot_be_made_below_a_file(workspace: TreeWorkspace) -> None:
    attempt = workspace.open_attempt("1.1", 1)
    with pytest.raises(PathRefused, match=r"'package\.json' is a file, not a folder"):
        attempt.write_text("package.json/x", "x")
    assert not attempt.exists("package.json/x")


def test_folders_links_and_pipes_are_not_files(workspace: TreeWorkspace, root: Path) -> None:
    os.symlink("package.json", root / "link")
    os.mkfifo(root / "pipe")
    attempt = workspace.open_attempt("1.1", 1)
    with pytest.raises(PathRefused, match="'src' is a folder"):
        attempt.read_bytes("src")
    with pytest.raises(PathRefused, match="'link' is a symbolic link"):
        attempt.write_text("link", "x")
    with pytest.raises(PathRefused, match="'pipe' is not a regular file"):
        attempt.read_bytes("pipe")
    with pytest.raises(FileNotFoundError):
        attempt.read_bytes("missing")


def test_a_stamp_differs_after_every_writing(workspace: TreeWorkspace, root: Path) -> None:
    attempt = workspace.open_attempt("1.1", 1)
    first = attempt.stamp("package.json")
    os.utime(root / "package.json", ns=(1, 1))
    assert first is not None
    assert attempt.stamp("package.json") != first
    assert attempt.stamp("missing") is None


def test_a_new_file_that_somebody_else_made_is_not_overwritten(workspace: TreeWorkspace, root: Path) -> None:
    attempt = workspace.open_attempt("1.1", 1)
    attempt.write_text("fresh.txt", "ours")
    (root / "fresh.txt").write_text("theirs")
    with pytest.raises(Drift):
        run(attempt.apply())
    assert (root / "fresh.txt").read_text() == "theirs"


def test_a_cancellation_during_apply_waits_for_the_files(workspace: TreeWorkspace, root: Path) -> None:
    async def cancel_at_once() -> None:
        attempt = workspace.open_attempt("1.1", 1)
        for number in range(50):
            attempt.write_text(f"many/{number}.txt", "x")
        job = asyncio.ensure_future(attempt.apply())
        await asyncio.sleep(0)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        assert len(attempt.staged()) == 50
        await attempt.rollback()

    run(cancel_at_once())
    assert not (root / "many").exists()


@pytest.mark.parametrize(
    "point", ["temp #2", "data #2", "rename #2", "remove #1", "folder #2", "sync folder #1", "mode #1"]
)
def test_a_disk_that_says_no_in_the_middle_leaves_nothing_half_done(root: Path, ledger: FactList, point: str) -> None:
    name, _, count = point.partition(" #")
    seen = 0

    def fail(at: str) -> None:
        nonlocal seen
        seen += at == name
        if at == name and seen == int(count):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    start = tree_hash(root)
    workspace = TreeWorkspace(root, ledger=ledger, run=RUN, now=lambda: NOON, fault=fail)
    attempt = workspace.open_attempt("1.1", 1)
    attempt.write_text("package.json", "{}\n")
    attempt.write_text("a/b/c.txt", "c\n")
    attempt.remove("src/deep/leaf.txt")
    attempt.write_bytes("src/app.ts", b"export const app = 1;\n", mode=0o700)
    with pytest.raises(Unusable, match=r"\(ENOSPC\)"):
        run(attempt.apply())
    assert tree_hash(root) == start
    assert isinstance(ledger.facts[-1], ChangesRolledBack)
    workspace.close()


def test_a_disk_that_keeps_saying_no_is_left_to_the_next_start(root: Path, ledger: FactList) -> None:
    full = False

    def fail(at: str) -> None:
        nonlocal full
        full = full or at == "remove"
        if full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    start = tree_hash(root)
    workspace = TreeWorkspace(root, ledger=ledger, run=RUN, now=lambda: NOON, fault=fail)
    attempt = workspace.open_attempt("1.1", 1)
    attempt.write_text("package.json", "{}\n")
    attempt.remove("src/app.ts")
    with pytest.raises(Unusable, match=r"cannot remove src/app\.ts: No space left on device \(ENOSPC\)"):
        run(attempt.apply())
    assert tree_hash(root) != start
    assert reconcile(ledger, root).restored == ("package.json",)
    assert tree_hash(root) == start
    workspace.close()


def test_a_ledger_that_cannot_commit_keeps_the_tree_untouched(root: Path) -> None:
    class Full(FactList):
        def append(self, facts):
            failed = Future()
            failed.set_exception(Unusable("the ledger cannot be written: disk full"))
            return failed

    start = tree_hash(root)
    workspace = TreeWorkspace(root, ledger=Full(), run=RUN)
    attempt = workspace.open_attempt("1.1", 1)
    attempt.write_text("package.json", "{}\n")
    with pytest.raises(Unusable, match="disk full"):
        run(attempt.apply())
    assert tree_hash(root) == start
    workspace.close()
