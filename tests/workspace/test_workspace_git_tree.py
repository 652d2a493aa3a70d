"""In a git repository: what git ignores and keeps is asked for, nothing of it is written, nothing hostile starts."""

import asyncio
import os
import signal
import subprocess
from pathlib import Path

import pytest
from workspace_world import RUN, FactList, finished, git, shell, track_one, write

from orchestrator.contracts import Finished
from orchestrator.workspace.git_tree import GitFailed, GitTree
from orchestrator.workspace.workspace import TreeWorkspace


@pytest.fixture
def repository(root: Path) -> Path:
    git(root, "init", "-q")
    (root / ".gitignore").write_text("ignored/\n*.log\n/kept/*\n")
    (root / "kept").mkdir()
    (root / "kept/tracked.txt").write_text("tracked though ignored\n")
    git(root, "add", "-f", ".")
    git(root, "commit", "-q", "-m", "start")
    return root


def test_what_git_ignores_is_not_looked_at_unless_it_is_tracked(
    repository: Path, workspace: TreeWorkspace, ledger: FactList
) -> None:
    (repository / "ignored").mkdir()
    script = "echo x > ignored/x; echo x > a.log; mkdir src/ignored; echo x > src/ignored/x; echo x > kept/other.txt"
    script += "; echo x > kept/tracked.txt; echo x > seen.txt"
    asyncio.run(workspace.open_attempt("1.1", 1).track(shell(repository, script)))
    assert [each.change.path for each in ledger.changes()] == ["kept/tracked.txt", "seen.txt"]


def test_a_file_that_was_ignored_before_is_never_taken_for_a_new_one(
    repository: Path, workspace: TreeWorkspace, ledger: FactList
) -> None:
    (repository / "secret.log").write_text("the person's own")

    async def unignore() -> None:
        attempt = workspace.open_attempt("1.1", 1)
        await attempt.track(shell(repository, "echo > .gitignore; touch other"))
        await attempt.rollback()

    asyncio.run(unignore())
    assert (repository / "secret.log").read_text() == "the person's own"
    assert "secret.log" not in {each.change.path for each in ledger.changes()}


def test_committed_contents_are_not_copied(repository: Path, workspace: TreeWorkspace) -> None:
    asyncio.run(workspace.open_attempt("1.1", 1).track(shell(repository, "true")))
    objects = repository / ".orchestrate/objects"
    assert [path for path in objects.rglob("*") if path.is_file()] == []


def test_line_ends_that_git_converts_come_back_byte_for_byte(repository: Path, workspace: TreeWorkspace) -> None:
    (repository / ".gitattributes").write_text("*.txt text eol=crlf\n")
    (repository / "mixed.txt").write_bytes(b"a\r\nb\n")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "mixed")

    async def fail() -> None:
        attempt = workspace.open_attempt("1.1", 1)
        await attempt.track(shell(repository, "echo x > mixed.txt"))
        await attempt.rollback()

    asyncio.run(fail())
    assert (repository / "mixed.txt").read_bytes() == b"a\r\nb\n"


def test_nothing_of_the_users_git_is_written(repository: Path, workspace: TreeWorkspace) -> None:
    (repository / "src/app.ts").write_text("edited\n")

    def state() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in sorted((repository / ".git").rglob("*")) if path.is_file()}

    before = state()

    async def work() -> None:
        attempt = workspace.open_attempt("1.1", 1)
        await attempt.track(shell(repository, "echo x > src/app.ts; echo y > new; rm package.json"))
        await attempt.rollback()

    asyncio.run(work())
    assert state() == before


def test_a_nested_repository_is_left_alone_and_said(
    repository: Path, workspace: TreeWorkspace, ledger: FactList, warnings: list[str]
) -> None:
    asyncio.run(workspace.open_attempt("1.1", 1).track(shell(repository, "git init -q inner; echo x > inner/x")))
    assert ledger.facts == []
    assert warnings == ["inner/ is a repository of its own: what happens in it is not recorded and not undone"]


