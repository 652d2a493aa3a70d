"""A part of a run cannot be taken back when its changes cannot be told from those of other commands."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from planning_samples import group, phase, plan_of

from orchestrator.errors import Drift, UsageError
from orchestrator.models.plan import Targets
from orchestrator.models.record import AttemptRecord, Change, RecordedChange, RunRecord, TaskRecord
from orchestrator.models.status import RunState, TaskState
from orchestrator.planning.plan_json import plan_to_json
from orchestrator.planning.undo_plan import Conflict, build_undo_plan

START = datetime(2026, 1, 1, tzinfo=UTC)
SAMPLE = plan_of(phase("1", group("a", "A", "B", execution="parallel")))


def ran(*, other=(5, 15), external=True, others=(), **of_the_other):
    """Return a run in which A ran from 0 to 10 s and changed a file; `other` says when B ran, the rest what it is."""
    tasks = [replace(task, handler="command") for task in SAMPLE.tasks]
    tasks[1] = replace(tasks[1], **of_the_other)
    attempts = {"A": (0, 10), "B": other}
    change = Change(path="f", before=None, after="h", mode_after=0o644, folders=())
    return RunRecord(
        id="r1",
        kind="run",
        started=START,
        state=RunState.SUCCEEDED,
        command=("run",),
        plan=plan_to_json(replace(SAMPLE, tasks=tuple(tasks))),
        tasks=tuple(
            TaskRecord(
                id=name,
                definition="d",
                state=TaskState.CHANGED,
                attempts=tuple(
                    AttemptRecord(
                        number=1,
                        started=START + timedelta(seconds=span[0]),
                        ended=None if span[1] is None else START + timedelta(seconds=span[1]),
                    )
                    for span in ([attempts[name]] if attempts[name] else [])
                ),
            )
            for name in ("A", "B")
        ),
        changes=(RecordedChange(seq=1, task="A", attempt=1, change=change, external=external, others=others),),
    )


@pytest.mark.parametrize("other", [(5, 15), (2, 3), (5, None)], ids=str)
def test_commands_that_ran_at_the_same_time_are_taken_back_together_or_not_at_all(other):
    run = ran(other=other)
    with pytest.raises(Drift) as caught:
        build_undo_plan(run, tasks=("A",))
    assert "A and B" in caught.value.message
    assert caught.value.hint == (
        "take these back too: --task B; or --force; `produces` tells the changes of commands apart"
    )
    assert [task.id for task in build_undo_plan(run, tasks=("A", "B")).tasks] == ["A"]
    assert [task.id for task in build_undo_plan(run).tasks] == ["A"]


@pytest.mark.parametrize("run", [ran(), ran(targets=Targets(writes=("g",)), others=("B",))], ids=["spans", "seen"])
def test_neither_is_taken_back_alone_whosever_change_it_was_recorded_as(run):
    """Nothing is recorded for B, so forcing has nothing to take back."""
    with pytest.raises(Drift) as caught:
        build_undo_plan(run, tasks=("B",))
    assert "B and A" in caught.value.message
    assert caught.value.hint == "take these back too: --task A; `produces` tells the changes of commands apart"


def test_a_change_that_was_taken_back_already_is_mixed_with_nobodys():
    run = ran(others=("B",))
    undone = replace(run, changes=tuple(replace(each, state="undone", undone_by="r2") for each in run.changes))
    with pytest.raises(UsageError, match="changed no files"):
        build_undo_plan(undone, tasks=("B",))


def test_force_takes_back_what_was_recorded_for_the_task():
    assert [task.id for task in build_undo_plan(ran(), tasks=("A",), conflict=Conflict.OVERWRITE).tasks] == ["A"]


@pytest.mark.parametrize(
    "run",
    [
        ran(other=(10, 15)),
        ran(other=None),
        ran(external=False),
        ran(handler="file_generation"),
        ran(targets=Targets(writes=("g",))),
        ran(params={"command": ["true"], "read_only": True}),
    ],
    ids=[
        "it ran later",
        "it did not run",
        "our own write",
        "no command",
        "it says what it writes",
        "it writes nothing",
    ],
)
def test_changes_that_can_be_told_apart_are_taken_back_alone(run):
    assert [task.id for task in build_undo_plan(run, tasks=("A",)).tasks] == ["A"]


def test_a_change_that_two_commands_may_have_made_is_not_taken_back_with_one_of_them():
    run = ran(targets=Targets(writes=("g",)), others=("B",))
    with pytest.raises(Drift) as caught:
        build_undo_plan(run, tasks=("A",))
    assert "A and B" in caught.value.message
    assert [task.id for task in build_undo_plan(run, tasks=("A", "B")).tasks] == ["A"]
