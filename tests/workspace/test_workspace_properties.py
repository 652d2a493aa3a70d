"""Histories that nobody thought of: random operations, then back to the start."""

import asyncio
import os
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from workspace_world import RUN, FactList, finished, listing, tree_hash

from orchestrator.contracts import Finished
from orchestrator.errors import PathRefused, TaskFailed
from orchestrator.models.record import Change
from orchestrator.models.status import Durability
from orchestrator.workspace.changes import Verdict, after_of, before_of, judge
from orchestrator.workspace.differences import Difference, changes_between
from orchestrator.workspace.dry_run import DryRunWorkspace
from orchestrator.workspace.encodings import coding_of, decode, newline_of, with_newlines
from orchestrator.workspace.node import Identity
from orchestrator.workspace.workspace import TreeWorkspace

# Few names at few depths, so that files and folders come to stand in each other's way.
PATHS = st.sampled_from(["a", "b", "a/x", "a/y", "a/x/p", "b/q", "b/q/r", "c/d/e"])
DATA = st.binary(max_size=4)
WRITES = st.tuples(st.just("write"), PATHS, DATA, st.sampled_from([None, 0o600, 0o755]))
REMOVALS = st.tuples(st.just("remove"), PATHS)
FOLDERS = st.tuples(st.just("folder"), PATHS)
COMMANDS = st.tuples(
    st.just("command"),
    st.sampled_from(["put", "rm", "mkdir", "ln", "chmod", "mv"]),
    PATHS,
    PATHS,
    DATA,
)
STEPS = st.lists(st.one_of(WRITES, REMOVALS, FOLDERS, st.just(("apply",))), max_size=10)
HISTORIES = st.lists(st.one_of(WRITES, REMOVALS, FOLDERS, st.just(("apply",)), COMMANDS), max_size=12)
MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def plant(root: Path) -> None:
    (root / "a").mkdir()
    (root / "a/x").write_text("x\r\n")
    (root / "b").write_text("b")
    os.symlink("b", root / "ln")


async def carry_out(attempt, steps) -> None:
    for step in steps:
        try:
            match step:
                case ("write", path, data, mode):
                    attempt.write_bytes(path, data, mode=mode)
                case ("remove", path):
                    attempt.remove(path)
                case ("folder", path):
                    attempt.make_folder(path)
                case ("apply",):
                    await attempt.apply()
                case ("command", *what):
                    await attempt.apply()
                    await attempt.track(command(attempt.root, *what))
        except (PathRefused, TaskFailed):
            continue
    await attempt.apply()


async def command(root: Path, verb: str, path: str, other: str, data: bytes) -> Finished:
    place = root / path
    try:
        match verb:
            case "put":
                place.write_bytes(data)
            case "rm":
                os.rmdir(place) if place.is_dir() and not place.is_symlink() else place.unlink()
            case "mkdir":
                place.mkdir(parents=True)
            case "ln":
                place.symlink_to(other)
            case "chmod":
                if not place.is_symlink():
                    place.chmod(0o700)
            case "mv":
                place.rename(root / other)
    except OSError:
        pass
    return finished()


class Opened:
    """A workspace over a throw-away tree; attempts know the root, for commands."""

    def __init__(self, root: Path) -> None:
        plant(root)
        self.root = root
        self.ledger = FactList()
        self.workspace = TreeWorkspace(root, ledger=self.ledger, run=RUN, durability=Durability.NORMAL, warn=print)

    def attempt(self, task: str):
        attempt = self.workspace.open_attempt(task, 1)
        attempt.root = self.root
        return attempt


@MANY
@given(HISTORIES)
@example([("write", "b/q", b"", None), ("remove", "b"), ("write", "b/q", b"", None)])
def test_whatever_an_attempt_did_rollback_is_the_start(history) -> None:
    with tempfile.TemporaryDirectory() as folder:
        opened = Opened(Path(folder))
        start = listing(opened.root)

        async def there_and_back() -> None:
            attempt = opened.attempt("1.1")
            await carry_out(attempt, history)
            taken = await attempt.rollback()
            assert taken.left == taken.kept == ()

        asyncio.run(there_and_back())
        assert sorted(listing(opened.root)) == sorted(start)
        opened.workspace.close()


