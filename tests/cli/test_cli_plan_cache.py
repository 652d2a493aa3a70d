"""A kept plan is the plan that would be made, or it is not used."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrator.cli import plan_cache
from orchestrator.cli.document import open_document
from orchestrator.cli.opening import OpenedPlan, open_plan
from orchestrator.cli.options import Choice, Planning
from orchestrator.cli.plan_cache import MOST_KEPT, find_plan, question_of
from orchestrator.errors import DocumentInvalid
from orchestrator.ledger.memory import MemoryLedger

TASKS = [
    {"id": "1.1", "name": "say {{ params.word }} in {{ env.LANG }}", "type": "command", "command": ["echo", "x"]},
    {"id": "1.2", "name": "make", "type": "file_generation", "templates": ["own.txt"], "target": "made"},
    {"id": "1.3", "name": "each", "type": "command", "command": ["cat", "{{ file }}"], "read_only": True},
]


def whole(**more: Any) -> dict[str, Any]:
    tasks = json.loads(json.dumps(TASKS))
    tasks[2]["foreach"] = {"glob": "src/*.txt", "as": "file"}
    return {
        "version": 1,
        "project": {"name": "kept"},
        "settings": {"templates": ["templates"]},
        "params": {"word": {"default": "one"}},
        "profiles": {"ci": {"settings": {"max_parallel_tasks": 2}}},
        "phases": [{"id": "1", "groups": [{"id": "a", "tasks": tasks}]}],
        **more,
    }


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a document, its templates and some files, as the working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANG", "C")
    (tmp_path / ".orchestrate").mkdir(mode=0o700)
    for folder in ("src", "templates", "more"):
        (tmp_path / folder).mkdir()
    (tmp_path / "src/a.txt").write_text("a")
    (tmp_path / "templates/own.txt.j2").write_text("own\n")
    (tmp_path / "more/two.json").write_text(json.dumps(phase("2")))
    plant(tmp_path, whole(include=["more/two.json"]))
    return tmp_path


def phase(id: str, name: str = "later") -> dict[str, Any]:
    task = {"id": f"{id}.1", "name": name, "type": "command", "command": ["true"]}
    return {"id": id, "groups": [{"id": "a", "tasks": [task]}]}


def plant(root: Path, document: dict[str, Any]) -> None:
    (root / "phases.yaml").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def opened(**flags: Any) -> OpenedPlan:
    settings = flags.pop("settings", None)
    return open_plan(Planning(**flags), settings)


# ---------------------------------------------------------------- it is the same plan


def test_a_kept_plan_is_the_plan_that_was_made(root: Path) -> None:
    made = opened()
    made.keep()
    kept = opened()
    assert (made.is_kept, kept.is_kept) == (False, True)
    assert (kept.plan, kept.warnings, kept.summary) == (made.plan, made.warnings, made.summary)
    assert kept.hash == open_document(root / "phases.yaml", Planning()).hash


def test_after_a_run_that_made_files_the_plan_is_kept_as_it_is_now(root: Path) -> None:
    subprocess.run([sys.executable, "-m", "orchestrator", "run", "--all", "--yes", "--quiet"], check=True)
    (kept,) = (root / ".orchestrate/cache").glob("plan-*.jsonl")
    header = json.loads(kept.read_text().splitlines()[1])
    assert (root / "made").is_file()
    assert header["inputs"]["kinds"]["made"] == "file"


def test_a_plan_that_is_kept_anew_is_the_plan_that_would_be_made(root: Path) -> None:
    before = opened()
    before.keep()
    (root / "made").mkdir()
    assert not opened().is_kept
    before.keep_anew()
    kept = opened()
    shutil.rmtree(root / ".orchestrate/cache")
    assert (kept.is_kept, kept.plan) == (True, opened().plan)


def test_a_document_that_was_broken_during_the_run_is_not_kept_and_not_told(root: Path) -> None:
    before = opened()
    before.keep()
    (root / "phases.yaml").write_text("version: 2")
    before.keep_anew()
    with pytest.raises(DocumentInvalid):
        opened()


names = st.text(st.characters(codec="utf-8", categories=("L", "N", "S", "Zs")), min_size=1, max_size=9)
tasks = st.fixed_dictionaries(
    {"name": names.filter(str.strip)},
    optional={
        "priority": st.sampled_from(["critical", "high", "low"]),
        "when": st.sampled_from(["params.word == 'one'", "params.word != 'one'", True]),
        "env": st.dictionaries(st.sampled_from("ABC"), st.sampled_from(["1", "{{ env.LANG }}", "{{ run.id }}"])),
        "tags": st.lists(st.sampled_from(["x", "y"]), unique=True),
        "timeout": st.sampled_from([0, "3s", "1m"]),
        "retry": st.fixed_dictionaries({"attempts": st.integers(1, 3)}),
        "verify": st.just([{"command": ["true"]}]),
        "foreach": st.just({"items": ["p", "q"], "as": "item"}),
        "produces": st.sampled_from([["out/"], ["made", "src"]]),
        "outputs": st.just({"said": "{{ result.exit_code }}"}),
        "exclusive": st.booleans(),
    },
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(several=st.lists(tasks, min_size=1, max_size=4), group=st.sampled_from(["sequential", "parallel"]))
def test_any_plan_comes_back_as_it_was_made(root: Path, several: list[dict[str, Any]], group: str) -> None:
    for number, task in enumerate(several):
        task.update(id=f"1.{number}", type="command", command=["echo", "{{ params.word }}"])
    plant(root, whole(phases=[{"id": "1", "groups": [{"id": "a", "execution": group, "tasks": several}]}]))
    made = opened()
    made.keep()
    kept = opened()
    assert kept.is_kept
    assert kept.plan == made.plan


def test_a_part_of_a_kept_plan_is_the_part_of_the_plan(root: Path) -> None:
    made = opened()
    made.keep()
    choice = Choice(task=["1.1"])
    assert opened().part(choice, MemoryLedger()) == made.part(choice, MemoryLedger())


# ---------------------------------------------------------------- it is used as long as nothing has changed


def _edit(root: Path) -> None:
    plant(root, whole(include=["more/two.json"], description="another"))


CHANGES: dict[str, Callable[[Path, pytest.MonkeyPatch], object]] = {
    "the document": lambda root, _: plant(root, whole(include=["more/two.json"], params={"word": {"default": "two"}})),
    "an included file": lambda root, _: (root / "more/two.json").write_text(json.dumps(phase("2", "now"))),
    "an included file is gone": lambda root, _: plant(root, whole()),
    "a template": lambda root, _: (root / "templates/own.txt.j2").write_text("other text\n"),
    "a further template": lambda root, _: (root / "templates/own.txt").write_text("own\n"),
    "what a pattern matches": lambda root, _: (root / "src/b.txt").write_text("b"),
    "what kind of thing a target is": lambda root, _: (root / "made").mkdir(),
    "the environment that expressions see": lambda _, patch: patch.setenv("LANG", "de_DE"),
    "the program": lambda _, patch: patch.setattr(plan_cache, "__version__", "0.0.0"),
    "what is installed": lambda root, patch: (
        (root / "src/new-1.dist-info").mkdir(),
        patch.syspath_prepend(str(root / "src")),
    ),
    "the working folder": lambda root, patch: patch.chdir(root / "src"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_it_is_not_used_when_something_has_changed(root: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    (root / ".git").mkdir()  # so that the document is found from below
    first = opened()
    first.keep()
    assert first.renewed() is first
    CHANGES[what](root, monkeypatch)
    assert not opened().is_kept


@pytest.mark.parametrize(
    "flags",
    [{"profile": "ci"}, {"param": ["word=two"]}, {"settings": {"max_parallel_tasks": 3}}, {"project": Path("src")}],
    ids=str,
)
def test_every_set_of_flags_has_a_plan_of_its_own(root: Path, flags: dict[str, Any]) -> None:
    plant(root, whole(phases=[phase("1")], settings={}))
    opened().keep()
    made = opened(**flags)
    assert not made.is_kept
    (Path(made.plan.root) / ".orchestrate").mkdir(exist_ok=True)
    made.keep()
    assert (opened(**flags).is_kept, opened(**flags).plan, opened().is_kept) == (True, made.plan, True)


def test_it_is_used_again_when_the_document_is_as_it_was(root: Path) -> None:
    opened().keep()
    before = (root / "phases.yaml").read_text()
    _edit(root)
    (root / "phases.yaml").write_text(before)
    assert opened().is_kept


@pytest.mark.parametrize(
    ("text", "is_kept"),
    [("echo", True), ("{{ env.LANG }}", False), ("{{ env['LANG'] }}", False), ("{{ env | length }}", False)],
)
def test_another_terminal_plans_the_same_where_no_expression_reads_the_environment(
    root: Path, monkeypatch: pytest.MonkeyPatch, text: str, is_kept: bool
) -> None:
    task = {"id": "1.1", "name": "x", "type": "command", "command": ["echo", text], "env": {"TERM": "x"}}
    plant(root, whole(phases=[{"id": "1", "groups": [{"id": "a", "tasks": [task]}]}]))
    opened().keep()
    assert opened().is_kept
    for name in ("LANG", "TERM", "PATH", "LC_ALL", "SHELL"):
        monkeypatch.setenv(name, "other")
    assert opened().is_kept is is_kept


def test_an_escaped_name_of_a_variable_is_one_too(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    task = '{id: "1.1", name: "{{ \\x65nv.LANG }}", type: command, command: ["true"]}'
    text = f'version: 1\nproject: {{name: x}}\nphases: [{{id: "1", groups: [{{id: a, tasks: [{task}]}}]}}]\n'
    (root / "phases.yaml").write_text(text)
    opened().keep()
    assert opened().plan.tasks[0].name == "C"
    monkeypatch.setenv("LANG", "de_DE")
    assert opened().plan.tasks[0].name == "de_DE"


def test_a_variable_that_no_expression_sees_makes_no_difference(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened().keep()
    monkeypatch.setenv("SOMETHING", "else")
    assert opened().is_kept


def test_a_root_that_leads_elsewhere_is_another_repository(root: Path) -> None:
    for name in ("one", "two"):
        (root / name / ".orchestrate").mkdir(parents=True, mode=0o700)
    (root / "here").symlink_to("one")
    plant(root, whole(project={"name": "kept", "root": "here"}, settings={}, phases=[phase("1")]))
    opened().keep()
    (root / "here").unlink()
    (root / "here").symlink_to("two")
    (root / "two/.orchestrate").rmdir()
    (root / "one/.orchestrate").rename(root / "two/.orchestrate")
    assert not opened().is_kept
    assert opened().root == root / "two"


# ---------------------------------------------------------------- whatever is odd about it is no error


def _file(root: Path) -> Path:
    (path,) = (root / ".orchestrate/cache").glob("plan-*.jsonl")
    return path


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def _turn_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-30] ^= 1
    path.write_bytes(data)


def _link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


DAMAGE: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "cut": _cut,
    "one bit": _turn_a_bit,
    "no JSON": lambda path: path.write_bytes(b"\xff\n\xff\n"),
    "other JSON": lambda path: path.write_bytes(b"[]\n[]\n[]"),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "a link": _link,
    "a pipe": lambda path: (path.unlink(), os.mkfifo(path)),
    "writable by others": lambda path: path.chmod(0o666),
    "unreadable": lambda path: path.unlink(),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_file_is_ignored_and_replaced(root: Path, what: str) -> None:
    made = opened()
    made.keep()
    DAMAGE[what](_file(root))
    again = opened()
    assert (again.is_kept, again.plan) == (False, made.plan)
    again.keep()
    assert opened().is_kept is (what != "a folder")


def test_a_plan_that_cannot_be_kept_is_not(root: Path) -> None:
    (root / ".orchestrate/cache").write_text("in the way")
    opened().keep()
    assert not opened().is_kept


def test_documents_with_errors_are_never_kept(root: Path) -> None:
    plant(root, whole(phases=[phase("1"), phase("1")]))
    with pytest.raises(DocumentInvalid):
        opened()
    assert not (root / ".orchestrate/cache").exists()


def test_a_type_of_somebody_else_is_not_kept(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site"
    (site / "theirs-1.dist-info").mkdir(parents=True)
    (site / "theirs-1.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1\n")
    points = "[orchestrate.handlers]\ntheirs = orchestrator.handlers.command:Command\n"
    (site / "theirs-1.dist-info/entry_points.txt").write_text(points)
    monkeypatch.syspath_prepend(str(site))
    theirs = phase("1")
    theirs["groups"][0]["tasks"][0]["type"] = "theirs"
    plant(root, whole(phases=[theirs]))
    opened().keep()
    assert not (root / ".orchestrate/cache").exists()


def _plant_tests(root: Path, target: str, test_file: str | None) -> None:
    (root / "src/a.py").write_text("def double(number):\n    return number * 2\n")
    task = {"id": "1.1", "name": "tests", "type": "test_generation", "target": target}
    task |= {} if test_file is None else {"test_file": test_file}
    plant(root, whole(phases=[{"id": "1", "groups": [{"id": "a", "tasks": [task]}]}]))


@pytest.mark.parametrize(
    ("target", "test_file", "is_kept"),
    [
        ("src/a.py", "tests/test_a.py", True),
        ("src", "tests/test_a.py", True),
        ("src/*.py", "tests/test_a.py", True),
        ("src/[ab].py", "tests/test_a.py", False),
        ("src/a.py", None, False),
    ],
)
def test_tests_at_a_said_place_can_be_kept_what_the_habits_of_the_project_decide_cannot(
    root: Path, target: str, test_file: str | None, is_kept: bool
) -> None:
    _plant_tests(root, target, test_file)
    opened().keep()
    assert opened().is_kept is is_kept


@pytest.mark.parametrize("target", ["src", "src/*.py"])
def test_a_further_module_in_the_target_makes_the_plan_anew(root: Path, target: str) -> None:
    _plant_tests(root, target, "tests/test_a.py")
    opened().keep()
    (root / "src/b.py").write_text("def halve(number):\n    return number / 2\n")
    assert not opened().is_kept


def test_only_the_newest_are_kept(root: Path) -> None:
    for number in range(MOST_KEPT + 3):
        opened(param=[f"word={number}"]).keep()
    assert len(list((root / ".orchestrate/cache").iterdir())) == MOST_KEPT
    assert opened(param=[f"word={MOST_KEPT + 2}"]).is_kept


def test_looking_keeps_nothing(root: Path) -> None:
    opened()
    assert find_plan(question_of(root / "phases.yaml", Planning())) is None
    assert not (root / ".orchestrate/cache").exists()
