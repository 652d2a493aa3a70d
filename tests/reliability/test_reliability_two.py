"""Two at once in one repository: the second is told who works, at once, and nothing happens twice."""

import os
import resource
import subprocess
import time
from pathlib import Path

import pytest
from reliability_scene import Scene, build_scene, command_task, many_tasks, tree_of

from orchestrator.processes.sweep import children

BAR = 0.2  # seconds
DOCUMENT = """version: 1
project:
  name: two at once
{root}
settings:
  env: {{EFFECTS: ../effects, LOCKS: ../locks}}
phases:
  - id: "1"
    groups:
      - id: a
        tasks:
          - {{id: "1.1", name: long, type: command, command: [../work.sh, "1.1", out/long.txt, "30"]}}
          - {{id: "1.2", name: short, type: command, command: [../work.sh, "1.2", out/short.txt]}}
"""


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    made = build_scene(tmp_path / "scene", [{"id": "a", "tasks": [command_task("1.1", "out/long.txt", "30")]}])
    (made.root / "phases.yaml").write_text(DOCUMENT.format(root=""))
    return made


def begun(scene: Scene, seconds: float = 20.0) -> "subprocess.Popen[bytes]":
    """Start a run and wait until its first task works."""
    process = scene.start("run", "--all", "--yes")
    deadline = time.monotonic() + seconds
    while not scene.effect_lines():
        assert time.monotonic() < deadline, "the run did not begin"
        time.sleep(0.01)
    return process


def stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    process.communicate(timeout=30)


def processor_seconds() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


@pytest.mark.parametrize("arguments", [["run", "--all"], ["resume", "--yes"], ["undo", "--yes"]], ids=" ".join)
def test_a_second_one_is_refused_and_told_who_works(scene: Scene, arguments: list[str]) -> None:
    first = begun(scene)
    second = scene.call(*arguments)
    stop(first)
    engine = second.err.partition("process ")[2].partition(" ")[0]
    assert second.code == 9
    assert int(engine) > first.pid
    assert "another run works on this repository: run 20" in second.err
    assert f"on {os.uname().nodename} since 20" in second.err
    assert "run --all --yes\n" in second.err
    assert "`orchestrate cancel` ends it" in second.err
    assert [line[0] for line in scene.effect_lines()] == ["S"]


@pytest.mark.parametrize("more", [[], ["-c", "phases.yaml"], ["--config", "phases.yaml", "--project", "."]])
@pytest.mark.parametrize("root", ["", "  root: .", "  root: ../repository  # here"])
def test_the_refusal_takes_less_than_a_fifth_of_a_second(scene: Scene, root: str, more: list[str]) -> None:
    (scene.root / "phases.yaml").write_text(DOCUMENT.format(root=root))
    first = begun(scene)
    spent = []
    for _ in range(5):
        before = processor_seconds()
        assert scene.call("run", "--all", *more).code == 9
        spent.append(processor_seconds() - before)
    stop(first)
    # The processor's time: on a busy machine the clock would measure the others.
    assert min(spent) < BAR, spent


@pytest.mark.parametrize(
    "document",
    [
        DOCUMENT.format(root='  root: "."'),
        DOCUMENT.format(root="").replace("project:\n  name: two at once\n", '"project": {"name": "quoted"}\n'),
        DOCUMENT.format(root="").replace("project:\n  name: two at once\n", "project: {name: flow, root: .}\n"),
    ],
)
def test_however_the_root_is_written_the_second_is_refused(scene: Scene, document: str) -> None:
    (scene.root / "phases.yaml").write_text(document)
    first = begun(scene)
    second = scene.call("run", "--all")
    stop(first)
    assert second.code == 9


def test_a_run_in_another_repository_is_not_refused(scene: Scene) -> None:
    first = begun(scene)
    other = scene.root.parent / "other"
    other.mkdir()
    (scene.root / "elsewhere.yaml").write_text(
        'version: 1\nproject: {name: x, root: ../other}\nphases: [{id: "1", groups: [{id: a, tasks: '
        '[{id: "1.1", name: t, type: command, command: ["true"]}]}]}]\n'
    )
    called = scene.call("run", "--all", "-c", "elsewhere.yaml")
    stop(first)
    assert called.code == 0, called.err


def test_a_dry_run_and_a_look_are_not_refused(scene: Scene) -> None:
    first = begun(scene)
    codes = [scene.call(*each).code for each in (["run", "--all", "-n"], ["status"], ["plan"], ["history"], ["logs"])]
    stop(first)
    assert codes == [0, 0, 0, 0, 0]


def test_the_lock_dies_with_its_holder(scene: Scene) -> None:
    first = begun(scene)
    (engine,) = children(first.pid)
    os.kill(engine, 9)
    first.communicate(timeout=30)
    (scene.root / "phases.yaml").write_text(DOCUMENT.format(root="").replace('"30"', '"0"'))
    assert scene.call("run", "--all", "--yes").code == 0


@pytest.mark.slow
def test_ten_runs_at_once_do_everything_once(tmp_path: Path) -> None:
    scene = many_tasks(tmp_path / "many", count=20)
    runs = [scene.start("run", "--all", "--yes") for _ in range(10)]
    ends = [(run.communicate(timeout=120)[1].decode(), run.returncode) for run in runs]
    codes = [code for _, code in ends]
    assert set(codes) <= {0, 9}
    assert 0 in codes
    assert not [said for said, _ in ends if "Traceback" in said]
    started = [task for kind, task, *_ in scene.effect_lines() if kind == "S"]
    assert [line for line in scene.effect_lines() if line[0] == "X"] == []
    # A run that began after the first had ended does its commands anew: they declare no files.
    assert len(started) == len(set(started)) * codes.count(0)


@pytest.mark.slow
def test_a_hundred_looks_do_not_disturb_a_run(tmp_path: Path) -> None:
    scene = many_tasks(tmp_path / "looked-at", count=30)
    before = tree_of(scene.root)
    run = scene.start("run", "--all", "--yes")
    looks = []
    while run.poll() is None and len(looks) < 100:
        looks.append(scene.call("status"))
    _, err = run.communicate(timeout=60)
    assert run.returncode == 0, err.decode()
    assert {look.code for look in looks} <= {0, 2}  # 2: there is no run yet
    assert not [look.err for look in looks if "Traceback" in look.err]
    assert scene.call("undo", "--yes").code == 0
    assert tree_of(scene.root) == before
