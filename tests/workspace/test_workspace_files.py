"""The parts below an attempt: confined opening under a race, atomic writes, what the disk can say no with."""

import errno
import multiprocessing
import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from workspace_world import tree_hash

from orchestrator.errors import Drift, PathRefused, Unusable
from orchestrator.workspace.confined import open_beneath, open_by_steps, rename_to_new
from orchestrator.workspace.node import Identity, Node
from orchestrator.workspace.tree import Tree
from orchestrator.workspace.writer import Writer

# The child does its work and ends at once; that the runner of the tests may have threads does not matter to it.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

OPENERS = pytest.mark.parametrize("opener", [open_beneath, open_by_steps], ids=["openat2", "by steps"])


def swap_for_a_link(root: str, outside: str, stop: "multiprocessing.synchronize.Event") -> None:
    while not stop.is_set():
        try:
            os.rename(f"{root}/sub", f"{root}/aside")
            os.symlink(outside, f"{root}/sub")
            os.unlink(f"{root}/sub")
            os.rename(f"{root}/aside", f"{root}/sub")
        except OSError:
            continue


@OPENERS
@pytest.mark.parametrize(
    "rounds", [pytest.param(2_000, id="2,000"), pytest.param(20_000, id="20,000", marks=pytest.mark.slow)]
)
def test_no_write_leaves_the_tree_while_a_folder_is_swapped_for_a_link(
    tmp_path: Path, opener: Callable[[int, bytes, int], int], rounds: int
) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "sub").mkdir(parents=True)
    outside.mkdir()
    context = multiprocessing.get_context("fork")
    stop = context.Event()
    racer = context.Process(target=swap_for_a_link, args=(str(root), str(outside), stop))
    racer.start()
    tree = Tree(root, opener=opener)
    inside = number = 0
    try:
        while number < rounds or not inside:
            number += 1
            writer = Writer(tree, durable=False)
            try:
                writer.replace(f"sub/{number % 50}", tree.identity(f"sub/{number % 50}"), Node(data=b"%d" % number))
                inside += 1
            except (PathRefused, Drift, FileNotFoundError):
                continue
    finally:
        stop.set()
        racer.join()
        tree.close()
    assert list(outside.iterdir()) == []
    assert inside > 0


@pytest.fixture
def tree(root: Path) -> Tree:
    return Tree(root)


def put(tree: Tree, path: str, data: bytes, **options: object) -> None:
    writer = Writer(tree, **options)  # type: ignore[arg-type]
    writer.make_folders(path)
    writer.replace(path, tree.identity(path), Node(data=data))
    writer.settle()


def test_owner_mode_and_attributes_stay(tree: Tree, root: Path) -> None:
    target = root / "package.json"
    if os.geteuid() == 0:
        os.chown(target, 1234, 1235)
    os.chmod(target, 0o4750)
    os.setxattr(target, "user.note", b"kept")
    put(tree, "package.json", b"{}")
    status = target.stat()
    assert stat.S_IMODE(status.st_mode) == 0o750  # never setuid again
    assert os.getxattr(target, "user.note") == b"kept"
    if os.geteuid() == 0:
        assert (status.st_uid, status.st_gid) == (1234, 1235)


def test_a_mode_that_somebody_chose_meanwhile_stays(tree: Tree, root: Path) -> None:
    before = tree.identity("package.json")
    os.chmod(root / "package.json", 0o600)
    assert before is not None
    Writer(tree).replace("package.json", before, Node(data=b"{}", mode=before.mode))
    assert stat.S_IMODE((root / "package.json").stat().st_mode) == 0o600


def test_what_is_expected_is_compared_twice(tree: Tree, root: Path) -> None:
    def edit(point: str) -> None:
        if point == "last look":
            (root / "package.json").write_text("theirs")

    with pytest.raises(Drift):
        put(tree, "package.json", b"ours", fault=edit)
    assert (root / "package.json").read_text() == "theirs"
    assert not list(root.rglob(".orch-*"))


def test_a_file_that_appears_at_the_last_moment_is_not_replaced(tree: Tree, root: Path) -> None:
    def create(point: str) -> None:
        if point == "rename":
            (root / "fresh").write_text("theirs")

    with pytest.raises(Drift):
        put(tree, "fresh", b"ours", fault=create)
    assert (root / "fresh").read_text() == "theirs"
    assert not list(root.rglob(".orch-*"))


def test_a_folder_that_vanishes_meanwhile_is_drift(tree: Tree, root: Path) -> None:
    before = tree.identity("src/deep/leaf.txt")
    (root / "src/deep/leaf.txt").unlink()
    (root / "src/deep").rmdir()
    with pytest.raises(Drift):
        Writer(tree).replace("src/deep/leaf.txt", before, Node(data=b"x"))


