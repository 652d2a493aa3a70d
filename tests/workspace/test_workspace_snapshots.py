"""What commands change: seen, attributed, undone; in a git repository and elsewhere."""

import asyncio
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from workspace_world import RUN, FactList, finished, shell, track_one, tree_hash

from orchestrator.contracts import Finished
from orchestrator.models.facts import ChangesRolledBack
from orchestrator.models.record import Change
from orchestrator.models.status import Durability
from orchestrator.workspace import reading
from orchestrator.workspace.node import digest_of
from orchestrator.workspace.workspace import TreeWorkspace

# The child does its work and ends at once; that the runner of the tests may have threads does not matter to it.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

Open = Callable[[], TreeWorkspace]


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
