"""The object store: one content once, whole or refused, closed to others."""

import os
import stat
from pathlib import Path

import pytest

from orchestrator.errors import Unusable
from orchestrator.workspace.node import digest_of
from orchestrator.workspace.objects import NotKept, ObjectStore


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir()
    return folder


@pytest.fixture
def store(state: Path) -> ObjectStore:
    return ObjectStore(os.open(state, os.O_RDONLY))


def place(state: Path, sha: str) -> Path:
    return state / "objects" / sha[:2] / sha


def test_a_content_is_kept_once_under_its_hash(store: ObjectStore, state: Path) -> None:
    sha = store.put(b"content")
    inode = place(state, sha).stat().st_ino
    assert store.put(b"content") == sha == digest_of(b"content")
    assert place(state, sha).stat().st_ino == inode
    assert store.get(sha) == b"content"
    assert store.has(sha)
    assert os.listdir(place(state, sha).parent) == [sha]


def test_nobody_else_can_read_it(store: ObjectStore, state: Path) -> None:
    sha = store.put(b"secret")
    assert stat.S_IMODE(place(state, sha).stat().st_mode) == 0o600
    assert stat.S_IMODE(place(state, sha).parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("damage", [b"", b"contenT", b"content and more"])
def test_a_damaged_content_is_refused_and_mended_by_keeping_it_again(
    store: ObjectStore, state: Path, damage: bytes
) -> None:
    sha = store.put(b"content")
    place(state, sha).write_bytes(damage)
    with pytest.raises(NotKept, match="is damaged"):
        store.get(sha)
    store.put(b"content")
    assert store.get(sha) == b"content"


@pytest.mark.parametrize("sha", ["0" * 64, "", "../../etc/passwd", "A" * 64])
def test_what_is_not_kept_is_unusable(store: ObjectStore, sha: str) -> None:
    assert not store.has("0" * 64)
    with pytest.raises(Unusable):
        store.get(sha)


def test_an_interrupted_keeping_leaves_no_content(state: Path) -> None:
    def stop(point: str) -> None:
        if point == "rename object":
            raise OSError(28, "No space left on device")

    store = ObjectStore(os.open(state, os.O_RDONLY), fault=stop)
    with pytest.raises(Unusable, match=r"\(ENOSPC\)"):
        store.put(b"content")
    assert not store.has(digest_of(b"content"))
    assert [path for path in state.rglob("*") if path.is_file()] == []


def test_a_link_in_the_place_of_a_content_is_not_followed(store: ObjectStore, state: Path, tmp_path: Path) -> None:
    sha = store.put(b"content")
    (tmp_path / "elsewhere").write_bytes(b"content")
    place(state, sha).unlink()
    place(state, sha).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Exception, match="symbolic link"):
        store.get(sha)
