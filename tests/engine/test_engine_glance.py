"""Looking at many tasks at once: which of them are up to date."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from engine_plans import task
from engine_stage import RUN
from msgspec.structs import replace

from orchestrator.engine.freshness import Freshness
from orchestrator.engine.glance import Glance
from orchestrator.engine.ports import Tools
from orchestrator.errors import PathRefused
from orchestrator.ledger.memory import MemoryLedger
from orchestrator.models.fingerprint import fingerprint_of
from orchestrator.models.plan import Ingredients, PlannedTask, Targets
from orchestrator.models.record import LastSuccess
from orchestrator.processes.attempt import ProcessFactory
from orchestrator.processes.redact import Redactor
from orchestrator.workspace.workspace import TreeWorkspace


class CountedTree(TreeWorkspace):
    """Counts the files that are read."""

    def open_attempt(self, task: str, attempt: int) -> Any:
        files = super().open_attempt(task, attempt)
        plain = files.read_bytes

        def read_bytes(path: str) -> bytes:
            self.reads[path] += 1
            return plain(path)

        files.read_bytes = read_bytes  # type: ignore[method-assign]
        return files

    reads: Counter[str]


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[CountedTree]:
    (tmp_path / "in.txt").write_text("input")
    tree = CountedTree(tmp_path, run=RUN, ledger=MemoryLedger())
    tree.reads = Counter()
    yield tree
    tree.close()


@pytest.fixture
def factory(tmp_path: Path) -> Iterator[ProcessFactory]:
    factory = ProcessFactory(str(tmp_path), str(tmp_path / ".orchestrate/logs"), Redactor({}))
    yield factory
    factory.close()


def reading(name: str, **fields: Any) -> PlannedTask:
    """Return a task that reads in.txt and starts `sh`."""
    known = {"targets": Targets(reads=("in.txt",)), "ingredients": Ingredients(program="sh")}
    return replace(task(name), **{**known, **fields})


def look_at(tree: CountedTree, factory: ProcessFactory, *tasks: PlannedTask) -> Glance:
    """Return the look of a run before which all these tasks were done with the files as they are now."""

    def tools(task: PlannedTask, attempt: int, on_output: Any) -> Tools:
        return Tools(processes=factory.for_attempt(RUN, task.id, attempt, task.env))

    glance = Glance(workspaces=tree, tools=tools, freshness=Freshness())
    successes = {}
    for each in tasks:
        assert each.ingredients is not None
        files = tree.open_attempt("before", 1)
        own = glance._own(files, each, each.ingredients)
        reads = glance._contents(files, each.targets.reads)
        text = fingerprint_of(each.definition, own, reads=reads, writes={})
        known = {"task": each.id, "run": "r0", "definition": each.definition, "seconds": 1.0}
        successes[each.id] = LastSuccess(fingerprint=text, **known)
    glance._forget()
    tree.reads.clear()
    return Glance(workspaces=tree, tools=tools, freshness=Freshness(successes=successes))


def test_a_file_that_many_tasks_read_is_read_once_in_a_turn(tree: CountedTree, factory: ProcessFactory) -> None:
    tasks = [reading(f"1.{number}") for number in range(5)]
    glance = look_at(tree, factory, *tasks)

    async def turns() -> list[bool]:
        first = [glance.finds_up_to_date(each) for each in tasks]
        assert tree.reads == {"in.txt": 1}
        await asyncio.sleep(0)
        return first + [glance.finds_up_to_date(each) for each in tasks]

    assert asyncio.run(turns()) == [True] * 10
    assert tree.reads == {"in.txt": 2}


def test_an_edit_is_seen_in_the_next_turn(tree: CountedTree, factory: ProcessFactory, tmp_path: Path) -> None:
    glance = look_at(tree, factory, reading("1.1"))

    async def turns() -> list[bool]:
        found = [glance.finds_up_to_date(reading("1.1"))]
        (tmp_path / "in.txt").write_text("edited")
        await asyncio.sleep(0)
        return [*found, glance.finds_up_to_date(reading("1.1"))]

    assert asyncio.run(turns()) == [True, False]


def test_tasks_with_another_path_find_other_programs(tree: CountedTree, factory: ProcessFactory) -> None:
    plain = reading("1.1")
    glance = look_at(tree, factory, plain)
    assert glance.finds_up_to_date(plain)
    assert not glance.finds_up_to_date(replace(plain, env={"PATH": "/nowhere"}))


def test_a_program_that_many_tasks_start_is_looked_for_once_in_a_turn(
    tree: CountedTree, factory: ProcessFactory, tmp_path: Path
) -> None:
    (tmp_path / "bin").mkdir()
    path = {"PATH": f"{tmp_path}/bin:/usr/bin:/bin"}
    tasks = [
        reading(f"1.{number}", env=path, ingredients=Ingredients(program="sh", writes=(f"out{number}",)))
        for number in range(5)
    ]
    glance = look_at(tree, factory, *tasks)
    asked: list[str] = []
    plain = glance.tools
    glance.tools = lambda task, *rest: asked.append(task.id) or plain(task, *rest)  # type: ignore[func-returns-value]

    async def turns() -> list[bool]:
        first = [glance.finds_up_to_date(each) for each in tasks]
        (tmp_path / "bin/sh").symlink_to("/bin/sh")  # from now on another one comes first
        await asyncio.sleep(0)
        return first + [glance.finds_up_to_date(each) for each in tasks]

    assert asyncio.run(turns()) == [True] * 5 + [False] * 5
    assert asked == ["1.0", "1.0"]


@pytest.mark.parametrize("writes", ["../outside", "/etc/passwd", ".git/config"])
def test_what_nobody_may_name_is_refused_each_time(tree: CountedTree, factory: ProcessFactory, writes: str) -> None:
    glance = look_at(tree, factory, reading("1.1"))
    hostile = reading("1.1", ingredients=Ingredients(program="sh", writes=(writes,)))
    for _ in range(2):
        with pytest.raises(PathRefused):
            glance.finds_up_to_date(hostile)


@pytest.mark.parametrize("fields", [{"when": "x"}, {"late": ("command",)}, {"ingredients": None}, {"definition": "d2"}])
def test_only_an_attempt_can_tell_what_the_plan_does_not_say(
    tree: CountedTree, factory: ProcessFactory, fields: dict[str, Any]
) -> None:
    glance = look_at(tree, factory, reading("1.1"))
    assert not glance.finds_up_to_date(reading("1.1", **fields))
    assert tree.reads == {}
