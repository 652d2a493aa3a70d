"""What commands change: seen, attributed, undone; in a git repository and elsewhere."""

import asyncio
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from workspace_world import NOON, RUN, FactList, finished, tree_hash

from orchestrator.contracts import Finished
from orchestrator.models.record import Change, ChangesRolledBack
from orchestrator.models.status import Durability
from orchestrator.workspace import reading
from orchestrator.workspace.node import digest_of
from orchestrator.workspace.workspace import TreeWorkspace

Open = Callable[[], TreeWorkspace]


def git(root: Path, *arguments: str) -> bytes:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", "-C", root, *identity, *arguments], check=True, capture_output=True).stdout


@pytest.fixture(params=["git", "no git"])
def place(root: Path, request: pytest.FixtureRequest) -> Path:
    if request.param == "git":
        git(root, "init", "-q")
        (root / ".gitignore").write_text("ignored/\n*.log\n")
        git(root, "add", "package.json", "src", ".gitignore")
        git(root, "commit", "-q", "-m", "start")
        (root / "untracked.txt").write_text("untracked\n")
        (root / "src/app.ts").write_text("edited, not committed\n")
    return root


@pytest.fixture
def open_workspace(place: Path, ledger: FactList, warnings: list[str]) -> Iterator[Open]:
    opened: list[TreeWorkspace] = []

    def make() -> TreeWorkspace:
        opened.append(
            TreeWorkspace(
                place, ledger=ledger, run=RUN, durability=Durability.NORMAL, warn=warnings.append, now=lambda: NOON
            )
        )
        return opened[-1]

    yield make
    for one in opened:
        one.close()


async def shell(root: Path, script: str) -> Finished:
    child = await asyncio.create_subprocess_exec("sh", "-ec", script, cwd=root)
    return finished(await child.wait())


def changes_of(ledger: FactList) -> list[tuple[str, str, bool, bool]]:
    return [
        (each.change.kind, each.change.path, each.change.before is not None, each.change.after is not None)
        for each in ledger.changes()
    ]


COMMANDS = {
    "nothing": "true",
    "a new file": "echo new > new.txt",
    "a changed file": "echo changed > src/app.ts",
    "the same size": "printf '%s' '{\"name\": \"omed\"}\n' > package.json",
    "a removed file": "rm package.json",
    "a renamed file": "mv package.json moved.json",
    "a renamed folder": "mv src source",
    "a removed folder": "rm -r src",
    "new folders": "mkdir -p a/b/empty && echo x > a/b/c.txt",
    "a mode": "chmod 755 package.json",
    "a mode of a folder": "chmod 700 src",
    "a mode and a content": "echo x > package.json && chmod 600 package.json",
    "a new link": "ln -s package.json link",
    "a file that becomes a link": "ln -sf app.ts src/deep/leaf.txt",
    "a folder that becomes a link": "rm -r src/deep && ln -s /etc src/deep",
    "a file that becomes a folder": "rm package.json && mkdir package.json && echo x > package.json/x",
    "a folder that becomes a file": "rm -r src && echo x > src",
    "binary": "printf '\\0\\377\\376' > bin",
    "a name that is no UTF-8": 'f=$(printf \'f\\374r\'); d=$(printf \'d\\377\'); touch "$f"; mkdir "$d"; touch "$d/x"',
    "hostile names": "touch 'a b' 'line\nbreak' 'quote\"' 'back\\slash' ' lead' 'dot.'",
    "touch alone": "touch package.json src",
    "a pipe": "mkfifo pipe",
    "in place": "printf x | dd of=src/app.ts conv=notrunc status=none",
    "its own ignore file": "echo '*.txt' > .gitignore; echo x > package.json",
    "many": "for i in $(seq 1 400); do echo $i > many-$i; done",
}


@pytest.mark.parametrize("command", COMMANDS)
def test_what_a_command_did_is_taken_back_when_its_attempt_fails(
    place: Path, open_workspace: Open, ledger: FactList, command: str
) -> None:
    start = tree_hash(place)

    async def fail() -> None:
        attempt = open_workspace().open_attempt("1.1", 1)
        await attempt.track(shell(place, COMMANDS[command]))
        taken = await attempt.rollback()
        assert taken.left == taken.kept == ()

    asyncio.run(fail())
    if command == "a pipe":  # neither file nor folder: not recorded
        (place / "pipe").unlink()
    assert tree_hash(place) == start
    assert all(change.external for change in ledger.changes())


