"""Whose change it was: our own writes, commands one after the other, commands at the same time."""

import asyncio
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from workspace_world import FactList, running, shell, write

from orchestrator.contracts import Finished
from orchestrator.workspace.node import digest_of
from orchestrator.workspace.workspace import TreeWorkspace

Open = Callable[[], TreeWorkspace]


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


def test_when_commands_overlap_changes_belong_to_the_one_that_ended_and_are_kept(
    place: Path, open_workspace: Open, ledger: FactList
) -> None:
    async def overlap() -> None:
        workspace = open_workspace()
        async with running(workspace.open_attempt("slow", 1), place, last={"slow.txt": b"slow"}):
            quick = workspace.open_attempt("quick", 1)
            await quick.track(write(place / "quick.txt", b"quick"))
            taken = await quick.rollback()
        assert taken.is_whole
        assert [left.path for left in taken.kept] == ["quick.txt"]
        assert "which does not declare it" in taken.kept[0].reason

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
        first = {"dist/a.js": b"a", "report.txt": b"r"}
        async with running(workspace.open_attempt("slow", 1), place, first=first, writes=["dist/", "report.txt"]):
            await workspace.open_attempt("quick", 1).track(write(place / "quick.txt", b"q"))

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

        async def quick() -> Finished:
            await write(place / "declared.txt", b"d")
            return await write(place / "undeclared.txt", b"u")

        async with running(workspace.open_attempt("slow", 1), place, writes=["slow.txt"]):
            attempt = workspace.open_attempt("quick", 1)
            await attempt.track(quick(), writes=["declared.txt"])
            taken = await attempt.rollback()
        assert taken.restored == ("declared.txt",)
        assert [left.path for left in taken.kept] == ["undeclared.txt"]

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
        async with running(workspace.open_attempt("slow", 1), place, first={"src/app.ts": b"by the command"}):
            ours = workspace.open_attempt("ours", 1)
            ours.write_text("src/app.ts", "by us")
            await ours.apply()

    start = digest_of((place / "src/app.ts").read_bytes())
    asyncio.run(overlap())
    assert [(each.task, each.change.before, each.change.after) for each in ledger.changes()] == [
        ("slow", start, digest_of(b"by the command")),
        ("ours", digest_of(b"by the command"), digest_of(b"by us")),
    ]


def test_what_nobody_declared_belongs_to_the_command_that_declares_nothing(
    place: Path, open_workspace: Open, ledger: FactList
) -> None:
    async def overlap() -> None:
        workspace = open_workspace()
        async with running(workspace.open_attempt("slow", 1), place, first={"anywhere.txt": b"a"}):
            await workspace.open_attempt("quick", 1).track(write(place / "declared.txt", b"d"), writes=["declared.txt"])

    asyncio.run(overlap())
    assert [(each.task, each.change.path, each.others) for each in ledger.changes()] == [
        ("quick", "declared.txt", ()),
        ("slow", "anywhere.txt", ()),
    ]


def test_a_change_that_two_commands_may_have_made_names_both(
    place: Path, open_workspace: Open, ledger: FactList
) -> None:
    async def overlap() -> None:
        workspace = open_workspace()
        slow = workspace.open_attempt("slow", 1)
        async with running(slow, place, first={"by-slow.txt": b"s"}, last={"later.txt": b"l"}):
            await workspace.open_attempt("quick", 1).track(write(place / "by-quick.txt", b"q"))
        await workspace.open_attempt("alone", 1).track(write(place / "alone.txt", b"a"))

    asyncio.run(overlap())
    assert sorted((each.task, each.change.path, each.others) for each in ledger.changes()) == [
        ("alone", "alone.txt", ()),
        ("quick", "by-quick.txt", ("slow",)),
        ("quick", "by-slow.txt", ("slow",)),
        ("slow", "later.txt", ()),
    ]


def test_what_we_write_over_is_recorded_for_the_command_that_made_it(
    place: Path, open_workspace: Open, ledger: FactList
) -> None:
    """Of two that run, what A declares is its; anything else is that of B, which declares nothing."""

    async def overlap() -> None:
        workspace = open_workspace()
        first = running(workspace.open_attempt("A", 1), place, first={"slow.txt": b"a"}, writes=["slow.txt"])
        async with first, running(workspace.open_attempt("B", 1), place, first={"x.txt": b"b"}):
            ours = workspace.open_attempt("ours", 1)
            ours.write_text("x.txt", "by us")
            ours.write_text("slow.txt", "by us")
            await ours.apply()

    asyncio.run(overlap())
    assert [(each.task, each.change.path, each.others) for each in ledger.changes()] == [
        ("A", "slow.txt", ()),
        ("B", "x.txt", ()),
        ("ours", "x.txt", ()),
        ("ours", "slow.txt", ()),
    ]


def test_what_we_write_over_names_all_who_may_have_made_it(place: Path, open_workspace: Open, ledger: FactList) -> None:
    async def overlap() -> None:
        workspace = open_workspace()
        first = running(workspace.open_attempt("A", 1), place)
        second = running(workspace.open_attempt("B", 1), place, first={"x.txt": b"b"})
        async with first, second, running(workspace.open_attempt("C", 1), place, writes=["c.txt"]):
            ours = workspace.open_attempt("ours", 1)
            ours.write_text("x.txt", "by us")
            await ours.apply()

    asyncio.run(overlap())
    assert [(each.task, each.change.path, each.others) for each in ledger.changes()] == [
        ("A", "x.txt", ("B",)),
        ("ours", "x.txt", ()),
    ]


def test_commands_that_all_say_what_they_write_are_all_named_for_what_they_did_not(
    place: Path, open_workspace: Open, ledger: FactList
) -> None:
    async def overlap() -> None:
        workspace = open_workspace()
        async with running(workspace.open_attempt("slow", 1), place, last={"later.txt": b"l"}, writes=["slow.txt"]):
            quick = workspace.open_attempt("quick", 1)
            await quick.track(write(place / "undeclared.txt", b"u"), writes=["quick.txt"])

    asyncio.run(overlap())
    assert [(each.task, each.change.path, each.others) for each in ledger.changes()] == [
        ("quick", "undeclared.txt", ("slow",)),
        ("slow", "later.txt", ()),
    ]


def test_two_commands_of_one_task_do_not_name_it_twice(place: Path, open_workspace: Open, ledger: FactList) -> None:
    async def overlap() -> None:
        workspace = open_workspace()
        attempt = workspace.open_attempt("A", 1)
        async with running(attempt, place):
            await attempt.track(write(place / "f.txt", b"f"))

    asyncio.run(overlap())
    assert [(each.task, each.change.path, each.others) for each in ledger.changes()] == [("A", "f.txt", ())]
