"""Verbs that only look: they start no program, write nothing, and connect to nobody.

Where strace is, every system call is looked at; elsewhere, and in the nightly run, what Python itself reports.
"""

from pathlib import Path

import pytest
from inert import audited_deeds, deeds, everything_below, forks, is_traced_here
from reliability_scene import Scene, eight_tasks

needs_strace = pytest.mark.skipif(not is_traced_here(), reason="strace is not installed or may not trace here")
# What Python reports is coarser: where every system call is looked at, it tells nothing more.
if_not_traced = pytest.mark.nightly if is_traced_here() else pytest.mark.slow

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
    ["report"],
    ["report", "--format", "html"],
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


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    scene = eight_tasks(tmp_path_factory.mktemp("inert") / "killed")
    _, facts = scene.traced(0, "run", "--all", "--yes")
    points = int(str(facts["points"]))
    for tenths in (6, 5, 4, 3):  # facts that share a commit make a run shorter than the one that was counted
        scene = eight_tasks(tmp_path_factory.mktemp("inert") / f"killed-at-{tenths}-tenths")
        scene.traced(points * tenths // 10, "run", "--all", "--yes")
        if (scene.root / ".orchestrate/ledger.db-wal").exists():
            return scene
    pytest.fail("no kill left the log of the ledger behind")


def words_of(arguments: list[str]) -> str:
    return " ".join(arguments)


def looked_at(scene: Scene, arguments: list[str]) -> tuple[int, list[str]]:
    """Return the exit code and what was done, without the one fork of the supervisor: the engine is ours."""
    code, found = deeds(scene, *arguments)
    made = forks(found)
    assert len(made) <= (words_of(arguments) in FORKED_ONCE)
    return code, [line for line in found if line not in made]


@needs_strace
@pytest.mark.slow
@pytest.mark.parametrize("where", ["fresh", "used"])
@pytest.mark.parametrize("arguments", LOOKING, ids=words_of)
def test_a_look_has_no_effect(arguments: list[str], where: str, request: pytest.FixtureRequest) -> None:
    scene: Scene = request.getfixturevalue(where)
    before = everything_below(scene.root)
    code, found = looked_at(scene, arguments)
    assert found == []
    assert everything_below(scene.root) == before
    assert code == 0 or (where == "fresh" and code == 2)  # 2: there are no runs yet


@if_not_traced
@pytest.mark.parametrize("where", ["fresh", "used"])
@pytest.mark.parametrize("arguments", LOOKING, ids=words_of)
def test_a_look_has_no_effect_that_python_reports(
    arguments: list[str], where: str, request: pytest.FixtureRequest
) -> None:
    scene: Scene = request.getfixturevalue(where)
    before = everything_below(scene.root)
    code, found = audited_deeds(scene, *arguments)
    forked = [line for line in found if line.startswith("os.fork ")]
    assert len(forked) <= (words_of(arguments) in FORKED_ONCE)
    assert [line for line in found if line not in forked] == []
    assert everything_below(scene.root) == before
    assert code == 0 or (where == "fresh" and code == 2)


@pytest.mark.slow
def test_the_audit_hears_a_run(tmp_path: Path) -> None:
    scene = eight_tasks(tmp_path / "scene")
    code, found = audited_deeds(scene, "run", "--all", "--yes")
    assert code == 0
    assert {"open", "os.fork", "subprocess.Popen", "os.rename"} <= {line.partition(" ")[0] for line in found}


@needs_strace
@pytest.mark.slow
@pytest.mark.parametrize("arguments", LOOKING, ids=words_of)
def test_after_a_kill_a_look_touches_the_index_of_the_log_only(arguments: list[str], killed: Scene) -> None:
    # SQLite reads a write-ahead log through an index in shared memory, which it builds anew: no fact is in it.
    before = everything_below(killed.root)
    code, found = looked_at(killed, arguments)
    assert [line for line in found if "/.orchestrate/ledger.db-" not in line] == []
    after = everything_below(killed.root)
    assert {path for path in after if after[path] != before.get(path)} <= {".orchestrate/ledger.db-shm"}
    assert code == 0


@pytest.mark.slow
def test_a_look_at_a_fresh_repository_leaves_no_folder(tmp_path: Path) -> None:
    scene = eight_tasks(tmp_path / "scene")
    before = everything_below(scene.root)
    for arguments in LOOKING:
        scene.call(*arguments)
    assert everything_below(scene.root) == before
    assert not (scene.root / ".orchestrate").exists()