def test_changes_are_recorded_with_contents_modes_and_kinds(
    place: Path, open_workspace: Open, ledger: FactList
) -> None:
    script = "echo new > package.json; chmod 600 package.json; mkdir fresh; ln -s ../package.json fresh/link"
    asyncio.run(open_workspace().open_attempt("1.1", 1).track(shell(place, script)))
    mode = (place / "fresh").stat().st_mode & 0o777
    empty = digest_of(b"")
    assert [each.change for each in ledger.changes()] == [
        Change(path="fresh", before=None, after=empty, mode_after=mode, kind="folder"),
        Change(path="fresh/link", before=None, after=digest_of(b"../package.json"), kind="link"),
        Change(
            path="package.json",
            before=digest_of(b'{"name": "demo"}\n'),
            after=digest_of(b"new\n"),
            mode_before=0o644,
            mode_after=0o600,
        ),
    ]


def test_a_command_that_changes_nothing_leaves_no_fact(place: Path, open_workspace: Open, ledger: FactList) -> None:
    asyncio.run(open_workspace().open_attempt("1.1", 1).track(shell(place, "cat package.json > /dev/null")))
    assert ledger.facts == []


@pytest.mark.parametrize("writes", [None, []])
def test_tracking_can_be_left_out(
    place: Path, ledger: FactList, open_workspace: Open, writes: list[str] | None
) -> None:
    workspace = TreeWorkspace(place, ledger=ledger, run=RUN, tracking=False) if writes is None else open_workspace()
    asyncio.run(workspace.open_attempt("1.1", 1).track(shell(place, "echo x > new.txt"), writes=writes))
    assert ledger.facts == []
    assert not (place / ".orchestrate/timeline.json").exists()


def test_writes_of_our_own_are_never_taken_for_a_commands(place: Path, open_workspace: Open, ledger: FactList) -> None:
    async def both() -> None:
        workspace = open_workspace()
        first = workspace.open_attempt("1.1", 1)
        await first.track(shell(place, "echo 1 > by-command.txt"))
        second = workspace.open_attempt("1.2", 1)
        second.write_text("made/by-us.txt", "us")
        second.write_text("src/app.ts", "us")
        second.remove("package.json")
        await second.apply()
        third = workspace.open_attempt("1.3", 1)
        await third.track(shell(place, "echo 2 > by-command.txt"))

    asyncio.run(both())
    assert [(each.task, each.change.path) for each in ledger.changes()] == [
        ("1.1", "by-command.txt"),
        ("1.2", "made/by-us.txt"),
        ("1.2", "src/app.ts"),
        ("1.2", "package.json"),
        ("1.3", "by-command.txt"),
    ]


def test_the_hashes_of_a_file_form_a_chain_without_gaps(place: Path, open_workspace: Open, ledger: FactList) -> None:
    async def in_turn() -> None:
        workspace = open_workspace()
        for number in range(6):
            attempt = workspace.open_attempt(f"1.{number}", 1)
            if number % 2:
                attempt.write_text("src/app.ts", f"ours {number}\n")
                await attempt.apply()
            else:
                await attempt.track(shell(place, f"echo command {number} > src/app.ts"))

    asyncio.run(in_turn())
    chain = [each.change for each in ledger.changes() if each.change.path == "src/app.ts"]
    assert len(chain) == 6
    assert all(one.after == other.before for one, other in pairwise(chain))


def test_a_file_written_twice_in_one_tick_is_seen(place: Path, open_workspace: Open, ledger: FactList) -> None:
    async def quickly() -> None:
        workspace = open_workspace()
        for number in range(30):
            await workspace.open_attempt("1", number).track(write(place / "same-size", b"%03d" % number))

    asyncio.run(quickly())
    assert [each.change.after for each in ledger.changes()] == [digest_of(b"%03d" % number) for number in range(30)]


async def write(path: Path, data: bytes) -> Finished:
    path.write_bytes(data)  # noqa: ASYNC240 - a command in this process
    return finished()


