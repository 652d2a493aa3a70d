"""Somebody removes the state folder while a run goes on: nothing can be remembered, so the run ends and says so."""

import shutil
from pathlib import Path

import pytest
from reliability_scene import build_scene, command_task, file_task

from orchestrator.workspace.paths import STATE_FOLDER


def removes(what: str) -> dict[str, object]:
    script = f"rm -r {what}; echo made > made.txt"
    return {"id": "1.1", "name": "clean up", "type": "command", "command": ["sh", "-c", script]}


@pytest.mark.parametrize("what", [STATE_FOLDER, f"{STATE_FOLDER}/ledger.db*"])
def test_a_run_whose_memory_was_removed_ends_and_names_what_is_gone(tmp_path: Path, what: str) -> None:
    tasks = [removes(what), command_task("1.2", "out/second.txt", "0"), file_task("1.3", "made/b")]
    scene = build_scene(tmp_path / "scene", [{"id": "a", "tasks": tasks}])
    called = scene.call("run", "--all", "--yes")
    assert called.code == 10, called.err
    assert "Traceback" not in called.err
    assert "  File " not in called.err
    assert "cannot save" not in called.err
    assert f"{what.removesuffix('*')} was removed or replaced while the run went on" in called.err
    assert scene.effect_lines() == []  # nothing more was started
    shutil.rmtree(scene.root / STATE_FOLDER, ignore_errors=True)
    assert scene.call("status").code == 2
    assert scene.call("run", "--only", "1.2").code == 0
