"""Verbs that only look: they start no program, write nothing, and connect to nobody."""

from pathlib import Path

import pytest
from inert import deeds, everything_below, forks, is_traced_here
from reliability_scene import Scene, eight_tasks, tree_of

needs_strace = pytest.mark.skipif(not is_traced_here(), reason="strace is not installed or may not trace here")

LOOKING = [
    ["--help"],
    ["help", "exit-codes"],
    ["schema"],
    ["handlers"],
    ["completion", "bash"],
    ["validate"],
    ["validate", "--deep"],
    ["plan"],
    ["plan", "--diff"],
    ["plan", "--json"],
    ["status"],
    ["history"],
    ["diff"],
    ["logs"],
    ["explain", "1.1"],
    ["explain", "E309"],
    ["run", "--help"],
    ["run", "--all", "--dry-run"],
    ["undo", "--dry-run"],
]
FORKED_ONCE = {"run --all --dry-run", "undo --dry-run"}  # the supervisor forks the engine; that is ours


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return eight_tasks(tmp_path_factory.mktemp("inert") / "fresh")


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    scene = eight_tasks(tmp_path_factory.mktemp("inert") / "used")
    assert scene.call("run", "--all", "--yes").code == 0
    return scene


def words_of(arguments: list[str]) -> str:
    return " ".join(arguments)


@needs_strace
@pytest.mark.slow
@pytest.mark.parametrize("where", ["fresh", "used"])
@pytest.mark.parametrize("arguments", LOOKING, ids=words_of)
def test_a_look_has_no_effect(arguments: list[str], where: str, request: pytest.FixtureRequest) -> None:
    scene: Scene = request.getfixturevalue(where)
    before = everything_below(scene.root)
    code, found = deeds(scene, *arguments)
    made = forks(found)
    assert len(made) == (1 if words_of(arguments) in FORKED_ONCE and (code == 0) else len(made) and 0)
    assert [line for line in found if line not in made] == []
    assert everything_below(scene.root) == before
    assert code in (0, 2, 5)


def test_a_look_at_a_fresh_repository_leaves_no_folder(tmp_path: Path) -> None:
    scene = eight_tasks(tmp_path / "scene")
    before = tree_of(scene.root)
    for arguments in (["validate"], ["plan"], ["status"], ["history"], ["diff"], ["run", "--all", "--dry-run"]):
        scene.call(*arguments)
    assert tree_of(scene.root) == before
    assert not (scene.root / ".orchestrate").exists()