def test_when_commands_overlap_changes_belong_to_the_one_that_ended_and_are_kept(
    place: Path, open_workspace: Open, ledger: FactList
) -> None:
    async def overlap() -> None:
        workspace = open_workspace()
        started, go_on = asyncio.Event(), asyncio.Event()

        async def slow() -> Finished:
            started.set()
            await go_on.wait()
            return await write(place / "slow.txt", b"slow")

        one, other = workspace.open_attempt("slow", 1), workspace.open_attempt("quick", 1)
        job = asyncio.ensure_future(one.track(slow()))
        await started.wait()
        await other.track(write(place / "quick.txt", b"quick"))
        taken = await other.rollback()
        assert taken.is_whole
        assert [left.path for left in taken.kept] == ["quick.txt"]
        assert "another command ran at the same time" in taken.kept[0].reason
        go_on.set()
        await job

    asyncio.run(overlap())
    assert [(each.task, each.change.path, each.state) for each in ledger.changes()] == [
        ("quick", "quick.txt", "made"),
        ("slow", "slow.txt", "made"),
    ]


def test_declared_writes_of_a_running_command_wait_for_its_end(
    place: Path, open_workspace: Open, ledger: FactList
) -> None:
    async def overlap() -> None:
        workspace = open_workspace()
        written, go_on = asyncio.Event(), asyncio.Event()

        async def slow() -> Finished:
            (place / "dist").mkdir()
            await write(place / "dist/a.js", b"a")
            await write(place / "report.txt", b"r")
            written.set()
            await go_on.wait()
            return finished()

        job = asyncio.ensure_future(workspace.open_attempt("slow", 1).track(slow(), writes=["dist/", "report.txt"]))
        await written.wait()
        await workspace.open_attempt("quick", 1).track(write(place / "quick.txt", b"q"))
        go_on.set()
        await job

    asyncio.run(overlap())
    assert [(each.task, each.change.path) for each in ledger.changes()] == [
        ("quick", "quick.txt"),
        ("slow", "dist"),
        ("slow", "dist/a.js"),
        ("slow", "report.txt"),
    ]


def test_what_a_command_declared_is_taken_back_though_another_one_ran(
    place: Path, open_workspace: Open, ledger: FactList
) -> None:
    async def overlap() -> None:
        workspace = open_workspace()
        started, go_on = asyncio.Event(), asyncio.Event()

        async def slow() -> Finished:
            started.set()
            await go_on.wait()
            return finished()

        async def quick() -> Finished:
            await write(place / "declared.txt", b"d")
            return await write(place / "undeclared.txt", b"u")

        job = asyncio.ensure_future(workspace.open_attempt("slow", 1).track(slow()))
        await started.wait()
        attempt = workspace.open_attempt("quick", 1)
        await attempt.track(quick(), writes=["declared.txt"])
        taken = await attempt.rollback()
        assert taken.restored == ("declared.txt",)
        assert [left.path for left in taken.kept] == ["undeclared.txt"]
        go_on.set()
        await job

    asyncio.run(overlap())
    assert [(each.change.path, each.state) for each in ledger.changes()] == [
        ("declared.txt", "rolled_back"),
        ("undeclared.txt", "rolled_back"),
        ("undeclared.txt", "made"),
    ]


def test_a_write_of_ours_over_what_a_running_command_wrote_keeps_the_chain(
    place: Path, open_workspace: Open, ledger: FactList
) -> None:
    async def overlap() -> None:
        workspace = open_workspace()
        written, go_on = asyncio.Event(), asyncio.Event()

        async def slow() -> Finished:
            await write(place / "src/app.ts", b"by the command")
            written.set()
            await go_on.wait()
            return finished()

        job = asyncio.ensure_future(workspace.open_attempt("slow", 1).track(slow()))
        await written.wait()
        ours = workspace.open_attempt("ours", 1)
        ours.write_text("src/app.ts", "by us")
        await ours.apply()
        go_on.set()
        await job

    start = digest_of((place / "src/app.ts").read_bytes())
    asyncio.run(overlap())
    assert [(each.task, each.change.before, each.change.after) for each in ledger.changes()] == [
        ("slow", start, digest_of(b"by the command")),
        ("ours", digest_of(b"by the command"), digest_of(b"by us")),
    ]