def test_kinds_replace_each_other(tree: Tree, root: Path) -> None:
    writer = Writer(tree)
    writer.replace("package.json", tree.identity("package.json"), Node(kind="link", data=b"src/app.ts"))
    assert os.readlink(root / "package.json") == "src/app.ts"
    writer.replace("package.json", tree.identity("package.json"), Node(kind="folder"))
    assert (root / "package.json").is_dir()
    writer.replace("package.json", tree.identity("package.json"), Node(data=b"{}", mode=0o644))
    assert (root / "package.json").read_bytes() == b"{}"
    writer.settle()


def test_a_folder_with_something_in_it_is_never_removed(tree: Tree, root: Path) -> None:
    start = tree_hash(root)
    with pytest.raises(Drift, match="is not empty"):
        Writer(tree).replace("src", tree.identity("src"), None)
    assert tree_hash(root) == start


@pytest.mark.parametrize("call", ["renameat2", "link and unlink"])
def test_renaming_to_a_new_name_refuses_a_taken_one(tmp_path: Path, call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if call != "renameat2":
        monkeypatch.setattr("orchestrator.workspace.confined._LIBC", object())
    (tmp_path / "temp").write_text("new")
    (tmp_path / "taken").write_text("old")
    folder = os.open(tmp_path, os.O_RDONLY)
    with pytest.raises(FileExistsError):
        rename_to_new(b"temp", b"taken", folder)
    rename_to_new(b"temp", b"free", folder)
    os.close(folder)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"taken": "old", "free": "new"}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EACCES, errno.EPERM])
@pytest.mark.parametrize("point", ["folder", "temp", "data", "sync file", "rename", "sync folder"])
def test_a_disk_that_says_no_is_named_with_path_and_errno(tree: Tree, root: Path, number: int, point: str) -> None:
    def fail(at: str) -> None:
        if at == point:
            raise OSError(number, os.strerror(number))

    with pytest.raises(Unusable) as refused:
        put(tree, "new/file.txt", b"x", fault=fail)
    assert errno.errorcode[number] in refused.value.message
    assert "new" in refused.value.message or refused.value.message.startswith("cannot sync the folder .")
    assert refused.value.hint
    assert not list(root.rglob(".orch-*"))


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small], capture_output=True).returncode:
        pytest.skip("mounting needs root")
    try:
        (small / "file").write_bytes(b"old" * 1000)
        tree = Tree(small)
        with pytest.raises(Unusable, match=r"cannot write file: No space left on device \(ENOSPC\)"):
            put(tree, "file", b"n" * 200_000)
        assert (small / "file").read_bytes() == b"old" * 1000
        assert os.listdir(small) == ["file"]
        tree.close()
    finally:
        subprocess.run(["umount", small], check=True)


def test_a_read_only_file_system_is_named(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    (small / "file").write_text("old")
    if subprocess.run(["mount", "--bind", small, small], capture_output=True).returncode:
        pytest.skip("mounting needs root")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", small], check=True)
        tree = Tree(small)
        with pytest.raises(Unusable, match=r"\(EROFS\)"):
            put(tree, "file", b"new")
        with pytest.raises(Unusable, match=r"\(EROFS\)"):
            put(tree, "folder/file", b"new")
        tree.close()
    finally:
        subprocess.run(["umount", small], check=True)


def test_every_write_is_synced_before_its_rename_and_its_folder_after(tree: Tree) -> None:
    steps: list[str] = []
    put(tree, "a/b/new.txt", b"x", fault=steps.append)
    assert steps == [
        "folder",
        "folder",
        "temp",
        "data",
        "sync file",
        "last look",
        "rename",
        "sync folder",
        "sync folder",
        "sync folder",
    ]


def test_without_durability_nothing_is_synced(tree: Tree) -> None:
    steps: list[str] = []
    put(tree, "a/new.txt", b"x", durable=False, fault=steps.append)
    assert [step for step in steps if step.startswith("sync")] == []


def test_reading_is_confined_to_regular_files(tree: Tree, root: Path) -> None:
    os.mkfifo(root / "pipe")
    with pytest.raises(PathRefused, match="not a regular file"), tree.file("pipe"):
        pass
    with pytest.raises(PathRefused):
        tree.node("pipe")
    assert tree.kind("pipe") == "other"
    assert tree.node("missing") is None
    assert tree.identity("package.json/below") is None


def test_a_large_file_is_hashed_in_blocks(tree: Tree, root: Path) -> None:
    with open(root / "large", "wb") as file:
        file.truncate(3 << 20)
    identity = tree.identity("large")
    node = tree.node("large")
    assert node is not None
    assert identity == Identity(kind="file", sha=node.identity.sha, mode=node.mode)