HOOKS = "post-index-change reference-transaction post-checkout pre-commit"
PAYLOADS = {
    "fsmonitor": "git config core.fsmonitor $P",
    "hooks path": f"mkdir hk; for h in {HOOKS}; do cp $P hk/$h; done; git config core.hooksPath hk",
    "hooks": f"for h in {HOOKS}; do cp $P .git/hooks/$h; done",
    "filter": "for f in clean smudge process; do git config filter.x.$f $P; done; git config filter.x.required true",
    "textconv": "git config diff.x.textconv $P",
    "external diff": "git config diff.external $P; git config diff.x.command $P",
    "pager": "git config core.pager $P; git config pager.check-ignore true; git config pager.cat-file true",
    "alias": "git config alias.check-ignore '!sh $P'; git config alias.cat-file '!sh $P'",
    "ssh": "git config core.sshCommand $P; git config remote.o.url ssh://x/y; git config remote.o.promisor true",
    "other programs": "for k in gpg.program core.editor core.askPass credential.helper; do git config $k $P; done",
    "worktree elsewhere": "git config core.worktree /",
    "include": "printf '[core]\\n\\tfsmonitor = %s\\n' $P > evil; git config include.path ../evil",
}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_hostile_configuration_starts_nothing(
    repository: Path, tmp_path: Path, workspace: TreeWorkspace, ledger: FactList, payload: str
) -> None:
    program = tmp_path / "payload.sh"
    program.write_text(f"#!/bin/sh\necho fired >> {tmp_path}/fired\ncat\n")
    program.chmod(0o755)
    (repository / ".gitattributes").write_text("* filter=x diff=x merge=x\n")
    subprocess.run(["sh", "-ec", PAYLOADS[payload]], cwd=repository, env={**os.environ, "P": str(program)}, check=True)
    (repository / "src/app.ts").write_text("edited\n")

    async def work() -> None:
        attempt = workspace.open_attempt("1.1", 1)
        await attempt.track(write(repository / "new.txt", b"x"))
        await attempt.track(write(repository / "src/app.ts", b"x"))
        await attempt.rollback()

    asyncio.run(work())
    assert not (tmp_path / "fired").exists()
    assert (repository / "src/app.ts").read_text() == "edited\n"


def test_the_environment_of_a_git_hook_does_not_lead_to_another_repository(
    repository: Path, tmp_path: Path, workspace: TreeWorkspace, ledger: FactList, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    (other / ".git/info/exclude").write_text("*\n")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    asyncio.run(workspace.open_attempt("1.1", 1).track(write(repository / "new.txt", b"x")))
    assert [each.change.path for each in ledger.changes()] == ["new.txt"]


def test_a_damaged_repository_is_walked_as_any_folder(root: Path, ledger: FactList, warnings: list[str]) -> None:
    (root / ".git").mkdir()
    (root / ".git/HEAD").write_text("nonsense")
    assert track_one(root, ledger, warnings, "echo x > new.txt") == ["new.txt"]


def test_without_git_a_repository_is_walked_as_any_folder(
    repository: Path, ledger: FactList, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "relative:/nowhere")
    script = "/bin/echo x > new.txt; /bin/echo x > not-ignored-now.log"
    workspace = TreeWorkspace(repository, ledger=ledger, run=RUN, warn=warnings.append)

    async def by_path() -> Finished:
        return finished(await (await asyncio.create_subprocess_exec("/bin/sh", "-ec", script, cwd=repository)).wait())

    asyncio.run(workspace.open_attempt("1.1", 1).track(by_path()))
    workspace.close()
    assert [each.change.path for each in ledger.changes()] == ["new.txt", "not-ignored-now.log"]


def test_when_git_stops_answering_new_paths_are_left_out_and_it_is_said(
    repository: Path, ledger: FactList, warnings: list[str]
) -> None:
    script = "echo x > package.json; echo x > new.txt; echo '[broken' > .git/config"
    assert track_one(repository, ledger, warnings, script) == ["package.json"]
    assert warnings[0].startswith("git cannot say what it ignores (")
    assert warnings[0].endswith("): 1 new paths are not recorded")
    assert warnings[1:] == ["package.json was changed by a command and cannot be restored: its content was not kept"]


def test_a_git_that_ends_before_it_has_read_ends_nothing_of_ours(repository: Path) -> None:
    tree = GitTree.at(repository)
    assert tree is not None
    (repository / ".git/config").write_text("[broken")
    before = signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # as the commands that only print have it
    try:
        with pytest.raises(GitFailed):
            tree.ignored([f"{number}.log" for number in range(20_000)])
    finally:
        signal.signal(signal.SIGPIPE, before)


def test_a_content_that_git_has_lost_is_said(repository: Path, ledger: FactList, warnings: list[str]) -> None:
    script = "echo x > package.json; rm -rf .git/objects/*"
    assert track_one(repository, ledger, warnings, script) == ["package.json"]
    assert warnings == ["package.json was changed by a command and cannot be restored: its content was not kept"]


def test_the_ignore_file_of_the_user_counts(
    repository: Path, tmp_path: Path, ledger: FactList, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home/.gitconfig").write_text("[core]\n\texcludesFile = ~/mine\n")
    (tmp_path / "home/mine").write_text("*.swp\n")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert track_one(repository, ledger, warnings, "touch a.swp b.txt") == ["b.txt"]


def test_a_repository_above_the_root_is_asked_too(repository: Path, ledger: FactList, warnings: list[str]) -> None:
    assert track_one(repository / "src", ledger, warnings, "touch a.log b.txt; mkdir ignored; touch ignored/x") == [
        "b.txt"
    ]
