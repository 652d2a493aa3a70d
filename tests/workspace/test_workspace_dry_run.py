"""A dry run: the true cumulative diff, and not one byte written."""

import asyncio
import os
from pathlib import Path

import pytest
from workspace_world import finished, listing, tree_hash

from orchestrator.contracts import Finished
from orchestrator.errors import PathRefused, TaskFailed
from orchestrator.workspace.dry_run import DryRunWorkspace


@pytest.fixture
def dry(root: Path) -> DryRunWorkspace:
    return DryRunWorkspace(root)


def do(dry: DryRunWorkspace, task: str, **files: str | None) -> None:
    attempt = dry.open_attempt(task, 1)
    for name, text in files.items():
        path = name.replace("__", "/").replace("_", ".")
        if text is None:
            attempt.remove(path)
        else:
            attempt.write_text(path, text)
    asyncio.run(attempt.apply())


def test_nothing_at_all_is_written(dry: DryRunWorkspace, root: Path) -> None:
    start, times = tree_hash(root), root.stat().st_mtime_ns
    do(dry, "1.1", package_json="{}\n", new__file_txt="x", src__app_ts=None)
    dry.diff()
    assert tree_hash(root) == start
    assert root.stat().st_mtime_ns == times
    assert not (root / ".orchestrate").exists()


def test_later_tasks_read_what_earlier_ones_would_have_written(dry: DryRunWorkspace) -> None:
    do(dry, "1.1", new__deep__file_txt="first\n", src__app_ts=None)
    later = dry.open_attempt("1.2", 1)
    assert later.read_text("new/deep/file.txt") == "first\n"
    assert later.is_folder("new/deep")
    assert not later.exists("src/app.ts")
    assert later.glob("**/*.txt") == ("new/deep/file.txt", "src/deep/leaf.txt")


def test_the_diff_is_cumulative_and_in_path_order(dry: DryRunWorkspace) -> None:
    do(dry, "1.1", z_txt="z\n", package_json="{}\n")
    do(dry, "1.2", package_json="[]\n", a_txt="a\n")
    do(dry, "1.3", z_txt=None)
    diffs = dry.diff()
    assert [(diff.path, diff.status) for diff in diffs] == [("a.txt", "new"), ("package.json", "modified")]
    assert '-{"name": "demo"}\n+[]\n' in diffs[1].text


def test_an_attempt_that_is_not_applied_is_not_seen(dry: DryRunWorkspace) -> None:
    dry.open_attempt("1.1", 1).write_text("a.txt", "a")
    assert dry.diff() == []


def test_a_failed_attempt_is_put_back(dry: DryRunWorkspace) -> None:
    do(dry, "1.1", a_txt="first\n")

    async def fail() -> None:
        attempt = dry.open_attempt("1.2", 1)
        attempt.write_text("a.txt", "second\n")
        attempt.remove("package.json")
        await attempt.apply()
        taken = await attempt.rollback()
        assert set(taken.restored) == {"a.txt", "package.json"}

    asyncio.run(fail())
    assert dry.open_attempt("1.3", 1).read_text("a.txt") == "first\n"
    assert [diff.path for diff in dry.diff()] == ["a.txt"]


def test_a_command_that_may_write_is_not_started(dry: DryRunWorkspace) -> None:
    started = []

    async def command() -> Finished:
        started.append(True)
        return finished()

    with pytest.raises(TaskFailed, match="a dry run starts no command that may write"):
        asyncio.run(dry.open_attempt("1.1", 1).track(command()))
    assert started == []
    asyncio.run(dry.open_attempt("1.1", 1).track(command(), writes=[]))
    assert started == [True]


def test_it_works_on_a_tree_that_cannot_be_written(root: Path) -> None:
    for folder, _, _ in os.walk(root):
        os.chmod(folder, 0o555)
    do(DryRunWorkspace(root), "1.1", a_txt="a")
    for folder, _, _ in os.walk(root):
        os.chmod(folder, 0o755)


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.json", ("package.json",)),
        ("src/*", ("src/app.ts",)),
        ("src/**", ("src/app.ts", "src/deep/leaf.txt")),
        ("**/*.t?", ("src/app.ts",)),
        ("**/leaf.[st]xt", ("src/deep/leaf.txt",)),
        ("**/deep/**/leaf.txt", ("src/deep/leaf.txt",)),
        ("*/*/*", ("src/deep/leaf.txt",)),
        ("**", (".hidden", "package.json", "src/app.ts", "src/deep/leaf.txt")),
        ("package.json", ("package.json",)),
        ("src", ()),
        ("nothing/*", ()),
        ("*.JSON", ()),
        ("package.json/*", ()),
    ],
)
def test_patterns_match_as_in_pathlib(dry: DryRunWorkspace, root: Path, pattern: str, found: tuple[str, ...]) -> None:
    (root / ".hidden").write_text("")
    for folder in (".git", "src/.git", ".orchestrate"):
        (root / folder).mkdir()
        (root / folder / "x.ts").write_text("")
    (root / "link.json").symlink_to("package.json")
    (root / "around").symlink_to("src")
    (root / "out").symlink_to("/etc")
    (root / ".orch-0123456789ab").write_text("")
    assert dry.open_attempt("1.1", 1).glob(pattern) == found


@pytest.mark.parametrize("pattern", ["../*", "/etc/*", "src/../../*", "**/..", ""])
def test_a_pattern_cannot_lead_out(dry: DryRunWorkspace, pattern: str) -> None:
    with pytest.raises(PathRefused):
        dry.open_attempt("1.1", 1).glob(pattern)


def test_the_world_can_tell_trees_apart(root: Path) -> None:
    first = listing(root)
    (root / "src/deep/leaf.txt").chmod(0o600)
    assert listing(root) != first