@MANY
@given(st.lists(HISTORIES, min_size=1, max_size=3))
def test_whatever_a_run_did_undo_is_the_start_and_undoing_that_is_the_end(histories) -> None:
    with tempfile.TemporaryDirectory() as folder:
        opened = Opened(Path(folder))

        async def undo(changes) -> None:
            attempt = opened.attempt(f"undo {len(opened.ledger.facts)}")
            for each in reversed(changes):
                attempt.restore(each.change)
            await attempt.apply()

        async def there_and_back_and_there() -> None:
            start = tree_hash(opened.root)
            for number, history in enumerate(histories):
                await carry_out(opened.attempt(f"1.{number}"), history)
            done, made = tree_hash(opened.root), opened.ledger.changes()
            await undo(made)
            assert tree_hash(opened.root) == start
            await undo(opened.ledger.changes()[len(made) :])
            assert tree_hash(opened.root) == done

        asyncio.run(there_and_back_and_there())
        opened.workspace.close()


@MANY
@given(STEPS)
def test_a_dry_run_sees_the_tree_that_a_run_makes(steps) -> None:
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        opened = Opened(Path(folder))
        plant(Path(other))
        dry = DryRunWorkspace(Path(other))
        preview = dry.open_attempt("1.1", 1)
        asyncio.run(carry_out(opened.attempt("1.1"), steps))
        asyncio.run(carry_out(preview, steps))
        real = opened.attempt("1.2")
        found = real.glob("**")
        assert preview.glob("**") == found
        assert [preview.read_bytes(path) for path in found] == [real.read_bytes(path) for path in found]
        assert sorted({diff.path for diff in dry.diff()}) == sorted({each.change.path for each in net(opened)})
        opened.workspace.close()
        dry.close()


def net(opened: Opened) -> list:
    """Return the recorded changes of paths that are not as they were at the start."""
    first: dict[str, Change] = {}
    last: dict[str, Change] = {}
    for each in opened.ledger.changes():
        first.setdefault(each.change.path, each.change)
        last[each.change.path] = each.change
    return [
        each
        for each in opened.ledger.changes()
        if before_of(first[each.change.path]) != after_of(last[each.change.path])
    ]


IDENTITIES = st.one_of(
    st.none(),
    st.builds(
        Identity,
        kind=st.sampled_from(["file", "link", "folder"]),
        sha=st.sampled_from(["1" * 64, "2" * 64]),
        mode=st.sampled_from([None, 0o644, 0o755]),
    ),
)


@given(IDENTITIES, IDENTITIES, IDENTITIES)
def test_only_what_stands_as_we_left_it_is_ever_restored(before, after, current) -> None:
    for change in changes_between([Difference(path="a", before=before, after=after)] if before != after else []):
        verdict = judge(change, current)
        left, began = after_of(change), before_of(change)
        same = current is None if left is None else current is not None and current.has_content_of(left)
        assert verdict is not Verdict.RESTORE or same
        assert verdict is not Verdict.NOTHING or (
            current is None if began is None else current is not None and current.has_content_of(began)
        )


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs"])),
    st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"]),
)
def test_a_text_that_is_read_and_written_is_the_same_bytes(text: str, mark: bytes) -> None:
    coding = coding_of(mark)
    data = mark + text.removeprefix("\ufeff").encode(coding.name)
    if not mark and coding_of(data).mark:
        return
    if data.startswith(b"\xff\xfe\0\0"):
        return  # UTF-32
    read, found = decode("a", data)
    assert found.encode("a", read) == data


@given(st.lists(st.sampled_from(["a", "\n", "\r\n"])).map("".join), st.sampled_from(["\n", "\r\n"]))
def test_line_ends_are_all_alike_afterwards(text: str, newline: str) -> None:
    result = with_newlines(text, newline)
    assert with_newlines(result, newline) == result
    if "\n" in text:
        assert newline_of(result) == newline
