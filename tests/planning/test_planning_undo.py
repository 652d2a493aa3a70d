"""A run turned into the plan that takes it back."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from planning_samples import group, phase, plan_of

from orchestrator.errors import Drift, UsageError
from orchestrator.models.record import Change, RecordedChange, RunRecord
from orchestrator.models.status import RunState
from orchestrator.planning.plan_json import plan_to_json
from orchestrator.planning.undo_plan import Conflict, build_undo_plan

PLAN = plan_to_json(
    plan_of(phase("1", group("a", "A", "B", "C", execution="parallel")), phase("2", group("b", "D", "E")))
)


def record(*changes, state="made"):
    """Return a run with changes given as (task, path) or (task, path, folders), in this order."""
    recorded = []
    for seq, (task, path, *folders) in enumerate(changes, start=1):
        change = Change(path=path, before=None, after=f"h{seq}", mode_after=0o644, folders=tuple(folders))
        recorded.append(RecordedChange(seq=seq, task=task, attempt=1, change=change, state=state))
    return RunRecord(
        id="r1",
        kind="run",
        started=datetime(2026, 1, 1, tzinfo=UTC),
        state=RunState.SUCCEEDED,
        command=("run",),
        plan=PLAN,
        tasks=(),
        changes=tuple(recorded),
    )


def paths(task):
    return [change["path"] for change in task.params["changes"]]


def test_each_task_that_changed_something_is_taken_back_last_change_first():
    plan = build_undo_plan(record(("A", "a"), ("B", "b"), ("A", "c")))
    assert [(one.id, paths(one), one.depends_on) for one in plan.tasks] == [("A", ["c", "a"], ()), ("B", ["b"], ())]
    first = plan.tasks[0]
    assert (first.handler, first.name, first.phase, first.group) == (
        "restore",
        "take back Task A",
        "undo",
        "undo.files",
    )
    assert first.targets.writes == ("c", "a")
    assert first.params["on_conflict"] == "refuse"
    assert first.params["changes"][0] == {
        "path": "c",
        "before": None,
        "after": "h3",
        "mode_before": None,
        "mode_after": 0o644,
        "kind": "file",
        "folders": [],
        "seq": 3,
    }
    assert (plan.document, plan.project, plan.root, plan.snapshot) == ("", "demo", "/repo", False)


def test_tasks_that_changed_the_same_file_follow_each_other():
    plan = build_undo_plan(record(("A", "f"), ("B", "f"), ("C", "f")))
    assert [(one.id, one.depends_on) for one in plan.tasks] == [("C", ()), ("B", ("C",)), ("A", ("B",))]


def test_a_folder_goes_after_what_was_put_into_it():
    plan = build_undo_plan(record(("A", "new/a", "new"), ("B", "new/b"), ("C", "new/deep/c", "new/deep")))
    assert {one.id: one.depends_on for one in plan.tasks} == {"C": (), "B": (), "A": ("B", "C")}


def test_a_folder_whose_maker_was_taken_back_goes_with_the_first_that_still_lies_in_it():
    run = record(("A", "new/deep/a", "new", "new/deep"), ("B", "new/deep/b"), ("C", "new/c"))
    maker, *others = run.changes
    plan = build_undo_plan(replace(run, changes=(replace(maker, state="rolled_back"), *others)))
    folders = {task.id: task.params["changes"][0]["folders"] for task in plan.tasks}
    assert folders == {"B": ["new", "new/deep"], "C": []}
    assert [task.id for task in plan.tasks] == ["C", "B"]


def test_a_folder_that_was_made_again_stays_with_its_second_maker():
    run = record(("A", "new/a", "new"), ("B", "new/b", "new"), ("C", "new/c"))
    maker, *others = run.changes
    plan = build_undo_plan(replace(run, changes=(replace(maker, state="rolled_back"), *others)))
    assert {task.id: task.params["changes"][0]["folders"] for task in plan.tasks} == {"B": ["new"], "C": []}


def test_tasks_that_changed_files_in_turns_are_taken_back_as_one():
    plan = build_undo_plan(record(("A", "f"), ("B", "f"), ("A", "f"), ("C", "f"), ("B", "g")))
    by_id = {one.id: one for one in plan.tasks}
    assert by_id["C"].depends_on == ()
    assert (by_id["B"].depends_on, paths(by_id["B"])) == (("C",), ["g", "f", "f", "f"])
    assert (by_id["A"].depends_on, paths(by_id["A"])) == (("B",), [])


@pytest.mark.parametrize(
    ("part", "tasks"),
    [
        ({"tasks": ("A",)}, {"A"}),
        ({"groups": ("a",)}, {"A", "B"}),
        ({"phases": ("phase_2",)}, {"D"}),
        ({"tasks": ("A", "D")}, {"A", "D"}),
        ({"phases": ("1",), "tasks": ("B", "D")}, {"B"}),
    ],
)
def test_a_part_of_a_run_can_be_taken_back(part, tasks):
    plan = build_undo_plan(record(("A", "a"), ("B", "b"), ("D", "d")), **part)
    assert {one.id for one in plan.tasks} == tasks


def test_a_part_that_is_nothing_is_refused():
    with pytest.raises(UsageError) as caught:
        build_undo_plan(record(("A", "a"), ("D", "d")), phases=("2",), tasks=("A",))
    assert caught.value.message == "nothing is chosen: the phases, groups and tasks have no task in common"


def test_a_part_that_later_tasks_built_on_is_refused():
    run = record(("A", "f"), ("B", "f"), ("D", "f"))
    with pytest.raises(Drift) as caught:
        build_undo_plan(run, tasks=("A",))
    assert caught.value.message == "later tasks changed the same files: B changed f; D changed f"
    assert caught.value.hint == "take these back too: --task B --task D; or --keep what they changed, or --force"
    assert [one.id for one in build_undo_plan(run, tasks=("A",), conflict=Conflict.OVERWRITE).tasks] == ["A"]
    assert [one.id for one in build_undo_plan(run, tasks=("D",)).tasks] == ["D"]


@pytest.mark.parametrize(
    ("run", "part", "message"),
    [
        (record(), {}, "run r1 changed no files: there is nothing to take back"),
        (record(("A", "f"), state="rolled_back"), {}, "run r1 changed no files: there is nothing to take back"),
        (record(("A", "f"), state="undone"), {}, "run r1 was taken back already"),
        (
            record(("A", "f")),
            {"tasks": ("B",)},
            "the chosen part of run r1 changed no files: there is nothing to take back",
        ),
        (record(("A", "f")), {"tasks": ("Z",)}, "--task Z: nothing has this id or name"),
    ],
)
def test_nothing_to_take_back_is_a_usage_error(run, part, message):
    with pytest.raises(UsageError) as caught:
        build_undo_plan(run, **part)
    assert caught.value.message == message


# ---------------------------------------------------------------- any order that the plan allows restores the tree

_CHANGES = st.lists(
    st.tuples(st.sampled_from("ABCDE"), st.sampled_from(["f", "g", "d/f", "d/e/g"])), min_size=1, max_size=12
)


def played(changes):
    """Play the changes on an empty tree of files and folders; return the run and the tree after it."""
    files: dict[str, str] = {}
    folders: set[str] = set()
    recorded = []
    for seq, (task, path) in enumerate(changes, start=1):
        parts = path.split("/")[:-1]
        made = [one for one in ("/".join(parts[: n + 1]) for n in range(len(parts))) if one not in folders]
        folders |= set(made)
        change = Change(path=path, before=files.get(path), after=f"c{seq}", folders=tuple(made))
        files[path] = f"c{seq}"
        recorded.append(RecordedChange(seq=seq, task=task, attempt=1, change=change))
    run = record()
    return RunRecord(
        id=run.id,
        kind=run.kind,
        started=run.started,
        state=run.state,
        command=run.command,
        plan=run.plan,
        tasks=(),
        changes=tuple(recorded),
    ), (files, folders)


@given(_CHANGES, st.randoms())
def test_every_order_that_the_plan_allows_brings_the_tree_back(changes, random):
    run, (files, folders) = played(changes)
    plan = build_undo_plan(run)
    done: set[str] = set()
    while len(done) < len(plan.tasks):
        ready = [one for one in plan.tasks if one.id not in done and set(one.depends_on) <= done]
        task = random.choice(ready)
        for change in task.params["changes"]:
            assert files.get(change["path"]) == change["after"], "compare and swap would refuse"
            if change["before"] is None:
                del files[change["path"]]
            else:
                files[change["path"]] = change["before"]
            for folder in reversed(change["folders"]):
                assert not any(path.startswith(f"{folder}/") for path in files), f"{folder} is not empty yet"
                folders.discard(folder)
        done.add(task.id)
    assert (files, folders) == ({}, set())
    assert {one.id for one in plan.tasks} == {task for task, _ in changes}
