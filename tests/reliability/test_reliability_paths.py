"""144 hostile paths in every field that takes a path: refused by `validate` or by the run, and nothing outside changes.

What the text of a path shows is refused by `validate`. What only the tree can tell (a link that leads out) is refused
when the run gets there: all such paths of a field are run together, each in a task of its own.
"""

import contextlib
import io
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from checker import Checker, Expected
from hostile_paths import HOSTILE, lay_traps
from inert import everything_below
from reliability_scene import Scene, build_scene, file_task, tree_of

from orchestrator.cli.entry import enter
from orchestrator.models.status import DONE

TRUE = ["true"]


def command(**more: object) -> dict[str, object]:
    return {"name": "t", "type": "command", "command": TRUE, **more}


def generate(**more: object) -> dict[str, object]:
    params = {"templates": ["page.txt.j2"], "target": "made/page", "overwrite": "always", "values": {"word": "evil"}}
    return {"name": "t", "type": "file_generation", "with": {**params, **more}}


def checked(**check: object) -> dict[str, object]:
    return command(verify=[check])


TASK_FIELDS: dict[str, Callable[[str], dict[str, object]]] = {
    "target": lambda path: generate(target=path),
    "templates": lambda path: generate(templates=[path], target="made/"),
    "cwd": lambda path: command(cwd=path, command=["touch", "evil"]),
    "inputs": lambda path: command(inputs=[path]),
    "produces": lambda path: command(produces=[path]),
    "creates": lambda path: command(creates=[path]),
    "foreach.glob": lambda path: command(
        foreach={"glob": path, "as": "file"}, command=["cp", "{{ file }}", "out-{{ file | length }}"]
    ),
    "coverage.source": lambda path: checked(type="coverage", source=path, min=0),
    "coverage.cwd": lambda path: checked(type="coverage", source="c.json", min=0, cwd=path, command=["touch", "evil"]),
    "checkpoint command.cwd": lambda path: checked(type="command", command=["touch", "evil"], cwd=path),
    "file_exists.path": lambda path: checked(type="file_exists", path=path),
}
# What an input holds decides "up to date" only; one that may not be read counts as "cannot be read", not as an error.
NEVER_OPENED = frozenset({"inputs"})
DOCUMENT_FIELDS = ("include", "settings.templates")


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    made = build_scene(tmp_path / "scene", [{"id": "a", "tasks": [file_task("1.1", "made/page")]}])
    lay_traps(made.root, made.home / "out")
    return made


def write_document(scene: Scene, tasks: list[dict[str, object]], **more: object) -> Path:
    document = {
        "version": 1,
        "project": {"name": "hostile"},
        "settings": {"templates": ["templates"], **more.pop("settings", {})},
        "phases": [{"id": "1", "groups": [{"id": "a", "execution": "parallel", "tasks": tasks}]}],
        **more,
    }
    path = scene.root / "phases.yaml"
    path.write_text(json.dumps(document, indent=1))
    return path


def is_refused(path: Path) -> bool:
    """Say whether `plan`, which checks all that `validate` does, refuses the document with a message."""
    told = io.StringIO()
    with contextlib.redirect_stderr(told), contextlib.redirect_stdout(io.StringIO()):
        code = enter(["plan", "--config", str(path)])
    assert code in (0, 2, 3, 5), told.getvalue()  # 5: a search found nothing
    assert "error" in told.getvalue() or code == 0
    return code != 0


def is_safe(scene: Scene, path: str) -> bool:
    """Say whether a path, taken as it is, stays in the tree and out of the protected folders."""
    if any(ord(char) < 32 for char in path) or path.startswith("~"):
        return False
    here, root = Path(os.path.realpath(scene.root / path)), Path(os.path.realpath(scene.root))
    inside = here.is_relative_to(root) and not path.startswith("/")
    return inside and not {".git", ".orchestrate"} & set(here.relative_to(root).parts)


def left_for_the_run(scene: Scene, field: str) -> Iterator[tuple[str, dict[str, object]]]:
    for number, path in enumerate(HOSTILE):
        task = {"id": f"t{number}", **TASK_FIELDS[field](path)}
        if not is_refused(write_document(scene, [task])):
            yield path, task


@pytest.mark.slow
@pytest.mark.parametrize("field", TASK_FIELDS)
def test_a_hostile_path_of_a_task_is_refused_and_nothing_outside_changes(scene: Scene, field: str) -> None:
    outside, git_folder = everything_below(scene.home / "out"), everything_below(scene.root / ".git/hooks")
    left = dict(left_for_the_run(scene, field))
    write_document(scene, list(left.values()) or [{"id": "t", **command()}])
    called = scene.call("run", "--all", "--yes", "--keep-going")
    assert "Traceback" not in called.err
    assert "internal error" not in called.err
    assert everything_below(scene.home / "out") == outside
    assert everything_below(scene.root / ".git/hooks") == git_folder
    assert not (scene.root / ".git/evil").exists()
    assert not (scene.root / ".orchestrate/evil").exists()
    checker = Checker(scene, Expected(before={}, after={}, rendered=frozenset()))
    record = checker.record()
    assert record is not None
    done = {task.id for task in record.tasks if task.state in DONE}
    names = {task["id"]: path for path, task in left.items()}
    if field in NEVER_OPENED:
        return
    wrong = [names[task] for task in done if task in names and not is_safe(scene, names[task])]
    assert wrong == []


@pytest.mark.parametrize("field", DOCUMENT_FIELDS)
def test_a_hostile_path_of_the_document_is_refused_or_finds_nothing_outside(scene: Scene, field: str) -> None:
    (scene.home / "out/stolen.txt.j2").write_text("stolen")
    (scene.home / "out/x").write_text(
        'phases: [{id: "9", groups: [{id: z, tasks: [{id: "9.9", name: x, type: command, command: ["true"]}]}]}]\n'
    )
    (scene.home / "out/secret").write_text((scene.home / "out/x").read_text())
    before = tree_of(scene.home / "out")
    accepted = []
    for path in HOSTILE:
        if field == "include":
            document = write_document(scene, [{"id": "1.1", **command()}], include=[path])
        else:
            task = {"id": "1.1", **generate(templates=["stolen.txt.j2"], target="made/")}
            document = write_document(scene, [task], settings={"templates": [path]})
        if not is_refused(document):
            accepted.append(path)
    assert accepted == []
    assert tree_of(scene.home / "out") == before
