"""The state folder: ours alone, and hidden from git without touching a tracked file."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from orchestrator.errors import Unusable
from orchestrator.workspace.state_dir import check_state_dir, find_git_dir, prepare_state_dir


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    done = subprocess.run(["git", "-C", folder, *identity, *arguments], check=True, capture_output=True, text=True)
    return done.stdout


def test_it_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    folder = prepare_state_dir(tmp_path)
    assert prepare_state_dir(tmp_path) == folder == tmp_path / ".orchestrate"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_it_is_hidden_from_git_before_it_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "init", "-q")
    made = os.mkdir

    def killed(*arguments: object, **more: object) -> None:
        made(*arguments, **more)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "mkdir", killed)
    with pytest.raises(KeyboardInterrupt):
        prepare_state_dir(tmp_path)
    monkeypatch.undo()
    (prepare_state_dir(tmp_path) / "file").touch()
    assert git(tmp_path, "status", "--short", "-uall") == ""


def test_looking_makes_nothing(tmp_path: Path) -> None:
    assert not check_state_dir(tmp_path)
    assert os.listdir(tmp_path) == []


def test_one_that_others_can_write_is_refused(tmp_path: Path) -> None:
    folder = prepare_state_dir(tmp_path)
    os.chmod(folder, 0o777)
    with pytest.raises(Unusable, match="can be written by other users") as refused:
        prepare_state_dir(tmp_path)
    assert f"chmod go-w {folder}" in (refused.value.hint or "")


def test_one_of_another_user_is_refused(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("giving a folder away needs root")
    os.chown(prepare_state_dir(tmp_path), 1234, 1234)
    with pytest.raises(Unusable, match=r"belongs to another user \(uid 1234\)"):
        check_state_dir(tmp_path)


@pytest.mark.parametrize("kind", ["link", "file"])
def test_what_is_no_folder_is_refused(tmp_path: Path, kind: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    if kind == "link":
        (tmp_path / ".orchestrate").symlink_to(tmp_path / "elsewhere")
    else:
        (tmp_path / ".orchestrate").write_text("")
    with pytest.raises(Unusable):
        prepare_state_dir(tmp_path)
    assert os.listdir(tmp_path / "elsewhere") == []


def test_git_does_not_see_it_and_no_tracked_file_is_touched(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / ".git/info/exclude").write_text("*.log")
    prepare_state_dir(tmp_path)
    (tmp_path / ".orchestrate/x").write_text("")
    assert git(tmp_path, "status", "--porcelain") == ""
    assert (tmp_path / ".git/info/exclude").read_text() == "*.log\n.orchestrate/\n"


def test_the_entry_is_added_once(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    prepare_state_dir(tmp_path).rmdir()
    prepare_state_dir(tmp_path)
    assert (tmp_path / ".git/info/exclude").read_text().count(".orchestrate") == 1


def test_a_folder_that_a_person_made_for_the_document_is_hidden_but_for_the_document(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / ".orchestrate").mkdir(mode=0o700)
    (tmp_path / ".orchestrate/phases.yaml").write_text("version: 1\n")
    prepare_state_dir(tmp_path)
    (tmp_path / ".orchestrate/ledger.db").write_text("")
    assert git(tmp_path, "ls-files", "--others", "--exclude-standard") == ".orchestrate/phases.yaml\n"


def test_a_missing_info_folder_is_made(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / ".git/info/exclude").unlink()
    (tmp_path / ".git/info").rmdir()
    prepare_state_dir(tmp_path)
    assert (tmp_path / ".git/info/exclude").read_text() == ".orchestrate/\n"


def test_a_worktree_and_a_subfolder_use_the_exclude_file_of_their_repository(tmp_path: Path) -> None:
    main = tmp_path / "main"
    main.mkdir()
    git(main, "init", "-q")
    git(main, "commit", "-q", "--allow-empty", "-m", "start")
    git(main, "worktree", "add", "-q", str(tmp_path / "tree"))
    (tmp_path / "tree" / "packages").mkdir()
    found = find_git_dir(tmp_path / "tree" / "packages")
    assert found is not None
    assert found.resolve() == main / ".git"
    prepare_state_dir(tmp_path / "tree" / "packages")
    (tmp_path / "tree/packages/.orchestrate/x").write_text("")
    assert git(tmp_path / "tree", "status", "--porcelain") == ""


def test_a_planted_link_for_the_exclude_file_is_not_followed(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / ".git/info/exclude").unlink()
    (tmp_path / ".git/info/exclude").symlink_to(tmp_path / "victim")
    (tmp_path / "victim").write_text("mine\n")
    prepare_state_dir(tmp_path)
    assert (tmp_path / "victim").read_text() == "mine\n"
