from engine_plans import group, plan, task

from orchestrator.engine.overtaken import Overtaken
from orchestrator.models.plan import Plan
from orchestrator.models.record import Change, LastSuccess, RecordedChange
from orchestrator.models.status import Execution

APPROVED = {"look": LastSuccess(task="look", run="r1", definition="", fingerprint="", seconds=None, seq=10)}


def made(
    seq: int, by: str, before: str | None, after: str | None, state: str = "made", others: tuple[str, ...] = ()
) -> RecordedChange:
    change = Change(path="a", before=before, after=after)
    return RecordedChange(seq=seq, task=by, attempt=1, change=change, state=state, others=others)


def said(of: Plan, *changes: RecordedChange) -> tuple[str, ...]:
    return Overtaken(of, APPROVED, lambda run: changes if run == "r1" else ()).reasons("look")


def test_a_task_follows_the_groups_that_its_group_depends_on_and_what_those_follow():
    groups = [group("1.a"), group("1.b", after=["1.a"]), group("1.c", after=["1.b"]), group("1.d")]
    of = plan([task("first"), task("look", "1.c"), task("beside", "1.c"), task("far", "1.d")], groups)
    assert said(of, made(11, "first", None, "x")) == ("first changed a",)
    assert said(of, made(11, "beside", None, "x"), made(12, "far", "x", "y")) == ()


def test_what_comes_later_in_a_sequential_group_is_not_followed():
    of = plan([task("first"), task("look"), task("later")], [group(execution=Execution.SEQUENTIAL)])
    assert said(of, made(11, "later", None, "x")) == ()
    assert said(of, made(11, "first", None, "x")) == ("first changed a",)


def test_only_changes_after_the_success_count_that_stand_and_leave_something_else():
    of = plan([task("first"), task("look", after=["first"])])
    assert said(of, made(9, "first", None, "x")) == ()
    assert said(of, made(11, "first", None, "x", "undone"), made(12, "first", None, "x", "rolled_back")) == ()
    assert said(of, made(11, "first", "x", "y"), made(12, "first", "y", "x")) == ()
    assert said(of, made(11, "first", "x", "y"), made(12, "first", "y", "z")) == ("first changed a",)


def test_a_change_counts_when_a_followed_task_may_have_made_it():
    of = plan([task("first"), task("beside"), task("look", after=["first"])])
    assert said(of, made(11, "beside", None, "x", others=("first",))) == ("beside or first changed a",)
    assert said(of, made(11, "beside", None, "x", others=("other",))) == ()