def test_a_cancelled_command_is_recorded_and_taken_back(place: Path, open_workspace: Open, ledger: FactList) -> None:
    start = tree_hash(place)

    async def cancel() -> None:
        attempt = open_workspace().open_attempt("1.1", 1)
        written = asyncio.Event()

        async def endless() -> Finished:
            (place / "half.txt").write_text("half")
            written.set()
            await asyncio.Event().wait()
            return finished()

        job = asyncio.ensure_future(attempt.track(endless()))
        await written.wait()
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        assert [change.path for change in attempt.staged()] == ["half.txt"]
        await attempt.rollback()

    asyncio.run(cancel())
    assert tree_hash(place) == start
    assert isinstance(ledger.facts[-1], ChangesRolledBack)


def test_an_edit_after_the_command_is_not_lost_by_the_rollback(place: Path, open_workspace: Open) -> None:
    async def edit() -> None:
        attempt = open_workspace().open_attempt("1.1", 1)
        await attempt.track(shell(place, "echo command > package.json; echo command > new.txt"))
        (place / "package.json").write_text("person")
        taken = await attempt.rollback()
        assert taken.restored == ("new.txt",)
        assert [left.path for left in taken.left] == ["package.json"]

    asyncio.run(edit())
    assert (place / "package.json").read_text() == "person"


def test_a_large_file_is_seen_and_said_to_be_lost(
    place: Path, open_workspace: Open, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LARGEST_KEPT", 1000)
    (place / "large.bin").write_bytes(b"1" * 2000)

    async def change() -> None:
        attempt = open_workspace().open_attempt("1.1", 1)
        await attempt.track(shell(place, "head -c 3000 /dev/zero > large.bin; head -c 3000 /dev/zero > new-large.bin"))
        taken = await attempt.rollback()
        assert taken.restored == ("new-large.bin",)
        assert [left.path for left in taken.left] == ["large.bin"]

    asyncio.run(change())
    assert warnings == ["large.bin was changed by a command and cannot be restored: its content was not kept"]
    assert not (place / "new-large.bin").exists()


def test_folders_that_tools_rebuild_are_left_out_where_there_is_no_git(
    root: Path, workspace: TreeWorkspace, ledger: FactList
) -> None:
    script = "mkdir -p node_modules/x .venv/bin && touch node_modules/x/y .venv/bin/python seen"
    asyncio.run(workspace.open_attempt("1.1", 1).track(shell(root, script)))
    assert [each.change.path for each in ledger.changes()] == ["seen"]


# ---------------------------------------------------------------- git


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


def track_one(root: Path, ledger: FactList, warnings: list[str], script: str) -> list[str]:
    """Return what was recorded of a command, by a workspace that is opened for it alone."""
    workspace = TreeWorkspace(root, ledger=ledger, run=RUN, durability=Durability.NORMAL, warn=warnings.append)
    asyncio.run(workspace.open_attempt("1.1", 1).track(shell(root, script)))
    workspace.close()
    return [each.change.path for each in ledger.changes()]


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


def test_the_second_run_reads_only_what_changed_since(
    place: Path, ledger: FactList, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago = 1_000_000_000
    for path in [place, *place.rglob("*")]:
        if ".git" not in path.parts:
            os.utime(path, (long_ago, long_ago))
    # A stat is believed only when it is old, and the time of a change cannot be set back: so the clock is put forward.
    monkeypatch.setattr("orchestrator.workspace.snapshots.clock", lambda: time.time_ns() + 10**9)
    track_one(place, ledger, warnings, "true")
    (place / "src/app.ts").write_text("edited between the runs")
    read: list[str] = []
    reading_one = reading.Reader.read

    def noting(self, path, status, keep, *, first=False):
        read.append(path)
        return reading_one(self, path, status, keep, first=first)

    monkeypatch.setattr(reading.Reader, "read", noting)
    workspace = TreeWorkspace(place, ledger=ledger, run="run-2", durability=Durability.NORMAL)
    workspace._take_first_point()
    workspace.close()
    assert read == ["src/app.ts"]


def test_a_file_that_we_may_not_read_is_no_reason_to_stop() -> None:
    if os.geteuid() != 0:
        pytest.skip("becoming another user needs root")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "secret").write_text("root's own")
        (root / "secret").chmod(0o600)
        os.chown(root, 65534, 65534)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
                code = 0 if track_one(root, FactList(), [], "echo x > new.txt") == ["new.txt"] else 2
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
